"""May an application send in the name of anybody of the tenant? Its token says what trying mailboxes cannot. Pure."""

from collections.abc import Set as AbstractSet

ANYBODY = (
    "The application holds Mail.Send for the whole tenant, by an administrator's consent in Entra: it may send in the "
    "name of anybody."
)
TAKE_AWAY = (
    "Take Mail.Send away under API permissions of the application in Entra, and grant it for this mailbox alone by "
    "RBAC for Applications (New-ManagementRoleAssignment with a scope). Where an application access policy restrains "
    "it, consent to Mail.Read as well: only then is it seen that the policy denies other mailboxes."
)


def sends_as_anybody(consented: AbstractSet[str]) -> bool:
    """Does consent to send count for the whole tenant, although other mailboxes may be denied to be read?

    An application access policy restrains all that was consented to at once, so reading that was consented to and is
    denied shows one. Without consent to read, a denial tells nothing of sending.
    """
    return "Mail.Send" in consented and not any(one.startswith("Mail.Read") for one in consented)
