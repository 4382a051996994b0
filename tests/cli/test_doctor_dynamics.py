"""`leadwright doctor dynamics365` against the stand-in: each fault named, by whom and where it is put right."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.identity.conftest import open_office
from tests.identity.contoso import READING, SALES, Contoso, opened, sealed

from leadwright.actions import dynamics_mailbox as mailboxes
from leadwright.cli.doctor import Finding
from leadwright.cli.doctor_dynamics import examine_connection
from leadwright.db.agent import Agent
from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorRow
from leadwright.db.people import BusinessUnit, Role, SystemUser, UserRole
from leadwright.sandbox.dynamics import entra_applications, entra_principals
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.dataverse.store import schema_of

ADMIN = "admin@contoso.onmicrosoft.com"


@pytest.fixture
def contoso(sqlite_database: Database, tmp_path: Path) -> Iterator[Contoso]:
    with opened(open_office(sqlite_database, tmp_path), tmp_path) as made:
        yield made


def examined(contoso: Contoso) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine_connection(contoso.services)}


def wrong(found: dict[str, Finding]) -> dict[str, str]:
    """What does not stand at ok, and was run."""
    return {what: f.detail for what, f in found.items() if f.state != "ok" and "a check above" not in f.detail}


def test_a_healthy_organisation_has_nothing_to_mend(contoso: Contoso) -> None:
    contoso.all_done()
    found = examined(contoso)
    assert wrong(found) == {}
    assert [what[0] for what in found] == sorted(what[0] for what in found)
    assert len(found) == 24


def test_ten_faults_at_once_are_all_named_in_one_run(contoso: Contoso) -> None:
    contoso.all_done()
    world, app = contoso.world, contoso.app
    contoso.connection(secretendson=contoso.office.clock() + timedelta(days=6))
    world.break_it("clock skew", 280)
    seed.take_role(world, app.userid, "AISalesPerson")
    seed.make_role(world, "Half a seller", "Global Read: Lead User Role BusinessUnit Organization Mailbox TraceLog; "
                   "Global one: prvReadEntity; User Read Write: Mailbox; User Read: UserSettings")  # fmt: skip
    seed.give_role(world, app.userid, "Half a seller")
    lead = schema_of(world).tables["lead"]
    schema_of(world).tables["lead"] = replace(lead, tracked=False)
    with world.transaction() as db:
        db.execute("DELETE FROM exchange_policy")  # Mail.Read counts for the whole tenant again
    contoso.mailbox(emailaddress="other@contoso.com", incomingemaildeliverymethod=3)
    contoso.mailbox(testemailconfigurationscheduled=True)
    contoso.tracks(1)
    contoso.synchronise()
    with contoso.services.database.transaction() as session:
        mailbox_inputs = session.get_one(type(contoso.row(3)), (contoso.agentid, 3))
        mailbox_inputs.inputs = {**mailbox_inputs.inputs, "emailaddress": ADMIN}
    found = wrong(examined(contoso))
    named = {
        "1 Credential": "ends on 2026-03-08",
        "1 Clock": "behind Microsoft's",
        "2 Security role": "only Half a seller",
        "2 Privileges": "prvAppendToActivity (Organization)",
        "2 Change tracking": "Off for lead",
        "2 Seller roles": "Half a seller: ",
        "3 Kind": "a user mailbox, not a shared one",
        "3 No other mailbox": "also reads the mailbox of",
        "4 Address": "other@contoso.com",
        "4 Delivery method": "incoming email: Forward Mailbox",
        "4 Approved": "pending approval",
        "4 Outgoing": "requires approval by an Office 365 tenant administrator",
        "4 Tracked mail": "in response to Dynamics 365 email alone, so that a new mail that asks to be left alone",
    }
    assert {what: found.get(what, "") for what, words in named.items() if words not in found.get(what, "")} == {}
    assert len(named) >= 10


def test_each_finding_says_who_can_mend_it_and_where(contoso: Contoso) -> None:
    contoso.connection(secretendson=contoso.office.clock() - timedelta(days=1))
    seed.take_role(contoso.world, contoso.app.userid, "AISalesPerson")
    found = examined(contoso)
    assert found["1 Credential"].state == "fail"
    assert found["1 Credential"].place == f"{contoso.standin.origin}/_portal/entra"
    assert "Application Developer" in found["1 Credential"].who
    assert found["2 Security role"].place.endswith("/appusers")
    assert "System Administrator" in found["2 Security role"].who
    assert "does not hold the security role AISalesPerson" in found["2 Security role"].detail


def test_faults_that_hide_others_are_named_and_the_rest_is_still_checked(contoso: Contoso) -> None:
    contoso.grant(*READING, "Mail.Read")
    contoso.scope_to(SALES)
    mailboxes.name_shared_mailbox(contoso.services, contoso.office.admin, contoso.agentid, address=SALES)
    right = contoso.standin.origin
    contoso.connection(dataverseurl="https://contosso.crm.dynamics.com")
    found = examined(contoso)
    assert "Compare the organisation's address" in found["1 Access token"].detail
    assert found["3 Kind"].state == "ok"
    assert found["3 No other mailbox"].state == "ok"
    contoso.connection(dataverseurl=right, tenantid="11111111-2222-3333-4444-555555555555")
    assert "AADSTS90002" in examined(contoso)["1 Access token"].detail
    contoso.connection(tenantid=contoso.world.tenantid, secret="wrong")
    found = examined(contoso)
    assert "AADSTS7000215" in found["1 Access token"].detail
    assert "Copy the secret's Value" in found["1 Access token"].detail
    _, old = entra_applications.add_secret(
        contoso.world, contoso.app.application.objectid, "old", contoso.office.clock() + timedelta(days=1)
    )
    contoso.office.clock.move(days=2)
    contoso.connection(secret=old)
    assert "AADSTS7000222" in examined(contoso)["1 Access token"].detail


def test_no_user_a_disabled_user_and_another_application_are_told_apart(contoso: Contoso) -> None:
    by = seed.administrator(contoso.world)
    records.update(contoso.world, "systemuser", contoso.app.userid, {"isdisabled": True}, by=by)
    found = examined(contoso)
    assert "is disabled" in found["2 User enabled"].detail
    other = entra_applications.create_application(contoso.world, "Other", by="a test")
    entra_principals.create_principal(contoso.world, other.appid)
    _, secret = entra_applications.add_secret(contoso.world, other.objectid)
    contoso.connection(clientid=other.appid, secret=secret)
    found = examined(contoso)
    assert "0x80072560" in found["2 Who am I"].detail
    assert other.appid in found["2 Who am I"].remedy


def test_while_microsoft_cannot_be_reached_nobody_is_sent_to_a_portal(contoso: Contoso) -> None:
    contoso.all_done()
    contoso.world.break_it("drop before answer")
    found = examined(contoso)
    assert "could not be checked" in found["3 Shared mailbox"].detail
    assert [(f.who, f.place) for what, f in found.items() if what.startswith("3") and f.state != "ok"] == [("", "")] * 4


def test_interception_of_tls_is_named(contoso: Contoso) -> None:
    contoso.world.break_it("tls by another authority")
    found = examined(contoso)
    assert found["1 Access token"].state == "fail"
    assert "inspects TLS" in found["1 Access token"].detail


def test_the_command_prints_every_finding_and_ends_with_1(contoso: Contoso, tmp_path: Path) -> None:
    settings = contoso.services.settings
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = known | {
        "LEADWRIGHT_DATA_DIR": str(tmp_path),
        "LEADWRIGHT_DATABASE_URL": str(contoso.services.database.engine.url),
        "LEADWRIGHT_SECRET_KEY": "a test key that is long enough",
        "LEADWRIGHT_MICROSOFT_AUTHORITY": settings.microsoft_authority,
        "LEADWRIGHT_MICROSOFT_GRAPH_URL": settings.microsoft_graph_url,
        "LEADWRIGHT_MICROSOFT_CA_FILE": str(settings.microsoft_ca_file),
        "LEADWRIGHT_MICROSOFT_INSTANCE_DISCOVERY": "false",
    }

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "leadwright", "doctor", "dynamics365", *more]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    ran = run()
    assert ran.returncode == 1, ran.stderr
    assert "1 Access token: Issued by client credentials" in ran.stdout
    assert "Who can: Exchange Administrator" in ran.stdout
    assert "Traceback" not in ran.stderr
    shown = json.loads(run("--json").stdout)
    assert {"what", "state", "detail", "remedy", "who", "place"} == set(shown[0])


def test_chosen_sellers_who_may_not_receive_leads_are_named(contoso: Contoso) -> None:
    contoso.all_done()
    with contoso.services.database.transaction() as session:
        agent = session.get_one(Agent, contoso.agentid)
        unit = session.scalars(select(BusinessUnit.businessunitid)).first()
        role = session.scalars(select(Role.roleid).where(Role.name == "Salesperson")).one()
        people = [SystemUser(fullname=name, businessunitid=unit) for name in ("Sam Seller", "Nora North")]
        session.add_all(people)
        session.flush()
        session.add(UserRole(systemuserid=people[1].systemuserid, roleid=role))
        for person in people:
            there = {"tablename": "systemuser", "recordid": person.systemuserid}
            session.add(MirrorRow(**there, etag="", seen="{}", pass_=0, hidden=False))
        agent.draft = {**agent.draft, "assignment": {"sellers": [person.systemuserid for person in people]}}
    found = examined(contoso)["Sellers"]
    assert found.state == "warn"
    assert found.detail.startswith("Sam Seller may not receive leads")
    assert "gives them a role that reads and writes leads" in found.remedy
    assert found.who
    assert found.place


def test_an_installation_that_is_not_connected_is_told_what_to_do(contoso: Contoso) -> None:
    contoso.connection(state="off")
    (finding,) = examine_connection(contoso.services)
    assert "not connected" in finding.detail
    assert sealed(contoso.services, "kept")
