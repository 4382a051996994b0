"""A real Dovecot for the benchmarks of mail: a configuration of its own in a temporary folder, loopback, few rights."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import report

USER, PASSWORD = "sales@bench.example", "of-the-benchmark"
_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/Maildir
mail_fsync = never
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server."""

    folder: Path
    imap: int
    lmtp: int
    process: int

    def forget_headers(self, *, really: bool = True) -> None:
        """What Dovecot keeps of headers it was asked for before goes; its list of the messages stays."""
        for cache in (self.folder / "Maildir").glob("dovecot.index.cache") if really else ():
            cache.unlink()

    def cpu_seconds(self) -> float:
        """Processor time of the server's processes that live."""
        return sum(_cpu(p) for p in _family(self.process))


def require(*programs: str) -> None:
    """Skip the benchmark, loudly, when something of the system is missing."""
    missing = [p for p in programs if not find_program(p)]
    if missing:
        print(
            f"SKIPPED, NOTHING WAS MEASURED: {', '.join(missing)} not found. On Debian and Ubuntu: "
            "apt install dovecot-imapd dovecot-lmtpd isync postfix (none of them needs to run)"
        )
        report([])
        sys.exit(0)


def find_program(program: str) -> str | None:
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def dovecot(folder: Path, mails: Sequence[bytes]) -> Iterator[Dovecot]:
    """A server whose INBOX holds `mails`; as `nobody` when we are root. `folder` must be one that user can reach."""
    require("dovecot")
    account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    _fill(folder / "Maildir", mails)
    imap, lmtp = free_port(), free_port()
    names = {"user": account.pw_name, "uid": account.pw_uid, "gid": account.pw_gid, "password": PASSWORD}
    group = subprocess.run(["id", "-gn", account.pw_name], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    written = folder / "dovecot.conf"
    written.write_text(_CONFIGURATION.format(folder=folder, group=group, imap=imap, lmtp=lmtp, **names))
    (folder / "run").mkdir()
    (folder / "state").mkdir()
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)
    rights = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    server = subprocess.Popen(
        [find_program("dovecot") or "dovecot", "-F", "-c", str(written)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **rights,
    )  # fmt: skip
    try:
        _wait_for(imap, server, folder)
        _wait_for(lmtp, server, folder)
        yield Dovecot(folder, imap, lmtp, server.pid)
    finally:
        server.terminate()
        server.wait(10)


def _fill(maildir: Path, mails: Sequence[bytes]) -> None:
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    for n, raw in enumerate(mails):
        name = f"{1_700_000_000 + n}.M{n}P1.bench,S={len(raw)},W={len(raw)}:2,"
        path = maildir / "cur" / name
        path.write_bytes(raw)
        os.utime(path, (1_700_000_000 + n,) * 2)  # Dovecot's INTERNALDATE: in November 2023


def _wait_for(port: int, server: subprocess.Popen[str], folder: Path) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            line.settimeout(5)
            if line.recv(100):
                return
        time.sleep(0.05)
    log = folder / "dovecot.log"
    said = log.read_text() if log.exists() else ""
    sys.exit(f"Dovecot did not start. {said[-1500:]}")


def _family(pid: int) -> list[int]:
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += _family(int(child))
    return found


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
