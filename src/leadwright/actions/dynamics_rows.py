"""The stored connection as actions handle it: read, copied, its secrets sealed, tried, and written with its audit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from leadwright.db import audit
from leadwright.db.connection import DYNAMICS365, CrmConnection
from leadwright.db.mirror_waking import wake_mirror
from leadwright.domain.platform import ConnectionState
from leadwright.errors import BadInput, Conflict, CrmError, NotFound
from leadwright.identity.access import Principal
from leadwright.identity.certificates import Certificate
from leadwright.identity.connection_keys import make_certificate, note_signing, read_pair
from leadwright.microsoft.connection import Connection, key_purpose, opened
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import MicrosoftError
from leadwright.microsoft.line import clock_sentence
from leadwright.microsoft.opening import new_http
from leadwright.mirror.reconnecting import put_missed
from leadwright.services import Services

CERTIFICATE_DAYS = 365
KEPT = 2  # secrets or certificates that count: the newest and the former one
_PATIENCE = 15.0  # seconds a person waits for a try
_COLUMNS = tuple(column.key for column in CrmConnection.__table__.columns)


@dataclass(frozen=True, slots=True)
class Tried:
    """What a try showed.

    Args:
        warning: what is still missing; empty: everything works.
        code: of the refusal behind the warning, such as 0x80072560.
        certificate: PEM to upload at Entra, when one was made here just now.
        signed_with: PEM of the certificate that Entra took.
    """

    organizationid: str = ""
    organizationname: str = ""
    applicationuserid: str = ""
    warning: str = ""
    code: str = ""
    certificate: str = ""
    signed_with: str = ""


def try_connection(connection: Connection) -> Tried:
    """Ask Entra for a token and the organisation who we are.

    Raises:
        BadInput: Entra refuses, with what to do.
        CrmError: no line, or the service fails.
    """
    http = new_http(connection)
    try:
        try:
            http.tokens.token(connection.dataverse_url)
        except MicrosoftError as error:
            if error.permanent:
                raise BadInput(str(error)) from error
            raise
        dataverse, signed_with = Dataverse(http.patient(_PATIENCE)), http.tokens.signed_with
        try:
            found = _who(dataverse)
            warning = found.warning or clock_sentence(dataverse.http.offset).strip()
            return replace(found, warning=warning, signed_with=signed_with)
        except MicrosoftError as error:
            if not error.permanent and error.status != 401:
                raise
            return Tried(warning=str(error), code=error.code, signed_with=signed_with)
    finally:
        http.close()


def _who(dataverse: Dataverse) -> Tried:
    me = dataverse.who_am_i()
    organisation = str(me["OrganizationId"])
    found = Tried(organisation, "", str(me["UserId"]))
    try:
        row = dataverse.row("organizations", organisation, ("name",)) or {}
    except CrmError as error:  # a role without prvReadOrganization works all the same
        return replace(found, organizationname="", warning="" if error.permanent else str(error))
    return replace(found, organizationname=str(row.get("name") or ""))


def tried_row(services: Services, row: CrmConnection) -> Tried:
    """`try_connection` with a row that may not be stored yet."""
    return try_connection(opened(row, services.settings, services.vault))


def stored_row(services: Services) -> CrmConnection | None:
    """The connection as it is stored, whatever its state, apart from any session."""
    with services.database.reading() as session:
        row = session.get(CrmConnection, DYNAMICS365)
        if row is not None:
            session.expunge(row)
        return row


def existing_row(services: Services) -> CrmConnection:
    """`stored_row`.

    Raises:
        NotFound: there is none.
    """
    row = stored_row(services)
    if row is None:
        raise NotFound("Dynamics 365 is not connected. Enter the connection first.")
    return row


def new_pair(services: Services, pem: str, days: int) -> Certificate:
    """The certificate and key that were pasted; without any, new ones."""
    moment = services.clock()
    if not 1 <= days <= 3650:
        raise BadInput("A certificate is valid for 1 to 3650 days.", field="days")
    return read_pair(pem, moment) if pem.strip() else make_certificate(moment, days)


def keep_pair(services: Services, row: CrmConnection, found: Certificate, older: Sequence[str] = ()) -> None:
    """Seal a pair as the newest, in front of the one that signs and the former one."""
    row.sealedkey = sealed_texts(services, [found.key + found.pem, *older[:KEPT]], key_purpose())


def learn(row: CrmConnection, tried: Tried) -> None:
    """Keep which organisation and user a try found, and which certificate signed."""
    if tried.signed_with:
        note_signing(row, tried.signed_with)
    if tried.organizationid:
        row.organizationid, row.applicationuserid = tried.organizationid, tried.applicationuserid
        row.organizationname = tried.organizationname or row.organizationname


def keep_row(
    services: Services, who: Principal, row: CrmConnection, former: CrmConnection | None, action: str, tried: Tried
) -> Tried:
    """Write and audit, unless somebody else changed it while it was tried. On again: what was missed goes out.

    What failed with the former one is tried again at once.
    """
    with services.database.transaction() as session:
        held = session.get(CrmConnection, DYNAMICS365)
        if _differs(held, former):
            raise Conflict("The connection was changed by somebody else meanwhile. Look at it again.")
        before = facts_of(former) if former else {}
        session.merge(row)
        session.flush()
        audit.record(session, who.actor, action, "crmconnection", DYNAMICS365, before=before, after=facts_of(row))
        if former is not None and former.state != ConnectionState.ON and row.state == ConnectionState.ON:
            put_missed(session, row)
        wake_mirror(session, services.clock())
    return tried


def _differs(held: CrmConnection | None, former: CrmConnection | None) -> bool:
    if held is None or former is None:
        return held is not former
    return any(getattr(held, name) != getattr(former, name) for name in _COLUMNS)


def copy_of(row: CrmConnection) -> CrmConnection:
    """The same connection, to be changed before it is written."""
    return CrmConnection(**{name: getattr(row, name) for name in _COLUMNS})


def facts_of(row: CrmConnection) -> dict[str, object]:
    """What the audit log keeps: everything but the secrets."""
    return {name: getattr(row, name) for name in _COLUMNS if not name.startswith("sealed")}


def sealed_texts(services: Services, texts: Sequence[str], purpose: str) -> str:
    """Several secrets sealed as one text, the newest first."""
    return services.vault.seal(json.dumps(list(texts)), purpose)


def kept_texts(services: Services, sealed: str | None, purpose: str) -> list[str]:
    """What `sealed_texts` sealed."""
    return list(json.loads(services.vault.open(sealed, purpose))) if sealed else []
