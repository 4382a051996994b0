"""The outbox to an outside CRM: what was decided here and has to be done over there, in the deciding transaction.

Whatever the audit log records of a mirrored column of a mirrored record goes out, and what is put in by name: notes,
news for a seller, mails. Without a connection nothing is written and nothing but one row is asked for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, cast
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Table, Text, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from leadwright.db.acts import act_of
from leadwright.db.base import Base, Id, now
from leadwright.db.bulk import one_of
from leadwright.db.connection import connection_row, fills_agent_tables, platform_of
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.mirror_seen import Seen, last_seen, last_seen_of
from leadwright.db.people import CustomColumn
from leadwright.db.sales import Email, OpportunityCompetitor
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.outgoing import TABLES, UNSENT, WriteKind, WriteState, travels
from leadwright.domain.platform import Platform

_CONFLICT = text("inconflict")
_ASKED, _ARRIVING = "mirror_writes", "mirror_arriving"  # keys of session.info
_CHUNK = 500
_STATES = ("statecode", "statuscode")
_OURS = frozenset(["subject", "description", "sender", "torecipients", "messageid", "inreplyto", "senton"])  # of a mail
VERSION, ANYWAY = "version", "anyway"  # what a DELETE knows: the ETag that was decided about, or that any may go
OTHER = "other"  # of a DELETE that is for a person to decide: was it answered that the row is another by now?
OF_LEAD = "of_lead"  # of a CREATE: the lead whose qualification it belongs to
_QUALIFYING = re.compile(r"lead ([\w-]+) qualified")
ARRIVED = frozenset(["changed in Dynamics 365", "deleted in Dynamics 365"])
"""Causes, in the audit log, of what came from over there."""


def cause_of_qualifying(leadid: str) -> str:
    """Why a record is made when a lead is qualified, as the audit log says it: so that the lead is known here."""
    return f"lead {leadid} qualified"


class MirrorWrite(Base):
    """One thing to be done over there. Rows of a lane go out in the order of their numbers."""

    __tablename__ = "mirrorwrite"
    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    key: Mapped[str | None] = mapped_column(String(120), unique=True)  # the same decision writes once
    lane: Mapped[str] = mapped_column(Id)  # the record it belongs to: its lead, or itself
    kind: Mapped[str] = mapped_column(String(12))  # domain.outgoing.WriteKind
    tablename: Mapped[str] = mapped_column(String(60))
    recordid: Mapped[str] = mapped_column(Id)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)  # column -> value; lookups are ids
    known: Mapped[dict[str, Any]] = mapped_column(default=dict)  # column -> values it may have there: no person's
    needs: Mapped[list[Any]] = mapped_column(default=list)  # ids of records that must have been created before
    action: Mapped[str] = mapped_column(String(60), default="")  # as the audit log calls what decided it
    actorid: Mapped[str | None] = mapped_column(Id)
    actorkind: Mapped[str] = mapped_column(String(20), default="agent")
    actorname: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12), default=WriteState.WAITING)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it waits, is held or was dropped: a sentence
    conflicts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # column -> [ours, theirs] that a person won
    inconflict: Mapped[bool] = mapped_column(Boolean, default=False)  # there are, or were, such columns
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    doubtful: Mapped[bool] = mapped_column(Boolean, default=False)  # it may have been done: look before a repeat
    dueat: Mapped[datetime | None]  # not before
    heldto: Mapped[datetime | None]  # end of the lease of who is sending it
    holder: Mapped[str | None] = mapped_column(String(80))
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what came back and is needed later
    createdon: Mapped[datetime] = mapped_column(default=now)
    triedon: Mapped[datetime | None]  # first
    concludedon: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_mirrorwrite_open", "state", "number"),
        Index("ix_mirrorwrite_lane", "lane", "state", "number"),
        Index("ix_mirrorwrite_record", "recordid", "state"),
        Index("ix_mirrorwrite_conflict", "number", sqlite_where=_CONFLICT, postgresql_where=_CONFLICT),
        Index("ix_mirrorwrite_ended", "state", "concludedon"),
    )


def goes_out(session: Session) -> bool:
    """Is what is decided in this session mirrored to an outside CRM? Asked once in a transaction."""
    if session.info.get(_ARRIVING):
        return False
    known = session.info.get(_ASKED)
    if known is None:
        known = session.info[_ASKED] = platform_of(session) is not Platform.BUILTIN
    return bool(known)


def asks_for_agent_tables(session: Session) -> bool:
    """Are the tables of Microsoft's own agent mirrored too?"""
    return goes_out(session) and fills_agent_tables(session)


