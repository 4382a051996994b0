"""Who a bearer token stands for: an application by an access token of the directory, a person by one of their own."""

from dataclasses import dataclass

from leadwright.errors import LeadwrightError, NotAllowed
from leadwright.identity.access import Principal, principal
from leadwright.identity.directory import directory_of
from leadwright.identity.installation import Installation
from leadwright.identity.personal_tokens import PREFIX, holder_of


class NotSignedIn(LeadwrightError):
    """No token, or one that is not valid here."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A caller with a valid token.

    Args:
        readonly: the token was made for reading only, whatever the person may do.
    """

    who: Principal
    readonly: bool = False


def bearer_of(services: Installation, token: str) -> Bearer:
    """The caller behind a token, with the rights they have at this moment. Asked at every call.

    Raises:
        NotSignedIn: the token is not valid (any more), or its user is disabled.
    """
    token = token.strip()
    try:
        if token.startswith(PREFIX):
            holder = holder_of(services, token)
            if holder is None:
                raise NotSignedIn("This personal access token has ended or was revoked. Make a new one under Tokens.")
            with services.database.reading() as session:
                return Bearer(principal(session, holder.systemuserid), holder.readonly)
        answer = directory_of(services).who_am_i(token)
        with services.database.reading() as session:
            return Bearer(principal(session, answer.user_id, kind="application"))
    except NotAllowed as error:
        raise NotSignedIn(str(error)) from error


def refuse_change(bearer: Bearer) -> None:
    """Refuse to change anything by a token that is for reading only.

    Raises:
        NotAllowed: it is one.
    """
    if bearer.readonly:
        raise NotAllowed("This token is for reading only. Make one that may change things under Tokens.")
