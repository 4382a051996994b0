"""Reading one mail: what the product does beside the standard library's two parsers, which read less of it.

1,000 generated mails (text and HTML, 5 % with an attachment of 60 kB) in this process: ours parses to a `Message`;
compat32 and `policy.default` parse and read the text part and five headers. "Read" adds quotes, bounce and automatic;
"in the child" adds the pipe to the parsing process, both sides of it. The median of three rounds counts.
"""

import base64
import email.policy
import resource
import statistics
import time
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage, Message

from benchmarks.figures import Figure, report
from leadwright.mail.parse import parse_mail
from leadwright.mail.reader import MailReader
from leadwright.mail.reading import read_mail

MAILS = 1_000
_WORDS = "We would like to see how the planner copes with forty seats before our budget closes in May. "


def generate(count: int) -> list[bytes]:
    """Mails as customers write them, every one different."""
    return [_mail(n) for n in range(count)]


def _mail(n: int) -> bytes:
    above = "On Mon, Feb 2, 2026 at 10:12 AM Us <us@example.org> wrote:"
    text = f"Hello {n},\r\n\r\n" + f"{_WORDS}\r\n" * 12 + f"\r\n{above}\r\n" + f"> {_WORDS}\r\n" * 8
    html = f"<p>Hello {n}</p>" + f"<p>{_WORDS}</p>" * 12 + f"<blockquote>{_WORDS * 8}</blockquote>"
    attached = ""
    if n % 20 == 0:
        paper = base64.encodebytes(bytes(60_000)).decode()
        kind = "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64"
        attached = f"--mixed\r\n{kind}\r\n\r\n{paper}\r\n"
    lines = (
        "Received: from a by b; Mon, 2 Feb 2026 10:12:00 +0000",
        f"From: =?utf-8?Q?J=C3=B6rg?= <j{n}@example.com>",
        "To: us@example.org",
        f"Subject: =?utf-8?Q?Angebot_f=C3=BCr?= {n}",
        f"Message-ID: <{n}@example.com>",
        "References: <a@example.org> <b@example.org>",
        "Date: Mon, 2 Feb 2026 10:12:00 +0000",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="mixed"\r\n',
        '--mixed\r\nContent-Type: multipart/alternative; boundary="alt"\r\n',
        f"--alt\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}",
        f"--alt\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}",
        f"--alt--\r\n{attached}--mixed--\r\n",
    )
    return "\r\n".join(lines).encode()


def read_with_compat32(raw: bytes) -> None:
    message = message_from_bytes(raw)
    _five_headers(message)
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            payload.decode()


def read_with_default_policy(raw: bytes) -> None:
    message = message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    _five_headers(message)
    body = message.get_body(("plain",))
    assert body is not None
    body.get_content()


def _five_headers(message: Message) -> None:
    for name in ("from", "subject", "message-id", "references", "date"):
        str(message[name])


def _cost(work: Callable[[bytes], object], mails: list[bytes]) -> float:
    """Milliseconds of processor a mail, children that ended included."""
    before = time.process_time()
    for raw in mails:
        work(raw)
    return (time.process_time() - before) / len(mails) * 1000


def _cost_in_child(mails: list[bytes]) -> float:
    """Both sides of the pipe, without the start of the child."""
    own, children = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with MailReader() as reader:
        for raw in mails:
            reader.read(raw)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = ended.ru_utime + ended.ru_stime - children.ru_utime - children.ru_stime
    return (time.process_time() - own + spent) / len(mails) * 1000


def main() -> None:
    """Measure in turns and report milliseconds and ratios."""
    mails = generate(MAILS)
    ways: dict[str, Callable[[], float]] = {
        "compat32": lambda: _cost(read_with_compat32, mails),
        "policy.default": lambda: _cost(read_with_default_policy, mails),
        "parse": lambda: _cost(parse_mail, mails),
        "read": lambda: _cost(read_mail, mails),
        "child": lambda: _cost_in_child(mails),
    }
    rounds = [{name: way() for name, way in ways.items()} for _ in range(3)]
    ms = {name: statistics.median(r[name] for r in rounds) for name in ways}
    said = ", ".join(f"{name} {value:.2f} ms" for name, value in ms.items())
    report(
        [
            Figure("parse", "CPU to parse a mail, of compat32's", ms["parse"] / ms["compat32"], detail=said),
            Figure("parse", "CPU to parse a mail, of policy.default's", ms["parse"] / ms["policy.default"]),
            Figure(
                "parse", "CPU of everything read in the child, of policy.default's", ms["child"] / ms["policy.default"]
            ),
        ]
    )


if __name__ == "__main__":
    main()
