"""Who may do what in Graph: permissions in the token, RBAC for Applications, access policies, directory roles."""

from collections.abc import Iterable

from leadwright.sandbox.dynamics import entra_users, exchange
from leadwright.sandbox.dynamics.exchange import Mailbox
from leadwright.sandbox.dynamics.graph_calls import Call
from leadwright.sandbox.dynamics.world import Refused

READ = ("Mail.Read", "Mail.ReadWrite")
WRITE = ("Mail.ReadWrite",)
SEND = ("Mail.Send",)
SETTINGS = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
_SHARED = {"Mail.Read": "Mail.Read.Shared", "Mail.ReadWrite": "Mail.ReadWrite.Shared", "Mail.Send": "Mail.Send.Shared"}
DENIED = "Access is denied. Check credentials and try again."
BLOCKED = "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings."


def mailbox_for(call: Call, name: str, permissions: Iterable[str]) -> Mailbox:
    """The mailbox of a user, when the caller holds one of the permissions for it.

    Raises:
        Refused: 403 ErrorAccessDenied, 404 there is no such user or he has no mailbox.
    """
    wanted = set(permissions)
    held = call.caller.roles
    if call.is_application and not held & wanted and not _assigned(call, name) & wanted:
        raise Refused(403, "ErrorAccessDenied", DENIED)
    if not call.is_application and not held & (wanted | {_SHARED.get(one, one) for one in wanted}):
        raise Refused(403, "ErrorAccessDenied", DENIED)
    found = exchange.mailbox_at(call.world, name)
    if found is None:
        if entra_users.user(call.world, name) is None:
            raise Refused(404, "ErrorInvalidUser", f"The requested user '{name}' is invalid.")
        message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise Refused(404, "MailboxNotEnabledForRESTAPI", message)
    if call.is_application:
        denied = exchange.is_denied(call.world, call.caller.clientid, found.address)
        if (denied or not held & wanted) and not _assigned(call, found.address) & wanted:
            raise Refused(403, "ErrorAccessDenied", BLOCKED)
    elif not exchange.may(call.world, found, call.caller.objectid, "SendAs" if "Mail.Send" in wanted else "FullAccess"):
        raise Refused(403, "ErrorAccessDenied", DENIED)
    return found


def need(call: Call, permissions: Iterable[str], roles: Iterable[str] | None = None) -> None:
    """Refuse who does not hold one of the permissions, or as a person none of the directory roles (None: any).

    Raises:
        Refused: 403 Authorization_RequestDenied.
    """
    wanted = set(permissions)
    if call.is_application:
        allowed = bool(call.caller.roles & wanted)
    else:
        allowed = bool(call.caller.roles & (wanted | {"Directory.AccessAsUser.All"}))
        person = entra_users.user(call.world, call.caller.objectid)
        allowed = allowed and (roles is None or (person is not None and person.holds(roles)))
    if not allowed:
        raise Refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def _assigned(call: Call, name: str) -> frozenset[str]:
    mailbox = exchange.mailbox_at(call.world, name)
    return exchange.assigned_roles(call.world, call.caller.clientid, mailbox.address if mailbox else name)
