"""The other side of the mirror in Dataverse: pages, changes by token or by time, single rows, links between rows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from leadwright.domain.dataverse_privileges import ROLE_TEMPLATES
from leadwright.domain.privileges import NEEDED_BY_SELLERS, SALESPERSON
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import MicrosoftError, PrivilegeMissing, Refused, RowGone
from leadwright.mirror.dataverse_definitions import describe
from leadwright.mirror.mirror import Asked, Described, Found, Held, Page, Stretch, TrackingRefused
from leadwright.mirror.tables import TABLES

_TRACK = "odata.track-changes"
_TARGETS = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
_MEMBERS = "teammembership_association"
_MANY = 5000
_SEVERAL = frozenset({"contact", "email"})  # tables with a lookup that may point to several tables


class DataverseMirror:
    """Reads an organisation. See `mirror.mirror.Mirror` for what each method promises."""

    def __init__(self, dataverse: Dataverse) -> None:
        self._dataverse = dataverse

    @property
    def most_at_once(self) -> int:
        """Pages that may be read at the same time."""
        return self._dataverse.most_at_once

    def organization(self) -> str:
        """Id of the organisation."""
        return str(self._dataverse.who_am_i()["OrganizationId"]).lower()

    def describe(self) -> Mapping[str, Described]:
        """Every mirrored table there is."""
        return describe(self._dataverse)

    def totals(self) -> Mapping[str, int]:
        """Rows of each table, as Dataverse counted them within the last day; nothing where it does not tell."""
        names = ",".join(f"'{name}'" for name in TABLES)
        try:
            found = self._dataverse.get(f"RetrieveTotalRecordCount(EntityNames=[{names}])")
        except (PrivilegeMissing, Refused, RowGone):
            return {}
        counted = found.get("EntityRecordCountCollection") or {}
        return dict(zip(counted.get("Keys") or (), counted.get("Values") or (), strict=False))

    def stretch(self, asked: Asked, stretch: Stretch) -> Page:
        """Rows of a stretch, the oldest first."""
        ends = (
            f"createdon ge {stretch.start}" * bool(stretch.start),
            f"createdon lt {stretch.end}" * bool(stretch.end),
        )
        order = f"createdon asc,{asked.table.key} asc"
        return self._page(asked, stretch.link, filter=_all_of(*ends, asked.table.only), orderby=order)

    def everything(self, asked: Asked, link: str = "", *, tracked: bool) -> Page:
        """A page of all rows."""
        if not tracked:
            return self._page(asked, link, filter=asked.table.only)
        with _tracking():
            return self._page(asked, link, _TRACK)

    def changed(self, asked: Asked, token: str, link: str = "") -> Page:
        """What changed since a token. The columns are the ones asked for now, not those the token was given with."""
        since = dict(parse_qsl(urlsplit(token).query)).get("$deltatoken", "")
        with _tracking():
            return self._page(asked, link, _TRACK, deltatoken=since)

    def modified(self, asked: Asked, since: datetime, link: str = "") -> Page:
        """Rows modified since."""
        when = f"modifiedon ge {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        order = f"modifiedon asc,{asked.table.key} asc"
        return self._page(asked, link, filter=_all_of(when, asked.table.only), orderby=order)

    def rows(self, asked: Asked, ids: Sequence[str]) -> Found:
        """Rows by their ids, a thousand in a request."""
        select = ",".join(asked.names)
        headers = {"Prefer": _TARGETS} if asked.table.name in _SEVERAL else {}
        calls = [Call("GET", f"{asked.entity_set}({key})?$select={select}", headers=headers) for key in ids]
        found = Found([], [], [])
        for key, outcome in zip(ids, self._dataverse.batch(calls), strict=True):
            if isinstance(outcome, Answer):
                found.rows.append(outcome.json)
            elif isinstance(outcome, RowGone):
                found.gone.append(key)
            elif isinstance(outcome, PrivilegeMissing) and not outcome.installation:
                found.hidden.append(key)
            else:
                raise outcome
        return found

    def offset(self) -> timedelta:
        """How far the clock over there is ahead of ours."""
        return timedelta(seconds=self._dataverse.http.offset or 0.0)

    def roles(self, names: Sequence[str]) -> Held:
        """Who holds which of the roles. Each business unit has its own copy of a role."""
        copies, unsure = self._roles_that_count(names)
        ids = list(copies)
        held: dict[str, set[str]] = defaultdict(set)
        sellers: set[str] = set()
        users = self._linked("roles", ids, "systemuserroles_association", "systemuserid", every=True)
        teams = self._linked("roles", ids, "teamroles_association", "teamid")
        holding = sorted({team for found in teams.values() for team in found})
        through = self._linked("teams", holding, _MEMBERS, "systemuserid")
        for copy, role in copies.items():
            reached = teams.get(copy)
            if reached is None or not reached <= through.keys():
                unsure.add(role or SALESPERSON)
            holders = users[copy].union(*(through.get(team, ()) for team in reached or ()))
            if role:
                for user in holders:
                    held[user].add(role)
            else:
                sellers |= holders
        return Held({user: frozenset(found) for user, found in held.items()}, frozenset(sellers), frozenset(unsure))

    def _roles_that_count(self, names: Sequence[str]) -> tuple[dict[str, str], set[str]]:
        """roleid -> which of the roles it is, empty for another one that opens and changes leads; and what is unsure.

        A copy in a business unit counts as its root does: privileges may be told of the root alone.
        """
        known = {name.lower(): name for name in names}
        opening = self._roles_that_open_leads()
        found: dict[str, str] = {}
        select = "roleid,name,_roletemplateid_value,_parentrootroleid_value"
        for row in (row for page in self._dataverse.pages("roles", select=select) for row in page.rows):
            template = ROLE_TEMPLATES.get(str(row.get("_roletemplateid_value")).lower())
            role = template or known.get(str(row["name"]).lower(), "")
            key, root = str(row["roleid"]).lower(), str(row.get("_parentrootroleid_value")).lower()
            if role or not {key, root}.isdisjoint(opening or ()):
                found[key] = role
        return found, (set() if opening is not None else {SALESPERSON})

    def _roles_that_open_leads(self) -> frozenset[str] | None:
        """Ids of the roles that hold all a seller needs; None where it may not be read."""
        wanted = " or ".join(f"name eq '{name}'" for name in NEEDED_BY_SELLERS)
        try:
            rows = self._dataverse.get("privileges", select="privilegeid", filter=wanted)["value"]
            ids = [str(row["privilegeid"]) for row in rows]
            holding = self._linked("privileges", ids, "roleprivileges_association", "roleid")
        except (PrivilegeMissing, Refused, RowGone):
            return None
        if len(holding) < len(NEEDED_BY_SELLERS):
            return None
        return frozenset.intersection(*holding.values())

    def members(self, teamids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Who is in each team."""
        return self._linked("teams", teamids, _MEMBERS, "systemuserid")

    def met(self, competitorids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """At which leads each competitor was met."""
        return self._linked("competitors", competitorids, "leadcompetitors_association", "leadid")

    def _linked(
        self, entity_set: str, ids: Sequence[str], link: str, key: str, *, every: bool = False
    ) -> dict[str, frozenset[str]]:
        """id -> ids of the rows it is linked to; a row that is gone, or whose links we may not see, is left out.

        Args:
            every: such a row is an error: what it would tell is not known, which is not nothing.
        """
        headers = {"Prefer": f"odata.maxpagesize={_MANY}"}
        calls = [Call("GET", f"{entity_set}({one})/{link}?$select={key}", headers=headers) for one in ids]
        found: dict[str, frozenset[str]] = {}
        for one, outcome in zip(ids, self._dataverse.batch(calls) if calls else (), strict=True):
            if isinstance(outcome, RowGone | PrivilegeMissing) and not outcome.installation and not every:
                continue
            if isinstance(outcome, MicrosoftError):
                raise outcome
            rows, following = list(outcome.json.get("value") or ()), outcome.json.get("@odata.nextLink")
            if following:
                rows += [row for page in self._dataverse.pages(following) for row in page.rows]
            found[one] = frozenset(str(row[key]).lower() for row in rows)
        return found

    def _page(self, asked: Asked, link: str, *prefer: str, deltatoken: str = "", **params: str) -> Page:
        """One page: of a link, or the first one of a query."""
        if asked.table.name in _SEVERAL:
            prefer = (*prefer, _TARGETS)
        query = {} if link else {"select": ",".join(asked.names), **params, "deltatoken": deltatoken}
        pages = self._dataverse.pages(link or asked.entity_set, page_size=asked.table.page, prefer=prefer, **query)
        came = next(pages)
        return Page(came.rows, [key.lower() for key in came.removed], came.next_link or "", came.delta_link or "")


@contextmanager
def _tracking() -> Iterator[None]:
    """A table without change tracking answers 400, a role that reads only a part of it 403; no role at all is 403 too.

    Without any role nothing works, and it says nothing about change tracking.
    """
    try:
        yield
    except PrivilegeMissing as error:
        if error.installation:
            raise
        raise TrackingRefused(str(error), permanent=True) from error
    except Refused as error:
        if error.status != 400:
            raise
        raise TrackingRefused(str(error), permanent=True) from error


def _all_of(*conditions: str) -> str:
    given = [condition for condition in conditions if condition]
    return " and ".join(f"({c})" if " or " in c else c for c in given)
