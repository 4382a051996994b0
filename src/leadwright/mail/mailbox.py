"""What every mailbox can do, whatever is behind it: SMTP and IMAP, Dataverse, Graph. Decides nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to go: bytes are final.

    Args:
        raw: CRLF line ends, DKIM signature included.
        needs_smtputf8: the recipient's name is not ASCII.
        emailid: of the email activity it stands in; empty: of none.
        leadid: of the lead it goes to; empty: to nobody of ours.
    """

    messageid: str
    sender: str
    recipient: str
    raw: bytes
    needs_smtputf8: bool = False
    emailid: str = ""
    leadid: str = ""


class Result(StrEnum):
    """What became of one attempt to send."""

    ACCEPTED = "accepted"  # the server took it
    REFUSED = "refused"  # it never will: this recipient or this mail
    LATER = "later"  # not taken, try again: nothing was handed over
    STOPPED = "stopped"  # we ourselves stopped before the point of no return
    DENIED = "denied"  # not taken for want of a right to what this mail touches: tried some times, then held
    MAILBOX = "mailbox"  # not taken, and every other mail of this mailbox would meet the same
    UNKNOWN = "unknown"  # handed over, and no answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt.

    Args:
        words: the server's own, with its code.
        code: SMTP reply code, 0 when there was none.
        retry_after: seconds the server asked for.
        told_later: it was accepted, and the platform tells later whether it left: see `Mailbox.fates`.
        perhaps_ours: these words may be about us rather than the recipient: when others meet them too, they are.
    """

    result: Result
    words: str
    code: int = 0
    retry_after: float | None = None
    told_later: bool = False
    perhaps_ours: bool = False


class Found(StrEnum):
    """Is a mail in the Sent folder?"""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"  # the server could not be asked


@dataclass(frozen=True, slots=True)
class SentCopy:
    """A mail of ours as it lies in the Sent folder.

    Args:
        businesskey: of its outbox row, sealed in its link to unsubscribe; empty: none that opens. Of a mail that
            somebody wrote himself: of the one of ours that it quotes.
        head: the header fields all this was read from.
        filed: when, as the server says.
        emailid: of its email activity, where the platform keeps one.
    """

    messageid: str
    sender: str
    recipient: str
    businesskey: str
    head: bytes
    filed: datetime | None = None
    emailid: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """A mail that was accepted, and whose platform tells later what became of it."""

    outboxid: str
    messageid: str
    emailid: str
    since: datetime


class Fate(StrEnum):
    """What became of an accepted mail."""

    WAITS = "waits"  # the platform has it still
    LEFT = "left"
    FAILED = "failed"  # the platform gave up: it did not leave


@dataclass(frozen=True, slots=True)
class Word:
    """What the platform says of an accepted mail.

    Args:
        words: why it waits or failed.
        messageid: under which it left, where the platform chose another; empty: its own.
    """

    outboxid: str
    fate: Fate
    words: str = ""
    messageid: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder was read. Zeros: from the start.

    Args:
        uidvalidity: the folder's own; another one when uids began anew under that, see `imap`.
    """

    uidvalidity: int = 0
    lastuid: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message as the server keeps it.

    Args:
        received: when it came in, as the server says.
        size: bytes on the server; `raw` is empty when that is more than was asked for.
        tracked: what the outside CRM made of it.
        trouble: why it cannot be read, `raw` is what there is of it; empty: it is whole, or too large.
    """

    uid: int
    raw: bytes
    size: int
    received: datetime | None = None
    tracked: "Tracked | None" = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Tracked:
    """What server-side synchronisation made of a message.

    Args:
        activityid: of its email activity.
        answersid: the activity it answers; empty: none was found.
        method: how that was found, see `domain.optionsets.Correlation`.
    """

    activityid: str
    answersid: str = ""
    method: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages in order of uid, of one UIDVALIDITY, and where to go on after them.

    Args:
        restarted: every uid became meaningless: everything is read anew.
        heads: of a backlog, instead of whole messages: `raw` holds the fields of `heads.FIELDS`, `size` is the whole's.
        goes_on: more heads of the same backlog follow.
    """

    cursor: Cursor
    messages: tuple[Fetched, ...] = ()
    restarted: bool = False
    heads: tuple[Fetched, ...] = ()
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Trip:
    """What Test & Enable found: one sentence for each direction, with the server's own words on failure."""

    outgoing: str = ""  # empty: works
    incoming: str = ""
    files_sent: bool = False  # the server put its own copy into Sent


