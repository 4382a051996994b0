"""The outbox to Dynamics 365 on a page: writes by what they need, with the names of their records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from leadwright.db.bulk import one_of
from leadwright.db.connection import platform_of
from leadwright.db.mirror_seen import is_hidden, last_seen
from leadwright.db.mirror_writes import OF_LEAD, MirrorWrite
from leadwright.db.people import SystemUser
from leadwright.db.sales import Account, Contact, Lead, Opportunity
from leadwright.domain.attributes import TABLES
from leadwright.domain.outgoing import UNSENT, WriteKind, WriteState
from leadwright.domain.platform import Platform

PAGE = 50
_DONE = (WriteState.SENT, WriteState.DROPPED)
_WHAT = {
    WriteKind.CREATE: "create",
    WriteKind.CHANGE: "change",
    WriteKind.DELETE: "delete",
    WriteKind.QUALIFY: "qualify",
    WriteKind.NOTIFY: "notify",
    WriteKind.MAIL: "record",
    WriteKind.LINK: "add a competitor to",
}
_NAMES: Mapping[str, tuple[Any, Any]] = {
    "lead": (Lead.leadid, func.coalesce(Lead.fullname, Lead.companyname, Lead.subject)),
    "account": (Account.accountid, Account.name),
    "contact": (Contact.contactid, Contact.fullname),
    "opportunity": (Opportunity.opportunityid, Opportunity.name),
    "systemuser": (SystemUser.systemuserid, SystemUser.fullname),
}
_LABELS = {
    "annotation": "note",
    "appnotification": "notification",
    "email": "email",
    "statecode": "Status",
    "statuscode": "Status reason",
    "ownerid": "Owner",
    "subject": "Title",
    "notetext": "Text",
    "title": "Title",
    "body": "Text",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One write as people read it.

    Args:
        what: a verb.
        record: what it is done to, in a word, and `name` its name; `link` its page.
        columns: label, our value, and the value over there that a person set.
        doubtful: it may have been done already.
        may_be_decided: Retry and Drop make sense.
    """

    number: int
    what: str
    record: str
    name: str
    link: str
    columns: tuple[tuple[str, str, str | None], ...]
    by: str
    state: str
    reason: str
    attempts: int
    doubtful: bool
    createdon: datetime
    dueat: datetime | None
    concludedon: datetime | None
    is_conflict: bool

    @property
    def may_be_decided(self) -> bool:
        """Does it wait, or is it held?"""
        return self.state in (WriteState.WAITING, WriteState.HELD)


def is_connected(session: Session) -> bool:
    """Is there an organisation to write to?"""
    return platform_of(session) is Platform.DYNAMICS365


def counts(session: Session) -> dict[str, int]:
    """state -> number of writes; "conflicts": those in which a person over there won or waits to be told."""
    query = select(MirrorWrite.state, func.count()).group_by(MirrorWrite.state)
    found: dict[str, int] = dict(session.execute(query).all())
    conflicts = select(func.count()).select_from(MirrorWrite).where(MirrorWrite.inconflict)
    return {**{str(state): 0 for state in WriteState}, **found, "conflicts": session.scalar(conflicts) or 0}


def oldest(session: Session) -> datetime | None:
    """When the oldest write that is not sent was decided."""
    query = select(MirrorWrite.createdon).where(MirrorWrite.state.in_(UNSENT)).order_by(MirrorWrite.number)
    return session.scalar(query.limit(1))


def lines(session: Session, shown: str, start: int | None) -> tuple[list[Line], int | None]:
    """Writes that are held, waiting, in conflict or done, from a number on; and where the next page begins."""
    query = _of(shown, start)
    found = session.scalars(query.limit(PAGE + 1)).all()
    page, following = found[:PAGE], (found[PAGE].number if len(found) > PAGE else None)
    return _lines(session, page), following


def read_again(session: Session, write: MirrorWrite, moment: datetime) -> None:
    """The record is read over there and comes in as it is: an empty change of it is put into its lane.

    Not one that is not shown to us any more: it comes in when it is shown again.
    """
    is_known = write.tablename in TABLES and last_seen(session, write.tablename, write.recordid) is not None
    if not is_known or session.scalar(select(is_hidden(write.tablename, write.recordid))):
        return
    session.add(
        MirrorWrite(
            lane=write.lane, kind=WriteKind.CHANGE, tablename=write.tablename, recordid=write.recordid,
            needs=[write.recordid], action="mirror.read_again", actorkind="system", createdon=moment,
        )
    )  # fmt: skip
    session.flush()


