"""The environment that has the peers: packages we do not use ourselves, pinned in requirements/bench.lock."""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def peer_python() -> Path:
    """Its Python; made or brought up to date when its lock file changed."""
    folder, lock = ROOT / ".venv-bench", ROOT / "requirements" / "bench.lock"
    python, mark = folder / "bin" / "python", folder / "ready"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not mark.exists() or mark.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", lock]
        subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
        mark.write_text(wanted)
    return python
