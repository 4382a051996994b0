"""A desk served on loopback for a real browser, with its worker, and the browser itself."""

import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import APIRouter
from playwright.sync_api import Browser, Page, sync_playwright

from leadwright.api.routes import router
from leadwright.cli.serve import listen
from leadwright.services import Services
from leadwright.web.app import create_app
from leadwright.web.site_map import Area

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first one there is taken; the shell is Chromium without windows and takes half the processor."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def served(
    services: Services,
    routers: Sequence[APIRouter] = (),
    areas: Sequence[Area] = (),
    listening: socket.socket | None = None,
) -> Iterator[str]:
    """The desk at an address on loopback, with further pages if wanted; the worker is the caller's business.

    Args:
        listening: where, when links of mails have to know it before; else a free port.
    """
    listening = listening or listen("127.0.0.1", 0)
    app = create_app(services, routers=[router, *routers], areas=areas)
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium; the test is skipped, loudly, where there is none."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("CHROMIUM IS NOT INSTALLED: the browser tests are skipped (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, address: str, email: str, password: str) -> None:
    """Through the sign-in page, as a person would."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
