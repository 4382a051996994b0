"""Takes away what was deleted over there, with what hangs on it, in the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.db import audit, changes, removal
from leadwright.db.base import now
from leadwright.db.bulk import one_of
from leadwright.db.mirror import MirrorGap, MirrorRow
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.db.people import SystemUser
from leadwright.db.sales import Annotation, Contact, Lead, Opportunity
from leadwright.domain.outgoing import WriteState
from leadwright.mirror.fitting import sql_table
from leadwright.mirror.tables import Mirrored
from leadwright.mirror.telling import DYNAMICS

CAUSE = "deleted in Dynamics 365"
_GONE = "The lead was deleted in Dynamics 365."
_POINTS_TO: Mapping[str, Sequence[Any]] = {
    "account": (Lead.parentaccountid, Contact.parentcustomerid, Opportunity.parentaccountid),
    "contact": (Lead.parentcontactid, Opportunity.parentcontactid),
    "opportunity": (Lead.qualifyingopportunityid,),
}


def remove(session: Session, table: Mirrored, ids: Sequence[str]) -> int:
    """Delete the rows that we mirror; users are disabled instead, as they stand in what was done. How many went.

    Ids of rows we never had are passed over.
    """
    ours = sql_table(table.name)
    ids = [key.lower() for key in ids]
    mine = MirrorRow.tablename == table.name
    known = session.scalars(select(MirrorRow.recordid).where(mine, one_of(session, MirrorRow.recordid, ids))).all()
    if not known:
        return 0
    here = session.scalars(select(ours.c[table.key]).where(one_of(session, ours.c[table.key], known))).all()
    if here:
        _REMOVE.get(table.name, _remove_plainly)(session, table, here)
    session.execute(delete(MirrorRow).where(mine, one_of(session, MirrorRow.recordid, known)))
    session.execute(
        delete(MirrorGap).where(MirrorGap.tablename == table.name, one_of(session, MirrorGap.recordid, known))
    )
    return len(here)


def _remove_leads(session: Session, _table: Mirrored, ids: Sequence[str]) -> None:
    for leadid in ids:
        kept = removal.remove_lead(session, leadid)
        audit.record(session, DYNAMICS, "lead.deleted", "lead", leadid, before=kept, cause=CAUSE)
    about = one_of(session, MirrorWrite.lane, ids)
    not_sent = MirrorWrite.state.in_((WriteState.WAITING, WriteState.HELD))
    gone = {"state": WriteState.DROPPED, "reason": _GONE, "concludedon": now()}
    session.execute(update(MirrorWrite).where(about, not_sent).values(gone))


def _remove_records(session: Session, table: Mirrored, ids: Sequence[str]) -> None:
    """Accounts, contacts, opportunities: what points to them points to nothing, and selection hears of it."""
    for lookup in _POINTS_TO[table.name]:
        _let_go(session, lookup, ids)
    session.execute(
        delete(Annotation).where(Annotation.objecttypecode == table.name, one_of(session, Annotation.objectid, ids))
    )
    _remove_plainly(session, table, ids)


def _let_go(session: Session, lookup: Any, ids: Sequence[str]) -> None:
    ours = lookup.class_.__table__
    key, column = next(iter(ours.primary_key.columns)), ours.c[lookup.key]
    query = select(key, column).where(one_of(session, column, ids))
    pointing: dict[str, str] = {one: to for one, to in session.execute(query)}  # noqa: C416 rows are no pairs to mypy
    if not pointing:
        return
    values = {lookup.key: None, "versionnumber": ours.c.versionnumber + 1}
    if ours.name == "lead":
        values["modifiedon"] = now()
    session.execute(update(ours).where(one_of(session, key, list(pointing))).values(**values))
    if ours.name == "lead":
        changes.record_changed(session, {leadid: {lookup.key: was} for leadid, was in pointing.items()})


def _disable(session: Session, table: Mirrored, ids: Sequence[str]) -> None:
    session.execute(update(SystemUser).where(one_of(session, SystemUser.systemuserid, ids)).values(isdisabled=True))
    audit.record(session, DYNAMICS, "mirror.rows_removed", "mirror", table.name, before={"ids": list(ids)[:100]})


def _remove_plainly(session: Session, table: Mirrored, ids: Sequence[str]) -> None:
    """Row by row, for one that something of ours still needs stays: an old business unit with people in it."""
    ours = sql_table(table.name)
    kept = []
    for recordid in ids:
        try:
            with session.begin_nested():
                session.execute(delete(ours).where(ours.c[table.key] == recordid))
        except IntegrityError:
            kept.append(recordid)
    gone = [recordid for recordid in ids if recordid not in kept]
    if gone:
        before = {"rows": len(gone), "ids": gone[:100]}
        audit.record(session, DYNAMICS, "mirror.rows_removed", "mirror", table.name, before=before, cause=CAUSE)


_REMOVE: Mapping[str, Callable[[Session, Mirrored, Sequence[str]], None]] = {
    "lead": _remove_leads,
    "account": _remove_records,
    "contact": _remove_records,
    "opportunity": _remove_records,
    "systemuser": _disable,
}
