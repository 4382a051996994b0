"""A mailbox behind Dataverse: a mail is an email activity, server-side synchronisation sends it and tracks what comes.

The activity has an id of ours, so that it is made once, and its status says whether it was handed over. The Message-ID
is chosen by Exchange and read back. Headers cannot be set: the link to unsubscribe stands in the footer alone.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from leadwright.domain.dataverse_privileges import NEEDED_FOR_ANY_MAIL, depths_held, lacking
from leadwright.domain.optionsets import Correlation
from leadwright.errors import CrmError, LeadwrightError, OutsideError
from leadwright.mail.arrivals import Arrival, Arrivals, Numbered
from leadwright.mail.dataverse_incoming import COLUMNS, PARTIES, head_of, moment_of, raw_of, tracked_of
from leadwright.mail.dataverse_letters import (
    CANCELED,
    CANCELLED_STATE,
    DRAFT,
    FAILED,
    HANDED_OVER,
    PENDING_SEND,
    SENDER,
    SENDING,
    activity_named,
    activity_of,
    answered_by,
    email_values,
    is_activity_id,
    recipients_of,
)
from leadwright.mail.dataverse_record import Record
from leadwright.mail.mailbox import (
    Access,
    Fate,
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
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.conditions import quoted
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import (
    AlreadyThere,
    PrivilegeMissing,
    Refused,
    RowChanged,
    RowGone,
    Unclear,
    UnknownName,
)

AT_ONCE = 4
_SEND = "Microsoft.Dynamics.CRM.SendEmail"
_PRIVILEGES = "Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"
_OF_THE_SENDER = ("0x80040417", "0x8004041b")  # no valid sender, no mailbox of the sender that delivers
_BY_ID = int(Correlation.IN_REPLY_TO)
_OVERLAP = timedelta(minutes=5)  # rows of transactions that end later than later ones
_PAGE = 500
_WHOLE = 50  # activities in one request
_LOOK_SECONDS = 15.0
_CANCELLED = {"statecode": CANCELLED_STATE, "statuscode": CANCELED}
_STATUS = ("activityid", "statecode", "statuscode", "messageid", "subject")
_WORDS = {
    PENDING_SEND: "Dynamics 365 has it in Pending Send: server-side synchronisation has not sent it yet.",
    SENDING: "Dynamics 365 has it in Sending: server-side synchronisation is at it.",
}
_ENDED = {
    CANCELED: "It was cancelled in Dynamics 365 before it left.",
    DRAFT: "It was put back to a draft in Dynamics 365 before it left.",
    FAILED: "Server-side synchronisation could not send it.",
}
_NO_LEAD = (
    "Dynamics 365 does not have the lead of this mail, or does not show it to the application. It is tried again, for "
    "the lead may be on its way there. Look at the mirror, and at the roles of the application user."
)
_OTHER_RECIPIENT = (
    "Dynamics 365 would send this mail to {}, not to {}: the lead has another email address there. Nothing was sent. "
    "Correct the address on one of the two sides, then send it again, or give it up."
)


class DataverseMailbox(PlatformReading):
    """See `mailbox.Mailbox`.

    Args:
        userid: systemuserid whose mailbox it is; empty: our application user.
        arrivals: numbers what came in; without them nothing can be read.
        seals: opens the links in what we sent.
    """

    def __init__(
        self,
        address: str,
        dataverse: Dataverse,
        *,
        userid: str = "",
        arrivals: Arrivals | None = None,
        seals: Seals | None = None,
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        super().__init__(arrivals, at_once=_WHOLE, look_seconds=look_seconds)
        self.address = address
        self._dataverse, self._seals, self._userid = dataverse, seals, userid
        self._record = Record(dataverse, address, self._sender)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="dataverse-mail")

    def send(self, letter: Letter, before_the_dot: Callable[[], bool]) -> Outcome:
        """Hand the mail over to server-side synchronisation."""
        told = self.send_together([letter], lambda which: [before_the_dot() for _ in which])
        return next(outcome for some in told for _, outcome in some)

    @property
    def at_once(self) -> int:
        """Far below what the organisation allows."""
        return AT_ONCE

    def send_together(
        self, letters: Sequence[Letter], before_the_dots: Callable[[Sequence[int]], Sequence[bool]]
    ) -> Iterator[Told]:
        """An activity each, then SendEmail."""
        return hand_over(self, self._pool, letters, before_the_dots)

    def make_draft(self, letter: Letter) -> Draft | Outcome:
        """The email activity; one that is there already says itself how far it came."""
        id = activity_of(letter)
        try:
            with suppress(AlreadyThere, Unclear):  # made before, or made and not answered: its status tells
                self._create(id, letter)
        except RowGone:
            return Outcome(Result.LATER, _NO_LEAD)
        row = self._dataverse.row("emails", id, _STATUS, expand=PARTIES)
        if row is None:
            return Outcome(Result.LATER, "Dynamics 365 does not show the email it was given. It is tried again.")
        draft = Draft(id, str(row.get("@odata.etag") or ""))
        return self._told(row) or self._misled(row, letter, draft) or draft

    def send_draft(self, letter: Letter, draft: Draft) -> Outcome:
        """SendEmail: from here on it is Pending Send."""
        self._dataverse.action(f"emails({draft.id})/{_SEND}", {"IssueSend": True})
        return _accepted()

    def look(self, letter: Letter, draft: Draft) -> Outcome | None:
        """By its status."""
        row = self._status(draft.id)
        return self._told(row) if row is not None else None

    def refuses_all(self, error: OutsideError) -> bool:
        """By the privileges that every mail takes, and by what the mailbox record says."""
        try:
            if isinstance(error, Refused):
                why = self._record.why_not(self._record.read(), "outgoing")
                return bool(why) or error.code.lower() in _OF_THE_SENDER
            if not isinstance(error, PrivilegeMissing):
                return isinstance(error, UnknownName)
            path = f"systemusers({self._dataverse.who_am_i()['UserId']})/{_PRIVILEGES}"
            held = depths_held(self._dataverse.get(path).get("RolePrivileges") or ())
        except OutsideError:
            return True
        return bool(lacking(held, NEEDED_FOR_ANY_MAIL))

    def remove_draft(self, draft: Draft) -> None:
        """Only while it is the version that was seen; cancelled where it went to another owner with its lead, for the
        right to delete does not reach that one's.
        """
        try:
            self._dataverse.delete("emails", draft.id, draft.etag or None)
        except PrivilegeMissing:
            self._cancel(draft.id, DRAFT)

    def find_sent(self, messageid: str, emailid: str = "") -> Found:
        """By the status of its activity. One that is gone proves nothing: it was made before it could be sent."""
        try:
            row = self._status(emailid or activity_named(messageid))
        except LeadwrightError:
            return Found.CANNOT_TELL
        if row is None:
            return Found.CANNOT_TELL
        return Found.YES if row["statuscode"] in HANDED_OVER else Found.NO

    def fates(self, mails: Sequence[Handed]) -> Iterator[Word]:
        """Status and Message-ID of each, in one request."""
        ids = {mail.outboxid: mail.emailid or activity_named(mail.messageid) for mail in mails}
        select = ",".join(_STATUS)
        calls = [Call("GET", f"emails({ids[mail.outboxid]})?$select={select}") for mail in mails]
        for mail, answer in zip(mails, self._dataverse.batch(calls), strict=True):
            if isinstance(answer, RowGone):
                yield Word(mail.outboxid, Fate.LEFT)  # it was accepted, and nothing more is to be learned
            elif isinstance(answer, Answer):
                yield self._word(mail, answer.json)

    def take_back(self, mails: Sequence[Handed]) -> Iterator[Word]:
        """Cancelled while it is Pending Send. One that is refused keeps no other."""
        for mail in mails:
            try:
                if self._cancel(mail.emailid or activity_named(mail.messageid), PENDING_SEND):
                    yield Word(mail.outboxid, Fate.FAILED)
            except (RowChanged, RowGone):  # synchronisation is at it, or somebody deleted it
                continue
            except (PrivilegeMissing, Refused) as error:
                yield Word(mail.outboxid, Fate.WAITS, str(error))

    def file_sent(self, raw: bytes, moment: datetime) -> None:
        """Nothing: Exchange keeps a copy of what it sends."""

    def sent_since(self, moment: datetime) -> Iterator[SentCopy]:
        """The emails of ours that were handed over, whoever owns them by now: an email goes along with its lead."""
        statuses = " or ".join(f"statuscode eq {status}" for status in HANDED_OVER)
        condition = f"directioncode eq true and createdon ge {_stamp(moment)} and ({statuses})"
        select = "activityid,messageid,torecipients,description,createdon,senton"
        try:
            condition += f" and email_activity_parties/any(p:p/_partyid_value eq {self._sender()}"
            condition += f" and p/participationtypemask eq {SENDER})"
            pages = self._dataverse.pages(
                "emails", page_size=_PAGE, filter=condition, select=select, orderby="createdon"
            )
            for row in (row for page in pages for row in page):
                yield self._copy(row)
        except CrmError as error:
            raise as_mail_error(error) from error

    def stay_notified(self, notice: Notice) -> Notice | None:
        """Nothing posts to us."""
        return None

    def test_trip(self, seconds: float) -> Trip:
        """Test & Enable Mailbox of Dynamics 365 itself; where we may not start it, what it found last."""
        try:
            row = self._record.tested(seconds)
            return Trip(self._record.why_not(row, "outgoing"), self._record.why_not(row, "incoming"))
        except LeadwrightError as error:
            return Trip(str(error), str(error))

    def try_access(self) -> Access:
        """What the mailbox record says."""
        try:
            row = self._record.read()
            out, into = self._record.why_not(row, "outgoing"), self._record.why_not(row, "incoming")
            return Access(out, self._record.other_address(row), into)
        except LeadwrightError as error:
            return Access(str(error), "", str(error))

    def close(self) -> None:
        """Let the threads go; the line is shared."""
        self._pool.shutdown(wait=True)

    def _sender(self) -> str:
        if not self._userid:
            self._userid = str(self._dataverse.who_am_i()["UserId"])
        return self._userid

    def _create(self, id: str, letter: Letter) -> None:
        """The activity as a draft; without the one it answers, where we may not append to that."""
        parent = self._parent(letter)
        try:
            self._dataverse.action("emails", {"activityid": id, **email_values(letter, self._sender(), parent)})
        except PrivilegeMissing:
            if not parent:
                raise
            self._dataverse.action("emails", {"activityid": id, **email_values(letter, self._sender())})

    def _parent(self, letter: Letter) -> str:
        """The activity it answers, so that Exchange threads it; a mail without one goes out all the same."""
        named = answered_by(letter)
        if not named:
            return ""
        condition = f"messageid eq {quoted(named)}"
        found = self._dataverse.get("emails", select="activityid", filter=condition, orderby="createdon", top=1)
        return next((str(row["activityid"]) for row in found.get("value") or ()), "")

    def _status(self, id: str) -> dict[str, Any] | None:
        return self._dataverse.row("emails", id, _STATUS) if is_activity_id(id) else None

    def _cancel(self, id: str, status: int) -> bool:
        """Have it not be sent while it has this status, and is the version that was seen."""
        row = self._status(id)
        if row is None or row["statuscode"] != status:
            return False
        self._dataverse.update("emails", id, _CANCELLED, str(row.get("@odata.etag") or "") or None)
        return True

    def _told(self, row: Mapping[str, Any]) -> Outcome | None:
        """What the status says of a mail that is about to be sent; None: a draft."""
        status = row["statuscode"]
        if status in HANDED_OVER:
            return _accepted()
        if status == DRAFT:
            return None
        return Outcome(Result.REFUSED, self._why(status, str(row.get("subject") or "")))

    def _misled(self, row: Mapping[str, Any], letter: Letter, draft: Draft) -> Outcome | None:
        """That the draft would go to another address than the mail was written to; None: it would not."""
        others = sorted(set(recipients_of(row)) - {letter.recipient.casefold()})
        if not others:
            return None
        with suppress(OutsideError):
            self.remove_draft(draft)
        return Outcome(Result.DENIED, _OTHER_RECIPIENT.format(", ".join(others), letter.recipient))

    def _word(self, mail: Handed, row: Mapping[str, Any]) -> Word:
        status = row.get("statuscode")
        if status in _WORDS:
            return Word(mail.outboxid, Fate.WAITS, _WORDS[status])
        if status in HANDED_OVER:
            return Word(mail.outboxid, Fate.LEFT, messageid=str(row.get("messageid") or ""))
        return Word(mail.outboxid, Fate.FAILED, self._why(status, str(row.get("subject") or "")))

    def _why(self, status: Any, subject: str) -> str:
        """Why it did not leave, with the newest alert about it."""
        said = _ENDED.get(status, f"Dynamics 365 says that it has the status {status}.")
        alert = self._record.alert(subject) if status == FAILED else ""
        return f"{said} {alert}".strip()

    def _learn(self, arrivals: Arrivals) -> None:
        """Number what was tracked since the last look, the oldest first."""
        written = arrivals.place()
        place = json.loads(written) if written.startswith("{") else {}  # else it is a link of Graph
        condition = self._concerning_us()
        since = moment_of(place.get("since"))
        if since is not None:
            condition += f" and createdon ge {_stamp(since - _OVERLAP)}"
        for page in self._dataverse.pages(
            "emails", page_size=_PAGE, filter=condition, select="activityid,createdon,versionnumber",
            orderby="createdon,versionnumber",
        ):  # fmt: skip
            if not page.rows:
                break
            found = [Arrival(str(row["activityid"]), 0, moment_of(row.get("createdon"))) for row in page]
            newest = max([m for one in found if (m := one.received)] + ([since] if since else []))
            arrivals.keep(found, json.dumps({"since": newest.isoformat()}))

    def _concerning_us(self) -> str:
        """What came in for us, though the mailbox of a seller tracked it first: there is one activity of each mail.

        The shared mailbox's address is that of its record alone, which makes no party, so that it stands there as text.
        Where a lead answers us and writes to a seller alone, the mail of ours whose Message-ID it names tells: what
        people write to each other under our subject is theirs.
        """
        box = self._record.id
        us = f"(p/_partyid_value eq {self._sender()} or p/addressused eq {quoted(self.address)})"
        party = f"email_activity_parties/any(p:{us} and p/participationtypemask ne 1)"
        answers = f"(correlationmethod eq {_BY_ID} and CorrelatedActivityId_Email/_sendermailboxid_value eq {box})"
        return f"directioncode eq false and (_receivingmailboxid_value eq {box} or {party} or {answers})"

    def _rows(self, some: Sequence[Numbered]) -> dict[int, dict[str, Any]]:
        """The activities by their numbers; those that are gone are missing."""
        query = f"?$select={','.join(COLUMNS)}&$expand={PARTIES}"
        answers = self._dataverse.batch([Call("GET", f"emails({one.platformid}){query}") for one in some])
        found: dict[int, dict[str, Any]] = {}
        for one, answer in zip(some, answers, strict=True):
            if isinstance(answer, Answer):
                found[one.uid] = answer.json
            elif not isinstance(answer, RowGone):
                raise answer
        return found

    def _heads(self, some: Sequence[Numbered]) -> tuple[Fetched, ...]:
        rows = self._rows(some)
        return tuple(_head(one, rows[one.uid]) for one in some if one.uid in rows)

    def _fetched(self, some: Sequence[Numbered], most_bytes: int) -> tuple[Fetched, ...]:
        rows, found = self._rows(some), []
        for one in some:
            row = rows.get(one.uid)
            if row is None:
                continue
            raw = raw_of(row, self._attachments(row))
            received = moment_of(row.get("actualend") or row.get("createdon"))
            found.append(Fetched(one.uid, raw[:most_bytes], len(raw), received, tracked_of(row)))
        return tuple(found)

    def _answers(self, error: Exception) -> None:
        if isinstance(error, UnknownName):  # a column is gone, for all of them
            raise error
        self._dataverse.get("emails", select="activityid", top=1)

    def _attachments(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Their names; the mail is read without them where they are not shown."""
        if not row.get("attachmentcount"):
            return []
        condition = f"_objectid_value eq {row['activityid']}"
        try:
            found = self._dataverse.get("activitymimeattachments", select="filename,mimetype", filter=condition)
        except CrmError:
            return []
        return list(found.get("value") or ())

    def _copy(self, row: Mapping[str, Any]) -> SentCopy:
        ours = mail_of(self._seals, str(row.get("description") or ""))
        to = ours.address if ours else str(row.get("torecipients") or "").partition(";")[0].strip()
        filed = moment_of(row.get("senton") or row.get("createdon"))
        id = str(row["activityid"])
        messageid = str(row.get("messageid") or "") or f"<{id}@dataverse.invalid>"
        return SentCopy(messageid, self.address, to, ours.businesskey if ours else "", b"", filed, id)


def _accepted() -> Outcome:
    return Outcome(Result.ACCEPTED, "Dynamics 365 has it: server-side synchronisation sends it.", told_later=True)


def _head(one: Numbered, row: Mapping[str, Any]) -> Fetched:
    return Fetched(one.uid, head_of(row), len(str(row.get("description") or "")), one.received, tracked_of(row))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
