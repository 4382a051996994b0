"""Prerequisite 3 on Dynamics 365: what the application may do in mailboxes, by consent, access policy and RBAC."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.identity.conftest import Office
from tests.identity.contoso import SALES, Contoso, opened

from leadwright.actions import dynamics_mailbox as mailboxes
from leadwright.actions import prerequisites as p
from leadwright.errors import Conflict
from leadwright.sandbox.dynamics import exchange


@pytest.fixture
def contoso(small_office: Office, tmp_path: Path) -> Iterator[Contoso]:
    with opened(small_office, tmp_path) as made:
        yield made


def found(report: p.Report) -> dict[str, tuple[bool | None, str]]:
    return {c.name: (c.passed, c.detail) for c in report.checks}


def test_permissions_of_rbac_that_no_token_shows_are_found_by_behaviour(contoso: Contoso) -> None:
    contoso.share_mailbox()
    contoso.grant("User.Read.All", "MailboxSettings.Read")
    exchange.assign_role(contoso.world, contoso.app.application.appid, "Mail.ReadWrite", SALES)
    mailboxes.name_shared_mailbox(contoso.services, contoso.office.admin, contoso.agentid, address=SALES, mail="graph")
    checks = found(contoso.tick(3))
    passed, said = checks["Own mailbox"]
    assert (passed, said.startswith(f"Graph lets the application read {SALES}.")) == (True, True)
    assert checks["No other mailbox"][0] is True


def test_consent_to_send_as_anybody_fails_whatever_may_be_read_until_it_is_taken_away(contoso: Contoso) -> None:
    appid = contoso.app.application.appid
    contoso.share_mailbox()
    contoso.grant("User.Read.All", "MailboxSettings.Read", "Mail.Send")
    exchange.assign_role(contoso.world, appid, "Application Mail.ReadWrite", SALES)
    mailboxes.name_shared_mailbox(contoso.services, contoso.office.admin, contoso.agentid, address=SALES, mail="graph")
    report = contoso.tick(3)
    (check,) = [c for c in report.checks if c.passed is False]
    assert (check.name, "Mail.Send for the whole tenant" in check.detail) == ("No other mailbox", True)
    assert "under API permissions" in check.remedy
    assert "RBAC for Applications" in check.remedy
    assert "_portal/entra" in check.place
    with pytest.raises(Conflict, match="because a check fails"):
        p.attest(contoso.services, contoso.office.admin, contoso.agentid, 3)
    contoso.revoke("Mail.Send")
    exchange.assign_role(contoso.world, appid, "Application Mail.Send", SALES)
    report = contoso.tick(3)
    assert report.done, report.checks
    assert "the first mail shows it" in found(report)["Own mailbox"][1]


def test_an_access_policy_that_denies_what_was_consented_to_restrains_sending_too(contoso: Contoso) -> None:
    contoso.grant("User.Read.All", "MailboxSettings.Read", "Mail.ReadWrite", "Mail.Send")
    contoso.scope_to(SALES)
    mailboxes.name_shared_mailbox(contoso.services, contoso.office.admin, contoso.agentid, address=SALES, mail="graph")
    report = contoso.tick(3)
    assert report.done, report.checks


def test_a_token_that_cannot_be_read_leaves_open_in_whose_name_the_application_sends(
    contoso: Contoso, monkeypatch: pytest.MonkeyPatch
) -> None:
    contoso.share_mailbox()
    contoso.grant("User.Read.All", "MailboxSettings.Read")
    mailboxes.name_shared_mailbox(contoso.services, contoso.office.admin, contoso.agentid, address=SALES)
    monkeypatch.setattr("leadwright.microsoft.graph.claims_of", lambda _token: {})
    report = contoso.tick(3)
    assert (report.done, report.attestable) == (False, True)
    assert "does not say in whose name it may send" in found(report)["No other mailbox"][1]


@pytest.mark.parametrize(("mail", "passed", "says"), [("", True, "and it need not"), ("graph", False, "denies")])
def test_the_own_mailbox_may_stay_closed_as_long_as_mail_goes_through_dataverse(
    contoso: Contoso, mail: str, passed: bool, says: str
) -> None:
    contoso.share_mailbox()
    contoso.grant("User.Read.All", "MailboxSettings.Read")
    mailboxes.name_shared_mailbox(contoso.services, contoso.office.admin, contoso.agentid, address=SALES, mail=mail)
    report = contoso.tick(3)
    assert report.done is passed
    assert found(report)["Own mailbox"][0] is passed
    assert says in found(report)["Own mailbox"][1]
