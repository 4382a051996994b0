"""The mirror of Dynamics 365 for administrators: how far it is, pause, retry, read anew, the key that wakes it.

And whether what the agent does is written into the tables of Microsoft's own agent too.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.connection import DYNAMICS365, CrmConnection, fills_agent_tables, platform_of
from leadwright.db.mirror import MirrorState, MirrorTable
from leadwright.db.pages import mirror as read
from leadwright.domain.platform import Platform
from leadwright.errors import BadInput, Conflict, LeadwrightError, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.dynamics_verification import agent_tables_found
from leadwright.mirror import links
from leadwright.mirror.columns import lost_columns
from leadwright.mirror.phases import WORDS, Phase
from leadwright.mirror.sides import MIRROR, state_of_mirror
from leadwright.mirror.tables import TABLES
from leadwright.services import Services

NEEDS = "prvConfigureAgent"
WAKE_PATH = "/settings/mirror/wake"
LABELS = {
    "businessunit": "Business units",
    "systemuser": "Users",
    "team": "Teams",
    "account": "Accounts",
    "contact": "Contacts",
    "competitor": "Competitors",
    "lead": "Leads",
    "opportunity": "Opportunities",
    "email": "Mails about leads",
    "annotation": "Notes",
    **links.WORDS,
}
_LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Line:
    """One table.

    Args:
        phase: waiting, loading, comparing or following; `phase_words` as people read it.
        way: how changes are noticed.
        stored: rows the load under way has stored.
        total: rows over there, whoever may see them; it may be a day old; None where it is not told.
        visible: rows that are here and that the role lets us see; `hidden`: those it does not any more.
        percent: of a load under way, when the total is known.
        lag_seconds: since it was looked at last without trouble.
        unseen: rows over there that are not here, when that is many.
    """

    table: str
    label: str
    phase: str
    phase_words: str
    way: str
    stored: int
    total: int | None
    visible: int
    hidden: int
    percent: int | None
    lag_seconds: float | None
    readon: datetime | None
    changedon: datetime | None
    comparedon: datetime | None
    dueat: datetime | None
    trouble: str
    troubledon: datetime | None
    failures: int
    unseen: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A column that was deleted over there, and where agents still use it."""

    table: str
    name: str
    label: str
    uses: list[str]


@dataclass(frozen=True, slots=True)
class Overview:
    """The mirror as a whole.

    Args:
        organisation: name or address; None: nothing is connected, and nothing of this runs.
        dueat: the next try, when nothing works at the moment.
        has_key: there is a key that wakes it; `wokenon`: a webhook came last.
        loaded: the first load of every table is complete.
        agent_tables: runs, results and handovers are written into the tables of Microsoft's own agent too.
    """

    organisation: str | None
    pausedon: datetime | None
    pausedby: str | None
    trouble: str
    troubledon: datetime | None
    dueat: datetime | None
    has_key: bool
    wokenon: datetime | None
    loaded: bool
    agent_tables: bool
    lines: list[Line]
    lost: list[Lost]


def overview(services: Services, who: Principal) -> Overview:
    """How far the mirror is.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
    """
    require(who, NEEDS)
    with services.database.reading() as session:
        return overview_of(session, services.clock())


def overview_of(session: Session, moment: datetime) -> Overview:
    """The same in the caller's session; nobody is asked for leave."""
    found, states = read.whole(session), read.tables(session)
    state: MirrorState | None = found.MirrorState if found else None
    seen = read.rows_seen(session)
    lines = [_line(name, states.get(name), seen.get(name, (0, 0)), moment) for name in (*TABLES, *links.WORDS)]
    return Overview(
        organisation=read.organisation(session),
        pausedon=state.pausedon if state else None,
        pausedby=found.by if found else None,
        trouble=state.trouble if state else "",
        troubledon=state.troubledon if state else None,
        dueat=state.dueat if state else None,
        has_key=bool(state and state.hookhash),
        wokenon=state.wokenon if state else None,
        loaded=all(name in states and states[name].loadedon is not None for name in TABLES),
        agent_tables=fills_agent_tables(session),
        lines=lines,
        lost=[Lost(*row) for row in lost_columns(session)],
    )


def pause(services: Services, who: Principal) -> None:
    """Read nothing until somebody says go on. What is here stays; what changes over there is read then.

    Raises:
        NotAllowed.
        Conflict: nothing is connected.
    """
    with _changing(services, who) as session:
        state = state_of_mirror(session)
        if state.pausedon is None:
            state.pausedon, state.pausedby = services.clock(), who.id or None
            audit.record(session, who.actor, "mirror.paused", "mirror", MIRROR)


def go_on(services: Services, who: Principal) -> None:
    """Read again, at once.

    Raises:
        NotAllowed, Conflict.
    """
    with _changing(services, who) as session:
        state = state_of_mirror(session)
        if state.pausedon is not None:
            audit.record(session, who.actor, "mirror.resumed", "mirror", MIRROR)
        state.pausedon = state.pausedby = state.dueat = None
        session.execute(update(MirrorTable).values(dueat=None))


def retry(services: Services, who: Principal, table: str = "") -> None:
    """Try a table, or everything, again at once.

    Raises:
        NotAllowed, Conflict.
        NotFound: no such table.
    """
    names = _named(table)
    with _changing(services, who) as session:
        state_of_mirror(session).dueat = None
        session.execute(update(MirrorTable).where(MirrorTable.tablename.in_(names)).values(dueat=None))
        audit.record(session, who.actor, "mirror.retried", "mirror", table or MIRROR)