@contextmanager
def arriving(session: Session) -> Iterator[None]:
    """What is written inside came from over there: it does not go out again."""
    before = session.info.get(_ARRIVING)
    session.info[_ARRIVING] = True
    try:
        yield
    finally:
        session.info[_ARRIVING] = before


def pending_fields(session: Session, table: str, recordid: str) -> set[str]:
    """Columns of a row that hold what we decided and have not sent yet: what arrives must not overwrite them."""
    return pending_of(session, table, [recordid]).get(recordid, set())


def pending_of(session: Session, table: str, recordids: Iterable[str]) -> dict[str, set[str]]:
    """The same for many rows of one table; rows without such columns are left out.

    Own columns are there by name and as `custom`. A mail that we recorded keeps our words for ever.
    """
    ids = list(recordids)
    found: dict[str, set[str]] = {}
    columns = set(Base.metadata.tables[table].columns.keys()) if table in TABLES else set()
    for write in _unsent(session, ids):
        if write.tablename == table:
            own = ["custom"] if any(name not in columns for name in write.changes) else []
            found.setdefault(write.recordid, set()).update([*write.changes, *own])
    if table == "email":
        mails = one_of(session, MirrorWrite.key, [f"mail:{id_}" for id_ in ids])
        found |= {id_: set(_OURS) for id_ in session.scalars(select(MirrorWrite.recordid).where(mails))}
    return found


def deleted_here(session: Session, table: str) -> set[str]:
    """Ids of rows that were deleted here and are not deleted over there yet."""
    w = MirrorWrite
    query = select(w.recordid).where(w.state.in_(UNSENT), w.kind == WriteKind.DELETE, w.tablename == table)
    return set(session.scalars(query))


def move_version(session: Session, table: str, recordid: str, was: str, etag: str) -> None:
    """A row that is still to be deleted over there is another version by what we did: that one may go, and no later.

    Args:
        was: ETag of the version that our write took the place of; empty: it created the row.
    """
    w = MirrorWrite
    of_row = (w.kind == WriteKind.DELETE) & (w.tablename == table) & (w.recordid == recordid)
    not_sent = w.state.in_((WriteState.WAITING, WriteState.HELD))
    for write in session.scalars(select(w).where(of_row, not_sent).with_for_update()):
        if write.known.get(VERSION, "") == was:
            write.known = {**write.known, VERSION: etag}


def follow(session: Session, acts: Sequence[Mapping[str, Any]]) -> None:
    """Put in what the audit log records: called by it, in the transaction of the change.

    Args:
        acts: entries of the audit log, oldest first.
    """
    concerned = [act for act in acts if act["recordtype"] in TABLES and act["cause"] not in ARRIVED]
    if concerned and goes_out(session):
        for start in range(0, len(concerned), _CHUNK):
            _Following(session, concerned[start : start + _CHUNK]).put_in()


def put_deleted(session: Session, acts: Sequence[Mapping[str, Any]], reason: str) -> None:
    """Put in deletions that none but a person sends, one by one: the records stay away here until then.

    Args:
        acts: as of `follow`.
        reason: why they are held, and what to do.
    """
    follow(session, acts)
    w, ids = MirrorWrite, [act["recordid"] for act in acts]
    waiting = (w.kind == WriteKind.DELETE) & (w.state == WriteState.WAITING)
    for start in range(0, len(ids), _CHUNK):
        some = one_of(session, w.recordid, ids[start : start + _CHUNK])
        held = {"state": WriteState.HELD, "reason": reason, "answer": {OTHER: False}}
        session.execute(update(w).where(waiting, some).values(held))


def put_created(session: Session, table: str, recordids: Sequence[str], actor: Any) -> None:
    """Put in many new records at once, as after an import; each is read as it is now."""
    if not goes_out(session):
        return
    for start in range(0, len(recordids), _CHUNK):
        ids = recordids[start : start + _CHUNK]
        _Following(session, [act_of(actor, f"{table}.created", table, id_, {}, {}) for id_ in ids]).put_in()


