"""`leadwright sandbox dynamics`: what it prints is true, and its state is there again."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import requests


def run(folder: Path, stop: signal.Signals) -> dict[str, str]:
    """Start it, ask it for its tenant, stop it; what it said by name."""
    command = [sys.executable, "-m", "leadwright", "sandbox", "dynamics", "--port", "0", "--proxy-port", "0"]
    running = subprocess.Popen(
        [*command, "--folder", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert running.stdout
    said = ""
    try:
        while "SSL_CERT_FILE" not in said:
            line = running.stdout.readline()
            assert line, said
            said += line
        found = dict(re.findall(r"^  (Portals|Control page|Tenant ID|CA file) +(\S+)", said, re.MULTILINE))
        found |= dict(re.findall(r"^  export (\w+)=(\S+)", said, re.MULTILINE))
        with requests.Session() as http:
            http.trust_env = False
            http.verify = found["CA file"]
            assert "Four prerequisites" in http.get(found["Portals"]).text
            assert "Control page" in http.get(found["Control page"]).text
            http.proxies, http.verify = {"https": found["HTTPS_PROXY"]}, found["REQUESTS_CA_BUNDLE"]
            url = f"https://login.microsoftonline.com/{found['Tenant ID']}/v2.0/.well-known/openid-configuration"
            assert found["Tenant ID"] in http.get(url).json()["issuer"]
    finally:
        running.send_signal(stop)
        rest, _ = running.communicate(timeout=30)
    assert "State is kept" in rest
    assert "Traceback" not in rest
    return found


def test_it_prints_where_it_is_and_goes_on_where_it_was(tmp_path: Path) -> None:
    first = run(tmp_path / "org", signal.SIGINT)
    authority = Path(first["CA file"]).read_bytes()
    again = run(tmp_path / "org", signal.SIGTERM)
    assert again["Tenant ID"] == first["Tenant ID"]
    assert Path(again["CA file"]).read_bytes() == authority


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "leadwright", "sandbox", "dynamics", "--port", port]
        done = subprocess.run(
            [*command, "--folder", str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode != 0
    assert f"Port {port} of 127.0.0.1 cannot be used" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
