"""Where the organisation's records live: in our own store alone, or in an organisation of Dynamics 365 too."""

from enum import StrEnum


class Platform(StrEnum):
    """The platform of this installation."""

    BUILTIN = "builtin"
    DYNAMICS365 = "dynamics365"


class Cloud(StrEnum):
    """Microsoft's clouds: each has its own sign-in, Graph and Dataverse hosts."""

    WORLDWIDE = "worldwide"
    US = "us"
    CHINA = "china"


class CredentialKind(StrEnum):
    """What the application proves itself by at Entra."""

    SECRET = "secret"  # noqa: S105
    CERTIFICATE = "certificate"
    FEDERATION = "federation"


class ConnectionState(StrEnum):
    """Is the connection to Dynamics 365 in use?"""

    ON = "on"
    PENDING = "pending"  # a certificate was made here that Entra does not know yet
    OFF = "off"


AUTHORITIES = {
    Cloud.WORLDWIDE: "https://login.microsoftonline.com",
    Cloud.US: "https://login.microsoftonline.us",
    Cloud.CHINA: "https://login.partner.microsoftonline.cn",
}
GRAPH = {
    Cloud.WORLDWIDE: "https://graph.microsoft.com",
    Cloud.US: "https://graph.microsoft.us",
    Cloud.CHINA: "https://microsoftgraph.chinacloudapi.cn",
}
_DOD_ORGANISATIONS, _DOD_GRAPH = ".appsplatform.us", "https://dod-graph.microsoft.us"
_CLOUD_OF = {
    ".dynamics.com": Cloud.WORLDWIDE,  # GCC (crm9) signs in at the worldwide cloud
    ".microsoftdynamics.us": Cloud.US,
    _DOD_ORGANISATIONS: Cloud.US,
    ".dynamics.cn": Cloud.CHINA,
}


def cloud_of(host: str) -> Cloud | None:
    """The cloud an organisation's host belongs to; None when it is none of Microsoft's hosts."""
    return next((cloud for ending, cloud in _CLOUD_OF.items() if host.lower().endswith(ending)), None)


def graph_of(cloud: Cloud, host: str) -> str:
    """Address of the Graph that knows the people of an organisation at `host`."""
    return _DOD_GRAPH if host.lower().endswith(_DOD_ORGANISATIONS) else GRAPH[cloud]