def put_note(session: Session, leadid: str, key: str, subject: str, notetext: str) -> None:
    """A note on a lead, once for each key."""
    if not goes_out(session) or not is_there(session, "lead", leadid) or _is_known(session, key):
        return
    changes = {
        "subject": subject[:500],
        "notetext": notetext[:100_000],
        "objectid_lead@odata.bind": f"/leads({leadid})",
    }
    _insert(session, [_row(session, WriteKind.CREATE, "annotation", id_of(key), leadid, changes, key=key)])


def put_news(session: Session, leadid: str, ownerid: str, key: str, title: str, body: str, icontype: int) -> None:
    """An in-app notification for a person about a lead, once for each key."""
    if not goes_out(session) or not is_there(session, "lead", leadid) or _is_known(session, f"news:{key}"):
        return
    changes = {"ownerid": ownerid, "title": title, "body": body, "icontype": icontype}
    _insert(session, [_row(session, WriteKind.NOTIFY, "appnotification", ownerid, leadid, changes, key=f"news:{key}")])


def put_row(session: Session, table: str, leadid: str, key: str, changes: Mapping[str, Any]) -> str:
    """A new row of any table, about a lead, once for each key. Returns its id."""
    recordid = id_of(key)
    if goes_out(session) and is_there(session, "lead", leadid) and not _is_known(session, key):
        _insert(session, [_row(session, WriteKind.CREATE, table, recordid, leadid, _plain(changes), key=key)])
    return recordid


def put_mail(session: Session, emailid: str) -> None:
    """An email activity that left or came in outside the CRM; its words and parties are read when it is sent."""
    key = f"mail:{emailid}"
    if not goes_out(session) or _is_known(session, key):
        return
    leadid = session.scalar(select(Email.regardingobjectid).where(Email.activityid == emailid))
    if leadid is not None and is_there(session, "lead", leadid):
        _insert(session, [_row(session, WriteKind.MAIL, "email", emailid, leadid, {}, key=key)])


def put_sent(session: Session, emailids: Sequence[str]) -> None:
    """Mails of ours that have left, each from a mailbox: those that Dataverse itself sent are there already."""
    if not goes_out(session):
        return
    query = select(Outbox.emailid, Mailbox).join(Mailbox, Mailbox.mailboxid == Outbox.mailboxid)
    for emailid, mailbox in session.execute(query.where(one_of(session, Outbox.emailid, emailids))):
        if emailid is not None and is_outside(mailbox):
            put_mail(session, emailid)


def is_outside(mailbox: Mailbox) -> bool:
    """Does its mail go out and come in without Dataverse making an activity of it?"""
    return mailbox.lw_kind != MailboxKind.DATAVERSE


def id_of(key: str) -> str:
    """The id a record gets over there: the same for the same key, so that a repeat meets itself."""
    return str(uuid5(NAMESPACE_OID, f"leadwright:{key}"))


def is_there(session: Session, table: str, recordid: str) -> bool:
    """Is this record mirrored, or about to be?"""
    if last_seen(session, table, recordid) is not None:
        return True
    return any(w.kind == WriteKind.CREATE and w.tablename == table for w in _unsent(session, [recordid]))


