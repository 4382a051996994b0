"""Stored research of one subject (a company, a competitor, a page of a criterion), shared until it is too old.

Whoever comes first does the work; the others wait for the result. A claim that was left behind is taken over.
"""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from leadwright.db.agent import CompanyResearch, SourcePassage
from leadwright.db.base import new_id
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.research.means import Means

LEASE = timedelta(seconds=120)
PATIENCE = 150.0  # seconds to wait for another's work before going on without
_RETRY = timedelta(hours=1)  # until partial research is tried again
_WORKING = "working"
NEVER_READ = "never_read"  # state of a subject of which nothing is stored, where nothing may be fetched
KEY_LENGTH = 160
_subject, _passage = cast(Table, CompanyResearch.__table__), cast(Table, SourcePassage.__table__)
_SUBJECT = select(_subject).where(_subject.c.companykey == bindparam("key"))
_PASSAGES = select(_passage).where(_passage.c.companykey == bindparam("key")).order_by(_passage.c.passageid)


@dataclass(frozen=True, slots=True)
class Found:
    """One passage to store: see `SourcePassage`."""

    kind: SourceKind
    source: str
    title: str
    text: str
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What was found, and what went wrong on the way; empty problems mean that nothing did.

    Args:
        notes: what was left out for good reason; told to the reader, and not tried again before the research is old.
    """

    found: tuple[Found, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Research in force.

    Args:
        state: done, partial, failed, or `NEVER_READ`.
        detail: what went wrong or was left out, as sentences.
        reused: another lead's research was used again.
    """

    key: str
    state: str
    detail: str
    passages: tuple[Passage, ...]
    researched_at: datetime | None
    reused: bool


def subject_key(kind: str, *parts: str) -> str:
    """A key of at most 160 characters, equal only for equal parts: ``company:acme.com|acme``."""
    key = f"{kind}:{'|'.join(parts)}"
    if len(key) <= KEY_LENGTH:
        return key
    return f"{key[: KEY_LENGTH - 65]}:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"


def research(means: Means, key: str, claimant: str, work: Callable[[], Work]) -> Subject:
    """The stored research of a subject, or that of `work` when there is none young enough.

    Args:
        key: at most 160 characters; equal for all that share it.
        claimant: id of the run; the same run takes its own claim up again after a crash at once.
        work: looks outside; holds no transaction; is called at most once here.
    """
    if not means.looks_outside:
        return _stored(means, key)
    end, pause = time.monotonic() + PATIENCE, 0.05
    while True:
        if young := _young(means, key):
            return young
        if _claim(means, key, claimant):
            break
        if time.monotonic() > end:
            return Subject(
                key, "failed", "Another run is still researching this; it was not waited for.", (), None, True
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
    try:
        done = work()
    except BaseException:
        _store(means, key, Work((), ("Research broke off.",)))
        raise
    return _store(means, key, done)


def _stored(means: Means, key: str) -> Subject:
    """Whatever is there, of any age."""
    with means.database.reading() as session:
        row = session.execute(_SUBJECT, {"key": key}).first()
        stored = session.execute(_PASSAGES, {"key": key}).all() if row else []
    if row is None:
        return Subject(key, NEVER_READ, "This was never read.", (), None, True)
    return Subject(key, row.state, row.detail, _passages(stored), row.researchedon, True)


def _young(means: Means, key: str) -> Subject | None:
    with means.database.reading() as session:
        row = session.execute(_SUBJECT, {"key": key}).first()
        if row is None or row.state == _WORKING:
            return None
        most = timedelta(days=means.settings.research_max_age_days)
        most = most if row.state == "done" else min(most, _RETRY)
        if means.clock() - row.researchedon > most:
            return None
        stored = session.execute(_PASSAGES, {"key": key}).all()
    return Subject(key, row.state, row.detail, _passages(stored), row.researchedon, True)


def _claim(means: Means, key: str, claimant: str) -> bool:
    at = means.clock()
    try:
        with means.database.transaction(repeatable=True) as session:
            row = session.scalar(select(CompanyResearch).where(CompanyResearch.companykey == key).with_for_update())
            if row is None:
                session.add(CompanyResearch(companykey=key, state=_WORKING, detail=claimant, researchedon=at))
                return True
            if row.state == _WORKING and row.detail != claimant and at - row.researchedon < LEASE:
                return False
            if row.state != _WORKING and _is_fresh(row, at, means):
                return False
            row.state, row.detail, row.researchedon = _WORKING, claimant, at
            return True
    except IntegrityError:  # another was first, in the same moment
        return False


def _is_fresh(row: CompanyResearch, at: datetime, means: Means) -> bool:
    """Finished by another since we looked."""
    return at - row.researchedon <= min(timedelta(days=means.settings.research_max_age_days), _RETRY)


def _store(means: Means, key: str, done: Work) -> Subject:
    """Write the result; a passage found again keeps its id, so that evidence goes on pointing at it."""
    at = means.clock()
    state = "done" if not done.problems else "partial" if done.found else "failed"
    detail = " ".join(dict.fromkeys([*done.problems, *done.notes]))[:2_000]
    with means.database.transaction(repeatable=True) as session:
        row = session.get(CompanyResearch, key) or CompanyResearch(companykey=key)
        row.state, row.detail, row.researchedon = state, detail, at
        session.add(row)
        session.flush()
        there = session.execute(_PASSAGES, {"key": key}).all()
        kept = {(r.source, r.sha256): r.passageid for r in there}
        wanted = {(f.source, _digest(f)): f for f in done.found}
        nothing_to_be_had = not done.found and done.problems  # now; what was known stays
        gone = [] if nothing_to_be_had else [passageid for pair, passageid in kept.items() if pair not in wanted]
        if gone:
            session.execute(delete(SourcePassage).where(SourcePassage.passageid.in_(gone)))
        new = [
            _row(key, found, sha256, at) for (source, sha256), found in wanted.items() if (source, sha256) not in kept
        ]
        if new:
            session.execute(insert(_passage), new)
        stored = _passages(session.execute(_PASSAGES, {"key": key}).all() if new or gone else there)
    return Subject(key, state, detail, stored, at, False)


def _row(key: str, found: Found, sha256: str, at: datetime) -> dict[str, Any]:
    return {
        "passageid": new_id(),
        "companykey": key,
        "kind": str(found.kind),
        "source": found.source,
        "title": found.title,
        "text": found.text,
        "sha256": sha256,
        "publishedon": found.date,
        "fetchedon": at,
    }


def _passages(rows: Iterable[Any]) -> tuple[Passage, ...]:
    return tuple(Passage(r.passageid, SourceKind(r.kind), r.source, r.title, r.text, r.publishedon) for r in rows)


def _digest(found: Found) -> str:
    return hashlib.sha256(found.text.encode("utf-8", "replace")).hexdigest()
