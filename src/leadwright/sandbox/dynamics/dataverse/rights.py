"""Who may do what to which rows: privileges by depth from a user's roles and teams, sharing, impersonation."""

import sqlite3
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from leadwright.sandbox.dynamics.dataverse import roles
from leadwright.sandbox.dynamics.dataverse.store import schema_of
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.world import Refused, World

_MINE = {"systemuser": "systemuserid", "usersettings": "systemuserid"}
_PARENT = {"activityparty": "activityid", "activitymimeattachment": "objectid"}
PARENTS = ("lead", "account", "contact", "opportunity")
_OPEN = {"privilege", "roleprivileges", "sdkmessage", "sdkmessagefilter", "principalobjectaccess"}


@dataclass(frozen=True)
class Rights:
    """What one user may do.

    Args:
        unit: businessunitid.
        depths: privilege -> depth masks, each with the business unit it counts from.
        teams: ids of the teams he is a member of.
        actor: rights of who impersonates him; then only what both may is allowed.
    """

    world: World
    user: str
    unit: str
    access_mode: int
    role_count: int
    depths: dict[str, frozenset[tuple[int, str]]]
    teams: tuple[str, ...]
    actor: "Rights | None" = None

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        with self.world.reading() as db:
            rows = db.execute("SELECT businessunitid AS id, parentbusinessunitid AS up FROM dv_businessunit").fetchall()
        children: dict[str, list[str]] = {}
        for row in rows:
            children.setdefault(row["up"], []).append(row["id"])
        found: dict[str, list[str]] = {}
        for row in rows:
            waiting, inside = [row["id"]], []
            while waiting:
                one = waiting.pop()
                inside.append(one)
                waiting += children.get(one, [])
            found[row["id"]] = inside
        return found

    def depth(self, privilege: str) -> int:
        """Greatest depth mask of a privilege: 8 the whole organisation, 0 none."""
        own = max((mask for mask, _ in self.depths.get(privilege, ())), default=0)
        return min(own, self.actor.depth(privilege)) if self.actor else own

    def need(self, privilege: str, table: Table | None = None) -> None:
        """Refuse who lacks a privilege at any depth."""
        if self.actor:
            self.actor.need(privilege, table)
        if privilege not in self.depths:
            raise self.lacks(privilege, table)

    def lacks(self, privilege: str, table: Table | None = None) -> Refused:
        """403 of a missing privilege, as Dataverse words it."""
        on = f" on OTC={table.code} for entity '{table.name}'" if table else ""
        held = len(self.depths)
        message = (
            f"Principal user (Id={self.user}, type=8, roleCount={self.role_count}, privilegeCount={held}, "
            f"accessMode={self.access_mode}), is missing {privilege} privilege (Id={roles.privilege_id(privilege)})"
            f"{on}. context.Caller={self.user}. Consider adding missed privilege to one of the principal (user/team) "
            "roles."
        )
        return Refused(403, "0x80040220", message)

    def may(self, verb: str, table: Table) -> bool:
        """Whether the user may do this to any row at all."""
        return table.name in _OPEN or self.depth(f"prv{verb}{table.privilege}") > 0

    def where(self, verb: str, table: Table, alias: str) -> tuple[str, list[Any]]:
        """SQL condition on the rows that may be read, written, ...

        Raises:
            Refused: 403, none may.
        """
        sql, given = self._where(verb, table, alias)
        if self.actor:
            other, more = self.actor.where(verb, table, alias)
            return f"({sql}) AND ({other})", given + more
        return sql, given

    def _where(self, verb: str, table: Table, alias: str) -> tuple[str, list[Any]]:
        if table.name in _OPEN:
            return "1", []
        privilege = f"prv{verb}{table.privilege}"
        if privilege not in self.depths:
            if verb == "Read" and table.name in _MINE:
                return f'{alias}."{table.id}"=?', [self.user]
            raise self.lacks(privilege, table)
        if self.depth(privilege) >= roles.GLOBAL or table.ownership == "organization":
            return "1", []
        if table.name in _PARENT:
            return self._of_parent(verb, table, alias)
        units = [u for mask, unit in self.depths[privilege] for u in self._reach(mask, unit)]
        mine, given = self._own_rows(verb, table, alias)
        if units:
            unit = "owningbusinessunit" if table.ownership == "user" else "businessunitid"
            marks = ",".join("?" * len(units))
            return f'({mine} OR {alias}."{unit}" IN ({marks}))', given + units
        return mine, given

    def _reach(self, mask: int, unit: str) -> list[str]:
        if mask == roles.LOCAL:
            return [unit]
        return self._below.get(unit, [unit]) if mask == roles.DEEP else []

    def _own_rows(self, verb: str, table: Table, alias: str) -> tuple[str, list[Any]]:
        if table.ownership != "user":
            if table.name == "team":
                marks = ",".join("?" * len(self.teams)) or "NULL"
                return f'{alias}."teamid" IN ({marks})', [*self.teams]
            mine = _MINE.get(table.name)
            return (f'{alias}."{mine}"=?', [self.user]) if mine else (f'{alias}."businessunitid"=?', [self.unit])
        who = [self.user, *self.teams]
        marks = ",".join("?" * len(who))
        right = roles.RIGHTS.get(verb, 0)
        above, more = self._above(table, alias, who) if verb == "Read" else ("", [])
        sql = (
            f'({alias}."ownerid" IN ({marks}) OR EXISTS (SELECT 1 FROM dv_principalobjectaccess poa WHERE '  # noqa: S608
            f'poa.objectid={alias}."{table.id}" AND poa.principalid IN ({marks}) AND poa.accessrightsmask & ?){above})'
        )
        return sql, [*who, *who, right, *more]

    @staticmethod
    def _above(table: Table, alias: str, who: list[str]) -> tuple[str, list[Any]]:
        """Who owns a lead, account, contact or opportunity reads the activities and notes about it (Reparent)."""
        column = "regardingobjectid" if table.activity else "objectid" if table.name == "annotation" else ""
        if not column:
            return "", []
        marks = ",".join("?" * len(who))
        parts = [
            f' OR {alias}."{column}" IN (SELECT "{name}id" FROM "dv_{name}" WHERE ownerid IN ({marks}))'  # noqa: S608
            for name in PARENTS
        ]
        return "".join(parts), [*who * len(PARENTS)]

    def _of_parent(self, verb: str, table: Table, alias: str) -> tuple[str, list[Any]]:
        parts, given = [], []
        for activity in ("email", "task", "phonecall", "appointment"):
            parent = schema_of(self.world).tables[activity]
            sql, more = self._where("Read" if verb == "Read" else "Write", parent, "p")
            column = _PARENT[table.name]
            parts.append(f'{alias}."{column}" IN (SELECT p.activityid FROM "{parent.stored}" p WHERE {sql})')  # noqa: S608
            given += more
        return f"({' OR '.join(parts)})", given

    def check(self, verb: str, table: Table, key: str) -> None:
        """Refuse a row that may not be touched so: 403 where the depth is too small, with owner and right."""
        sql, given = self.where(verb, table, "t")
        if sql == "1":
            return
        with self.world.reading() as db:
            source = f'SELECT 1 FROM "{table.stored}" t WHERE t."{table.id}"=? AND {sql}'  # noqa: S608
            if db.execute(source, [key, *given]).fetchone():
                return
        message = (
            f"Principal with id {self.user} does not have {verb}Access right(s) for record with id {key} "
            f"of entity {table.name}"
        )
        raise Refused(403, "0x80040220", message)

    def check_owner(self, table: Table, owner: str, kind: str) -> None:
        """Refuse to create a row for an owner outside the depth of the create privilege."""
        privilege = f"prvCreate{table.privilege}"
        self.need(privilege, table)
        if self.depth(privilege) >= roles.GLOBAL or owner == self.user or owner in self.teams:
            return
        units = {u for mask, unit in self.depths[privilege] for u in self._reach(mask, unit)}
        source = "team" if kind == "team" else "systemuser"
        with self.world.reading() as db:
            found = db.execute(f'SELECT businessunitid FROM "dv_{source}" WHERE "{source}id"=?', (owner,)).fetchone()  # noqa: S608
        if found is None or found["businessunitid"] not in units:
            raise self.lacks(privilege, table)


