"""A mailbox in Exchange Online, asked through Microsoft Graph: a draft out of our own bytes, then the order to send.

The draft keeps our Message-ID, our headers and a stable id, so that a mail of which nobody knows is found as a draft or
as sent. The Inbox is read by delta. Exchange writes the mail anew as it leaves, and signs it itself.
"""

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from leadwright.errors import CrmError, LeadwrightError, OutsideError
from leadwright.mail.arrivals import Arrival, Arrivals, Numbered
from leadwright.mail.compose import new_message_id, plain_note
from leadwright.mail.graph_messages import (
    HEAD_COLUMNS,
    WITH_SIZE,
    address_in,
    head_of,
    moment_of,
    named,
    size_of,
    stamp,
    user_path,
)
from leadwright.mail.mailbox import (
    Access,
    Fetched,
    Found,
    Handed,
    Letter,
    Notice,
    Outcome,
    Result,
    SentCopy,
    Trip,
    Word,
)
from leadwright.mail.platform_reading import PlatformReading, as_mail_error
from leadwright.mail.platform_sending import Draft, Told, hand_over
from leadwright.mail.unsubscribe import Seals, mail_of
from leadwright.microsoft.errors import PrivilegeMissing, RowGone, TokenExpired
from leadwright.microsoft.graph import Graph
from leadwright.microsoft.tenant_wide import sends_as_anybody

AT_ONCE = 4  # requests of an application at a mailbox
_PAGE = 100
_WITH_TEXT = 25  # messages with their text in one page
_BATCH = 20
_LOOK_SECONDS = 15.0
_NOTIFIED_FOR = timedelta(days=2)  # Outlook allows 4,230 minutes
_TRIP_SECONDS = 1.0
_STATE = "id,isDraft,parentFolderId"
_OF_A_COPY = "internetMessageId,subject,from,toRecipients,sentDateTime,body"
_IN_OUTBOX = "Exchange has it in the Outbox: it is on its way, or held back. It is looked for again."
_OUTBOX_SECONDS = 60.0
_NO_MESSAGE_ID = (
    "Exchange does not keep the Message-ID of a draft of this mailbox, so that nobody could tell whether a mail left. "
    "Nothing is sent. Use server-side synchronisation, or SMTP and IMAP, for this mailbox."
)


