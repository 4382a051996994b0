"""What an outside CRM must offer to be mirrored in. Implementations know its protocol; nothing else here does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from leadwright.domain.attributes import Attribute
from leadwright.errors import CrmError
from leadwright.mirror.tables import Mirrored

Raw = dict[str, Any]
"""A row as the CRM gives it: its names for the columns, and `@odata.etag`."""


@dataclass(frozen=True, slots=True)
class Described:
    """A table as the organisation has it.

    Args:
        entity_set: its name in addresses.
        columns: logical names that can be read.
        tracked: changes of it can be asked for by a token, as far as the table goes; the role may say otherwise.
        own: the organisation's own columns, of a kind we keep.
        choices: standard column -> value -> label, of choice columns.
    """

    entity_set: str
    columns: frozenset[str]
    tracked: bool = False
    own: Mapping[str, Attribute] = field(default_factory=dict)
    choices: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a table is asked for.

    Args:
        names: of columns, for the query.
        entity_set: as `Described` says.
    """

    table: Mirrored
    entity_set: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows created from `start` (included) until `end`, both as the CRM writes moments; empty: no end.

    Args:
        link: where reading it goes on, empty at its beginning.
    """

    start: str = ""
    end: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and how it goes on.

    Args:
        removed: ids of rows that were deleted.
        link: the next page; empty on the last.
        token: asks for what changes from now on; on the last page, where change tracking works.
    """

    rows: list[Raw]
    removed: list[str] = field(default_factory=list)
    link: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of rows that were asked for by their ids.

    Args:
        gone: they are not there any more.
        hidden: they are there, and we may not see them.
    """

    rows: list[Raw]
    gone: list[str]
    hidden: list[str]


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds which roles, directly or through a team. Who holds none, or cannot be seen, is left out.

    Args:
        roles: systemuserid -> those roles that were asked for.
        sellers: who holds another role, one of the organisation's own, that opens and changes leads.
        unsure: roles that others may hold too, through teams or roles that we may not look into.
    """

    roles: Mapping[str, frozenset[str]]
    sellers: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()


class TrackingRefused(CrmError):
    """Changes of a table cannot be asked for by a token: it is off for the table, or our role reads only a part."""


class Mirror(Protocol):
    """The other side. Everything here only reads, so everything is safe to repeat; methods may be called by threads.

    Raises, all of them: CrmError and what is below it. `PrivilegeMissing` concerns one table, `TokenExpired` its
    token, `NotAMember`, `SignInRefused` and `CannotReach` everything; `Throttled` says when to come back.
    """

    def organization(self) -> str:
        """Id of the organisation."""
        ...

    def describe(self) -> Mapping[str, Described]:
        """Every mirrored table there is, by logical name. One that is missing over there is left out."""
        ...

    def totals(self) -> Mapping[str, int]:
        """Rows of each table, whoever may see them, as far as the CRM tells; it may be a day old."""
        ...

    def stretch(self, asked: Asked, stretch: Stretch) -> Page:
        """Rows of a stretch, the oldest first."""
        ...

    def everything(self, asked: Asked, link: str = "", *, tracked: bool) -> Page:
        """A page of all rows; tracked: the last one has a token of the moment of the first.

        Raises:
            TrackingRefused: the table or our role does not allow it.
        """
        ...

    def changed(self, asked: Asked, token: str, link: str = "") -> Page:
        """What changed since a token; the next page of it by its link.

        Raises:
            TokenExpired: everything must be compared anew.
        """
        ...

    def modified(self, asked: Asked, since: datetime, link: str = "") -> Page:
        """Rows modified at `since` or later, the oldest change first."""
        ...

    def rows(self, asked: Asked, ids: Sequence[str]) -> Found:
        """Rows by their ids, in as few requests as can be."""
        ...

    def offset(self) -> timedelta:
        """How far the clock over there is ahead of ours, as the last answer told."""
        ...

    def roles(self, names: Sequence[str]) -> Held:
        """Who holds which of the roles, and who one that is as good as Salesperson's.

        Standard roles are known by whatever name the organisation has for them. Raises where it cannot be told who
        holds a role directly.
        """
        ...

    def members(self, teamids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """teamid -> ids of its members; teams that are gone are left out."""
        ...

    def met(self, competitorids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """competitorid -> ids of the leads at which it was met; those that are gone are left out."""
        ...
