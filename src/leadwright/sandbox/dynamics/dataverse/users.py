"""The user behind a token, and the one he acts for."""

from collections.abc import Mapping
from typing import Any

from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.dataverse.rights import Rights, rights_of
from leadwright.sandbox.dynamics.dataverse.values import guid
from leadwright.sandbox.dynamics.world import Caller, Refused, World

STRANGER = "The user is not a member of the organization."
_NOBODY = "00000000-0000-0000-0000-000000000000"


def rights_of_caller(world: World, caller: Caller, headers: Mapping[str, str]) -> Rights:
    """Rights of who calls; with CallerObjectId or MSCRMCallerID those he shares with whom he acts for.

    Raises:
        Refused: 403 of a stranger, a disabled user, a user without roles, or one who may not act for others.
    """
    own = rights_of(world, _enabled(user_of(world, caller)))
    other = _acting_for(world, headers)
    if other is None or other["systemuserid"] == own.user:
        return own
    own.need("prvActOnBehalfOfAnotherUser")
    return rights_of(world, _enabled(other), actor=own)


def user_of(world: World, caller: Caller) -> dict[str, Any]:
    """The systemuser a token stands for. A person is known by object id, then by sign-in name.

    Raises:
        Refused: 403, there is none.
    """
    found: list[dict[str, Any]] = []
    if not caller.upn:
        found = records.find(world, "systemuser", applicationid=caller.clientid)
    elif caller.objectid:
        found = records.find(world, "systemuser", azureactivedirectoryobjectid=caller.objectid)
        if not found:
            found = records.find(world, "systemuser", domainname=caller.upn)
            if found:
                with world.transaction() as db:
                    db.execute(
                        "UPDATE dv_systemuser SET azureactivedirectoryobjectid=? WHERE systemuserid=?",
                        (guid(caller.objectid), found[0]["systemuserid"]),
                    )
    if not found:
        raise Refused(403, "0x80072560", STRANGER)
    return found[0]


def _enabled(user: dict[str, Any]) -> str:
    if user["isdisabled"]:
        message = (
            f"The specified user(Id = {user['systemuserid']}) is disabled. Consider enabling this user. "
            f"Additional Details: User Id = {user['systemuserid']}, FullName = {user['fullname']}"
        )
        raise Refused(403, "0x80040225", message)
    return str(user["systemuserid"])


def _acting_for(world: World, headers: Mapping[str, str]) -> dict[str, Any] | None:
    object_id, user_id = headers.get("callerobjectid"), headers.get("mscrmcallerid")
    if object_id:
        found = records.find(world, "systemuser", azureactivedirectoryobjectid=_id(object_id))
        if not found:
            raise Refused(403, "0x80072560", STRANGER)
        return found[0]
    if user_id and guid(user_id) != _NOBODY:
        row = records.read(world, "systemuser", _id(user_id))
        if row is None:
            raise Refused(404, "0x80040217", f"systemuser With Id = {user_id} Does Not Exist")
        return row
    return None


def _id(text: str) -> str:
    found = guid(text)
    if found is None:
        raise Refused(400, "0x80040203", f"'{text}' is no id of a user.")
    return found
