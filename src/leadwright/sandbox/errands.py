"""How the prospects reach the outside: mails by SMTP, links by HTTP. Never beyond this machine."""

import smtplib
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from leadwright.sandbox.answers import Outgoing

Visit = Callable[[str, str], int]  # method, address -> HTTP status; 0: nobody answered
_SECONDS = 20.0


def hand_in(port: int, mail: Outgoing) -> bool:
    """Give a mail to the sandbox's mail server. False when it was not taken and may be tried again."""
    try:
        with smtplib.SMTP("127.0.0.1", port, local_hostname=mail.greeting, timeout=_SECONDS) as line:
            line.sendmail(mail.envelope, [mail.recipient], mail.raw)
    except (OSError, smtplib.SMTPException):
        return False
    return True


def visit(method: str, address: str) -> int:
    """GET a page, or POST what one-click unsubscribing posts (RFC 8058): no cookie, no redirect followed."""
    form = {"List-Unsubscribe": "One-Click"} if method == "POST" else None
    with suppress(httpx2.HTTPError):
        return httpx2.request(method, address, data=form, timeout=_SECONDS, trust_env=False).status_code
    return 0


def on_this_machine(links: Iterable[str]) -> list[str]:
    """Those of the addresses that lead to loopback; a rehearsal opens no other."""
    return [link for link in links if _is_loopback(urlsplit(link).hostname or "")]


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
