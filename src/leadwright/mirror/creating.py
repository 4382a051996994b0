"""A row over there is created with an id we chose, so that a repeat meets itself; or deleted."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any

from leadwright.db.mirror_seen import NO_VERSION
from leadwright.db.mirror_writes import ANYWAY, OF_LEAD, OTHER, VERSION, MirrorWrite
from leadwright.domain.dataverse_privileges import NEEDED_TO_DELETE, lacking
from leadwright.domain.optionsets import LeadState
from leadwright.domain.outgoing import Limit, WriteState, misfit
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.errors import (
    AlreadyThere,
    MicrosoftError,
    PrivilegeMissing,
    Refused,
    RowChanged,
    RowGone,
    UnknownName,
)
from leadwright.mirror.changing import ETAG, LOOKUPS_TOLD
from leadwright.mirror.errands import Arrived, Came, Errand
from leadwright.mirror.from_lead import FromLead
from leadwright.mirror.tables import TABLES
from leadwright.mirror.write_values import address, body_of, bound

_LINKED = "0x80040237"  # the link is there already
_STATE = ("statecode", "statuscode")
_KEY_TAKEN = "0x80060892"  # an alternate key, such as an account number: not the same row
_NOT_SO = (AlreadyThere, PrivilegeMissing, Refused, RowGone, UnknownName)  # may be due to what is mapped there
_PLAINLY = "plainly"  # of an answer: at which try it is made without what is mapped there, and why
_CLOSINGS = {LeadState.QUALIFIED: "qualified", LeadState.DISQUALIFIED: "disqualified"}
_CLOSED = (
    "The lead was {} in Dynamics 365 before what was decided here could be sent, so nothing is made for it there. Drop "
    "this, and all of the qualification is dropped and the lead becomes here what it is there; or reactivate it there, "
    "then Retry."
)


class Create(Errand):
    """A new row.

    Args:
        names: what is asked for in return; none: nothing.
        limits: what its columns take; None: the organisation has no such table.
    """

    def __init__(
        self, write: MirrorWrite, moment: datetime, *, names: Sequence[str], limits: Mapping[str, Limit] | None,
        teams: Set[str],
    ) -> None:  # fmt: skip
        super().__init__([write], moment)
        self.metadata_is_stale = False
        self._names, self._limits, self._teams = names, limits, teams
        self._is_there = False
        state = {n: v for n, v in write.changes.items() if n in _STATE}
        self._close = state if write.tablename not in TABLES else {}
        attempt, why = write.answer.get(_PLAINLY, (None, ""))
        refused = str(why) if attempt == write.attempts else ""
        leadid = str(write.known.get(OF_LEAD, ""))
        self._lead = FromLead(leadid, write.tablename, write.attempts, refused) if leadid else None
        self._must_ask = self._lead is not None

    def looks(self) -> list[Call]:
        """The row that an earlier try made; or first of all the lead it is made for."""
        if not self.is_open:
            return []
        if self._lead is not None and self._must_ask:
            return self._lead.calls()
        if self._is_there:
            return [Call("GET", f"{self._address()}{self._select()}", headers={"Prefer": LOOKUPS_TOLD})]
        return []

    def looked(self, answers: Sequence[Came]) -> None:
        """It is there; or the lead is open, else nothing is made: who closed it may have made the same."""
        answer = answers[0]
        if self._lead is not None and self._must_ask:
            self._must_ask = False
            self._asked(self._lead, answer, answers[1:])
        elif isinstance(answer, Answer):
            self._is(answer, None)
        else:
            self.failed(answer)

    def _asked(self, of_lead: FromLead, lead: Came, mapped: Sequence[Came]) -> None:
        doubtful = self.first.doubtful
        if isinstance(lead, RowGone):
            self.end(WriteState.HELD, _CLOSED.format("deleted"))
        elif isinstance(lead, MicrosoftError):
            self.failed(lead)
        elif not doubtful and (closed := _CLOSINGS.get(lead.json.get("statecode", -1))) is not None:
            self.end(WriteState.HELD, _CLOSED.format(closed))
        elif (error := of_lead.take(lead, mapped)) is not None:
            self.failed(error)
        for ending in self.endings.values():  # nothing was sent
            ending.doubtful = doubtful

    def calls(self) -> list[Call]:
        """One PATCH that only creates."""
        write = self.first
        if self._limits is None:
            self.end(WriteState.DROPPED, f"The organisation has no table {write.tablename}.")
            return []
        # What a column there cannot be given is left out where it does not exist: nothing of a new row is lost by it.
        given = {n: v for n, v in write.changes.items() if n not in self._close}
        customer = self._lead.customer(given) if self._lead is not None else {}
        there = bound({**given, **customer}, self._limits)
        unfit = [why for n, v in there.items() if n in self._limits and (why := misfit(self._limits[n], v))]
        if unfit:
            self.end(WriteState.HELD, " ".join(unfit))
            return []
        prefer = f"return=representation,{LOOKUPS_TOLD}" if self._names else ""
        headers = {"If-None-Match": "*", "Prefer": prefer}
        body = body_of(write.tablename, there, self._teams)
        if self._lead is not None:
            body = {**self._lead.beneath(body, self._limits), **body}
        make = Call("PATCH", f"{self._address()}{self._select()}", body, headers)
        close = Call("PATCH", self._address(), self._close, {"If-Match": "*"})
        return [make, close] if self._close else [make]

    def came(self, answers: Sequence[Came]) -> None:
        """It was made, now or before."""
        answer = answers[0]
        if isinstance(answer, Answer) and self._close:
            self._end(answers)
        elif isinstance(answer, Answer):
            self._is(answer, "")
        elif isinstance(answer, AlreadyThere) and answer.code.lower() != _KEY_TAKEN:
            self._is_there = bool(self._names)
            if not self._names:
                self._end(answers)
        elif self._lead is not None and self._lead.is_mapped and isinstance(answer, _NOT_SO):
            plainly = {_PLAINLY: [self.first.attempts + 1, str(answer)]}
            self.end(WriteState.WAITING, str(answer), wait=timedelta(0), answer=plainly)
        elif isinstance(answer, UnknownName) and self.first.attempts < 2:
            self.metadata_is_stale = True
            self.end(WriteState.WAITING, str(answer), wait=timedelta(0))
        elif isinstance(answer, RowGone) and self.first.tablename in TABLES:
            self.names_nobody(answer)
        else:
            self.failed(answer)

    def _is(self, answer: Answer, was: str | None) -> None:
        if self._names and answer.json.get(ETAG):
            self.arrived = Arrived(self.first.tablename, self.first.recordid, answer.json, was)
        self.end(WriteState.SENT, self._lead.lack if self._lead is not None else "")

    def _end(self, answers: Sequence[Came]) -> None:
        """Done when its state was set too, where it has one."""
        closed = answers[-1] if self._close else None
        if isinstance(closed, MicrosoftError):
            self.failed(closed)
        else:
            self.end(WriteState.SENT)

    def _address(self) -> str:
        return address(self.first.tablename, self.first.recordid)

    def _select(self) -> str:
        return f"?$select={','.join(self._names)}" if self._names else ""


class Link(Errand):
    """An opportunity and one of its competitors are linked; a link that is there stays.

    Args:
        base: address of the Web API.
    """

    def __init__(self, write: MirrorWrite, moment: datetime, base: str) -> None:
        super().__init__([write], moment)
        self._base = base

    def calls(self) -> list[Call]:
        """One POST of a reference."""
        where = address("opportunity", self.first.recordid)
        other = address("competitor", str(self.first.changes["competitorid"]))
        body = {"@odata.id": f"{self._base}{other}"}
        return [Call("POST", f"{where}/opportunitycompetitors_association/$ref", body)]

    def came(self, answers: Sequence[Came]) -> None:
        """Linked, now or before."""
        answer: Any = answers[0]
        if isinstance(answer, Answer | AlreadyThere) or answer.code.lower() == _LINKED:
            self.end(WriteState.SENT)
        elif isinstance(answer, RowGone):
            self.end(WriteState.DROPPED, "The opportunity or the competitor is not there any more.")
        else:
            self.failed(answer)


class Delete(Errand):
    """A row that was deleted here; not when somebody may have changed it since.

    Of one that our creation of it may have made, without an answer, no version may go before a person says so.
    """

    def __init__(self, write: MirrorWrite, moment: datetime) -> None:
        super().__init__([write], moment)
        self._etag = "" if write.known.get(ANYWAY) else write.known.get(VERSION) or NO_VERSION

    def calls(self) -> list[Call]:
        """One DELETE of that version."""
        headers = {"If-Match": self._etag} if self._etag else {}
        return [Call("DELETE", address(self.first.tablename, self.first.recordid), None, headers)]

    def came(self, answers: Sequence[Came]) -> None:
        """It is gone, or another by now."""
        answer: Any = answers[0]
        if isinstance(answer, Answer | RowGone):
            self.arrived = Arrived(self.first.tablename, self.first.recordid, None)
            self.end(WriteState.SENT)
        elif isinstance(answer, RowChanged):
            self.end(
                WriteState.HELD,
                "In Dynamics 365 it may be another than was known here when it was deleted: changed by a person, or by "
                "what was on its way there from here. Retry deletes it there anyway, Drop keeps it.",
                answer={OTHER: True},
            )
        elif isinstance(answer, PrivilegeMissing) and not answer.privilege and not answer.installation:
            needed = ", ".join(lacking({}, NEEDED_TO_DELETE))
            self.end(
                WriteState.HELD,
                "The role of the application user does not let it delete this record in Dynamics 365, such as one of "
                f"another owner. A System Administrator gives it {needed}, then Retry; Drop keeps the record there. "
                f"Dynamics 365 says: {answer.said}",
            )
        else:
            self.failed(answer)
