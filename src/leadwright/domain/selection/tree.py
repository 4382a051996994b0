"""The tree of selection criteria: rows, groups and related tables, at most ten conditions (product.md 4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from leadwright.domain import optionsets as o
from leadwright.domain.selection.operators import MOVING, Operator
from leadwright.errors import BadInput

LIMIT = 10
DEPTH = 5  # groups inside groups; deeper trees are refused

Value = str | int | float | bool | date


@dataclass(frozen=True, slots=True)
class Condition:
    """A row: column, operator, and the values beside it (none, one, two or a list)."""

    attribute: str
    operator: Operator
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all (And), or at least one (Or), must be met."""

    all_of: bool
    parts: "tuple[Part, ...]"


@dataclass(frozen=True, slots=True)
class Related:
    """A record the lead looks up to.

    Args:
        lookup: lookup column of the lead, e.g. ``parentaccountid``.
        exists: True: contains data, that is, the lead has such a record and it meets the conditions.
            False: does not contain data, that is, it has none, or one that does not meet them.
        conditions: conditions on columns of the related table; None means any record.
    """

    lookup: str
    exists: bool = True
    conditions: Group | None = None


Part = Condition | Group | Related


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which leads an agent takes.

    Args:
        root: the outermost group.
        timezone: IANA zone in which days, weeks (from Monday), months and years begin.

    Raises:
        BadInput: more than ten conditions.
    """

    root: Group
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        found = count(self.root)
        if found > LIMIT:
            raise BadInput(
                f"There are {found} conditions; at most {LIMIT} are allowed, those in groups and related tables "
                f"included. Remove {found - LIMIT}, or join several values of one column with 'is one of'.",
                field="conditions",
            )

    @property
    def moves(self) -> bool:
        """What matches changes as time passes, with no lead changed."""
        return any(c.operator in MOVING for c in conditions(self.root))


@dataclass(frozen=True, slots=True)
class Rules:
    """The criteria with the standing rules around them: what makes a lead one of the agent's segment.

    A lead needs a company (name, or a linked account) and an address, and may match no seller segment.

    Args:
        email_field: column of the lead that is the primary address; empty: none is asked for, as when a list is
            only judged.
        look_back_days: consider leads created in the last N days before the start; None: only after it.
        sellers: seller segments by name; a lead that matches one goes to people.
    """

    criteria: Criteria
    email_field: str = "emailaddress1"
    look_back_days: int | None = None
    sellers: tuple[tuple[str, Criteria], ...] = ()

    @property
    def moves(self) -> bool:
        """Membership changes as time passes."""
        return self.criteria.moves or any(c.moves for _, c in self.sellers)

    @property
    def lookups(self) -> frozenset[str]:
        """Lookup columns whose records must be at hand to decide."""
        trees = (self.criteria, *(c for _, c in self.sellers))
        return frozenset(p.lookup for t in trees for p in parts(t.root) if isinstance(p, Related))

    def considered_from(self, started_at: datetime) -> datetime:
        """Leads created before this moment are outside the look-back of that start."""
        try:
            return started_at - timedelta(days=self.look_back_days or 0)
        except OverflowError:
            return datetime.min.replace(tzinfo=started_at.tzinfo)


def parts(part: Part) -> Iterator[Part]:
    """The part and everything below it."""
    yield part
    below = part.parts if isinstance(part, Group) else ()
    if isinstance(part, Related) and part.conditions:
        below = (part.conditions,)
    for child in below:
        yield from parts(child)


def conditions(part: Part) -> Iterator[Condition]:
    """Every row, those in groups and related tables included."""
    return (p for p in parts(part) if isinstance(p, Condition))


def count(part: Part) -> int:
    """Conditions as the limit counts them: each row, and each related table that has no rows of its own."""
    return sum(isinstance(p, Condition) or (isinstance(p, Related) and p.conditions is None) for p in parts(part))


def default_criteria() -> Criteria:
    """Status equals Open; rating equals Cold; source neither Employee Referral nor Partner; email contains data."""
    return Criteria(
        Group(
            True,
            (
                Condition("statecode", Operator.EQUALS, (int(o.LeadState.OPEN),)),
                Condition("leadqualitycode", Operator.EQUALS, (int(o.LeadRating.COLD),)),
                Condition(
                    "leadsourcecode", Operator.NOT_IN, (int(o.LeadSource.EMPLOYEE_REFERRAL), int(o.LeadSource.PARTNER))
                ),
                Condition("emailaddress1", Operator.HAS_DATA),
            ),
        )
    )
