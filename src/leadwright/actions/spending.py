"""What models cost, and the caps of a day: who may see and set them."""

from dataclasses import dataclass
from datetime import date, timedelta

from leadwright.db import audit
from leadwright.db import spending as store
from leadwright.db.base import now
from leadwright.db.spending import Line, SpendingLimit
from leadwright.domain.spending import AtCap, Level, Limits, Spent, forecast, level_of
from leadwright.errors import BadInput
from leadwright.identity.access import Principal, require
from leadwright.services import Services

DAYS = 31
MOST_TOKENS = 2_000_000_000
MOST_DOLLARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """The last 31 days, the newest first, and the month. Days are UTC."""

    limits: Limits
    level: Level
    today: Spent
    days: tuple[tuple[date, Spent], ...]
    models: tuple[Line, ...]
    purposes: tuple[Line, ...]
    month: Spent
    forecast: Spent


def usage(services: Services, who: Principal) -> Usage:
    """What was paid, by day, model and purpose, and what the month is likely to cost.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
    """
    require(who, "prvConfigureAgent")
    today = now().date()  # answers are journalled by the real clock, also in a rehearsal
    first = today - timedelta(days=DAYS - 1)
    with services.database.reading() as session:
        wanted, days = store.limits(session), store.by_day(session, first, today)
        models, purposes = store.by_model(session, first), store.by_purpose(session, first)
        month = store.spent_since(session, store.midnight(today.replace(day=1)))
    return Usage(
        wanted,
        level_of(wanted, days[today]),
        days[today],
        tuple(sorted(days.items(), reverse=True)),
        tuple(models),
        tuple(purposes),
        month,
        forecast(_known(days), today),
    )


def set_limits(services: Services, who: Principal, *, tokens: int | None, dollars: float | None, at_cap: str) -> Limits:
    """Set the caps of a day; they hold from the next call on, in every process within a second.

    Args:
        tokens, dollars: None: no cap.
        at_cap: ``builtin`` or ``pause``.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        BadInput: a number out of range.
    """
    require(who, "prvConfigureAgent")
    if tokens is not None and not 1 <= tokens <= MOST_TOKENS:
        raise BadInput(f"The cap is a number of tokens from 1 to {MOST_TOKENS:,}; empty for none.", field="tokens")
    if dollars is not None and not 0 < dollars <= MOST_DOLLARS:
        raise BadInput(f"The cap is more than 0 and at most {MOST_DOLLARS:,} dollars; empty for none.", field="dollars")
    if at_cap not in list(AtCap):
        raise BadInput(f"At the cap it is one of {', '.join(AtCap)}.", field="at_cap")
    wanted = Limits(tokens, dollars, AtCap(at_cap))
    with services.database.transaction() as session:
        before = store.limits(session)
        if wanted != before:
            row = session.get(SpendingLimit, 1, with_for_update=True) or SpendingLimit(id=1)
            row.tokensperday, row.dollarsperday, row.atcap = tokens, dollars, at_cap
            row.modifiedon, row.modifiedby = services.clock(), who.id or None
            session.add(row)
            audit.record(
                session, who.actor, "spending.capped", "spendinglimit", "1", before=_told(before), after=_told(wanted)
            )
    return wanted


def _told(wanted: Limits) -> dict[str, object]:
    return {"tokens": wanted.tokens, "dollars": wanted.dollars, "at_cap": str(wanted.at_cap)}


def _known(days: dict[date, Spent]) -> dict[date, Spent]:
    """From the first day with a call on, so that days before there was a model do not thin the mean."""
    used = [day for day, spent in days.items() if spent.calls]
    return {day: spent for day, spent in days.items() if used and day >= min(used)}
