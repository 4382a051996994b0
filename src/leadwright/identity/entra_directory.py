"""Microsoft Entra and Dataverse as the prerequisites see them, bound to the application of the connection."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from leadwright.db.connection import CrmConnection
from leadwright.domain.dataverse_privileges import NEEDED_IN_DATAVERSE, depths_held, lacking
from leadwright.domain.stage import AgentMode
from leadwright.errors import LeadwrightError
from leadwright.identity.directories import DirectoryUser, IssuedToken, RegisteredApplication
from leadwright.identity.refusals import NotAMember, TokenRefused
from leadwright.microsoft.connection import Connection
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import MicrosoftError, PrivilegeMissing, RowGone, SignInRefused
from leadwright.microsoft.errors import NotAMember as Stranger
from leadwright.microsoft.line import open_line
from leadwright.microsoft.tokens import Tokens, claims_of

DISABLED, NO_ROLE = "0x80040225", "0x80042f09"
_USER = "systemuserid,fullname,isdisabled,_businessunitid_value,applicationid"
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"AADSTS(\d+)")


class NoEnabledUser(NotAMember):
    """The organisation does not let the application in: it has no user there, a disabled one, or one without a role.

    Args:
        error: what Dataverse answered.
    """

    def __init__(self, error: MicrosoftError) -> None:
        super().__init__()
        self.args = (error.said or str(error),)
        self.code = error.code or NotAMember.code
        found = _GUID.search(error.said)
        self.systemuserid = found[0].lower() if found and self.code in (DISABLED, NO_ROLE) else ""


class EntraDirectory:
    """Fulfils `directories.Directory` for the application of a connection.

    Args:
        row: the connection as stored; its values are read once.
        clock: the present moment, aware UTC.

    Attributes:
        connection: with its secrets opened.
        signed_with: PEM of the certificate that the last token was issued for; empty: none, or another credential.
    """

    def __init__(
        self, connection: Connection, row: CrmConnection, dataverse: Dataverse, clock: Callable[[], datetime]
    ) -> None:
        self.connection, self._dataverse, self._clock = connection, dataverse, clock
        self._row = row
        self.signed_with = ""

    def application(self) -> RegisteredApplication:
        """As the connection says; Entra tells an application nothing about itself. Raises: TokenRefused."""
        claims = self.token().claims
        name = str(claims.get("app_displayname") or self._row.organizationname or "Leadwright")
        tenant = str(claims.get("tid") or self._row.tenantid)
        return RegisteredApplication(self._row.clientid, name, tenant, self._row.secretendson)

    def token(self) -> IssuedToken:
        """Never out of a cache. Raises: TokenRefused, as the Protocol says."""
        try:
            with open_line(self.connection) as line:
                tokens = Tokens(self.connection, line)
                value = tokens.token(self.connection.dataverse_url)
                self.signed_with = tokens.signed_with
        except SignInRefused as error:
            raise refused(error) from error
        claims = claims_of(value)
        ends = datetime.fromtimestamp(float(claims.get("exp") or 0), UTC)
        return IssuedToken(claims, ends, _seconds_off(claims, self._clock()))

    def who_am_i(self) -> str:
        """Raises: NoEnabledUser, a NotAMember that says why; TokenRefused."""
        try:
            return str(self._dataverse.who_am_i()["UserId"])
        except Stranger as error:
            raise NoEnabledUser(error) from error
        except PrivilegeMissing as error:
            if error.code.lower() != NO_ROLE:
                raise
            raise NoEnabledUser(error) from error
        except SignInRefused as error:
            raise refused(error) from error

    def user(self, systemuserid: str) -> DirectoryUser | None:
        """Out of Dataverse."""
        try:
            found = self._dataverse.get(f"systemusers({systemuserid})", select=_USER)
        except RowGone:
            return None
        return self._shown(found)

    def roles(self, systemuserid: str) -> tuple[str, ...]:
        """Out of Dataverse; roles that come through teams are not among them."""
        found = self._dataverse.get(f"systemusers({systemuserid})/systemuserroles_association", select="name")["value"]
        return tuple(sorted({str(row["name"]) for row in found}))

    def privileges(self, systemuserid: str) -> Mapping[str, int]:
        """RetrieveUserPrivileges: through roles of one's own and of teams; names in lower case."""
        return depths_held(self._granted(systemuserid))

    def missing(self, systemuserid: str, mode: AgentMode) -> tuple[str, ...]:
        """By Dataverse's names, each with the depth it takes."""
        return lacking(self.privileges(systemuserid), NEEDED_IN_DATAVERSE[mode])

    def _granted(self, systemuserid: str) -> list[dict[str, Any]]:
        path = f"systemusers({systemuserid})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"
        return list(self._dataverse.get(path).get("RolePrivileges") or ())

    def _shown(self, row: Mapping[str, Any]) -> DirectoryUser:
        unit = str(row["_businessunitid_value"])
        try:
            name = str(self._dataverse.get(f"businessunits({unit})", select="name").get("name") or unit)
        except RowGone:
            name = unit
        return DirectoryUser(
            str(row["systemuserid"]),
            str(row.get("fullname") or ""),
            not row.get("isdisabled"),
            unit,
            name,
            str(row.get("applicationid") or ""),
        )


def refused(error: SignInRefused) -> LeadwrightError:
    """Entra's refusal, with the sentence that says what to do; the error itself when it says nothing for good."""
    found = _NUMBER.search(error.code)
    if found is None or not error.permanent:
        return error
    sentence = str(error).removeprefix(f"Entra refuses the sign-in ({error.code}). ")
    return TokenRefused(int(found[1]), "invalid_client", error.status, sentence)


def _seconds_off(claims: Mapping[str, Any], moment: datetime) -> float:
    """How far Entra's clock is ahead of ours. It may date a token up to five minutes back, so that much is forgiven."""
    issued = float(claims.get("iat") or claims.get("nbf") or moment.timestamp())
    off = issued - moment.timestamp()
    return off if off > 0 else min(0.0, off + 300)
