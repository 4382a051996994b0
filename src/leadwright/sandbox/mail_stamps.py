"""What the sandbox's mail server writes on top of a message it takes in: Return-Path, authentication, Received.

A stand-in for SPF and DMARC on loopback, where every sender has the same address: a server may send for the domain
that its greeting (EHLO) names, as if each domain here published just that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses

AUTHSERV_ID = "sandbox.example"  # what `mail.authentication` is told to trust


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a message came.

    Args:
        sender: of MAIL FROM; "" for reports.
        greeting: of EHLO; None when it did not come over SMTP: nothing is said about its sender then.
        signed_in: address of the account that handed it in, or "".
    """

    sender: str
    greeting: str | None = None
    signed_in: str = ""


def stamps(envelope: Envelope, raw: bytes, moment: datetime, has_policy: Callable[[str], bool]) -> bytes:
    """Header lines to put before a message.

    Args:
        has_policy: does this domain publish who may send for it? Here: is it one of the sandbox's own.
    """
    lines = [f"Return-Path: <{_plain(envelope.sender)}>"]
    if envelope.greeting is not None:
        lines.append(f"Authentication-Results: {AUTHSERV_ID}; {verdicts(envelope, envelope.greeting, raw, has_policy)}")
    by = _plain(envelope.greeting or "unknown")
    lines.append(f"Received: from {by} by {AUTHSERV_ID} with ESMTP; {format_datetime(moment)}")
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def verdicts(envelope: Envelope, greeting: str, raw: bytes, has_policy: Callable[[str], bool]) -> str:
    """The results of RFC 8601, such as ``spf=pass smtp.mailfrom=a.example; dmarc=pass header.from=a.example``."""
    author = _author_domain(raw)
    if envelope.signed_in:
        own = _domain(envelope.signed_in)
        return f"dkim=pass header.d={own}; dmarc={'pass' if own == author else 'fail'} header.from={author or 'none'}"
    greeting = greeting.casefold().strip("[]")
    claimed = _domain(envelope.sender) or greeting
    allowed = _inside(greeting, claimed)
    spf = ("pass" if allowed else "fail") if has_policy(claimed) or not envelope.sender else "none"
    dmarc = "none"
    if author and has_policy(author):
        dmarc = "pass" if allowed and _inside(claimed, author) else "fail"
    return f"spf={spf} smtp.mailfrom={_plain(claimed)}; dmarc={dmarc} header.from={author or 'none'}"


def _author_domain(raw: bytes) -> str:
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    found = getaddresses([str(value) for value in BytesHeaderParser().parsebytes(head).get_all("From", [])])
    return _plain(_domain(found[0][1])) if found else ""


def _domain(address: str) -> str:
    return address.casefold().rpartition("@")[2] if "@" in address else ""


def _inside(name: str, domain: str) -> bool:
    return bool(domain) and (name == domain or name.endswith("." + domain))


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and c not in ";<> ")