class GraphMailbox(PlatformReading):
    """See `mailbox.Mailbox`.

    Args:
        arrivals: numbers what came in; without them nothing can be read.
        seals: opens the links in what we sent.
        strangers: addresses of other people, which must not open; asked for when access is tried.
        nudged: did Graph notify us of something new? Asked about twice a second while we wait.
        closes: lets a line go that is this mailbox's own.
    """

    def __init__(
        self,
        address: str,
        graph: Graph,
        *,
        arrivals: Arrivals | None = None,
        seals: Seals | None = None,
        strangers: Callable[[], Sequence[str]] = tuple,
        nudged: Callable[[], bool] = lambda: False,
        look_seconds: float = _LOOK_SECONDS,
        closes: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(arrivals, at_once=_BATCH, look_seconds=look_seconds)
        self.address, self._closes = address, closes
        self._graph, self._seals = graph, seals
        self._strangers, self._nudged = strangers, nudged
        self._me = user_path(address)
        self._folders: dict[str, str] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="graph-mail")

    def send(self, letter: Letter, before_the_dot: Callable[[], bool]) -> Outcome:
        """Hand the mail over to Exchange."""
        told = self.send_together([letter], lambda which: [before_the_dot() for _ in which])
        return next(outcome for some in told for _, outcome in some)

    @property
    def at_once(self) -> int:
        """What Exchange allows an application at a mailbox."""
        return AT_ONCE

    def send_together(
        self, letters: Sequence[Letter], before_the_dots: Callable[[Sequence[int]], Sequence[bool]]
    ) -> Iterator[Told]:
        """A draft each, then send."""
        return hand_over(self, self._pool, letters, before_the_dots)

    def make_draft(self, letter: Letter) -> Draft | Outcome:
        """A draft out of the bytes; one in Drafts is used: a restored database knows of no earlier try.

        One that somebody put elsewhere, or that was half removed, is removed.
        """
        known = self._messages(letter.messageid)
        if any(not row.get("isDraft") for row in known):
            return _accepted()
        if any(self._lies_in("outbox", row) for row in known):
            return Outcome(Result.LATER, _IN_OUTBOX, retry_after=_OUTBOX_SECONDS)
        drafts = [row for row in known if self._lies_in("drafts", row)]
        for row in known:
            if row not in drafts:
                self.remove_draft(Draft(str(row["id"])))
        if drafts:
            return Draft(str(drafts[0]["id"]))
        raw = base64.b64encode(letter.raw)
        made = self._graph.post(f"{self._me}/messages", content=raw, content_type="text/plain")
        draft = Draft(str(made["id"]))
        if made.get("internetMessageId") != letter.messageid:
            changed = self._graph.patch(self._message(draft.id), {"internetMessageId": letter.messageid})
            if changed.get("internetMessageId") != letter.messageid:
                self.remove_draft(draft)
                return Outcome(Result.MAILBOX, _NO_MESSAGE_ID)
        return draft

    def send_draft(self, letter: Letter, draft: Draft) -> Outcome:
        """Send: from here on it is in Exchange's hands."""
        self._graph.post(f"{self._message(draft.id)}/send")
        return _accepted()

    def look(self, letter: Letter, draft: Draft) -> Outcome | None:
        """Among all messages of the mailbox, by Message-ID."""
        return _accepted() if any(not row.get("isDraft") for row in self._messages(letter.messageid)) else None

    def refuses_all(self, error: OutsideError) -> bool:
        """A permission counts for the mailbox as a whole."""
        return isinstance(error, PrivilegeMissing)

    def remove_draft(self, draft: Draft) -> None:
        """It goes to Deleted Items, and from there for good; one that lay there is gone at once."""
        self._graph.delete(self._message(draft.id))
        with suppress(RowGone):
            self._graph.delete(self._message(draft.id))

    def find_sent(self, messageid: str, emailid: str = "") -> Found:
        """By Message-ID, wherever it lies. Only a draft in Drafts was not sent.

        One in the Outbox may be on its way, and without even a draft nothing is proven, for there was one.
        """
        try:
            rows = self._messages(messageid)
            if any(not row.get("isDraft") for row in rows):
                return Found.YES
            in_drafts = [self._lies_in("drafts", row) for row in rows]
            return Found.NO if rows and all(in_drafts) else Found.CANNOT_TELL
        except LeadwrightError:
            return Found.CANNOT_TELL

    def fates(self, mails: Sequence[Handed]) -> Iterator[Word]:
        """Nothing: what Exchange cannot deliver comes back as a mail."""
        return iter(())

    def take_back(self, mails: Sequence[Handed]) -> Iterator[Word]:
        """None: what Exchange accepted is on its way."""
        return iter(())

    def file_sent(self, raw: bytes, moment: datetime) -> None:
        """Nothing: Exchange keeps a copy of what it sends."""

    def sent_since(self, moment: datetime) -> Iterator[SentCopy]:
        """What lies in Sent Items, the oldest first. Its text tells which mail it is: headers are not shown there."""
        path = f"{self._me}/mailFolders/sentitems/messages"
        options = {"select": _OF_A_COPY, "filter": f"sentDateTime ge {stamp(moment)}", "orderby": "sentDateTime"}
        try:
            for page in self._graph.pages(path, page_size=_WITH_TEXT, **options):
                for row in page:
                    yield self._copy(row)
        except CrmError as error:
            raise as_mail_error(error) from error

    def stay_notified(self, notice: Notice) -> Notice | None:
        """A subscription to the Inbox; one that Graph knows no more is made anew."""
        until = datetime.now(UTC) + _NOTIFIED_FOR
        if notice.id:
            with suppress(RowGone):
                self._graph.patch(f"subscriptions/{notice.id}", {"expirationDateTime": stamp(until)})
                return replace(notice, until=until)
        wanted = {
            "changeType": "created",
            "notificationUrl": notice.url,
            "resource": f"{self._me}/mailFolders/inbox/messages",
            "expirationDateTime": stamp(until),
            "clientState": notice.state,
        }
        return replace(notice, id=str(self._graph.post("subscriptions", wanted)["id"]), until=until)

    def test_trip(self, seconds: float) -> Trip:
        """Send ourselves a mail, see it arrive, remove it."""
        incoming = self._reading()
        messageid = new_message_id(self.address)
        letter = plain_note(self.address, messageid, "Leadwright tests this mailbox", "You may delete this mail.")
        outcome = self.send(letter, lambda: True)
        if outcome.result is not Result.ACCEPTED:
            return Trip(outgoing=outcome.words, incoming=incoming)
        return Trip(incoming=incoming or self._see_it_arrive(messageid, seconds))

    def try_access(self) -> Access:
        """Our own mailbox opens, and nobody else's; a draft that is removed again shows that we may write, not send."""
        if read := self._reading():
            return Access(read, "", read)
        others, consented = self._others(), self._consented()
        if consented is None:
            others = others or None
        return Access(self._drafting(), "", "", others, sends_as_anybody(consented or frozenset()), may_send=False)

    def close(self) -> None:
        """Let the threads go, and a line of its own; else the line is shared."""
        self._pool.shutdown(wait=True)
        self._closes()

    def _message(self, id: str) -> str:
        return f"{self._me}/messages/{id}"

    def _messages(self, messageid: str) -> list[dict[str, Any]]:
        found = self._graph.get(f"{self._me}/messages", filter=named(messageid), select=_STATE)
        return list(found.get("value") or ())

    def _lies_in(self, folder: str, row: Mapping[str, Any]) -> bool:
        """Does this message lie in the folder of that well-known name?"""
        if folder not in self._folders:
            self._folders[folder] = str(self._graph.get(f"{self._me}/mailFolders/{folder}", select="id")["id"])
        return bool(row.get("parentFolderId") == self._folders[folder])

    def _is_nudged(self) -> bool:
        return self._nudged()

    def _learn(self, arrivals: Arrivals) -> None:
        """Follow the delta link; one that Graph has forgotten is begun anew, and what is known keeps its number."""
        place = arrivals.place()
        if place:
            try:
                self._follow(arrivals, place)
            except TokenExpired:
                place = ""
        if not place:
            self._follow(arrivals, "")

    def _follow(self, arrivals: Arrivals, place: str) -> None:
        first = f"{self._me}/mailFolders/inbox/messages/delta?changeType=created"
        since = moment_of(json.loads(place).get("since")) if place.startswith("{") else None
        place = place if place.startswith("https://") else ""
        options = {} if place else {"select": "receivedDateTime,internetMessageId", "expand": WITH_SIZE}
        if since is not None:
            options["filter"] = f"receivedDateTime ge {stamp(since)}"
        for page in self._graph.pages(place or first, page_size=_PAGE, **options):
            found = [Arrival(str(row["id"]), size_of(row), moment_of(row.get("receivedDateTime"))) for row in page]
            found.sort(key=lambda one: str(one.received))
            arrivals.keep(found, page.next_link or page.delta_link or place)

    def _heads(self, some: Sequence[Numbered]) -> tuple[Fetched, ...]:
        heads = []
        for one, row in zip(some, self._pool.map(self._head, some), strict=True):
            if row is not None:
                heads.append(Fetched(one.uid, head_of(row), one.size or size_of(row), one.received))
        return tuple(heads)

    def _head(self, one: Numbered) -> dict[str, Any] | None:
        with suppress(RowGone):
            return self._graph.get(self._message(one.platformid), select=HEAD_COLUMNS, expand=WITH_SIZE)
        return None

    def _fetched(self, some: Sequence[Numbered], most_bytes: int) -> tuple[Fetched, ...]:
        found = self._pool.map(lambda one: self._whole(one, most_bytes), some)
        return tuple(fetched for fetched in found if fetched is not None)

    def _whole(self, one: Numbered, most_bytes: int) -> Fetched | None:
        """The message; of one that is too large its header alone, so that its bytes are never fetched."""
        if one.size > most_bytes:
            row = self._head(one)
            if row is None:
                return None
            return Fetched(one.uid, head_of(row, whole=True)[:most_bytes], one.size, one.received)
        try:
            raw = self._graph.content(f"{self._message(one.platformid)}/$value")
        except RowGone:
            return None
        return Fetched(one.uid, raw[:most_bytes], len(raw), one.received)

    def _stub(self, one: Numbered, reason: str) -> Fetched:
        """Its header, where Exchange gives that."""
        stub = super()._stub(one, reason)
        try:
            row = self._head(one)
        except CrmError:
            return stub
        return replace(stub, raw=head_of(row, whole=True)) if row is not None else stub

    def _answers(self, error: Exception) -> None:
        self._open_inbox()

    def _open_inbox(self) -> None:
        self._graph.get(f"{self._me}/mailFolders/inbox/messages", select="id", top=1)

    def _reading(self) -> str:
        try:
            self._open_inbox()
        except RowGone:
            return f"Exchange has no mailbox {self.address}, or it is not in Exchange Online."
        except LeadwrightError as error:
            return str(error)
        return ""

    def _drafting(self) -> str:
        try:
            made = self._graph.post(f"{self._me}/messages", {"subject": "Leadwright looks whether it may write here"})
            self.remove_draft(Draft(str(made["id"])))
        except LeadwrightError as error:
            return str(error)
        return ""

    def _consented(self) -> frozenset[str] | None:
        with suppress(LeadwrightError):
            return self._graph.consented()
        return None

    def _others(self) -> tuple[str, ...] | None:
        """Other mailboxes that open; None when none could be tried."""
        opened, tried = [], 0
        for address in self._strangers():
            try:
                self._graph.get(f"{user_path(address)}/mailFolders/inbox/messages", select="id", top=1)
                opened.append(address)
                tried += 1
            except PrivilegeMissing:
                tried += 1
            except LeadwrightError:
                continue
        return tuple(opened) if tried else None

    def _see_it_arrive(self, messageid: str, seconds: float) -> str:
        end, inbox = time.monotonic() + seconds, f"{self._me}/mailFolders/inbox/messages"
        try:
            while not (self._graph.get(inbox, filter=named(messageid), select="id").get("value")):
                if time.monotonic() >= end:
                    return f"The test mail was accepted, but did not arrive in the Inbox within {seconds:.0f} seconds."
                time.sleep(_TRIP_SECONDS)
            for row in self._messages(messageid):
                with suppress(RowGone):
                    self.remove_draft(Draft(str(row["id"])))
        except LeadwrightError as error:
            return str(error)
        return ""

    def _copy(self, row: dict[str, Any]) -> SentCopy:
        ours = mail_of(self._seals, str((row.get("body") or {}).get("content") or ""))
        to = ours.address if ours else next((address_in(one) for one in row.get("toRecipients") or ()), "")
        key, head = ours.businesskey if ours else "", head_of(row, whole=True)
        return SentCopy(str(row["internetMessageId"]), self.address, to, key, head, moment_of(row.get("sentDateTime")))


def _accepted() -> Outcome:
    return Outcome(Result.ACCEPTED, "Exchange accepted it.", 202)
