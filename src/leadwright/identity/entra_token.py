"""Prerequisite 1 on Dynamics 365: the connection, what the application signs in with, a token really issued."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from leadwright.db.connection import CrmConnection
from leadwright.domain.platform import CredentialKind
from leadwright.domain.portals import Portals
from leadwright.domain.prerequisites import Check
from leadwright.errors import Conflict, CrmError
from leadwright.identity.directories import Directory
from leadwright.identity.refusals import TokenRefused

SOON = timedelta(days=30)
NOT_KNOWN_YET = "A newer certificate was brought in, and Microsoft Entra does not know it yet: the former one signs."
MOST_SECONDS_OFF = 240  # Entra and Dataverse allow five minutes
_SECRET_REFUSED = frozenset({7000215, 7000222})
_DATAVERSE = "00000007-0000-0000-c000-000000000000"
_KINDS = {
    CredentialKind.SECRET: "The client secret",
    CredentialKind.CERTIFICATE: "The certificate",
    CredentialKind.FEDERATION: "The federated credential",
}


def connection_check(row: CrmConnection) -> Check:
    """What the connection says; it cannot be wrong by itself."""
    name = f" ({row.organizationname})" if row.organizationname else ""
    found = f"{row.dataverseurl}{name}, tenant {row.tenantid}, client ID {row.clientid}."
    return Check("Connection", True, found)


def credential_check(row: CrmConnection, moment: datetime, portals: Portals, *, waiting: bool = False) -> Check:
    """What the application signs in with, and when that ends.

    Args:
        waiting: a newer certificate was brought in that Entra does not know yet.
    """
    found = _credential(row, moment, portals)
    if not waiting:
        return found
    remedy = (
        "Upload the newest one, shown under New certificate, at Certificates & secrets > Certificates, then choose "
        "Check."
    )
    detail = f"{found.detail} {NOT_KNOWN_YET}"
    return replace(found, detail=detail, remedy=remedy, warns=bool(found.passed), place=portals.credentials)


def _credential(row: CrmConnection, moment: datetime, portals: Portals) -> Check:
    what = _KINDS.get(CredentialKind(row.credentialkind), "The credential")
    place = portals.credentials
    if row.credentialkind == CredentialKind.FEDERATION:
        return Check("Credential", True, f"{what} is read from {row.federationfile} at each sign-in.")
    if row.secretendson is None:
        remedy = "Enter the date that the portal shows, so that its end is announced 30, 7 and 1 days ahead."
        return Check("Credential", True, f"{what} is kept here; when it ends is not known.", remedy, warns=True)
    ends = f"{row.secretendson:%Y-%m-%d %H:%M} UTC"
    if row.secretendson <= moment:
        remedy = "Add a new one under Certificates & secrets, and enter it here."
        if row.credentialkind == CredentialKind.SECRET:
            remedy += " Where the secret still works, correct the date under New client secret."
        return Check("Credential", False, f"{what} ended on {ends}.", remedy, place=place)
    if row.secretendson - moment <= SOON:
        remedy = "Add a new one under Certificates & secrets, and enter it here; both are valid meanwhile."
        return Check("Credential", True, f"{what} ends on {ends}.", remedy, warns=True, place=place)
    return Check("Credential", True, f"{what} is valid until {ends}.")


def token_checks(directory: Directory, row: CrmConnection, portals: Portals) -> list[Check]:
    """Ask for a token now, and look at what it says. One check when none is issued, else three."""
    try:
        issued = directory.token()
    except (TokenRefused, Conflict) as error:
        remedy = _remedy(error, row)
        return [Check("Access token", False, f"No token was issued: {error}", remedy, place=portals.credentials)]
    except CrmError as error:
        remedy = "" if error.permanent else "It is asked again by itself."
        return [Check("Access token", False if error.permanent else None, str(error), remedy)]
    until = f"{issued.expires_at:%Y-%m-%d %H:%M} UTC"
    return [
        Check("Access token", True, f"Issued by client credentials for {row.dataverseurl}; valid until {until}."),
        _claims(issued.claims, row, portals),
        clock_check(issued.seconds_off),
    ]


def _remedy(error: TokenRefused | Conflict, row: CrmConnection) -> str:
    """What the card of prerequisite 1 offers for it, marked or not."""
    refused = isinstance(error, TokenRefused) and error.code in _SECRET_REFUSED
    if refused and row.credentialkind == CredentialKind.SECRET:
        return "Bring it in under New client secret."
    return _correct("connection")


def _correct(what: str) -> str:
    return (
        f"Correct the {what} under Set up again; where it is marked as done, stop the agent and clear the mark first."
    )


def clock_check(seconds_off: float) -> Check:
    """Is this machine's clock near enough to Microsoft's?"""
    if abs(seconds_off) > MOST_SECONDS_OFF:
        side = "behind" if seconds_off > 0 else "ahead of"
        found = f"The clock of this machine is {_long(abs(seconds_off))} {side} Microsoft's."
        remedy = "Set it by NTP (timedatectl set-ntp true): tokens and certificates count by it."
        return Check("Clock", False, found, remedy)
    return Check("Clock", True, f"Within {MOST_SECONDS_OFF // 60} minutes of Microsoft's.")


def _claims(claims: Any, row: CrmConnection, portals: Portals) -> Check:
    application = str(claims.get("appid") or claims.get("azp") or "")
    tenant, audience = str(claims.get("tid") or ""), str(claims.get("aud") or "").rstrip("/")
    if application.casefold() != row.clientid.casefold():
        found = f"The token belongs to the application {application or 'of nobody'}, not to {row.clientid}."
        return Check("Claims", False, found, _correct("client ID"), place=portals.registrations)
    if _is_id(row.tenantid) and tenant.casefold() != row.tenantid.casefold():
        found = f"The token is of the tenant {tenant or 'nobody'}, not of {row.tenantid}."
        return Check("Claims", False, found, _correct("tenant ID"), place=portals.registrations)
    if audience.casefold() not in {row.dataverseurl.rstrip("/").casefold(), _DATAVERSE}:
        found = f"The token is meant for {audience or 'nothing'}, not for {row.dataverseurl}."
        return Check("Claims", False, found, _correct("organisation's address"))
    service = claims.get("oid") or "not given"
    return Check("Claims", True, f"tid {tenant}, appid {application}, oid {service}, aud {audience}.")


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def _long(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
