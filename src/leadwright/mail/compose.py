"""A mail as the bytes that go out: own Message-ID, thread, unsubscribe, footer, plain text beside our HTML, DKIM.

No remote resource, ever. Who is written to is the caller's; nothing a model wrote can become a header or an address.
"""

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, Template

from leadwright.db.base import now
from leadwright.errors import BadInput, BadSetup
from leadwright.mail.addresses import deliverable, domain_of, is_ascii
from leadwright.mail.dkim import DkimKey, signature
from leadwright.mail.headers import (
    NAME_LENGTH,
    SUBJECT_LENGTH,
    address_header,
    date_header,
    ids_header,
    message_ids,
    safe_text,
    text_header,
)
from leadwright.mail.login import LOOPBACK
from leadwright.mail.mailbox import Letter
from leadwright.mail.signature import Signature, image_bytes
from leadwright.mail.unsubscribe import mail_to

_MOST_REFERENCES = 20
_NO_REPLY = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes.

    Args:
        address: the mailbox; answers come back to it.
        legal_name: and `postal_address`: without them nothing is sent.
        disclosure: that an AI wrote the mail; empty only where an administrator switched it off.
        dkim: signs, when given.
    """

    name: str
    address: str
    legal_name: str
    postal_address: str
    disclosure: str
    dkim: DkimKey | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """The mail that is answered: its Message-ID and References as they were received, its subject decoded."""

    messageid: str
    references: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is written.

    Args:
        body: plain text, paragraphs apart by an empty line.
        why: the sentence that says why they get this mail.
        unsubscribe_url: https; the one-click address, see `unsubscribe.link`.
        answers: the mail of theirs that this one answers.
        follows: the mail of ours that this one follows up.
        signature: where the body holds its text, the HTML part shows it as rich text with its image in the mail.
        by_person: a person wrote it and sends it: nothing in it says that a machine did.
    """

    to_name: str
    to_address: str
    subject: str
    body: str
    why: str
    unsubscribe_url: str
    answers: Thread | None = None
    follows: Thread | None = None
    signature: Signature | None = None
    language: str = "en"
    by_person: bool = False
    moment: datetime = field(default_factory=now)


def new_message_id(address: str) -> str:
    """A Message-ID of our domain that nobody can guess, with its angle brackets."""
    return f"<{secrets.token_hex(20)}@{domain_of(deliverable(address))}>"


def compose(sender: Letterhead, message: Message, *, messageid: str = "") -> Letter:
    """The finished mail.

    Raises:
        BadInput: the sentence says what is missing or cannot be sent; `BadSetup` when no mail could be.
    """
    own, to = _own_address(sender), deliverable(message.to_address)
    _check_sender(sender)
    url = message.unsubscribe_url
    _check_url(url)
    messageid = messageid or new_message_id(own)
    subject = _subject(message)
    head = [
        address_header("From", safe_text(sender.name, "The sender's name", NAME_LENGTH), own),
        address_header("To", safe_text(message.to_name, "The recipient's name", NAME_LENGTH), to),
        text_header("Subject", subject),
        date_header(message.moment),
        ids_header("Message-ID", [messageid]),
        *_thread_headers(message.answers or message.follows),
        *_machine_headers(message),
        f"List-Unsubscribe: <{url}>,\r\n <{mail_to(own, url)}>\r\n".encode(),
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    ]
    footer = footer_lines(sender, message.why)
    raw = b"".join(head) + _alternative(subject, message, footer)
    if sender.dkim is not None:
        raw = signature(raw, sender.dkim, message.moment) + raw
    return Letter(messageid, own, to, raw, needs_smtputf8=not is_ascii(to))


def plain_note(address: str, messageid: str, subject: str, text: str) -> Letter:
    """A short mail to ourselves, for Test & Enable."""
    return short_note(address, address, messageid, subject, text, now())


def short_note(sender: str, recipient: str, messageid: str, subject: str, text: str, moment: datetime) -> Letter:
    """A plain-text mail to one of our own people.

    Raises:
        BadInput: an address or the subject cannot be sent.
    """
    own, to = deliverable(sender), deliverable(recipient)
    head = [
        address_header("From", "Leadwright", own),
        address_header("To", "", to),
        text_header("Subject", safe_text(subject, "The subject", SUBJECT_LENGTH)),
        date_header(moment),
        ids_header("Message-ID", [messageid]),
        b"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
    ]
    raw = b"".join(head) + b"\r\n" + _quoted_printable(_lines(text)) + b"\r\n"
    return Letter(messageid, own, to, raw, needs_smtputf8=not is_ascii(to))


def reply_subject(subject: str) -> str:
    """The subject with one ``Re:`` before it, however many it had."""
    rest = " ".join(subject.split())
    while rest[:3].casefold() == "re:":
        rest = rest[3:].strip()
    return f"Re: {rest}".strip()


def _own_address(sender: Letterhead) -> str:
    own = deliverable(sender.address)
    if not is_ascii(own):
        raise BadSetup("The mailbox's own address must be of plain letters.")
    if own.partition("@")[0].casefold() in _NO_REPLY:
        raise BadSetup(f"Mail cannot come from {own}: people must be able to answer. Use a mailbox that is read.")
    return own