def of_qualification(session: Session, write: MirrorWrite) -> Sequence[MirrorWrite]:
    """What else was decided with it and is not sent, when it is a record that is made as a lead is qualified. Held."""
    w, leadid = MirrorWrite, write.known.get(OF_LEAD)
    if not leadid:
        return []
    not_sent = w.state.in_((WriteState.WAITING, WriteState.HELD)) & (w.number != write.number)
    needs = session.scalars(select(w.needs).where(w.lane == leadid, w.action == "lead.qualified", not_sent))
    about = {write.recordid, leadid, *chain.from_iterable(needs)}
    query = select(w).where(one_of(session, w.recordid, sorted(about)), not_sent).order_by(w.number).with_for_update()
    return [one for one in session.scalars(query) if one.action == "lead.qualified" or one.known.get(OF_LEAD) == leadid]


def _of(shown: str, start: int | None) -> Select[Any]:
    w = MirrorWrite
    if shown == "held":
        query, newest_first = select(w).where(w.state == WriteState.HELD), False
    elif shown == "waiting":
        query, newest_first = select(w).where(w.state.in_((WriteState.WAITING, WriteState.SENDING))), False
    elif shown == "conflicts":
        query, newest_first = select(w).where(w.inconflict), True
    else:
        query, newest_first = select(w).where(w.state.in_(_DONE)), True
    if newest_first:
        query = query.where(w.number <= start) if start is not None else query
        return query.order_by(w.number.desc())
    return (query.where(w.number >= start) if start is not None else query).order_by(w.number)


def _lines(session: Session, writes: Sequence[MirrorWrite]) -> list[Line]:
    names = _names(session, writes)
    return [_line(write, names) for write in writes]


def _names(session: Session, writes: Sequence[MirrorWrite]) -> dict[str, str]:
    """id -> name, of records and of people and accounts that are written into columns."""
    ids = {write.recordid for write in writes} | {write.lane for write in writes}
    for write in writes:
        values = [*write.changes.values(), *(pair[1] for pair in write.conflicts.values())]
        ids |= {value for value in values if isinstance(value, str) and len(value) == 36}
    found: dict[str, str] = {}
    for key, name in _NAMES.values():
        found |= {id_: str(n) for id_, n in session.execute(select(key, name).where(one_of(session, key, sorted(ids))))}
    return found


def _line(write: MirrorWrite, names: Mapping[str, str]) -> Line:
    news = write.kind == WriteKind.NOTIFY
    about = write.recordid if write.recordid in names and not news else write.lane
    known = {n: v for n, v in write.changes.items() if not (news and n in ("ownerid", "icontype"))}
    is_lead = write.tablename == "lead" or (write.tablename not in TABLES and about == write.lane)
    shown = {**known, **{name: pair[0] for name, pair in write.conflicts.items()}}
    return Line(
        number=write.number,
        what=_WHAT[WriteKind(write.kind)],
        record=names.get(write.recordid, "the seller") if news else _LABELS.get(write.tablename, write.tablename),
        name=names.get(about, ""),
        link=f"/leads/{write.lane}" if is_lead or write.lane != write.recordid else f"/{write.tablename}s/{about}",
        columns=tuple(_column(write, name, value, names) for name, value in shown.items() if "@" not in name),
        by=write.actorname or ("the agent" if write.actorkind == "agent" else write.actorkind),
        state=write.state,
        reason=write.reason,
        attempts=write.attempts,
        doubtful=write.doubtful,
        createdon=write.createdon,
        dueat=write.dueat,
        concludedon=write.concludedon,
        is_conflict=write.inconflict,
    )


def _column(write: MirrorWrite, name: str, value: Any, names: Mapping[str, str]) -> tuple[str, str, str | None]:
    table = TABLES.get(write.tablename)
    attribute = table.attributes.get(name) if table else None
    label = attribute.label if attribute else _LABELS.get(name) or name.removeprefix("msdyn_")
    choices = attribute.choices if attribute else {}

    def words(one: Any) -> str:
        if one in (None, "", {}):
            return "empty"
        if isinstance(one, bool):
            return "yes" if one else "no"
        if isinstance(one, dict):
            return str(one.get("id", ""))
        return str(names.get(one) or (choices.get(one) if isinstance(one, int) else None) or one)[:200]

    theirs = words(write.conflicts[name][1]) if name in write.conflicts else None
    return label, words(value), theirs
