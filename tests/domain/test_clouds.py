"""Microsoft's clouds: the organisation's address tells where people sign in, where Graph is, and every admin page."""

from urllib.parse import urlsplit

import pytest
from msal.authority import WELL_KNOWN_AUTHORITY_HOSTS

from leadwright.domain.platform import AUTHORITIES, Cloud, cloud_of, graph_of
from leadwright.domain.portals import Portals
from leadwright.microsoft.bootstrap import place_of
from leadwright.settings import Settings

CLIENT = "11111111-1111-4111-8111-111111111111"
CLOUDS = [
    ("contoso.crm4.dynamics.com", "worldwide", "login.microsoftonline.com", "graph.microsoft.com",
     "entra.microsoft.com", "admin.powerplatform.microsoft.com", "make.powerapps.com",
     "https://admin.exchange.microsoft.com/#/mailboxes"),
    ("contoso.crm9.dynamics.com", "worldwide", "login.microsoftonline.com", "graph.microsoft.com",
     "entra.microsoft.com", "gcc.admin.powerplatform.microsoft.us", "make.gov.powerapps.us",
     "https://admin.exchange.microsoft.com/#/mailboxes"),
    ("contoso.crm.microsoftdynamics.us", "us", "login.microsoftonline.us", "graph.microsoft.us",
     "entra.microsoft.us", "high.admin.powerplatform.microsoft.us", "make.high.powerapps.us",
     "https://admin.exchange.office365.us/#/mailboxes"),
    ("contoso.crm.appsplatform.us", "us", "login.microsoftonline.us", "dod-graph.microsoft.us",
     "entra.microsoft.us", "admin.appsplatform.us", "make.apps.appsplatform.us",
     "https://admin.exchange.apps.mil/#/mailboxes"),
    ("contoso.crm.dynamics.cn", "china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn",
     "entra.microsoftonline.cn", "admin.powerplatform.partner.microsoftonline.cn", "make.powerapps.cn",
     "https://partner.outlook.cn/ecp"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("host", "cloud", "login", "graph", "entra", "power", "maker", "exchange"),
    CLOUDS,
    ids=["worldwide", "gcc", "gcc high", "dod", "china"],
)
def test_the_organisations_address_tells_every_other_one(
    host: str, cloud: str, login: str, graph: str, entra: str, power: str, maker: str, exchange: str
) -> None:
    found = cloud_of(host.upper())
    assert found == cloud
    assert (AUTHORITIES[Cloud(cloud)], graph_of(Cloud(cloud), host)) == (f"https://{login}", f"https://{graph}")
    place = place_of(Settings(), Cloud(cloud), dataverse_url=f"https://{host}")
    assert (place.authority, place.graph_url) == (f"https://{login}", f"https://{graph}")
    portals = Portals(cloud, f"https://{host}", CLIENT)
    of_entra = (portals.registrations, portals.new_registration, portals.credentials, portals.permissions,
                portals.authentication)  # fmt: skip
    assert {urlsplit(page).netloc for page in of_entra} == {entra}
    assert portals.application_users == f"https://{power}/manage/environments"
    assert (portals.tables, portals.shared_mailboxes) == (f"https://{maker}/", exchange)
    assert urlsplit(portals.mailboxes).netloc == urlsplit(portals.mailbox(CLIENT)).netloc == host


def test_the_authorities_are_those_that_microsofts_own_library_knows() -> None:
    assert {urlsplit(address).hostname for address in AUTHORITIES.values()} <= WELL_KNOWN_AUTHORITY_HOSTS


@pytest.mark.parametrize("host", ["contoso.example", "dynamics.com.example", "crm9.dynamics.org", ""])
def test_a_host_of_nobody_at_microsoft_tells_nothing_and_gets_the_pages_of_its_cloud(host: str) -> None:
    assert cloud_of(host) is None
    assert Portals("us", f"https://{host}").tables == "https://make.high.powerapps.us/"
    assert Portals("", f"https://{host}").tables == "https://make.powerapps.com/"
