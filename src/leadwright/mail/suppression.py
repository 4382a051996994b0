"""Who is never written to again. Only hashes are kept, of addresses: they outlive the lead, its merge and a new import.

A restore takes what the backup lacks with it: mails that ask for it are read again, clicks are carried over by a file.

An opt-out and a claim for the same address wait for each other, so that no mail is claimed once an opt-out is stored.
"""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, delete, select, text, update
from sqlalchemy.orm import Session

from leadwright.db.engagement import Engagement
from leadwright.db.mail import Outbox, Suppression
from leadwright.db.webhooks import announce
from leadwright.domain.mail_phase import Phase
from leadwright.domain.suppression import ASKED, WHY, Reason
from leadwright.domain.webhooks import Event
from leadwright.errors import BadInput
from leadwright.mail.addresses import domain_of, hash_address, hash_domain, normalise

_TICKED = "lead:"
_LOCKS = 7313  # class of our PostgreSQL advisory locks: opt-outs exclusively, claims together
_EXCLUSIVE = text("SELECT pg_advisory_xact_lock(:class, hashtext(:hash))")
_SHARED = text(
    "SELECT pg_advisory_xact_lock_shared(:class, hashtext(hash)) FROM unnest(CAST(:hashes AS text[])) AS hash"
)
_SHARED_NOW = text(
    "SELECT hash FROM unnest(CAST(:hashes AS text[])) AS hash "
    "WHERE pg_try_advisory_xact_lock_shared(:class, hashtext(hash))"
)
_ROWS = cast(Table, Suppression.__table__).c
_SUPPRESSED = (
    select(_ROWS.hash, _ROWS.scope, _ROWS.reason)
    .where(_ROWS.hash.in_(bindparam("whose", expanding=True)))
    .order_by(_ROWS.at)
)


def suppress(
    session: Session, address: str, *, reason: Reason, source: str, clock: Callable[[], datetime], scope: str = ""
) -> bool:
    """Never write to `address` again; its waiting mails end now. Safe to repeat.

    Args:
        source: what said so, for the record; never the address itself.
        scope: the purpose of mails it holds for; empty: all.

    Returns:
        True when this was new, or only a bounce or the tick of a person was known until now.

    Raises:
        BadInput: not an address.
    """
    found = hash_address(address)
    new = _add(session, found, "address", reason, source, clock, scope)
    _end_waiting(session, Outbox.recipienthash == found, reason, scope, clock())
    if new and reason in ASKED:
        leads = sorted(set(session.scalars(select(Engagement.leadid).where(Engagement.addresshash == found))))
        announce(session, Event.LEAD_OPTED_OUT, "suppression", {found: {"reason": str(reason), "leads": leads}})
    return new


def lift_bounce(session: Session, address: str) -> bool:
    """A person says that mail arrives there after all: what a bounce suppressed ends, and nothing else. Was there any?

    Raises:
        BadInput: not an address.
    """
    bounced = (Suppression.hash == hash_address(address), Suppression.reason == Reason.HARD_BOUNCE)
    return bool(session.scalars(delete(Suppression).where(*bounced).returning(Suppression.hash)).all())


def ticked(leadid: str) -> str:
    """The source of what is suppressed because a person ticked on this lead that it allows no emails."""
    return f"{_TICKED}{leadid}"


def is_ticked(source: str) -> bool:
    """Is that why? Then taking off the tick lifts it, and what a recipient asks for takes its place."""
    return source.startswith(_TICKED)


def suppress_domain(
    session: Session, domain: str, *, reason: Reason, source: str, clock: Callable[[], datetime], scope: str = ""
) -> bool:
    """The same for everybody at a domain.

    Raises:
        BadInput: not a domain.
    """
    found = hash_domain(domain)
    new = _add(session, found, "domain", reason, source, clock, scope)
    _end_waiting(session, Outbox.domainhash == found, reason, scope, clock())
    return new


