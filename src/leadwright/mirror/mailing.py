"""Email activities of mails that a mailbox outside Dataverse sent or received: recorded over there, never sent."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.mirror_writes import MirrorWrite
from leadwright.db.sales import ActivityParty, Email
from leadwright.domain.optionsets import EmailState, EmailStatus, Participation
from leadwright.domain.outgoing import WriteState
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.conditions import quoted
from leadwright.microsoft.errors import AlreadyThere, MicrosoftError, PrivilegeMissing, Refused, RowGone, UnknownName
from leadwright.mirror.errands import Came, Errand
from leadwright.mirror.write_values import BIND, address

_PARTIES = (Participation.SENDER, Participation.TO, Participation.CC)
_SETS = {"lead": "leads", "systemuser": "systemusers", "contact": "contacts", "account": "accounts"}
_NO_DRAFT = "0x80040415"
_TRACKED = "Server-side synchronisation had recorded it."
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Words:
    """A mail as it is written over there: the body of the request, and whether we sent it."""

    body: dict[str, Any]
    outgoing: bool
    messageid: str


def read_mail(session: Session, emailid: str) -> Words | None:
    """The mail and its parties; None when it is gone."""
    email = session.get(Email, emailid)
    if email is None or email.regardingobjectid is None:
        return None
    parties = session.scalars(select(ActivityParty).where(ActivityParty.activityid == emailid)).all()
    text = html.escape(email.description[:_MOST]).replace("\n", "<br>\n")
    body: dict[str, Any] = {
        "activityid": emailid,
        "subject": email.subject or "(no subject)",
        "description": f"<div>{text}</div>",
        "directioncode": email.directioncode,
        f"regardingobjectid_lead{BIND}": f"/leads({email.regardingobjectid})",
        "email_activity_parties": [_party(p) for p in parties if p.participationtypemask in _PARTIES],
    }
    if email.messageid:
        body["messageid"] = email.messageid[:320]
    if email.senton:
        body["actualend"] = email.senton.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Words(body, email.directioncode, (email.messageid or "")[:320])


class Record(Errand):
    """A mail is recorded: made, then closed as sent or received.

    One that left is never left there as a draft, which a person could send once more: what SendEmail refuses to close,
    e.g. because the lead opted out meanwhile, is closed plainly, and what cannot be closed at all is deleted again.

    Args:
        words: None: the mail is gone here.
    """

    def __init__(self, write: MirrorWrite, moment: datetime, words: Words | None) -> None:
        super().__init__([write], moment)
        self._words = words
        self._must_look, self._is_there, self._plainly = words is not None, False, False
        self._refused: MicrosoftError | None = None

    def looks(self) -> list[Call]:
        """The activity under our id, or one that server-side synchronisation tracked of the same mail."""
        if not self.is_open or not self._must_look or self._words is None:
            return []
        same = f"activityid eq {self.first.recordid}"
        if self._words.messageid:
            same += f" or messageid eq {quoted(self._words.messageid)}"
        return [Call("GET", f"emails?$select=activityid,statuscode,statecode&$filter={quote(same, safe='')}&$top=5")]

    def looked(self, answers: Sequence[Came]) -> None:
        """Whoever recorded it, once is enough."""
        answer = answers[0]
        self._must_look = False
        if not isinstance(answer, Answer):
            self.failed(answer)
            return
        rows = {row["activityid"].lower(): row for row in answer.json.get("value", ())}
        own = rows.pop(self.first.recordid, None)
        if rows:
            self.end(WriteState.SENT, _TRACKED, answer={"email": next(iter(rows))})
        elif own is not None and own["statecode"] != EmailState.OPEN:
            self.end(WriteState.SENT)
        else:
            self._is_there = own is not None

    def calls(self) -> list[Call]:
        """The activity, then its state; or that it is deleted again."""
        if self._words is None:
            self.end(WriteState.DROPPED, "The mail was deleted here.")
            return []
        if self._refused is not None:
            return [Call("DELETE", address("email", self.first.recordid))]
        close = self._close(self._words)
        return [close] if self._is_there else [Call("POST", "emails", self._words.body), close]

    def came(self, answers: Sequence[Came]) -> None:
        """Made and closed, or one of the two has to be done again."""
        if self._refused is not None:
            self._failed(self._refused)
            return
        made, closed = (None, answers[0]) if self._is_there else (answers[0], answers[1])
        if isinstance(made, AlreadyThere):
            self._is_there = self._must_look = True
        elif made is not None and not isinstance(made, Answer):
            self._failed(made)
        elif isinstance(closed, Answer):
            self.end(WriteState.SENT)
        elif closed.code.lower() == _NO_DRAFT and not self.first.doubtful:
            self.first.doubtful = self._must_look = True
        elif self._is_outgoing and isinstance(closed, PrivilegeMissing | Refused | UnknownName):
            self._is_there, self._refused = True, closed if self._plainly else None
            self._plainly = True
        else:
            self._is_there = True
            self._failed(closed)

    @property
    def _is_outgoing(self) -> bool:
        return self._words is not None and self._words.outgoing

    def _failed(self, error: Any) -> None:
        if isinstance(error, RowGone):
            self.end(WriteState.DROPPED, "The lead was deleted in Dynamics 365.")
        else:
            self.failed(error)

    def _close(self, words: Words) -> Call:
        where = address("email", self.first.recordid)
        if words.outgoing and not self._plainly:
            return Call("POST", f"{where}/Microsoft.Dynamics.CRM.SendEmail", {"IssueSend": False})
        status = EmailStatus.SENT if words.outgoing else EmailStatus.RECEIVED
        state = {"statecode": int(EmailState.COMPLETED), "statuscode": int(status)}
        return Call("PATCH", where, state, {"If-Match": "*"})


def _party(party: ActivityParty) -> dict[str, Any]:
    body: dict[str, Any] = {"participationtypemask": party.participationtypemask}
    kind = party.partyobjecttypecode or ""
    if party.partyid and kind in _SETS:
        body[f"partyid_{kind}{BIND}"] = f"/{_SETS[kind]}({party.partyid})"
    if party.addressused and kind != "systemuser":
        body["addressused"] = party.addressused
    return body
