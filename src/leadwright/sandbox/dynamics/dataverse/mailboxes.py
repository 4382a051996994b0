"""What may be done to a mailbox record: who approves its address, when a test is queued. Tests run elsewhere."""

from typing import Any

from leadwright.sandbox.dynamics import entra_users
from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.dataverse.rights import Rights
from leadwright.sandbox.dynamics.world import Refused, World

MAY_NOT_APPROVE = (
    "This email address can only be approved by a user with the Global Administrator or Exchange Administrator role "
    "in Office 365 or the Delegated Mailbox Approver role in Dynamics 365."
)


def check_new(world: World, rights: Rights, values: dict[str, Any]) -> None:
    """Refuse a mailbox that is approved from the start by somebody who may not approve."""
    if values.get("emailrouteraccessapproval") == 1:
        _approve(world, rights)


def check_change(world: World, rights: Rights, before: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The change of a mailbox with what it brings along.

    Raises:
        Refused: 403, he may not approve the address.
    """
    changed = dict(values)
    if values.get("emailrouteraccessapproval") == 1 and (
        before["emailrouteraccessapproval"] != 1 or values.get("emailaddress", before["emailaddress"])
        != before["emailaddress"]
    ):  # fmt: skip
        _approve(world, rights)
        changed["isemailaddressapprovedbyo365admin"] = True
        changed["emailaddressapprovedby"] = rights.user
    if values.get("testemailconfigurationscheduled"):
        changed["testandenablelastattemptedby"] = rights.user
        changed["testemailconfigurationretrycount"] = 0
        changed |= {"incomingemailstatus": 0, "outgoingemailstatus": 0, "mailboxstatus": 0}
    return changed


def _approve(world: World, rights: Rights) -> None:
    rights.need("prvApproveRejectEmailAddress")
    if not (is_administrator(world, rights.user) and may_approve(world, rights)):
        raise Refused(403, "0x80090903", MAY_NOT_APPROVE)


def may_approve(world: World, rights: Rights) -> bool:
    """Whether the user holds Delegated Mailbox Approver here or the needed role in the directory."""
    return "prvDelegatedMailboxApprover" in rights.depths or holds_directory_role(world, rights.user)


def is_administrator(world: World, user: str) -> bool:
    """Whether the user holds System Administrator."""
    with world.reading() as db:
        found = db.execute(
            "SELECT 1 FROM systemuserroles JOIN dv_role USING (roleid) "
            "WHERE systemuserid=? AND name='System Administrator'",
            (user,),
        ).fetchone()
    return found is not None


def holds_directory_role(world: World, user: str) -> bool:
    """Whether the person is Global or Exchange Administrator in Entra."""
    row = records.read(world, "systemuser", user)
    if row is None or row["applicationid"]:
        return False
    person = entra_users.user(world, row["azureactivedirectoryobjectid"] or row["domainname"] or "")
    return person is not None and person.holds(entra_users.MAY_VOUCH_FOR_ADDRESSES)
