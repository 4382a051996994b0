"""Prerequisite 3 on Dynamics 365: is there a shared mailbox, and does the application reach no other?

By behaviour, and by the token's roles where they say that it may do more. What they do not name proves nothing:
permissions by RBAC for Applications do not show there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from leadwright.domain.portals import Portals
from leadwright.domain.prerequisites import Check
from leadwright.errors import CrmError
from leadwright.microsoft.errors import MicrosoftError, RowGone
from leadwright.microsoft.graph import Graph
from leadwright.microsoft.tenant_wide import ANYBODY, TAKE_AWAY, sends_as_anybody

_ATTEST = "Look at it in the Exchange admin center; then a System Administrator may attest it."
_FIRST_MAIL = (
    "Whether it may send is not to be seen without sending: the first mail shows it, and where Graph refuses it, it "
    "stops the mailbox with Graph's words."
)
_OTHERS = 5  # mailboxes of others tried at most


@dataclass(frozen=True, slots=True)
class Asked:
    """What the mailbox is asked about.

    Args:
        address: of the shared mailbox.
        others: addresses of people whose mailboxes must stay closed.
        by_graph: mail goes through Graph: then the own mailbox has to be open.
    """

    address: str
    others: tuple[str, ...] = ()
    by_graph: bool = False


def shared_mailbox_checks(graph: Graph, asked: Asked, portals: Portals) -> list[Check]:
    """The four checks; each that Graph does not let the application read says that it could not be checked."""
    checks = [_exists(graph, asked.address, portals)]
    if checks[0].passed is False:
        return checks
    checks.append(_kind(graph, asked.address, portals))
    own = _opens(graph, asked.address)
    checks.append(_own(own, asked, portals))
    checks.append(_no_other(graph, own, asked, portals))
    return checks


def other_mailboxes(graph: Graph, address: str, known: Iterable[str]) -> tuple[str, ...]:
    """Addresses of mailboxes that are not the shared one: those Graph lists, where it may, and those known."""
    try:
        rows = graph.get("users", select="mail", top=20).get("value") or ()
        listed = [str(row.get("mail") or "") for row in rows]
    except CrmError:
        listed = []
    found = [a.casefold() for a in (*listed[:_OTHERS], *known) if a]
    return tuple(dict.fromkeys(a for a in found if a != address.casefold()))[: 2 * _OTHERS]


def _exists(graph: Graph, address: str, portals: Portals) -> Check:
    name, place = "Shared mailbox", portals.shared_mailboxes
    try:
        found = graph.get(_path(address), select="id,displayName,mail,userPrincipalName,accountEnabled")
    except RowGone:
        remedy = "Create it under Recipients > Mailboxes > Add a shared mailbox, or correct the address."
        return Check(name, False, f"The tenant has nobody with the address {address}.", remedy, place=place)
    except CrmError as error:
        return _unread(name, error, portals.permissions, "User.Read.All")
    signs_in = " Its account can sign in by itself: block the sign-in." if found.get("accountEnabled") else ""
    said = f"{found.get('displayName') or address} has the address {address}.{signs_in}"
    return Check(name, True, said, warns=bool(signs_in), place=place if signs_in else "")


def _kind(graph: Graph, address: str, portals: Portals) -> Check:
    name, place = "Kind", portals.shared_mailboxes
    try:
        purpose = str(graph.get(f"{_path(address)}/mailboxSettings/userPurpose").get("value") or "")
    except RowGone as error:
        remedy = "Give it a mailbox under Recipients > Mailboxes > Add a shared mailbox."
        return Check(name, False, f"{address} has no mailbox. {error}", remedy, place=place)
    except CrmError as error:
        return _unread(name, error, portals.permissions, "MailboxSettings.Read")
    if purpose.casefold() == "shared":
        return Check(name, True, "Exchange calls it a shared mailbox.")
    remedy = "Convert it to a shared mailbox in the Exchange admin center, or use another address."
    return Check(
        name, False, f"Exchange calls it a {purpose or 'nameless'} mailbox, not a shared one.", remedy, place=place
    )


def _own(own: "bool | CrmError", asked: Asked, portals: Portals) -> Check:
    name = "Own mailbox"
    if own is True:
        sends = f" {_FIRST_MAIL}" if asked.by_graph else ""
        return Check(name, True, f"Graph lets the application read {asked.address}.{sends}")
    if own is False and not asked.by_graph:
        found = (
            f"Graph does not let the application read {asked.address}, and it need not: mail goes through Dataverse."
        )
        return Check(name, True, found)
    if own is False:
        remedy = "Grant Mail.ReadWrite and Mail.Send for this mailbox alone, by RBAC for Applications in Exchange."
        return Check(name, False, f"Graph denies the application {asked.address}.", remedy, place=portals.permissions)
    return _unread(name, own, portals.permissions)


def _no_other(graph: Graph, own: "bool | CrmError", asked: Asked, portals: Portals) -> Check:
    name = "No other mailbox"
    others = other_mailboxes(graph, asked.address, asked.others)
    tried = 0
    for other in others:
        opened = _opens(graph, other)
        if opened is True:
            remedy = (
                "Take the tenant-wide Mail permissions away under API permissions, and grant them for this mailbox "
                "alone by RBAC for Applications (New-ManagementRoleAssignment with a scope) or an application access "
                "policy."
            )
            found = f"The application also reads the mailbox of {other}: its Mail permission is tenant-wide."
            return Check(name, False, found, remedy, place=portals.permissions)
        tried += opened is False
    try:
        consented = graph.consented()
    except CrmError as error:
        return _unread(name, error, portals.permissions)
    if sends_as_anybody(consented or frozenset()):
        return Check(name, False, ANYBODY, TAKE_AWAY, place=portals.permissions)
    if tried and consented is not None:
        return Check(name, True, f"Graph denies the application the mailboxes of {tried} other people that were tried.")
    if not tried and isinstance(own, CrmError):
        return _unread(name, own, portals.permissions)
    found = "No mailbox of anybody else is known here, so none could be tried."
    if tried:
        found = "Other mailboxes are denied, but the application's token does not say in whose name it may send."
    return Check(name, None, found, _ATTEST, warns=True, place=portals.permissions)


def _opens(graph: Graph, address: str) -> "bool | CrmError":
    """True: its Inbox can be read. False: denied. An error: nobody knows, or there is no such mailbox."""
    try:
        graph.get(f"{_path(address)}/mailFolders/inbox", select="id")
    except MicrosoftError as error:
        return False if error.status == 403 else error
    except CrmError as error:
        return error
    return True


def _path(address: str) -> str:
    return f"users/{quote(address, safe='@')}"


def _unread(name: str, error: CrmError, place: str, permission: str = "") -> Check:
    """What Graph does not say. Not being allowed to ask is no fault: a person may vouch for it.

    Args:
        place: where it can be allowed, by the application permission `permission`.
    """
    if isinstance(error, MicrosoftError) and error.status == 403:
        grant = f"Grant {permission} (Application permissions) under API permissions, with admin consent. "
        remedy = f"{grant}Or look at it" if permission else "Look at it"
        remedy = f"{remedy} in the Exchange admin center; then a System Administrator may attest it."
        return Check(name, None, f"Graph does not let the application look: {error}", remedy, warns=True, place=place)
    return Check(name, None, f"It could not be checked: {error}", "It is asked again by itself.")