@dataclass(frozen=True, slots=True)
class Access:
    """What an account may do, without sending anything. Sentences are empty where all is well.

    Args:
        send_as: why it may not send as its address, in the server's words.
        address: why the address takes no mail.
        read: why it cannot be read.
        others: folders of other people that it sees; None: the server does not say.
        as_anybody: it may send in the name of anybody.
        may_send: that it may send is shown, not only that it may write drafts.
    """

    send_as: str = ""
    address: str = ""
    read: str = ""
    others: tuple[str, ...] | None = None
    as_anybody: bool = False
    may_send: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """That a server tells us of new mail.

    Args:
        url: address of ours that it posts to.
        state: secret by which we know that it is the server.
        id: its own name for this; empty: not agreed yet.
        until: when it ends.
    """

    url: str
    state: str
    id: str = ""
    until: datetime | None = None


class Mailbox(Protocol):
    """One mailbox. Not for several threads at once: each worker opens its own."""

    def send(self, letter: Letter, before_the_dot: Callable[[], bool]) -> Outcome:
        """Hand the mail over. Never raises; safe to repeat only when the result is LATER, STOPPED or MAILBOX.

        Args:
            before_the_dot: called once, at the last moment at which nothing was handed over. False: stop.
        """
        ...

    @property
    def at_once(self) -> int:
        """How many mails may be given to `send_together` now; at least 1."""
        ...

    def send_together(
        self, letters: Sequence[Letter], before_the_dots: Callable[[Sequence[int]], Sequence[bool]]
    ) -> Iterator[list[tuple[int, Outcome]]]:
        """Hand several mails over at once, and tell of each what became of it, by its place: as it is known.

        Never raises. The caller takes all that is told: what it leaves is unknown.

        Args:
            before_the_dots: called at most once, at the last moment at which nothing was handed over, with the places
                of those that came so far. For each of them: False: stop it.
        """
        ...

    def find_sent(self, messageid: str, emailid: str = "") -> Found:
        """Look for a mail in the Sent folder. Never raises; safe to repeat.

        Args:
            emailid: as in its letter.
        """
        ...

    def fates(self, mails: Sequence[Handed]) -> Iterator[Word]:
        """What became of mails that were accepted to be told of later. Nothing of those that are not known.

        Raises:
            OutsideError: the platform cannot be asked.
        """
        ...

    def take_back(self, mails: Sequence[Handed]) -> Iterator[Word]:
        """Have mails not leave that were accepted and wait at the platform: those that will not have failed.

        One that the platform does not give back waits on, with its words. Nothing of those that do not wait any more.

        Raises:
            OutsideError: the platform cannot be asked.
        """
        ...

    def file_sent(self, raw: bytes, moment: datetime) -> None:
        """Put a copy into the Sent folder, unless a mail with its Message-ID is there. Safe to repeat.

        Raises:
            MailError: it could not be filed.
        """
        ...

    def sent_since(self, moment: datetime) -> Iterator[SentCopy]:
        """The mails in the Sent folder that were filed on that day or later; none when there is no such folder.

        Raises:
            MailError: the server cannot be asked.
        """
        ...

    def fetch_new(
        self, cursor: Cursor, *, folder: str = "INBOX", most_bytes: int, most_whole: int | None = None
    ) -> Iterator[Batch]:
        """What is new after `cursor`, oldest first, in batches. Changes nothing on the server; safe to repeat.

        Args:
            most_bytes: of a larger message only the beginning comes.
            most_whole: when more messages than that are new, only their heads come.

        Raises:
            MailError: the server cannot be asked, or the connection broke: go on from the last batch.
        """
        ...

    def fetch_some(
        self, validity: int, sizes: dict[int, int], *, folder: str = "INBOX", most_bytes: int
    ) -> Iterator[Batch]:
        """The messages of these uids, whole, in batches; those that are gone are missing. Safe to repeat.

        Args:
            validity: UIDVALIDITY they belong to; nothing comes when the folder has another.
            sizes: uid -> bytes on the server.

        Raises:
            MailError: the server cannot be asked, or the connection broke.
        """
        ...

    def wait_for_new(
        self, seconds: float, *, folder: str = "INBOX", enough: Callable[[], bool] = lambda: False
    ) -> bool:
        """Wait until something came in, at most so long. True: look now. Without IDLE it looks from time to time.

        Args:
            enough: asked about twice a second; True ends the waiting.

        Raises:
            MailError: the connection broke.
        """
        ...

    def stay_notified(self, notice: Notice) -> Notice | None:
        """Have the server tell us of new mail, or go on telling. None: it has no such thing. Safe to repeat.

        Raises:
            OutsideError: it could not be agreed.
        """
        ...

    def test_trip(self, seconds: float) -> Trip:
        """Send a mail to ourselves and see it arrive. Leaves nothing behind. Never raises."""
        ...

    def try_access(self) -> Access:
        """May we send as this address, does it take mail, may we read it, what else? Sends nothing. Never raises."""
        ...

    def close(self) -> None:
        """Let the connections go. Safe to repeat."""
        ...
