"""Certificates of applications: added in place of a client secret or beside it, listed, removed. Prerequisite 1."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from leadwright.actions.applications import (
    application_values,
    may_change_secrets,
    registered_client,
    remove_secret,
    tell_of_credential,
)
from leadwright.actions.prerequisite_rows import begin, may_set_up, open_row, refuse_on_dynamics, row_of
from leadwright.db import audit
from leadwright.db.people import ApplicationSecret
from leadwright.errors import NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.certificates import read_certificate, sha1_thumbprint
from leadwright.identity.directory import directory_of
from leadwright.services import Services


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate as people compare it.

    Args:
        thumbprint: SHA-256; `sha1` is the one that Microsoft's libraries ask for.
        haskey: its private key is sealed here, so the agent signs in with it.
    """

    keyid: str
    thumbprint: str
    sha1: str
    startson: datetime
    endson: datetime
    haskey: bool


def register_with_certificate(
    services: Services,
    who: Principal,
    agentid: str,
    *,
    name: str,
    certificate: str,
    account_type: str = "AzureADMyOrg",
    redirect_uri: str | None = None,
) -> str:
    """Prerequisite 1: register an application that signs in with a certificate and has no secret.

    Args:
        certificate: PEM, with its private key when the agent itself shall sign in with it.

    Returns:
        The Application (client) ID.

    Raises:
        NotAllowed: prvCreateApplication is missing.
        Conflict: the prerequisite is ticked already.
        BadInput: something given cannot be used.
    """
    may_set_up(who, 1)
    name, redirect = application_values(name, account_type, redirect_uri)
    found = read_certificate(certificate, services.clock())
    directory = directory_of(services)
    with services.database.transaction() as session:
        refuse_on_dynamics(session)
        row = open_row(session, agentid, 1)
        client = directory.register(session, name, audience=account_type, redirect_uri=redirect, createdby=who.actor.id)
        directory.add_certificate(session, client, found)
        begin(row, {"clientid": client, "tenantid": directory.tenant_id(session)})
        after = {
            "displayname": name,
            "signinaudience": account_type,
            "certificate": found.thumbprint,
            "endson": found.endson,
        }
        audit.record(session, who.actor, "application.registered", "application", client, after=after)
    return client


def add_certificate(services: Services, who: Principal, agentid: str, certificate: str) -> str:
    """Add a certificate to the agent's application; secrets and other certificates stay valid. Returns its key id.

    Administrators are told, as of a secret.

    Raises:
        NotAllowed: prvCreateApplication is missing; or prvAssignRole, when the application has a user.
        BadInput: it cannot be used.
        Conflict: no application is registered, or it has this certificate already.
    """
    require(who, "prvCreateApplication")
    clientid = registered_client(services, agentid)
    found = read_certificate(certificate, services.clock())
    with services.database.transaction() as session:
        may_change_secrets(session, who, clientid)
        keyid = directory_of(services).add_certificate(session, clientid, found)
        after = {"keyid": keyid, "certificate": found.thumbprint, "endson": found.endson}
        audit.record(session, who.actor, "application.certificate_added", "application", clientid, after=after)
        tell_of_credential(session, who, clientid, keyid, f"certificate {found.thumbprint[:10]}", services.clock())
    return keyid


def remove_certificate(services: Services, who: Principal, agentid: str, keyid: str) -> None:
    """Remove a certificate; tokens that were asked for with it are refused at their next call.

    Raises:
        NotAllowed: as for `add_certificate`.
        NotFound: the application has no such certificate.
    """
    require(who, "prvCreateApplication")
    clientid = registered_client(services, agentid)
    with services.database.reading() as session:
        known = session.scalar(_certificates(clientid).where(ApplicationSecret.keyid == keyid))
    if known is None:
        raise NotFound("There is no such certificate any more.")
    remove_secret(services, who, keyid)


def certificates_of(services: Services, who: Principal, agentid: str) -> list[Shown]:
    """Certificates of the agent's application, the longest valid first.

    Raises:
        NotAllowed: prvReadApplication is missing.
    """
    require(who, "prvReadApplication")
    with services.database.reading() as session:
        clientid = row_of(session, agentid, 1).inputs.get("clientid")
        rows = session.scalars(_certificates(str(clientid or ""))).all()
    return [
        Shown(
            row.keyid,
            row.secrethash.upper(),
            sha1_thumbprint(row.certificate or ""),
            row.startson,
            row.endson,
            row.sealedkey is not None,
        )
        for row in rows
    ]


def _certificates(clientid: str) -> Select[ApplicationSecret]:
    mine = select(ApplicationSecret).where(ApplicationSecret.appid == clientid, ApplicationSecret.kind == "certificate")
    return mine.order_by(ApplicationSecret.endson.desc(), ApplicationSecret.keyid)
