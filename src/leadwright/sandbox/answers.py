"""What a prospect writes, as the bytes of a mail: answers, absence notes, reports, forgeries. Sends nothing."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesParser, HeaderParser
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from leadwright.mail.parse import parse_mail
from leadwright.sandbox.characters import Act, Prospect, Step, factor_asked
from leadwright.sandbox.mail_stamps import AUTHSERV_ID

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WIRE = policy.SMTP.clone(max_line_length=78)


@dataclass(frozen=True, slots=True)
class Received:
    """A mail of the agent as a prospect sees it.

    Args:
        number: 1 for the first that came.
        to: where answers go.
        text: what a person reads.
        leave_url: of List-Unsubscribe, "" when there is none.
    """

    number: int
    uid: int
    raw: bytes
    at: datetime
    messageid: str
    references: tuple[str, ...]
    subject: str
    sender: str
    to: str
    returnpath: str
    text: str
    leave_url: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail to be handed in.

    Args:
        envelope: of MAIL FROM; "" for reports.
        greeting: what the sending server calls itself.
    """

    envelope: str
    greeting: str
    recipient: str
    raw: bytes


def read_received(raw: bytes, uid: int, at: datetime, number: int) -> Received:
    """Open a mail, as a mail program does."""
    message = parse_mail(raw)
    head = HeaderParser(policy=policy.compat32).parsestr(raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace"))
    sender = message.sender.address if message.sender else ""
    answers = message.reply_to[0].address if message.reply_to else sender
    leave = re.search(r"<(https?://[^>\s]+)>", message.value("list-unsubscribe"))
    return Received(
        number=number,
        uid=uid,
        raw=raw,
        at=at,
        messageid=message.message_id or "",
        references=message.references,
        subject=message.subject,
        sender=message.value("from") or sender,
        to=answers,
        returnpath=parseaddr(str(head.get("Return-Path", "")))[1] or answers,
        text=message.text,
        leave_url=leave[1] if leave else "",
    )


def write(prospect: Prospect, step: Step, mail: Received, now: datetime, salt: str) -> Outgoing:
    """The mail of one step of the script.

    Args:
        salt: makes the Message-ID of this very mail; the same salt, the same mail.
    """
    if step.act is Act.REPORT:
        return _report(prospect, step, mail, now, salt)
    if step.act is Act.BOUNCE_TEXT:
        return _bounce_text(prospect, step, mail, now, salt)
    text = filled(step.asked.get(factor_asked(mail.text), step.says), prospect, mail)
    message = _answer_head(prospect, step, mail, now, salt)
    body = text if step.act is Act.AUTOMATIC else _with_signature(prospect, step, text, mail)
    message.set_content(body, charset="utf-8")
    if step.act is Act.HIDDEN_TEXT:
        message.add_alternative(_html(body, step.hidden), subtype="html")
    raw = message.as_bytes(policy=_WIRE)
    if step.act is Act.AUTOMATIC:
        return Outgoing("", f"mta.{prospect.domain}", mail.to, raw)
    if step.act is Act.FORGE:
        forged = f"Authentication-Results: {AUTHSERV_ID}; dmarc=pass header.from={prospect.domain}\r\n".encode()
        return Outgoing(prospect.address, "mta.stranger.test", mail.to, forged + raw)
    sender = step.sender or prospect.address
    return Outgoing(sender, f"mta.{sender.rpartition('@')[2]}", mail.to, raw)


def write_by_hand(
    prospect: Prospect, to: str, subject: str, text: str, now: datetime, salt: str, mail: Received | None = None
) -> Outgoing:
    """What the person at the keyboard writes as this prospect; in the thread of `mail` when given."""
    message = _head(prospect.name, prospect.address, to, subject, now, salt)
    if mail is not None:
        _in_thread(message, mail)
        text = f"{text.rstrip()}\n\n{_quoted(mail)}"
    message.set_content(text, charset="utf-8")
    return Outgoing(prospect.address, f"mta.{prospect.domain}", to, message.as_bytes(policy=_WIRE))


def filled(text: str, prospect: Prospect, mail: Received) -> str:
    """The text of a step with its dates and names."""
    back, month = mail.at + timedelta(days=7), (mail.at.month + 3) % 12
    year = mail.at.year + (mail.at.month + 3) // 12
    values = {
        "{back}": f"{_DAYS[back.weekday()]}, {back.day} {_MONTHS[back.month - 1]} {back.year}",
        "{deadline}": f"{_MONTHS[month]} {year}",
        "{subject}": mail.subject,
        "{address}": prospect.address,
        "{domain}": prospect.domain,
    }
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def links_in(raw: bytes) -> tuple[str, ...]:
    """Every address in the text and the HTML of a mail, in order."""
    found: list[str] = []
    for part in BytesParser(policy=policy.default).parsebytes(raw).walk():
        if part.get_content_type() in ("text/plain", "text/html"):
            found += re.findall(r"https?://[^\s<>\"']+", part.get_content())
    return tuple(dict.fromkeys(link.rstrip(".,;)").replace("&amp;", "&") for link in found))


def reply_subject(subject: str) -> str:
    """With one ``Re:`` before it."""
    return subject if subject.casefold().startswith("re:") else f"Re: {subject}".strip()


def _answer_head(prospect: Prospect, step: Step, mail: Received, now: datetime, salt: str) -> EmailMessage:
    subject = filled(step.subject, prospect, mail) if step.subject else reply_subject(mail.subject)
    message = _head(prospect.name, step.sender or prospect.address, mail.to, subject, now, salt)
    _in_thread(message, mail)
    if step.act is Act.AUTOMATIC:
        message["Auto-Submitted"] = "auto-replied"
    return message


def _head(name: str, address: str, to: str, subject: str, now: datetime, salt: str) -> EmailMessage:
    message = EmailMessage(policy=_WIRE)
    message["From"] = f"{name} <{address}>"
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = _new_id(address, salt)
    return message


def _in_thread(message: EmailMessage, mail: Received) -> None:
    if mail.messageid:
        message["In-Reply-To"] = mail.messageid
        message["References"] = " ".join((*(i for i in mail.references if i != mail.messageid), mail.messageid))


def _with_signature(prospect: Prospect, step: Step, text: str, mail: Received) -> str:
    if step.style == "phone":
        return f"{text}\n\nSent from my phone\n"
    return f"{text}\n\n-- \n{prospect.name}\n{prospect.title}\n{prospect.company.name}\n\n{_quoted(mail)}"


def _quoted(mail: Received) -> str:
    at = f"{mail.at:%a}, {mail.at.day} {mail.at:%b %Y} at {mail.at:%H:%M}"
    lines = "\n".join(f"> {line}".rstrip() for line in mail.text.strip().splitlines())
    return f"On {at}, {mail.sender} wrote:\n\n{lines}\n"


def _html(text: str, hidden: str) -> str:
    shown = "".join(f"<p>{line}</p>" for line in text.partition("\n-- \n")[0].splitlines() if line)
    return f'<html><body>{shown}<div style="display:none;font-size:0">{hidden}</div></body></html>'


def _report(prospect: Prospect, step: Step, mail: Received, now: datetime, salt: str) -> Outgoing:
    said, late = filled(step.says, prospect, mail), step.status.startswith("4")
    what = "delayed" if late else "failed"
    told = "is delayed; the next tries follow" if late else "could not be delivered"
    whole = MIMEMultipart("report", report_type="delivery-status")
    _report_head(whole, prospect, mail, now, salt, "Delayed Mail" if late else "Undelivered Mail Returned to Sender")
    whole.attach(MIMEText(f"Your message to {prospect.address} {told}.\n\n<{prospect.address}>: {said}\n"))
    whole.attach(_delivery_status(prospect, step.status, what, said))
    whole.attach(MIMEText(_head_of(mail), "rfc822-headers", "us-ascii"))
    return Outgoing("", f"mta.{prospect.domain}", mail.returnpath, whole.as_bytes(policy=policy.SMTP))


def _delivery_status(prospect: Prospect, status: str, action: str, said: str) -> Message:
    part, about, person = Message(), Message(), Message()
    part["Content-Type"] = "message/delivery-status"
    about["Reporting-MTA"] = f"dns; mta.{prospect.domain}"
    person["Final-Recipient"] = f"rfc822; {prospect.address}"
    person["Action"] = action
    person["Status"] = status
    person["Diagnostic-Code"] = f"smtp; {said}"
    part.set_payload([about, person])
    return part


def _bounce_text(prospect: Prospect, step: Step, mail: Received, now: datetime, salt: str) -> Outgoing:
    text = f"{filled(step.says, prospect, mail)}\n\n--- Below this line is a copy of the message.\n\n{_head_of(mail)}"
    message = MIMEText(text, "plain", "utf-8")
    _report_head(message, prospect, mail, now, salt, "failure notice")
    return Outgoing("", f"mta.{prospect.domain}", mail.returnpath, message.as_bytes(policy=policy.SMTP))


def _report_head(message: Message, prospect: Prospect, mail: Received, now: datetime, salt: str, subject: str) -> None:
    message["From"] = f"Mail Delivery System <MAILER-DAEMON@{prospect.domain}>"
    message["To"] = mail.returnpath
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = _new_id(f"x@{prospect.domain}", salt)
    message["Auto-Submitted"] = "auto-replied"


def _head_of(mail: Received) -> str:
    """The header of the mail that a report is about."""
    head = mail.raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace").replace("\ufffd", "?")
    return "\n".join(head.splitlines()) + "\n"


def _new_id(address: str, salt: str) -> str:
    return f"<{sha256(salt.encode()).hexdigest()[:32]}@{address.rpartition('@')[2]}>"
