"""What the prerequisites ask of a directory, whichever it is: built in, or Microsoft Entra with Dataverse.

Each is bound to one application. Nothing here changes anything over there, and every question may be repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from leadwright.domain.stage import AgentMode


@dataclass(frozen=True, slots=True)
class RegisteredApplication:
    """The application as far as the directory, or we, know it.

    Args:
        ends_at: when the last thing it signs in with ends; None where nobody knows.
    """

    client_id: str
    name: str
    tenant_id: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An access token's claims, decoded and nothing else: whoever takes the token verifies it.

    Args:
        seconds_off: how far the issuer's clock is ahead of ours; negative: behind.
    """

    claims: Mapping[str, Any]
    expires_at: datetime
    seconds_off: float = 0.0


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A user as the CRM has it; an application user has a client ID."""

    id: str
    name: str
    is_enabled: bool
    business_unit_id: str
    business_unit: str
    client_id: str


class Directory(Protocol):
    """Raises, everywhere: CrmError when something between us and the directory failed; nothing is known then."""

    def application(self) -> RegisteredApplication:
        """The application.

        Raises:
            TokenRefused: there is none with this client ID (AADSTS700016).
        """
        ...

    def token(self) -> IssuedToken:
        """A token by client credentials, issued now.

        Raises:
            TokenRefused: none is issued, with the AADSTS code.
            Conflict: what the application signs in with is not kept here.
        """
        ...

    def who_am_i(self) -> str:
        """systemuserid of the application user the token acts as.

        Raises:
            NotAMember: the application has no application user, or that one is disabled or without any role.
            TokenRefused, Conflict: as for `token`.
        """
        ...

    def user(self, systemuserid: str) -> DirectoryUser | None:
        """A user; None when there is none."""
        ...

    def roles(self, systemuserid: str) -> tuple[str, ...]:
        """Names of the security roles a user holds, sorted."""
        ...

    def privileges(self, systemuserid: str) -> Mapping[str, int]:
        """Privilege -> widest depth (1 user, 2 business unit, 4 its children, 8 all), over all roles of a user."""
        ...

    def missing(self, systemuserid: str, mode: AgentMode) -> tuple[str, ...]:
        """What the agent needs in this mode and the user lacks, in the directory's own names; sorted."""
        ...
