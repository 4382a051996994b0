"""Certificates on the Prerequisites page: registered with one, added, shown, removed, and verified as done."""

from collections.abc import Callable
from datetime import timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.api.certificates import certificate, pem_of
from tests.web.conftest import Browser
from tests.web.desk import NOW, Desk

from leadwright.actions import applications
from leadwright.actions.certificates import certificates_of
from leadwright.actions.prerequisite_rows import untick
from leadwright.actions.prerequisites import mark_done
from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.people import ApplicationSecret
from leadwright.identity.access import Principal, principal
from leadwright.identity.directory import directory_of


def pem(name: str = "agent", *, with_key: bool = True, days: int = 30) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made = certificate(name, key, begins=NOW - timedelta(days=365), days=days)
    text = made.public_bytes(serialization.Encoding.PEM).decode()
    return text + pem_of(key) if with_key else text


def admin_of(desk: Desk) -> Principal:
    with desk.services.database.reading() as session:
        return principal(session, desk.people["admin"])


def fresh(desk: Desk) -> None:
    """The agent before its prerequisites."""
    with desk.services.database.transaction() as session:
        agent = session.get_one(Agent, desk.agentid)
        agent.state = "draft"
        for row in session.scalars(select(Prerequisite).where(Prerequisite.agentid == desk.agentid)):
            untick(row)
            row.inputs = {}


def test_an_application_is_registered_with_a_certificate_and_verified(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    fresh(desk)
    client = browser("admin")
    fields = {"name": "Scout", "account_type": "AzureADMyOrg", "sign_in": "certificate"}
    bad = client.submit("/agent/prerequisites/1/register", {**fields, "certificate": "nonsense"})
    assert bad.status_code == 422
    assert "BEGIN CERTIFICATE" in bad.text
    assert client.submit("/agent/prerequisites/1/register", {**fields, "certificate": pem()}).status_code == 303
    page = client.get("/agent/prerequisites").text
    assert "The agent signs in with it" in page
    assert "PRIVATE KEY" not in page
    assert mark_done(desk.services, admin_of(desk), desk.agentid, 1).done
    with desk.services.database.reading() as session:
        stored = session.scalars(select(ApplicationSecret)).all()
    assert all("PRIVATE KEY" not in (row.sealedkey or "") + (row.certificate or "") for row in stored)


def test_a_certificate_is_added_beside_a_secret_and_removed(
    desk: Desk, browser: Callable[..., Browser], api: Callable[..., TestClient]
) -> None:
    fresh(desk)
    client, who = browser("admin"), admin_of(desk)
    made = applications.register_application(desk.services, who, desk.agentid, name="Scout")
    text = pem(with_key=False)
    path = "/agent/prerequisites/1/certificate"
    assert client.submit(path, {"certificate": text}).status_code == 303
    assert client.submit(path, {"certificate": text}).status_code == 409
    assert client.submit(path, {"certificate": pem(days=-30)}).status_code == 422
    (shown,) = certificates_of(desk.services, who, desk.agentid)
    assert not shown.haskey
    assert shown.sha1 in client.get("/agent/prerequisites").text
    assert directory_of(desk.services).issue_token(made.clientid, made.secret.value)
    assert api().get("agent/prerequisites/1/certificates").json()[0]["thumbprint"] == shown.thumbprint
    assert client.submit(f"{path}/remove", {"keyid": shown.keyid}).status_code == 303
    assert certificates_of(desk.services, who, desk.agentid) == []
    added = api().post("agent/prerequisites/1/certificates", json={"certificate": pem()})
    assert added.status_code == 201
    assert api().delete(f"agent/prerequisites/1/certificates/{added.json()['keyid']}").status_code == 204


def test_a_seller_may_not_add_a_certificate(desk: Desk, browser: Callable[..., Browser]) -> None:
    assert browser("seller").submit("/agent/prerequisites/1/certificate", {"certificate": pem()}).status_code == 403
