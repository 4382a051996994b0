"""How the directory refuses: Entra's and Dataverse's codes and words. Decides nothing."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from leadwright.errors import NotAllowed

RESOURCE = "api://leadwright"
SCOPE = f"{RESOURCE}/.default"


class TokenRefused(NotAllowed):
    """No token is issued. `code` is Entra's AADSTS number, `error` the OAuth 2 name, `status` the HTTP status."""

    def __init__(self, code: int, error: str, status: int, description: str) -> None:
        super().__init__(f"AADSTS{code}: {description}")
        self.code, self.error, self.status = code, error, status

    def answer(self, moment: datetime) -> dict[str, Any]:
        """The body of the token endpoint's error answer."""
        return {
            "error": self.error,
            "error_description": str(self),
            "error_codes": [self.code],
            "timestamp": moment.strftime("%Y-%m-%d %H:%M:%SZ"),
            "trace_id": str(uuid4()),
            "correlation_id": str(uuid4()),
        }


class NotAMember(NotAllowed):
    """A valid token whose application has no enabled application user. Dataverse answers 403, 0x80072560."""

    code = "0x80072560"

    def __init__(self) -> None:
        super().__init__("The user is not a member of the organization.")


def expired_secret(client_id: str) -> TokenRefused:
    """The refusal of a secret that was right once."""
    return TokenRefused(
        7000222,
        "invalid_client",
        401,
        f"The provided client secret keys for app '{client_id}' are expired. Add a new secret to the application.",
    )


def wrong_assertion(client_id: str, endpoint: str) -> TokenRefused:
    """The refusal of a client assertion that no valid certificate of the application signed, or not for us."""
    return TokenRefused(
        700027,
        "invalid_client",
        401,
        f"Client assertion failed validation. Sign it with the key of a certificate added to app '{client_id}', "
        f"with iss and sub {client_id}, aud {endpoint}, a jti of its own, and an exp in the near future.",
    )


def used_assertion() -> TokenRefused:
    """The refusal of an assertion that came before."""
    return TokenRefused(70000, "invalid_client", 401, "The client assertion was used before. Sign a new one.")


def check_scope(scope: str) -> None:
    """Refuse a scope that is malformed or names another resource.

    Raises:
        TokenRefused: AADSTS70011 or AADSTS500011.
    """
    parts = scope.split()
    if len(parts) != 1 or not parts[0].endswith("/.default"):
        raise TokenRefused(
            70011, "invalid_scope", 400, f"The provided value for scope '{scope}' is not valid. Ask for {SCOPE}."
        )
    if parts[0] != SCOPE:
        raise TokenRefused(
            500011,
            "invalid_resource",
            400,
            f"The resource principal named {parts[0].removesuffix('/.default')} was not found. Ask for {SCOPE}.",
        )
