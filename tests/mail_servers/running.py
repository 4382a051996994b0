"""Postfix and Dovecot, run privately: own folders, free loopback ports, made-up people; always stopped again."""

import os
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.mail_servers.authority import Authority, running_authority
from tests.mail_servers.certificate import write_certificate
from tests.mail_servers.dovecot import write_absence, write_dovecot
from tests.mail_servers.postfix import write_postfix

SALES = "sales@seller.example"
COLLEAGUE = "colleague@seller.example"
LEADS = ("ines@company.example", "jonas@company.example", "mila@company.example")
AWAY = "away@company.example"
BACK = datetime.now(UTC).date() + timedelta(days=19)  # as the absence note of `AWAY` says
UNKNOWN = "nobody@company.example"  # our own server refuses it at once
BOUNCING = "nobody@gone.example"  # their server refuses it later: a bounce comes back
PASSWORDS = {address: f"made up for {address.split('@')[0]}" for address in (SALES, COLLEAGUE, *LEADS, AWAY)}
PASSWORDS[COLLEAGUE] = "Grüße für Łódź 7"
_PORTS = ("imap", "imaps", "smtp", "smtps", "mx", "gone")
_SYSTEM_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


@dataclass
class MailServers:
    """Both servers.

    Args:
        base: their folder.
        ports: ``imap`` and ``smtp`` (STARTTLS), ``imaps`` and ``smtps`` (TLS), ``mx`` (mail from outside).
        authority: gives tokens for `SALES`, and tells Dovecot about them.
    """

    base: Path
    ports: dict[str, int]
    authority: Authority
    _dovecot: subprocess.Popen[bytes]

    @property
    def certificate(self) -> Path:
        return self.base / "certificate.pem"

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def deliver(self, sender: str, recipient: str, raw: bytes) -> None:
        """A mail from outside."""
        with smtplib.SMTP("127.0.0.1", self.ports["mx"], timeout=10) as line:
            line.sendmail(sender, [recipient], raw)

    def write_as(self, address: str, recipient: str, raw: bytes) -> None:
        """A mail by one of the accounts."""
        with smtplib.SMTP_SSL("localhost", self.ports["smtps"], timeout=10, context=self.tls) as line:
            line.login(address, PASSWORDS[address])
            line.sendmail(address, [recipient], raw)

    def mails(self, address: str, folder: str = "") -> list[bytes]:
        """What lies in a folder of a mailbox, as bytes; INBOX by default."""
        box = self.home(address) / "Maildir" / (f".{folder}" if folder else "")
        return [f.read_bytes() for part in ("new", "cur") for f in sorted((box / part).glob("*"))]

    def home(self, address: str) -> Path:
        name, _, domain = address.partition("@")
        return self.base / "mail" / domain / name

    def start_anew(self) -> None:
        """Every mailbox as on its first day; absence notes forget whom they answered; no token is good."""
        self.authority.reset()
        for home in (self.base / "mail").glob("*/*"):
            for name in ("Maildir", ".dovecot.lda-dupes"):
                gone = home / name
                shutil.rmtree(gone, ignore_errors=True) if gone.is_dir() else gone.unlink(missing_ok=True)

    def fill(self, address: str, mails: Iterable[bytes], received: datetime) -> None:
        """Mails that lie in the INBOX of an account, as if they had come then."""
        box = self.home(address) / "Maildir"
        for part in ("cur", "new", "tmp"):
            (box / part).mkdir(parents=True, exist_ok=True)
        for n, raw in enumerate(mails):
            path = box / "cur" / f"{int(received.timestamp()) + n}.M{n}P1.test,S={len(raw)}:2,"
            path.write_bytes(raw)
            os.utime(path, (received.timestamp(),) * 2)
        home = self.home(address)
        for place in (home.parent, home, *home.rglob("*")):
            shutil.chown(place, "nobody", "nogroup")

    def renumber(self, address: str) -> None:
        """Dovecot forgets which uid each mail has: another UIDVALIDITY, the second it numbers anew in."""
        begun = time.time()
        wait_until(lambda: int(time.time()) > int(begun))
        for path in (self.home(address) / "Maildir").glob("dovecot*"):
            path.unlink()

    def doveadm(self, *words: str) -> None:
        """Dovecot's own tool, on this Dovecot."""
        command = ["doveadm", "-c", str(self.base / "dovecot.conf"), *words]
        subprocess.run(command, check=True, env={"PATH": _SYSTEM_PATH}, timeout=30)

    def restart_dovecot(self) -> None:
        """Every line gets BYE, and the same ports open again. Only from the main thread, see `_start`."""
        _end(self._dovecot)
        self._dovecot = _start_dovecot(self.base)
        _wait_for(lambda: _open(self.ports["imap"]), "Dovecot", self.base)

    def stop_dovecot(self) -> None:
        _end(self._dovecot)


