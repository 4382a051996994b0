"""Tells what came in: selection of leads that are new or changed, the audit log of who did it. Decides nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db import audit, changes
from leadwright.db.audit import Actor, Changed
from leadwright.db.bulk import one_of
from leadwright.db.people import SystemUser
from leadwright.db.sales import Lead
from leadwright.mirror.fitting import fill_gaps
from leadwright.mirror.storing import Stored
from leadwright.mirror.tables import Mirrored

DYNAMICS = Actor(None, "system", "Dynamics 365")
CAUSE = "changed in Dynamics 365"
_LOOKUP = {
    "account": Lead.parentaccountid,
    "contact": Lead.parentcontactid,
    "opportunity": Lead.qualifyingopportunityid,
}


def tell(session: Session, table: Mirrored, stored: Stored, *, loading: bool) -> None:
    """Say what a page brought, in its transaction.

    Args:
        loading: of a first load: one entry in the audit log for the page; later one for each lead.
    """
    linked = fill_gaps(session, table.name, stored.created)
    if linked:
        changes.record_changed(session, linked)
    if table.name == "lead":
        if stored.created:
            changes.record_many(session, stored.created)
        if stored.before:
            changes.record_changed(session, stored.before)
    elif table.name in _LOOKUP and stored.before:
        _tell_related(session, table.name, stored.before)
    if not stored.changed:
        return
    if table.name == "lead" and not loading:
        _audit_leads(session, stored)
        return
    after = {"created": len(stored.created), "changed": len(stored.before)}
    audit.record(session, DYNAMICS, "mirror.page_stored", "mirror", table.name, after=after)


def _tell_related(session: Session, name: str, before: Mapping[str, Mapping[str, Any]]) -> None:
    """Leads that look up to one of the records; most records have none."""
    lookup = _LOOKUP[name]
    referred = session.scalars(select(lookup).distinct().where(one_of(session, lookup, list(before))))
    for recordid in sorted(filter(None, referred)):
        changes.record_related(session, name, recordid, before[recordid])


def _audit_leads(session: Session, stored: Stored) -> None:
    ids = [*stored.created, *stored.before]
    by = _actors(session, ids)
    news: dict[tuple[Actor, str], list[Changed]] = defaultdict(list)
    for key in stored.created:
        news[by[key], "lead.created"].append(Changed(key, {}, {}))
    for key, before in stored.before.items():
        news[by[key], "lead.changed"].append(Changed(key, before, stored.after[key]))
    for (actor, action), changed in news.items():
        audit.record_many(session, actor, action, "lead", changed, cause=CAUSE)


def _actors(session: Session, ids: Sequence[str]) -> dict[str, Actor]:
    """leadid -> who changed it last over there, as far as we know the person."""
    query = (
        select(Lead.leadid, SystemUser.systemuserid, SystemUser.fullname, SystemUser.applicationid)
        .outerjoin(SystemUser, SystemUser.systemuserid == Lead.modifiedby)
        .where(one_of(session, Lead.leadid, ids))
    )
    found = dict.fromkeys(ids, DYNAMICS)
    for leadid, userid, name, applicationid in session.execute(query):
        if userid:
            found[leadid] = Actor(userid, "application" if applicationid else "person", name)
    return found