class _Following:
    """Some audited acts, and what has to be known of their records to put them in."""

    def __init__(self, session: Session, acts: Sequence[Mapping[str, Any]]) -> None:
        self._session, self._acts = session, acts
        self._rows: list[dict[str, Any]] = []
        ids = list(dict.fromkeys(act["recordid"] for act in acts))
        self._open: dict[str, list[MirrorWrite]] = {}
        for write in _unsent(session, ids):
            self._open.setdefault(write.recordid, []).append(write)
        self._seen: dict[str, Seen] = {}
        for table in {act["recordtype"] for act in acts}:
            self._seen |= last_seen_of(session, table, [a["recordid"] for a in acts if a["recordtype"] == table])
        self._new: set[str] = set()
        self._own: dict[str, frozenset[str]] = {}

    def put_in(self) -> None:
        """Put the acts in."""
        for act in self._acts:
            ending = act["action"].rpartition(".")[2]
            if ending == "created":
                self._created(act)
            elif ending == "deleted":
                self._deleted(act)
            elif ending == "qualified" and act["recordtype"] == "lead":
                self._qualified(act)
            else:
                self._changed(act, act["after"])
        if self._rows:
            _insert(self._session, self._rows)

    def _created(self, act: Mapping[str, Any]) -> None:
        table = Base.metadata.tables[act["recordtype"]]
        key = next(iter(table.primary_key.columns))
        row = self._session.execute(select(table).where(key == act["recordid"])).mappings().first()
        if row is None or act["recordid"] in self._seen:
            return
        values = _values_of(table, dict(row))
        later, known = self._after_creation(act["recordtype"], values)
        given = {name: value for name, value in values.items() if name not in later}
        of_lead = _QUALIFYING.fullmatch(act["cause"] or "")
        self._add(act, WriteKind.CREATE, given, {OF_LEAD: of_lead[1]} if of_lead else None)
        self._new.add(act["recordid"])
        if later:
            self._add(act, WriteKind.CHANGE, later, known)

    def _after_creation(self, table: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
        """What is set when the row is there: a closed state; and of a lead its owner, as our role creates its own."""
        later: dict[str, Any] = {}
        known: dict[str, list[Any]] = {}
        if values.get("statecode"):
            later |= {name: values[name] for name in _STATES if name in values}
            known |= {"statecode": [0], "statuscode": [1]}
        connection = connection_row(self._session)
        agent = connection.applicationuserid if connection else None
        if table == "lead" and agent and values.get("ownerid") not in (None, agent):
            later["ownerid"], known["ownerid"] = values["ownerid"], [agent]
        return later, known

    def _deleted(self, act: Mapping[str, Any]) -> None:
        about = (MirrorWrite.lane == act["recordid"]) | (MirrorWrite.recordid == act["recordid"])
        not_sent = MirrorWrite.state.in_((WriteState.WAITING, WriteState.HELD))
        gone = {"state": WriteState.DROPPED, "reason": "The record was deleted here.", "concludedon": self._moment}
        self._session.execute(update(MirrorWrite).where(about, not_sent).values(gone))
        seen = self._seen.get(act["recordid"])
        if seen is not None or self._is_tried(act["recordid"]):
            self._add(act, WriteKind.DELETE, {}, {VERSION: seen.etag} if seen else {})

    def _is_tried(self, recordid: str) -> bool:
        """Was something of what was not sent tried? Asked of the rows as they are now: a worker may have taken one."""
        w, numbers = MirrorWrite, [write.number for write in self._open.get(recordid, []) if write.number]
        tried = select(w.number).where(w.number.in_(numbers), w.triedon.is_not(None))
        return self._session.scalar(tried.limit(1)) is not None

    def _qualified(self, act: Mapping[str, Any]) -> None:
        self._changed(act, {name: value for name, value in act["after"].items() if name not in _STATES})
        if self._is_mirrored(act["recordid"]):
            changes = {name: act["after"].get(name) for name in _STATES}
            self._add(act, WriteKind.QUALIFY, changes, self._known(act, changes))
            self._link_competitors(act, act["after"].get("qualifyingopportunityid"))

    def _link_competitors(self, act: Mapping[str, Any], opportunityid: str | None) -> None:
        """The competitors of a lead are those of its opportunity: QualifyLead does not say so when it makes nothing."""
        of_sale = OpportunityCompetitor.opportunityid == opportunityid
        for competitorid in self._session.scalars(select(OpportunityCompetitor.competitorid).where(of_sale)):
            if is_there(self._session, "competitor", competitorid):
                about = {**act, "recordtype": "opportunity", "recordid": str(opportunityid)}
                self._add(about, WriteKind.LINK, {"competitorid": competitorid})

    def _changed(self, act: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        changed = {name: value for name, value in after.items() if name in act["before"]}  # else it only tells
        changes = {name: value for name, value in changed.items() if self._travels(act["recordtype"], name)}
        if not changes or not self._is_mirrored(act["recordid"]):
            return
        known = self._known(act, changes)
        for write in self._open.get(act["recordid"], []):
            if write.state == WriteState.HELD and set(write.changes) & set(changes):
                self._supersede(write, changes)
        self._add(act, WriteKind.CHANGE, changes, known)

    def _supersede(self, write: MirrorWrite, changes: Mapping[str, Any]) -> None:
        """What was changed since takes the place of what was refused; the rest of it is tried again."""
        if write.kind == WriteKind.CREATE:
            given = {n: v for n, v in changes.items() if n in write.changes or n not in ("ownerid", *_STATES)}
            write.changes = {n: v for n, v in {**write.changes, **given}.items() if v not in (None, "")}
            write.state, write.reason, write.dueat = WriteState.WAITING, "", None
            return
        if write.kind != WriteKind.CHANGE:
            return
        write.changes = {name: value for name, value in write.changes.items() if name not in changes}
        if not write.changes:
            write.state, write.concludedon = WriteState.DROPPED, self._moment
            write.reason = "It was decided anew since."
        elif OTHER not in write.answer and not set(write.conflicts) & set(write.changes):
            write.state, write.reason, write.dueat = WriteState.WAITING, "", None  # what was refused may be gone

    def _known(self, act: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, list[Any]]:
        """What each column may be over there: as last seen, or what our unsent writes of it knew and made it.

        While there are such writes, a person's value that was seen meanwhile was not taken in, and is not known.
        """
        seen, open_ = self._seen.get(act["recordid"]), self._open.get(act["recordid"], [])
        known: dict[str, list[Any]] = {}
        for name in changes:
            chain = [write for write in open_ if name in write.changes]
            if chain:
                values = [one for write in chain for one in [*write.known.get(name, []), write.changes[name]]]
            else:
                values = [seen.values[name]] if seen and name in seen.values else [act["before"].get(name)]
            known[name] = values
        return known

    def _is_mirrored(self, recordid: str) -> bool:
        created = any(write.kind == WriteKind.CREATE for write in self._open.get(recordid, []))
        return recordid in self._seen or recordid in self._new or created

    def _travels(self, table: str, name: str) -> bool:
        columns = Base.metadata.tables[table].columns
        if name in columns:
            return travels(name) and not columns[name].primary_key
        if table not in self._own:
            theirs = (CustomColumn.tablename == table) & CustomColumn.mirrored.is_(True)
            self._own[table] = frozenset(self._session.scalars(select(CustomColumn.name).where(theirs)))
        return name in self._own[table]

    def _add(
        self,
        act: Mapping[str, Any],
        kind: WriteKind,
        changes: Mapping[str, Any],
        known: Mapping[str, Any] | None = None,
    ) -> None:
        row = _row(self._session, kind, act["recordtype"], act["recordid"], act["recordid"], changes)
        row |= {"known": dict(known or {}), "action": act["action"][:60], "needs": self._needs(act, changes)}
        row |= {name: act[name] for name in ("actorid", "actorkind", "actorname")}
        self._rows.append(row)
        self._open.setdefault(act["recordid"], []).append(MirrorWrite(**row))

    def _needs(self, act: Mapping[str, Any], changes: Mapping[str, Any]) -> list[str]:
        named = {str(value) for value in changes.values() if isinstance(value, str) and len(value) == 36}
        return sorted({act["recordid"], *named})

    @property
    def _moment(self) -> datetime:
        return cast(datetime, self._session.info.get("clock", now)())


def _row(
    session: Session,
    kind: WriteKind,
    table: str,
    recordid: str,
    lane: str,
    changes: Mapping[str, Any],
    *,
    key: str | None = None,
) -> dict[str, Any]:
    moment = session.info.get("clock", now)()
    return {
        "key": key[:120] if key else None,
        "lane": lane,
        "kind": str(kind),
        "tablename": table,
        "recordid": recordid,
        "changes": dict(changes),
        "known": {},
        "needs": sorted({lane, *(str(v["id"]) for v in changes.values() if isinstance(v, dict) and "id" in v)}),
        "action": "",
        "actorid": None,
        "actorkind": "agent",
        "actorname": "",
        "state": str(WriteState.WAITING),
        "attempts": 0,
        "createdon": moment,
    }


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(MirrorWrite), rows)


def _unsent(session: Session, recordids: Sequence[str]) -> Sequence[MirrorWrite]:
    query = select(MirrorWrite).where(MirrorWrite.state.in_(UNSENT), one_of(session, MirrorWrite.recordid, recordids))
    return session.scalars(query.order_by(MirrorWrite.number)).all()


def _is_known(session: Session, key: str) -> bool:
    return session.scalar(select(MirrorWrite.number).where(MirrorWrite.key == key[:120])) is not None


def _values_of(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a record that go out, as JSON; empty ones are left out."""
    names = [c.name for c in table.columns if travels(c.name) and not c.primary_key]
    values = {name: row[name] for name in names if row[name] not in (None, "")}
    if not values.get("lastname") and row.get("fullname"):
        values["lastname"] = str(row["fullname"])[-50:]
    return _plain({**values, **{n: v for n, v in (row.get("custom") or {}).items() if v not in (None, "")}})


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {n: v.isoformat() if isinstance(v, date | datetime) else v for n, v in values.items()}
