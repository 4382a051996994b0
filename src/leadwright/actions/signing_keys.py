"""Replacing the key that signs access tokens, and ending a token before its time."""

from leadwright.db import audit
from leadwright.errors import NotAllowed
from leadwright.identity.access import Principal, require
from leadwright.identity.directory import directory_of
from leadwright.services import Services


def rotate_signing_key(services: Services, who: Principal) -> str:
    """Sign with a new key from now on; tokens of the former one stay valid until they end.

    Returns:
        The new key's id.

    Raises:
        NotAllowed: prvAssignRole is missing: whoever signs tokens decides who is who.
    """
    require(who, "prvAssignRole")
    made = directory_of(services).keys.rotate(services.clock())
    with services.database.transaction() as session:
        audit.record(session, who.actor, "directory.signing_key_replaced", "signingkey", made.kid)
    return made.kid


def revoke_token(services: Services, client_id: str, token: str) -> None:
    """End a client's own access token; any other text changes nothing."""
    directory = directory_of(services)
    try:
        claims = directory.verify_token(token)
    except NotAllowed:
        return
    if claims["appid"] == client_id:
        directory.revoke_token(token)
