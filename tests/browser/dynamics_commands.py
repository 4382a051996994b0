"""`leadwright sandbox dynamics` and `leadwright serve` as an administrator starts them, in processes of their own."""

import os
import re
import shlex
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page
from tests.browser.desk_server import chromium

SIZE = {"width": 1280, "height": 800}


@dataclass
class Rehearsed:
    """Both commands at work, and a browser.

    Args:
        origin: of the stand-in; `password` is everybody's there.
        settings: of Leadwright, as they were exported.
        desk: address of Leadwright.
        folder: of everything; the stand-in keeps its state in `dynamics` below it.
    """

    origin: str
    password: str
    desk: str
    folder: Path
    browser: Browser
    settings: Mapping[str, str]

    def say(self, *words: str) -> str:
        """What another command of Leadwright says, in the same place and with the same settings."""
        command, given = [sys.executable, "-m", "leadwright", *words], _others() | self.settings
        done = subprocess.run(
            command, cwd=self.folder, env=given, stdout=subprocess.PIPE, text=True, timeout=120, check=False
        )
        return done.stdout

    def new_page(self, address: str) -> Page:
        """A browser of somebody who has never been here."""
        context = self.browser.new_context(viewport=SIZE, base_url=address, ignore_https_errors=True)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        return context.new_page()


class Command:
    """A command of ours whose output is read as it comes."""

    def __init__(self, *words: str, folder: Path, **settings: str) -> None:
        self.said, self.log = "", folder / f"{words[0]}.log"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "leadwright", *words],
            cwd=folder,
            env=_others() | {"PYTHONUNBUFFERED": "1"} | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def find(self, pattern: str, seconds: float = 60) -> str:
        """What the first group of a pattern matches, once the command has said it."""
        with self._news:
            self._news.wait_for(lambda: re.search(pattern, self.said) or self._process.poll() is not None, seconds)
        found = re.search(pattern, self.said)
        assert found, f"the command never said {pattern}: {self.said}"
        return found[1]

    def stop(self) -> None:
        """As Ctrl-C does."""
        self._process.send_signal(2)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(10)
        self.log.write_text(self.said, "utf-8")

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with self._news:
                    self.said += line
                    self._news.notify_all()


def _others() -> dict[str, str]:
    """The environment without settings of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LEADWRIGHT_")}


def wait_until_answered(address: str, seconds: float = 60) -> None:
    """A desk says where it is before it listens there."""
    port, end = int(address.rsplit(":", 1)[1]), time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
            return
        time.sleep(0.2)
    raise AssertionError(f"nobody ever answered at {address}")


@contextmanager
def rehearsed(folder: Path) -> Iterator[Rehearsed]:
    """Start the stand-in, then the desk with what the stand-in says is to be exported."""
    with ExitStack() as stack:
        standin = Command(
            "sandbox", "dynamics", "--port", "0", "--proxy-port", "0", "--web-port", "0", "--folder", "dynamics",
            folder=folder,
        )  # fmt: skip
        stack.callback(standin.stop)
        origin = standin.find(r"stand-in for Dynamics 365 is at (\S+)")
        password = standin.find(r"password (\S+)\)")
        authority = standin.find(r"CA file +(\S+)")
        exported = standin.find(r"(?s)start Leadwright with\n(.*?)\n\n")
        words = shlex.split(exported.replace("export", " "))
        settings = dict(word.split("=", 1) for word in words) | {
            "LEADWRIGHT_MICROSOFT_AUTHORITY": origin,
            "LEADWRIGHT_MICROSOFT_GRAPH_URL": origin,
            "LEADWRIGHT_MICROSOFT_CA_FILE": authority,
            "LEADWRIGHT_MICROSOFT_INSTANCE_DISCOVERY": "false",
            "LEADWRIGHT_MIRROR_POLL_SECONDS": "5",
        }
        desk = Command("serve", "--port", "0", folder=folder, **settings)
        stack.callback(desk.stop)
        address = desk.find(r"Leadwright is at (\S+)").rstrip("/")
        wait_until_answered(address)
        yield Rehearsed(origin, password, address, folder, stack.enter_context(chromium()), settings)
