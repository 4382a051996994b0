"""The connection to Dynamics 365: entered, tried, changed, its secret or certificate renewed, switched off and on.

A secret is sealed and never shown again. The newest and the former one count, so that a new one can be brought in
without a gap.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from leadwright.actions.dynamics_rows import (
    CERTIFICATE_DAYS,
    Tried,
    copy_of,
    existing_row,
    facts_of,
    keep_pair,
    keep_row,
    kept_texts,
    learn,
    new_pair,
    sealed_texts,
    stored_row,
    tried_row,
)
from leadwright.actions.dynamics_values import ConnectionForm, checked_end, checked_form
from leadwright.db.connection import DYNAMICS365, CrmConnection
from leadwright.domain.platform import ConnectionState, CredentialKind
from leadwright.errors import Doubt
from leadwright.identity.access import Principal, require
from leadwright.identity.certificates import Certificate, sha1_thumbprint
from leadwright.identity.connection_keys import not_known_yet, note_signing
from leadwright.identity.entra_token import NOT_KNOWN_YET
from leadwright.microsoft.connection import key_purpose, secret_purpose
from leadwright.microsoft.tokens import public_part
from leadwright.services import Services

NEEDED = "prvCreateApplication"
_ALSO = "prvAssignRole"  # whose organisation this is decides a System Administrator


@dataclass(frozen=True, slots=True)
class Shown:
    """The connection without its secrets.

    Args:
        secretendson: of the secret or certificate in use.
        certificates: thumbprint (SHA-1) and PEM of each, the newest first.
        credentials: how many secrets or certificates are kept.
        waiting: PEM of the newest certificate, while Entra does not know it yet and another one signs.
    """

    dataverseurl: str
    tenantid: str
    clientid: str
    credentialkind: str
    federationfile: str
    secretendson: datetime | None
    cloud: str
    organizationid: str
    organizationname: str
    applicationuserid: str
    connectedon: datetime
    state: str
    credentials: int
    certificates: tuple[tuple[str, str], ...]
    waiting: str


def connection_shown(services: Services, who: Principal) -> Shown | None:
    """The connection as it is kept, also when it is off; None when none was ever entered.

    Raises:
        NotAllowed: prvReadApplication is missing.
    """
    require(who, "prvReadApplication")
    with services.database.reading() as session:
        row = session.get(CrmConnection, DYNAMICS365)
        if row is None:
            return None
        pairs = kept_texts(services, row.sealedkey, key_purpose())
        secrets = kept_texts(services, row.sealedsecret, secret_purpose())
        held = pairs if row.credentialkind == CredentialKind.CERTIFICATE else secrets
        return Shown(
            row.dataverseurl, row.tenantid, row.clientid, row.credentialkind, row.federationfile or "",
            row.secretendson, row.cloud, row.organizationid or "", row.organizationname or "",
            row.applicationuserid or "", row.connectedon, row.state, len(held),
            tuple((sha1_thumbprint(public_part(pem)), public_part(pem)) for pem in pairs), not_known_yet(row, pairs),
        )  # fmt: skip


def connect(services: Services, who: Principal, form: ConnectionForm, *, anyway: bool = False) -> Tried:
    """Enter the connection, or change it. It is tried first, and kept when Entra gives a token.

    Without a certificate, one is made here; the connection is then pending until Entra knows it and `check` was chosen.

    Raises:
        NotAllowed: prvCreateApplication or prvAssignRole is missing.
        BadInput: something given cannot be used; Entra's refusal is one, with what to do.
        CrmError: Entra or the organisation cannot be reached.
        Doubt: it is another organisation than the one whose rows are here.
    """
    _may_connect(who)
    former = stored_row(services)
    form = checked_form(form, services.settings, keeps_secret=former is not None and _same_application(former, form))
    row = _row_of(services, form, former)
    made = _take_credential(services, form, row, former)
    tried = Tried(certificate=made.pem) if made else tried_row(services, row)
    if former is not None and not anyway:
        _doubt_other(former, tried)
    row.state = ConnectionState.PENDING if made else ConnectionState.ON
    learn(row, tried)
    return keep_row(services, who, row, former, "connection.changed" if former else "connection.entered", tried)


def check(services: Services, who: Principal) -> Tried:
    """Try the stored connection. One that was pending is on when Entra gives a token.

    Raises:
        NotAllowed: prvCreateApplication is missing.
        NotFound: there is none.
        BadInput, CrmError: as `connect`.
    """
    require(who, NEEDED)
    former = existing_row(services)
    tried = tried_row(services, former)
    row = copy_of(former)
    learn(row, tried)
    if not_known_yet(row, kept_texts(services, row.sealedkey, key_purpose())):
        tried = replace(tried, warning=f"{NOT_KNOWN_YET} {tried.warning}".strip())
    if row.state == ConnectionState.PENDING:
        row.state = ConnectionState.ON
    if facts_of(row) == facts_of(former):
        return tried
    return keep_row(services, who, row, former, "connection.checked", tried)


def switch(services: Services, who: Principal, *, on: bool, forget: bool = False) -> Tried:
    """Switch the connection off: nothing of it runs any more, what is here stays. Or on again, when it works.

    Args:
        forget: with off: its secrets are forgotten; it can be entered anew later.

    Raises:
        NotAllowed: prvCreateApplication or prvAssignRole is missing.
        NotFound: there is none.
        BadInput, CrmError: switched on, it does not work.
    """
    _may_connect(who)
    former = existing_row(services)
    row = copy_of(former)
    tried = tried_row(services, former) if on else Tried()
    row.state = ConnectionState.ON if on else ConnectionState.OFF
    if forget and not on:
        row.sealedsecret = row.sealedkey = row.certificatethumbprint = row.secretendson = None
    return keep_row(services, who, row, former, f"connection.switched_{'on' if on else 'off'}", tried)


def makes_certificate(row: CrmConnection | None, form: ConnectionForm) -> bool:
    """Would a certificate be made here for this form? The connection waits until Entra knows it."""
    keeps = row is not None and row.sealedkey is not None and _same_application(row, form)
    return form.kind == CredentialKind.CERTIFICATE and not form.certificate.strip() and not keeps


def _may_connect(who: Principal) -> None:
    require(who, NEEDED)
    require(who, _ALSO)


def _same_application(row: CrmConnection, form: ConnectionForm) -> bool:
    """May the stored secret be used on? Only for the application and tenant it is for."""
    return (row.clientid, row.tenantid, row.credentialkind) == (
        form.client_id.strip().lower(),
        form.tenant_id.strip().lower(),
        form.kind,
    )


def _row_of(services: Services, form: ConnectionForm, former: CrmConnection | None) -> CrmConnection:
    return CrmConnection(
        connectionid=DYNAMICS365,
        dataverseurl=form.dataverse_url,
        tenantid=form.tenant_id,
        clientid=form.client_id,
        credentialkind=form.kind,
        federationfile=form.federation_file or None,
        cloud=form.cloud,
        usemsdyn=former.usemsdyn if former else False,
        connectedon=former.connectedon if former else services.clock(),
        secretendson=former.secretendson if former else None,
        certificatethumbprint=former.certificatethumbprint if former else None,
    )


def _take_credential(
    services: Services, form: ConnectionForm, row: CrmConnection, former: CrmConnection | None
) -> Certificate | None:
    """Seal what was entered, or keep what there is. Returns the certificate, when one was made here."""
    keeps = former is not None and _same_application(former, form)
    if form.kind == CredentialKind.SECRET:
        row.certificatethumbprint = None
        ends = checked_end(form.secret_endson, services.clock())
        if form.secret:
            row.sealedsecret = sealed_texts(services, [form.secret], secret_purpose())
            row.secretendson = ends
        elif former is not None and keeps:
            row.sealedsecret = former.sealedsecret
            row.secretendson = ends or former.secretendson
    elif form.kind == CredentialKind.CERTIFICATE:
        makes = makes_certificate(former, form)
        if former is not None and not makes and not form.certificate.strip():
            row.sealedkey = former.sealedkey
            return None
        found = new_pair(services, form.certificate, CERTIFICATE_DAYS)
        keep_pair(services, row, found)
        note_signing(row, found.pem)
        return found if makes else None
    else:
        row.secretendson = row.certificatethumbprint = None
    return None


def _doubt_other(former: CrmConnection, tried: Tried) -> None:
    if former.organizationid and tried.organizationid and former.organizationid != tried.organizationid:
        name = former.organizationname or former.organizationid
        raise Doubt(
            (
                f"This is another organisation than {name}, whose rows are here already. Rows of two organisations "
                "would be mixed: another installation is better.",
            )
        )