def rights_of(world: World, user: str, actor: Rights | None = None, *, without_role: bool = False) -> Rights:
    """The rights of a user through roles of his own and of his teams.

    Args:
        without_role: a user without any role has none, instead of being refused.

    Raises:
        Refused: 403, the user has no role at all.
    """
    schema_of(world)
    with world.reading() as db:
        row = db.execute("SELECT * FROM dv_systemuser WHERE systemuserid=?", (user,)).fetchone()
        teams = [one["teamid"] for one in db.execute("SELECT teamid FROM teammembership WHERE systemuserid=?", (user,))]
        depths, count = _depths(db, user)
    if count == 0 and not without_role:
        message = (
            f"The user with SystemUserId={user} in OrganizationContext={world.organizationid} has not been assigned "
            "any roles. They need a role with the prvReadUser privilege."
        )
        raise Refused(403, "0x80042f09", message)
    return Rights(world, user, row["businessunitid"], row["accessmode"], count, depths, tuple(teams), actor)


def _depths(db: sqlite3.Connection, user: str) -> tuple[dict[str, frozenset[tuple[int, str]]], int]:
    rows = db.execute(
        "WITH held AS (SELECT r.roleid, u.businessunitid AS unit FROM systemuserroles s JOIN dv_role r USING (roleid) "
        "JOIN dv_systemuser u USING (systemuserid) WHERE s.systemuserid=:user "
        "UNION SELECT r.roleid, t.businessunitid FROM teammembership m JOIN teamroles tr USING (teamid) "
        "JOIN dv_role r USING (roleid) JOIN dv_team t USING (teamid) WHERE m.systemuserid=:user) "
        "SELECT h.roleid, h.unit, p.name, rp.privilegedepthmask AS depth FROM held h "
        "LEFT JOIN dv_roleprivileges rp USING (roleid) LEFT JOIN dv_privilege p USING (privilegeid)",
        {"user": user},
    ).fetchall()
    found: dict[str, set[tuple[int, str]]] = {}
    for row in rows:
        if row["name"]:
            found.setdefault(row["name"], set()).add((row["depth"], row["unit"]))
    return {name: frozenset(masks) for name, masks in found.items()}, len({row["roleid"] for row in rows})