def _check_sender(sender: Letterhead) -> None:
    if not sender.legal_name.strip():
        raise BadSetup("Your company's legal name is missing; the law asks for it. Set it in Company info.")
    if not sender.postal_address.strip():
        raise BadSetup("Your postal address is missing; the law asks for it. Set it in Email instructions.")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    loopback = parts.scheme == "http" and (parts.hostname or "") in LOOPBACK
    if not (parts.scheme == "https" or loopback) or not url.isascii() or any(c in url for c in "<>,; \r\n\t\"'"):
        raise BadSetup("The address to unsubscribe must be https. Set public_url to the address people reach you by.")


def _subject(message: Message) -> str:
    thread = message.answers or message.follows
    if thread is None:
        subject = safe_text(message.subject, "The subject", SUBJECT_LENGTH)
    else:
        theirs = thread.subject or message.subject
        subject = safe_text(reply_subject(theirs), "The subject", SUBJECT_LENGTH)
    if not subject:
        raise BadInput("The subject is empty. Write one.")
    return subject


def _machine_headers(message: Message) -> list[bytes]:
    if message.by_person:
        return []
    kind = "auto-replied" if message.answers else "auto-generated"
    return [f"Auto-Submitted: {kind}\r\n".encode(), b"X-Auto-Response-Suppress: All\r\n"]


def _thread_headers(thread: Thread | None) -> list[bytes]:
    if thread is None:
        return []
    parent = message_ids(thread.messageid)[:1]
    if not parent:
        return []
    earlier = [i for i in message_ids(thread.references) if i != parent[0]]
    kept = earlier[:1] + earlier[1:][-(_MOST_REFERENCES - 2) :]  # the first one starts the thread
    return [ids_header("In-Reply-To", parent), ids_header("References", kept + parent)]


def footer_lines(sender: Letterhead, why: str) -> list[str]:
    """What stands under each mail, above the link to unsubscribe: why they get it, who wrote it, who we are."""
    lines = [" ".join(why.split()), " ".join(sender.disclosure.split())]
    lines.append(f"{' '.join(sender.legal_name.split())}, {', '.join(sender.postal_address.split(chr(10)))}")
    return [" ".join(line.split()) for line in lines if line.strip()]


LEAVE = "Unsubscribe: you will not hear from us again."


def _alternative(subject: str, message: Message, footer: Sequence[str]) -> bytes:
    body = _lines(message.body)
    paragraphs = _paragraphs(body)
    if not paragraphs:
        raise BadInput("The mail has no text. Write one.")
    text = "\n\n".join("\n".join(p) for p in paragraphs)
    text += "\n\n-- \n" + "\n".join(footer) + f"\n{LEAVE}\n{message.unsubscribe_url}\n"
    signed = message.signature if message.signature and message.signature.text in body else None
    before, _, after = body.rpartition(signed.text) if signed else (body, "", "")
    boundary, cid = f"=_{secrets.token_hex(16)}", f"{secrets.token_hex(8)}@signature"
    html = _template().render(
        language=message.language,
        subject=subject,
        paragraphs=_paragraphs(before),
        signature=signed.shown(f"cid:{cid}") if signed else "",
        after=_paragraphs(after),
        footer=footer,
        leave_url=message.unsubscribe_url,
        leave_text=LEAVE,
    )
    rich = _part(boundary, "html", html)
    if signed and signed.image:
        rich = _related(boundary, html, signed.image, cid)
    return (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode()
        + _part(boundary, "plain", text)
        + rich
        + f"--{boundary}--\r\n".encode()
    )


def _paragraphs(text: str) -> list[list[str]]:
    return [p.strip().split("\n") for p in text.split("\n\n") if p.strip()]


def _related(boundary: str, html: str, image: str, cid: str) -> bytes:
    """The HTML part with its image beside it."""
    kind, content = image_bytes(image)
    inner = f"=_{secrets.token_hex(16)}"
    head = (
        f"--{inner}\r\nContent-Type: image/{kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-ID: <{cid}>\r\nContent-Disposition: inline; filename="signature.{kind}"\r\n\r\n'
    )
    lines = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return (
        f'--{boundary}\r\nContent-Type: multipart/related; boundary="{inner}"; type="text/html"\r\n\r\n'.encode()
        + _part(inner, "html", html)
        + head.encode()
        + lines
        + f"--{inner}--\r\n".encode()
    )


def _part(boundary: str, kind: str, body: str) -> bytes:
    head = (
        f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + _quoted_printable(body) + b"\r\n"


def _quoted_printable(text: str) -> bytes:
    """Lines of at most 76 characters, CRLF only, ASCII only."""
    return b"\r\n".join(
        binascii.b2a_qp(line.encode("utf-8"), istext=True).replace(b"=\n", b"=\r\n") for line in text.split("\n")
    )


def _lines(text: str) -> str:
    """LF line ends, no NUL nor other control character but tab."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return (
        "".join(c for c in unified if c in "\n\t" or (ord(c) >= 32 and c != "\x7f")).encode("utf-8", "ignore").decode()
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    return Environment(
        loader=PackageLoader("leadwright.mail"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).get_template("letter.html")