def read_again(services: Services, who: Principal, table: str = "") -> None:
    """Read every row of a table, or of all, anew. Nothing is lost meanwhile; what is here too much is found then.

    Raises:
        NotAllowed, Conflict.
        NotFound: no such table.
    """
    names = [name for name in _named(table) if name in TABLES]
    with _changing(services, who) as session:
        state_of_mirror(session).dueat = None
        begun: dict[str, Any] = {"phase": Phase.WAITING, "parts": [], "link": "", "began": None, "dueat": None}
        session.execute(update(MirrorTable).where(MirrorTable.tablename.in_(names)).values(anew=True, **begun))
        audit.record(session, who.actor, "mirror.read_anew", "mirror", table or MIRROR)


def new_key(services: Services, who: Principal) -> str:
    """A new key for the address that wakes the mirror, shown once; the former one is of no use from then on.

    Raises:
        NotAllowed, Conflict.
    """
    key = token_urlsafe(32)
    with _changing(services, who) as session:
        state_of_mirror(session).hookhash = _hash(key)
        audit.record(session, who.actor, "mirror.wake_key_replaced", "mirror", MIRROR)
    return key


def fill_agent_tables(services: Services, who: Principal, *, on: bool) -> str:
    """Write runs, results and handovers from now on into the tables of Microsoft's own agent too, or no more.

    Returns what stands in the way of it; empty: nothing, or it is switched off.

    Raises:
        NotAllowed, Conflict.
    """
    with _changing(services, who) as session:
        row = session.get_one(CrmConnection, DYNAMICS365, with_for_update=True)
        if row.usemsdyn != on:
            before, row.usemsdyn = {"usemsdyn": row.usemsdyn}, on
            after = {"usemsdyn": on}
            audit.record(session, who.actor, "mirror.agent_tables_chosen", "mirror", MIRROR, before=before, after=after)
    try:
        found = agent_tables_found(services) if on else None
    except LeadwrightError as error:
        return f"Whether they are there cannot be asked now: {error}"
    return f"{found.detail} {found.remedy}" if found is not None and found.warns else ""


def wake(services: Services, key: str, table: str = "") -> None:
    """A webhook says that something changed: look at the table now. What it tells is not believed but read.

    Args:
        table: logical name; empty or one that is not mirrored: everything.

    Raises:
        NotFound: the key is none of ours.
    """
    with services.database.reading() as session:
        state = session.get(MirrorState, MIRROR)
        known = state.hookhash if state else ""
    if not known or not hmac.compare_digest(known, _hash(key)):
        raise NotFound("This key wakes nothing. Copy the address from Settings, Mirror, or make a new key there.")
    moment = services.clock()
    names = [table] if table in TABLES else list(TABLES)
    with services.database.transaction(repeatable=True) as session:
        session.execute(update(MirrorTable).where(MirrorTable.tablename.in_(names)).values(dueat=moment))
        session.execute(update(MirrorState).where(MirrorState.mirrorid == MIRROR).values(wokenon=moment))


def is_late(line: Line) -> bool:
    """Was the table not looked at for ten minutes although its turn came?"""
    return line.phase == Phase.FOLLOWING and line.lag_seconds is not None and line.lag_seconds > _LATE.total_seconds()


@contextmanager
def _changing(services: Services, who: Principal) -> Iterator[Session]:
    """A write transaction for who may, while an organisation is connected."""
    require(who, NEEDS)
    with services.database.transaction() as session:
        if platform_of(session) is not Platform.DYNAMICS365:
            raise Conflict("No organisation is connected, so there is nothing to mirror. Connect Dynamics 365 first.")
        yield session


def _named(table: str) -> Sequence[str]:
    names = (*TABLES, *links.WORDS)
    if not table:
        return names
    if table not in names:
        raise NotFound("This table is not mirrored. The page shows those that are.")
    return [table]


def _hash(key: str) -> str:
    if len(key) > 200:
        raise BadInput("A key is never that long.")
    return hashlib.sha256(key.encode()).hexdigest()


def _line(name: str, state: MirrorTable | None, seen: tuple[int, int], moment: datetime) -> Line:
    here, hidden = seen
    phase = Phase(state.phase) if state else Phase.WAITING
    total, stored = (state.total, state.stored) if state else (None, 0)
    percent = min(99, 100 * stored // total) if phase == Phase.LOADING and total else None
    missing = (total or 0) - here if phase == Phase.FOLLOWING and name not in ("email", "annotation", "team") else 0
    return Line(
        table=name,
        label=LABELS[name],
        phase=phase,
        phase_words=WORDS[phase],
        way=_way(name, state, phase),
        stored=stored,
        total=total,
        visible=here - hidden,
        hidden=hidden,
        percent=percent,
        lag_seconds=(moment - state.readon).total_seconds() if state and state.readon else None,
        readon=state.readon if state else None,
        changedon=state.changedon if state else None,
        comparedon=state.comparedon if state else None,
        dueat=state.dueat if state else None,
        trouble=state.trouble if state else "",
        troubledon=state.troubledon if state else None,
        failures=state.failures if state else 0,
        unseen=missing if total and missing > max(20, total // 20) else 0,
    )


def _way(name: str, state: MirrorTable | None, phase: Phase) -> str:
    if state is None or phase == Phase.WAITING:
        return ""
    if name not in TABLES:
        return "Read whole"
    return "Change tracking" if state.tracked else "Polling"