def wait_until(seen: Callable[[], object], seconds: float = 15.0) -> None:
    """Until it is so; fails when it never is."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, f"not seen within {seconds:.0f} seconds"
        time.sleep(0.05)


def why_not() -> str:
    """Why they cannot be run here; "" when they can."""
    lacking = [name for name in ("dovecot", "postfix") if shutil.which(name, path=_SYSTEM_PATH) is None]
    if lacking or not Path("/usr/lib/dovecot/modules/lib90_sieve_plugin.so").exists():
        return "Postfix, Dovecot and its Sieve are not installed (see .ci/mail-servers)"
    return "" if os.geteuid() == 0 else "Postfix and Dovecot start as root only"


@contextmanager
def running_servers() -> Iterator[MailServers]:
    """Both servers until left; the test is skipped, loudly, where they cannot be run."""
    if reason := why_not():
        pytest.skip(f"NO REAL MAIL SERVERS: {reason}")
    with ExitStack() as stack:
        base = Path(tempfile.mkdtemp(prefix="leadwright-mail-"))
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        base.chmod(0o755)
        for name in ("sockets", "run", "state", "mail"):
            (base / name).mkdir()
        authority = stack.enter_context(running_authority(SALES))
        ports = _free_ports()
        write_certificate(base)
        write_dovecot(base, ports, PASSWORDS, f"{authority.url}/introspect")
        write_absence(base, AWAY, BACK)
        for place in (base / "mail", *(base / "mail").rglob("*")):
            shutil.chown(place, "nobody", "nogroup")
        configuration = write_postfix(base, ports, PASSWORDS, AWAY)
        servers = MailServers(base, ports, authority, _start_dovecot(base))
        stack.callback(servers.stop_dovecot)
        postfix = _start(["postfix", "-c", str(configuration), "start-fg"], base / "postfix.out")
        stack.callback(_end_postfix, postfix, configuration)
        _wait_for(lambda: all(map(_open, ports.values())), "Postfix and Dovecot", base)
        yield servers


def _start_dovecot(base: Path) -> subprocess.Popen[bytes]:
    return _start(["dovecot", "-F", "-c", str(base / "dovecot.conf")], base / "dovecot.out")


def _start(command: list[str], output: Path) -> subprocess.Popen[bytes]:
    """As a child that ends with the thread that started it, however that one ends."""
    with output.open("ab") as file:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={"PATH": _SYSTEM_PATH, "LANG": "C.UTF-8"},
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """The server with all its processes: Dovecot's keep serving their clients when only its master is told to end."""
    for word in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, word)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        end = time.monotonic() + 3
        while _group_lives(process.pid) and time.monotonic() < end:
            time.sleep(0.05)


def _group_lives(group: int) -> bool:
    with suppress(ProcessLookupError):
        os.killpg(group, 0)
        return True
    return False


def _end_postfix(process: subprocess.Popen[bytes], configuration: Path) -> None:
    subprocess.run(
        ["postfix", "-c", str(configuration), "stop"],
        check=False, capture_output=True, env={"PATH": _SYSTEM_PATH}, timeout=30,
    )  # fmt: skip
    _end(process)


def _free_ports() -> dict[str, int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in _PORTS]
    ports = {name: kept.getsockname()[1] for name, kept in zip(_PORTS, held, strict=True)}
    for kept in held:
        kept.close()
    return ports


def _open(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _wait_for(ready: Callable[[], bool], who: str, base: Path) -> None:
    end = time.monotonic() + 20
    while not ready():
        if time.monotonic() >= end:
            told = "\n".join(f"{f.name}:\n{f.read_text()[-2000:]}" for f in sorted(base.glob("*.[lo][ou][gt]")))
            raise AssertionError(f"{who} did not start\n{told}")
        time.sleep(0.05)
