"""Real companies: leads a minute, CPU a lead and peak memory of `leadwright research` with the built-in analyst."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, report

SHARED = Path(os.environ.get("LEADWRIGHT_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


def main() -> None:
    """Work through all the companies once, as a whole process."""
    companies = SHARED / "companies" / "companies.csv"
    if not companies.exists():
        sys.exit(f"the companies are not at {companies}; say where with LEADWRIGHT_SHARED_DATA")
    with tempfile.TemporaryDirectory() as folder:
        papers = Path(folder, "papers")
        papers.mkdir()
        papers.joinpath("product.md").write_text("# Product\n\nPlanning software for retailers with many stores.\n")
        output = Path(folder, "out.jsonl")
        command = [
            *(Path(sys.executable).with_name("leadwright"), "research", companies),
            *("--profile", SHARED / "ms_icp_fit" / "target_customer_profile.json"),
            *("--knowledge", papers, "--output", output),
        ]
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        lines = [json.loads(line) for line in output.read_text().splitlines()]
        count = len(lines)
        cpu = used.ru_utime + used.ru_stime
        report(
            [
                Figure("rate", "leads a minute", count / wall * 60, detail=f"{count} leads in {wall:.1f} s"),
                Figure("cpu", "CPU seconds a lead", cpu / count, detail=f"{cpu:.1f} s in all, start included"),
                Figure("memory", "peak resident MB", used.ru_maxrss / 1024),
                Figure("once", "lines with an id of their own / lines", len({x["id"] for x in lines}) / count, "== 1"),
            ]
        )


if __name__ == "__main__":
    main()
