"""What an administrator enters about Dynamics 365, read and checked before anything is asked of Microsoft."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from leadwright.domain.platform import Cloud, CredentialKind, cloud_of
from leadwright.errors import BadInput
from leadwright.settings import Settings

_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_DOMAIN = re.compile(r"([a-z0-9-]{1,63}\.)+[a-z]{2,63}")
_ANY_TENANT = frozenset({"common", "organizations", "consumers"})
_PAGES = ("make.powerapps.", "make.apps.appsplatform.", "admin.powerplatform.", "portal.azure.", "entra.microsoft.")
_API = re.compile(r"\.api(?=\.crm\d*\.)")


@dataclass(frozen=True, slots=True)
class ConnectionForm:
    """What an administrator enters.

    Args:
        dataverse_url: any address of the organisation; what comes after the host is left out.
        kind: what the application proves itself by.
        secret: empty keeps the one there is, for the same application.
        secret_endson: when it ends, as Entra said it; None: not known.
        certificate: PEM with the private key; empty keeps the one there is, or makes one.
        federation_file: absolute path of a file that holds the token of another issuer.
        cloud: empty: as the address says.
    """

    dataverse_url: str
    tenant_id: str
    client_id: str
    kind: CredentialKind = CredentialKind.SECRET
    secret: str = ""
    secret_endson: datetime | None = None
    certificate: str = ""
    federation_file: str = ""
    cloud: Cloud | str = ""


def checked_form(form: ConnectionForm, settings: Settings, *, keeps_secret: bool) -> ConnectionForm:
    """The form as it can be kept.

    Raises:
        BadInput: says what to enter instead, and in which field.
    """
    url = organisation_url(form.dataverse_url, any_host=bool(settings.microsoft_authority))
    try:
        kind = CredentialKind(form.kind)
    except ValueError:
        raise BadInput("Choose client secret, certificate or federated credential.", field="kind") from None
    secret = form.secret.strip()
    if kind == CredentialKind.SECRET and not secret and not keeps_secret:
        raise BadInput("Enter the client secret's Value.", field="secret")
    if _GUID.fullmatch(secret.lower()):
        raise BadInput(
            "This looks like the Secret ID. Enter the Value, which Microsoft Entra shows only once.", field="secret"
        )
    return replace(
        form,
        dataverse_url=url,
        tenant_id=_tenant(form.tenant_id),
        client_id=_client(form.client_id),
        kind=kind,
        secret=secret,
        federation_file=_file(form.federation_file) if kind == CredentialKind.FEDERATION else "",
        cloud=_cloud(form.cloud, url),
    )


def organisation_url(given: str, *, any_host: bool = False) -> str:
    """https and the host of an organisation's address.

    Args:
        any_host: also hosts that are none of Microsoft's, such as a stand-in's.

    Raises:
        BadInput: it cannot be one.
    """
    text = given.strip()
    text = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("https://")
    example = "such as https://contoso.crm.dynamics.com (Power Platform admin center, Environments, Environment URL)"
    if parts.scheme != "https" or not host or any(c.isspace() for c in host):
        raise BadInput(f"Enter the organisation's address, {example}.", field="dataverse_url")
    if host.startswith(_PAGES):
        raise BadInput(f"{host} is an administration page. Enter the organisation's own address, {example}.",
                       field="dataverse_url")  # fmt: skip
    host = _API.sub("", host)
    if not any_host and (cloud_of(host) is None or host.count(".") < 3):
        raise BadInput(f"{host} is no address of a Dynamics 365 organisation. Enter it as it stands in the browser, "
                       f"{example}.", field="dataverse_url")  # fmt: skip
    return f"https://{host}{f':{port}' if port and port != 443 else ''}"


def checked_end(endson: datetime | None, moment: datetime) -> datetime | None:
    """When a secret ends; a time without a zone is UTC.

    Raises:
        BadInput: it has ended already.
    """
    if endson is not None and endson.tzinfo is None:
        endson = endson.replace(tzinfo=UTC)
    if endson is not None and endson <= moment:
        raise BadInput("This date is over. Enter the date Microsoft Entra shows under Expires.", field="secret_endson")
    return endson


def _tenant(given: str) -> str:
    text = given.strip().lower()
    if text in _ANY_TENANT or not (_GUID.fullmatch(text) or _DOMAIN.fullmatch(text)):
        raise BadInput(
            "Enter the Directory (tenant) ID from the overview page of your application in Microsoft Entra.",
            field="tenant_id",
        )
    return text


def _client(given: str) -> str:
    text = given.strip().lower()
    if not _GUID.fullmatch(text):
        raise BadInput(
            "Enter the Application (client) ID from the overview page of your application in Microsoft Entra.",
            field="client_id",
        )
    return text


def _file(given: str) -> str:
    text = given.strip()
    if not text or not Path(text).is_absolute() or len(text) > 1000 or not text.isprintable():
        raise BadInput(
            "Enter the whole path of the file with the federated token, such as "
            "/var/run/secrets/azure/tokens/azure-identity-token.",
            field="federation_file",
        )
    return text


def _cloud(given: Cloud | str, url: str) -> Cloud:
    known = cloud_of(urlsplit(url).hostname or "")
    if not given:
        return known or Cloud.WORLDWIDE
    try:
        chosen = Cloud(given)
    except ValueError:
        raise BadInput("Choose one of Microsoft's clouds: worldwide, us or china.", field="cloud") from None
    if known is not None and chosen != known:
        raise BadInput(f"An organisation with this address is in the cloud {known}. Choose that one.", field="cloud")
    return chosen
