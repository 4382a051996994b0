"""Who may give roles, fill teams and link rows; what the organisation forbids there."""

from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.dataverse.mailboxes import holds_directory_role
from leadwright.sandbox.dynamics.dataverse.rights import Rights
from leadwright.sandbox.dynamics.dataverse.store import schema_of
from leadwright.sandbox.dynamics.dataverse.tables import ManyToMany
from leadwright.sandbox.dynamics.world import Refused, World

_APPROVER = "Delegated Mailbox Approver"


def check(world: World, rights: Rights, many: ManyToMany, left: str, right: str, *, joining: bool) -> None:
    """Refuse a link the caller may not make or break, or that may not exist.

    Raises:
        Refused: 403 of a missing right, 400 of a link the platform forbids.
    """
    if many.name in {"systemuserroles_association", "teamroles_association"}:
        rights.need("prvAssignRole")
        _check_role(world, rights, many, left, right, joining=joining)
        return
    if many.name == "roleprivileges_association":
        raise Refused(400, "0x80060888", "Use AddPrivilegesRole and RemovePrivilegeRole to change a role.")
    tables = schema_of(world).tables
    if many.name == "teammembership_association":
        rights.check("Write", tables["team"], left)
        team = records.read(world, "team", left)
        if team is not None and (team["isdefault"] or team["teamtype"] in {2, 3}):
            raise Refused(400, "0x80044d07", "Members of this team are managed by the system and cannot be changed.")
        return
    rights.check("Append", tables[many.left], left)
    rights.check("AppendTo", tables[many.right], right)


def _check_role(world: World, rights: Rights, many: ManyToMany, left: str, right: str, *, joining: bool) -> None:
    role = records.read(world, "role", right)
    who = records.read(world, many.left, left)
    assert role is not None
    assert who is not None
    if role["name"] == _APPROVER and joining:
        if many.left == "team":
            raise Refused(400, "0x80090905", f"The {_APPROVER} role cannot be assigned to a team.")
        if not holds_directory_role(world, rights.user):
            message = (
                f"The {_APPROVER} role can only be assigned by a user with the Global Administrator or Exchange "
                "Administrator role in Office 365."
            )
            raise Refused(403, "0x80090904", message)
    if joining and role["businessunitid"] != who["businessunitid"]:
        message = (
            f"The role {role['name']} belongs to another business unit than the {many.left}. Assign the copy of the "
            "role in the same business unit."
        )
        raise Refused(400, "0x80042f07", message)
    if not joining and role["name"] == "System Administrator" and _last_administrator(world, right, left):
        raise Refused(400, "0x80042f08", "The last user with the System Administrator role cannot lose it.")


def _last_administrator(world: World, role: str, user: str) -> bool:
    with world.reading() as db:
        rows = db.execute("SELECT systemuserid FROM systemuserroles WHERE roleid=?", (role,)).fetchall()
    return [row["systemuserid"] for row in rows] == [user]
