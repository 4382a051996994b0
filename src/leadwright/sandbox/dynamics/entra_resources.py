"""The services a token can be asked for: their hosts in each cloud, their application ids, their permissions."""

from dataclasses import dataclass

LOGIN_HOSTS = (
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
)
GRAPH_HOSTS = (
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
)
ORGANISATION_HOSTS = (
    "contoso.crm.dynamics.com",
    "contoso.api.crm.dynamics.com",
    "contoso.crm4.dynamics.com",
    "contoso.crm9.dynamics.com",
    "contoso.crm.microsoftdynamics.us",
    "contoso.crm.appsplatform.us",
    "contoso.crm.dynamics.cn",
)
PRODUCTION_HOSTS = LOGIN_HOSTS + GRAPH_HOSTS + ORGANISATION_HOSTS

GRAPH = "00000003-0000-0000-c000-000000000000"
DATAVERSE = "00000007-0000-0000-c000-000000000000"


@dataclass(frozen=True, slots=True)
class Permission:
    """An application permission (an app role) of a resource."""

    id: str
    value: str
    says: str


GRAPH_PERMISSIONS = (
    Permission("b633e1c5-b582-4048-a93e-9f11b44c7e96", "Mail.Send", "Send mail as any user"),
    Permission("e2a3a72e-5f79-4c64-b1b1-878b674786c9", "Mail.ReadWrite", "Read and write mail in all mailboxes"),
    Permission("810c84a8-4a9e-49e6-bf7d-12d183f40d01", "Mail.Read", "Read mail in all mailboxes"),
    Permission("40f97065-369a-49f4-947c-6a255697ae91", "MailboxSettings.Read", "Read all user mailbox settings"),
    Permission("df021288-bdef-4463-88db-98f22de89214", "User.Read.All", "Read all users' full profiles"),
    Permission("7ab1d382-f21e-4acd-a863-ba3e13f7da61", "Directory.Read.All", "Read directory data"),
    Permission("98830695-27a2-4c18-8c18-0c3ebc9698f6", "GroupMember.Read.All", "Read all group memberships"),
    Permission("9a5d68dd-52b0-4cc2-bd40-abcf444ac3a1", "Application.Read.All", "Read all applications"),
    Permission("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Application.ReadWrite.All", "Read and write all applications"),
    Permission(
        "06b708a9-e830-4db3-a914-8e69da51d44f",
        "AppRoleAssignment.ReadWrite.All",
        "Manage app permission grants and app role assignments",
    ),
)
PERMISSIONS = {p.id: p for p in GRAPH_PERMISSIONS}


@dataclass(frozen=True, slots=True)
class PublicClient:
    """An application of Microsoft's that every tenant knows and that people sign in with from a command line."""

    appid: str
    name: str


PUBLIC_CLIENTS = (
    PublicClient("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools"),
    PublicClient("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI"),
    PublicClient("51f81489-12ee-4a9e-aaae-a2591f45987d", "Dynamics 365 Example Client Application"),
)
AZURE_CLI = PUBLIC_CLIENTS[1].appid
NATIVE_REDIRECTS = ("http://localhost", "https://login.microsoftonline.com/common/oauth2/nativeclient")
USER_SCOPES = frozenset({"openid", "profile", "email", "offline_access", "User.Read", "user_impersonation"})


def resource_of(name: str, origin_host: str) -> frozenset[str]:
    """Application ids of the resources a name stands for; empty when nobody here has that name.

    Args:
        name: such as https://contoso.crm.dynamics.com or an application id; a slash at the end does not matter.
        origin_host: host and port the stand-in was called by; its own address stands for every service at once.
    """
    plain = name.rstrip("/").lower()
    if plain in {GRAPH, DATAVERSE}:
        return frozenset({plain})
    if not plain.startswith("https://"):
        return frozenset()
    host = plain.removeprefix("https://").removesuffix(":443")
    if host in GRAPH_HOSTS:
        return frozenset({GRAPH})
    if host in ORGANISATION_HOSTS:
        return frozenset({DATAVERSE})
    if host == origin_host.lower() and host not in LOGIN_HOSTS:
        return frozenset({GRAPH, DATAVERSE})
    return frozenset()


def belongs(host: str, path: str) -> bool:
    """Does this host of Microsoft serve such a path at all? At the stand-in's own address everything is served."""
    if path.startswith("/_"):
        return True
    if host in GRAPH_HOSTS:
        return path.startswith(("/v1.0", "/beta", "/oidc/"))
    if host in ORGANISATION_HOSTS:
        return path.startswith("/api/")
    return host not in LOGIN_HOSTS or not path.startswith(("/v1.0", "/beta", "/oidc/", "/api/"))
