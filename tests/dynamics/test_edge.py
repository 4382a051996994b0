"""The edge of the stand-in: what is kept of requests, and faults of the network as clients meet them."""

import time
from collections.abc import Iterator

import pytest
import requests
from starlette.testclient import TestClient

from leadwright.sandbox.dynamics import entra_applications, entra_principals
from leadwright.sandbox.dynamics.certificates import certificates
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import World

CONFIG = "/common/v2.0/.well-known/openid-configuration"


@pytest.fixture
def http(standin: StandIn) -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False
        made.verify = str(standin.certificates.authority)
        yield made


def seen(world: World) -> list[tuple[str, str, int]]:
    with world.reading() as db:
        return [(r["method"], r["path"], r["status"]) for r in db.execute("SELECT * FROM seen ORDER BY id")]


def test_every_request_is_kept_with_who_asked_and_without_its_secrets(world: World) -> None:
    entra = TestClient(served(world), base_url="https://login.microsoftonline.com")
    made = entra_applications.create_application(world, "Leadwright", by="somebody")
    entra_principals.create_principal(world, made.appid)
    _, text = entra_applications.add_secret(world, made.objectid)
    form = {
        "client_id": made.appid,
        "client_secret": text,
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
    }
    token = entra.post(f"/{world.tenantid}/oauth2/v2.0/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert entra.get("https://graph.microsoft.com/oidc/userinfo", headers=headers).status_code == 400
    with world.reading() as db:
        rows = db.execute("SELECT * FROM seen ORDER BY id").fetchall()
    assert [(r["host"], r["status"], r["caller"]) for r in rows] == [
        ("login.microsoftonline.com", 200, made.appid),
        ("graph.microsoft.com", 400, made.appid),
    ]
    assert "client_secret=(masked)" in rows[0]["asked"]
    assert '"access_token":"(masked)"' in rows[0]["answered"]
    everything = " ".join(str(tuple(r)) for r in rows)
    assert text not in everything
    assert token not in everything


def test_latency_throttling_and_failures_strike_where_they_are_told_to(
    standin: StandIn, world: World, http: requests.Session
) -> None:
    world.break_it("latency", {"ms": 300, "path": "/common"}, times=1)
    started = time.monotonic()
    assert http.get(standin.origin + CONFIG).status_code == 200
    assert time.monotonic() - started >= 0.3
    world.break_it("throttle", {"seconds": 7, "path": "/api/data"}, times=1)
    assert http.get(standin.origin + CONFIG).status_code == 200
    throttled = http.get(standin.origin + "/api/data/v9.2/WhoAmI")
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "7")
    assert throttled.json()["error"]["code"] == "0x80072322"
    world.break_it("server error", {"status": 502}, times=1)
    assert http.get(standin.origin + "/v1.0/users").status_code == 502
    assert world.faults() == {}


def test_a_drop_before_the_answer_leaves_nothing_done_and_one_after_the_commit_leaves_it_done(
    standin: StandIn, world: World, http: requests.Session
) -> None:
    devicecode = f"{standin.origin}/{world.tenantid}/oauth2/v2.0/devicecode"
    form = {"client_id": "14d82eec-204b-4c2f-b7e8-296a70dab67e", "scope": "https://graph.microsoft.com/.default"}

    def codes() -> int:
        with world.reading() as db:
            return int(db.execute("SELECT count(*) FROM entra_code").fetchone()[0])

    world.break_it("drop before answer", times=1)
    with pytest.raises(requests.ConnectionError):
        http.post(devicecode, data=form)
    assert codes() == 0
    world.break_it("drop after commit", {"tokens": True}, times=1)
    with pytest.raises(requests.ConnectionError):
        http.post(devicecode, data=form)
    assert codes() == 1
    assert http.post(devicecode, data=form).status_code == 200
    assert [status for _, _, status in seen(world)] == [0, 0, 200]


def test_interception_is_a_certificate_nobody_trusts(standin: StandIn, world: World, http: requests.Session) -> None:
    world.break_it("tls by another authority")
    with pytest.raises(requests.exceptions.SSLError, match=r"self-signed|unable to get local issuer"):
        http.get(standin.origin + CONFIG)
    world.mend()
    assert http.get(standin.origin + CONFIG).status_code == 200


def test_the_proxy_leads_microsofts_hosts_here_and_others_nowhere(
    standin: StandIn, world: World, http: requests.Session
) -> None:
    http.proxies = {"https": standin.proxy, "http": standin.proxy}
    for host in ("login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"):
        found = http.get(f"https://{host}{CONFIG}").json()
        assert found["token_endpoint"].startswith(f"https://{host}/")
    with pytest.raises(requests.exceptions.ProxyError, match="502"):
        http.get("https://contosso.crm.dynamics.com/")
    assert seen(world)[-1] == ("CONNECT", "(proxy)", 502)
    assert http.get("http://graph.microsoft.com/").status_code == 405
    world.break_it("unreachable", {"host": "crm.dynamics.com"})
    with pytest.raises(requests.exceptions.ProxyError, match="502"):
        http.get("https://contoso.crm.dynamics.com/")


def test_authority_and_leaf_are_made_once_and_a_new_name_makes_a_new_leaf(world: World) -> None:
    folder = world.folder / "tls"
    first = certificates(folder, ["localhost"])
    authority, leaf = first.authority.read_bytes(), first.leaf.read_bytes()
    assert certificates(folder, ["localhost"]).leaf.read_bytes() == leaf
    again = certificates(folder, ["localhost", "dynamics"])
    assert again.leaf.read_bytes() != leaf
    assert again.authority.read_bytes() == authority
    assert authority in again.bundle.read_bytes()
    assert again.leaf.stat().st_mode & 0o077 == 0


def test_state_lives_on_when_the_stand_in_is_served_again(world: World) -> None:
    made = entra_applications.create_application(world, "Leadwright", by="somebody")
    with StandIn(world) as first:
        authority = first.certificates.authority.read_bytes()
    again = World(world.folder)
    with StandIn(again) as second:
        assert second.certificates.authority.read_bytes() == authority
        assert entra_applications.application_of(again, made.appid) == made
    again.close()


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://graph.microsoft.com" + CONFIG, 404),
        ("https://contoso.crm.dynamics.com" + CONFIG, 404),
        ("https://login.microsoftonline.com/api/data/v9.2/WhoAmI", 404),
        ("https://login.microsoftonline.com" + CONFIG, 200),
        ("https://contoso.crm.dynamics.com/api/data/v9.2/WhoAmI", 401),
        ("https://localhost" + CONFIG, 200),
    ],
)
def test_each_host_serves_its_own_paths_only(world: World, url: str, status: int) -> None:
    assert TestClient(served(world)).get(url).status_code == status
