"""Mails for tests, put together from a few words; none is a real person's."""

HEAD = b"From: Ada <ada@example.com>\r\nTo: sales@example.org\r\nSubject: Hello\r\n"


def mail(body: str = "Hi", *, charset: str = "utf-8", **headers: str) -> bytes:
    """A plain mail; `message_id="<a@b>"` becomes a header Message-ID."""
    named = {"From": "Ada <ada@example.com>", "To": "sales@example.org", "Subject": "Hello"}
    named |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value != "-")
    head += f'Content-Type: text/plain; charset="{charset}"\r\n'
    return head.encode() + b"\r\n" + body.replace("\n", "\r\n").encode(charset, "replace")


def html_mail(html: str) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()


def multipart(*parts: str, kind: str = "mixed", head: bytes = HEAD) -> bytes:
    """A multipart mail; each part is its own header, a blank line and its text."""
    inside = "".join(f"--edge\r\n{part}\r\n" for part in parts)
    return head + f'Content-Type: multipart/{kind}; boundary="edge"\r\n\r\n{inside}--edge--\r\n'.encode()


def dsn(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown",
    to: str = "bob@example.net",
    original: str = "<ours.1@example.org>",
    words: str = "Your mail could not be delivered.",
) -> bytes:
    """A delivery status notification in the standard form."""
    head = (
        b"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.net>\r\nTo: sales@example.org\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
    )
    return multipart(
        f"Content-Type: text/plain\r\n\r\n{words}\r\n",
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n",
        f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {original}\r\nTo: {to}\r\nSubject: Offer\r\n\r\nDear Bob\r\n",
        kind="report; report-type=delivery-status",
        head=head,
    )


def text_bounce(words: str, *, subject: str = "failure notice", sender: str = "MAILER-DAEMON@mx.example.net") -> bytes:
    """A bounce that is only words."""
    return mail(words, **{"from": sender, "subject": subject, "return_path": "<>"})
