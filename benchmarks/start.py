"""Weight: the size of the core install, and how soon `leadwright --help` answers."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, report

ROOT = Path(__file__).parents[1]


def core_megabytes() -> float:
    """Install the core lock into a new environment and add up its files, byte code included, pip aside."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, "--require-hashes", "-r", ROOT / "requirements" / "core.lock"], check=True, stderr=subprocess.DEVNULL
        )
        subprocess.run([*pip, "--no-deps", ROOT], check=True, stderr=subprocess.DEVNULL)
        packages = next(Path(folder).glob("lib/python*/site-packages"))
        return (
            sum(
                f.stat().st_size
                for f in packages.rglob("*")
                if f.is_file() and "pip" not in f.relative_to(packages).parts[0]
            )
            / 1e6
        )


def help_seconds() -> float:
    """Median of nine runs of `leadwright --help`, as a whole process."""
    command = [Path(sys.executable).with_name("leadwright"), "--help"]
    taken = []
    for _ in range(9):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    report(
        [
            Figure("size", "core install, MB", core_megabytes(), "<= 300", "site-packages with byte code, without pip"),
            Figure("help", "leadwright --help, seconds", help_seconds(), "<= 1", "median of 9 whole processes"),
        ]
    )
