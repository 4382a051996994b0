"""`leadwright serve` as a newcomer starts it: in an empty folder, with no settings."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2


def test_a_new_installation_is_served_and_asks_for_its_first_administrator(tmp_path: Path) -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("LEADWRIGHT_")}
    with subprocess.Popen(
        [sys.executable, "-m", "leadwright", "serve", "--port", "0"],
        cwd=tmp_path,
        env=known | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as served:  # fmt: skip
        try:
            assert served.stdout is not None
            told = re.search(r"http://127\.0\.0\.1:\d+/", served.stdout.readline())
            assert told, "it never said where it is"
            page = _first_answer(served, told[0])
            assert "Set up Leadwright" in page
        finally:
            served.send_signal(signal.SIGINT)
            served.wait(30)


def _first_answer(served: subprocess.Popen[str], address: str) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end and served.poll() is None:
        try:
            return httpx2.get(address, follow_redirects=True, trust_env=False, timeout=20).text
        except httpx2.TransportError:
            time.sleep(0.2)
    served.kill()
    assert served.stdout is not None
    raise AssertionError(f"it never answered: {served.stdout.read()}")