def suppress_again(
    session: Session, found: str, kind: str, scope: str, reason: Reason, source: str, at: datetime, moment: datetime
) -> bool:
    """Keep what another database of ours knew of a hash; waiting mails end. True when it was new. Safe to repeat.

    Args:
        at: when it became known there; `moment` is the present one.
    """
    new = _add(session, found, kind, reason, source, lambda: at, scope)
    whose = (Outbox.recipienthash if kind == "address" else Outbox.domainhash) == found
    _end_waiting(session, whose, reason, scope, moment)
    return new


def why_suppressed(session: Session, address: str, scope: str) -> str | None:
    """The sentence why this address may not be written to for this purpose; None when it may.

    Raises:
        BadInput: not an address.
    """
    hashes = (hash_address(address), hash_domain(domain_of(normalise(address))))
    return why_hash_suppressed(session, hashes, scope)


def why_hash_suppressed(session: Session, hashes: tuple[str, str], scope: str) -> str | None:
    """The same by hash of address and of domain."""
    return whys_suppressed(session, [(hashes, scope)])[0]


def whys_suppressed(session: Session, asked: Sequence[tuple[tuple[str, str], str]]) -> list[str | None]:
    """The same for several at once: hashes and purpose of each."""
    whose = sorted({found for hashes, _ in asked for found in hashes})
    session.flush()
    rows = session.connection().execute(_SUPPRESSED, {"whose": whose}).all()
    return [
        next((WHY[Reason(row.reason)] for row in rows if row.hash in hashes and row.scope in ("", scope)), None)
        for hashes, scope in asked
    ]


def share_recipients(session: Session, recipients: Iterable[tuple[str, str]]) -> None:
    """Hold off opt-outs of these recipients until the transaction ends. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_SHARED, {"class": _LOCKS, "hashes": _sorted(recipients)})


def share_free_recipients(session: Session, recipients: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The same for those whom nobody holds at this moment; waits for nobody. Which they are."""
    if session.get_bind().dialect.name != "postgresql":
        return set(recipients)
    free = set(session.scalars(_SHARED_NOW, {"class": _LOCKS, "hashes": _sorted(recipients)}))
    return {both for both in recipients if free.issuperset(both)}


def hold_recipient(session: Session, address: str) -> None:
    """Hold off claims for this address until the transaction ends; for one that may suppress it and locks its lead."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_EXCLUSIVE, {"class": _LOCKS, "hash": hash_address(address)})


def hold_recipients(session: Session, addresses: Iterable[str]) -> list[str]:
    """The same for all of them, in one order everywhere. Those that are addresses."""
    hashes: dict[str, str] = {}
    for address in addresses:
        with contextlib.suppress(BadInput):  # a second address may be anything
            hashes.setdefault(hash_address(address), address)
    for found in sorted(hashes):
        hold_recipient(session, hashes[found])
    return list(hashes.values())


def _sorted(recipients: Iterable[tuple[str, str]]) -> list[str]:
    """In one order everywhere, so that two who wait never wait for each other."""
    return sorted({found for both in recipients for found in both})


def _add(
    session: Session, found: str, kind: str, reason: Reason, source: str, clock: Callable[[], datetime], scope: str
) -> bool:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_EXCLUSIVE, {"class": _LOCKS, "hash": found})
    known = session.scalar(select(Suppression).where(Suppression.hash == found, Suppression.scope == scope))
    if known is not None:
        settled = known.reason in ASKED and (is_ticked(source) or not is_ticked(known.source))
        if reason not in ASKED or settled:
            return False
        known.reason, known.source, known.at = reason, source[:300], clock()
        session.flush()
        return True
    session.add(Suppression(hash=found, kind=kind, scope=scope, reason=reason, source=source[:300], at=clock()))
    session.flush()
    return True


def _end_waiting(session: Session, whose: object, reason: Reason, scope: str, moment: datetime) -> None:
    """Mails that wait end as suppressed; one under way is caught by its next claim, if it gets another."""
    waiting = update(Outbox).where(whose, Outbox.phase == Phase.QUEUED)  # type: ignore[arg-type]
    if scope:
        waiting = waiting.where(Outbox.purpose == scope)
    session.execute(
        waiting.values(phase=Phase.SUPPRESSED, reason=WHY[reason], concludedon=moment).execution_options(
            synchronize_session=False
        )
    )
