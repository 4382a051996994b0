"""What the sandbox's mail server keeps: accounts, folders, messages, and a log of all it accepted. In memory."""

import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from hashlib import sha256

from leadwright.sandbox.mail_stamps import Envelope, stamps

STANDARD_FOLDERS = ("INBOX", "Sent", "Drafts", "Trash", "Junk")
_LEAVE = re.compile(rb"/unsubscribe/[^\s\"<>]+")  # its token is sealed anew in each mail
_validities = itertools.count(int(time.time()) % 1_000_000_000)


@dataclass(slots=True)
class Stored:
    """One message in a folder."""

    uid: int
    raw: bytes
    received: datetime
    flags: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Folder:
    """A folder; `validity` changes when every uid becomes meaningless."""

    name: str
    validity: int = field(default_factory=lambda: next(_validities))
    next_uid: int = 1
    messages: list[Stored] = field(default_factory=list)

    def add(self, raw: bytes, received: datetime, flags: set[str] | None = None) -> int:
        """Append a message; gives its uid."""
        self.messages.append(Stored(self.next_uid, raw, received, set(flags or ())))
        self.next_uid += 1
        return self.next_uid - 1

    def renumber(self, validity: int | None = None) -> None:
        """As after a restore or a rename: uids from 1, and a new UIDVALIDITY, or the one that is given."""
        self.validity = next(_validities) if validity is None else validity
        for number, message in enumerate(self.messages, 1):
            message.uid = number
        self.next_uid = len(self.messages) + 1


@dataclass(slots=True)
class Account:
    """Somebody with a mailbox on this server."""

    address: str
    password: str
    folders: dict[str, Folder] = field(default_factory=lambda: {n: Folder(n) for n in STANDARD_FOLDERS})
    files_sent: bool = False  # the server keeps a copy of what it sends for them, as Exchange and Gmail do
    waiting: set[Callable[[], None]] = field(default_factory=set)  # told when something came in

    def folder(self, name: str) -> Folder | None:
        """A folder by name; INBOX in any spelling."""
        return self.folders.get("INBOX" if name.upper() == "INBOX" else name)


@dataclass(frozen=True, slots=True)
class Accepted:
    """One entry of the log: a message the server said 250 to, or would have.

    Args:
        contentkey: of recipient, subject and words: the same mail composed again, under another Message-ID and with
            another link to unsubscribe, has the same.
    """

    at: datetime
    sender: str
    recipient: str
    messageid: str
    contentkey: str
    raw: bytes


@dataclass
class MailStore:
    """Accounts by address, and the log.

    Args:
        clock: stamps what comes in.
        open_domains: where everybody has a mailbox, made when the first mail comes: domain -> password of them all.
        unknown: addresses that nobody has, even at an open domain.
    """

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    accounts: dict[str, Account] = field(default_factory=dict)
    log: list[Accepted] = field(default_factory=list)
    open_domains: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def account(self, address: str) -> Account | None:
        """The account of an address; ``name+tag@host`` belongs to ``name@host``."""
        local, _, domain = address.casefold().rpartition("@")
        return self.accounts.get(f"{local}@{domain}") or self.accounts.get(f"{local.partition('+')[0]}@{domain}")

    def hosts(self, address: str) -> bool:
        """Is this server the one for the address's domain?"""
        return self.has_domain(address.casefold().rpartition("@")[2])

    def has_domain(self, domain: str) -> bool:
        """Is this server the one for the domain?"""
        ending = "@" + domain.casefold()
        return domain.casefold() in self.open_domains or any(known.endswith(ending) for known in self.accounts)

    def takes(self, address: str) -> bool:
        """Is there a mailbox for the address, or would there be one at its first mail?"""
        if address.casefold() in self.unknown:
            return False
        return self.account(address) is not None or address.casefold().rpartition("@")[2] in self.open_domains

    def accept(self, envelope: Envelope, recipient: str, raw: bytes, *, copies: int = 1) -> None:
        """Log the message and put it into the recipient's INBOX, when they have one here."""
        moment = self.clock()
        self.log.append(Accepted(moment, envelope.sender, recipient, *identify(recipient, raw), raw))
        account = self._recipient(recipient)
        if account is None:
            return
        stamped = stamps(envelope, raw, moment, self.has_domain)
        for _ in range(copies):
            account.folders["INBOX"].add(stamped + raw, moment)
        for tell in list(account.waiting):
            tell()

    def _recipient(self, address: str) -> Account | None:
        found, domain = self.account(address), address.casefold().rpartition("@")[2]
        if found is None and domain in self.open_domains and address.casefold() not in self.unknown:
            found = self.accounts[address.casefold()] = Account(address.casefold(), self.open_domains[domain])
        return found


def identify(recipient: str, raw: bytes) -> tuple[str, str]:
    """Message-ID and content key of a message."""
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
    about = f"{recipient.casefold()}\n{headers.get('Subject', '')}\n".encode("utf-8", "replace")
    words = _LEAVE.sub(b"", _first_part(headers, body).replace(b"=\r\n", b""))
    return str(headers.get("Message-ID", "")).strip(), sha256(about + words).hexdigest()


def _first_part(headers: Message, body: bytes) -> bytes:
    """The plain text of a mail of ours; what is beside it says the same with boundaries and ids of its own."""
    boundary = headers.get_boundary()
    if not boundary:
        return body
    before, *parts = body.split(f"--{boundary}".encode("utf-8", "replace"), 2)
    return parts[0] if parts else before
