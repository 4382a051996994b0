"""A mailbox in Exchange Online without Dynamics 365: its own application, verified; and what may be behind it when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.contracts.mailboxes import AGENT, PERMISSIONS, grant
from tests.identity.conftest import Office
from tests.microsoft.organisation import Registered, register_agent, store_connection

from leadwright.actions import agent as agents
from leadwright.actions import mailbox_kind, mailboxes, prerequisites
from leadwright.actions.mailbox_kind import choose_kind, what_is_behind
from leadwright.actions.shared_mailbox import SharedMailbox
from leadwright.db.audit import AuditEntry
from leadwright.db.mail import Mailbox, MailboxFolder, Outbox
from leadwright.db.people import SystemUser
from leadwright.domain.mail_phase import Phase
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.optionsets import MailboxTest
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.mail.arrivals import Arrival, Arrivals
from leadwright.sandbox.dynamics import entra_principals, exchange
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World
from leadwright.services import Services

SELLER = "seller@contoso.onmicrosoft.com"


@dataclass
class Here:
    """An office whose settings lead to the stand-in, with an engage agent that has its application user."""

    services: Services
    office: Office
    agentid: str
    user: str
    registered: Registered
    standin: StandIn

    @property
    def admin(self) -> Any:
        return self.office.admin

    def given(self, **other: Any) -> SharedMailbox:
        made = self.registered
        values = {
            "name": "Sales", "address": AGENT, "kind": MailboxKind.GRAPH, "tenant": made.world.tenantid,
            "client_id": made.application.appid, "client_secret": made.secret, "members": [self.user],
        }  # fmt: skip
        return SharedMailbox(**values | other)

    def set_up(self, **other: Any) -> str:
        return mailboxes.set_up_mailbox(self.services, self.admin, self.agentid, self.given(**other))

    def tick(self, number: int) -> Any:
        return prerequisites.mark_done(self.services, self.admin, self.agentid, number)

    def row(self) -> Mailbox:
        with self.services.database.reading() as session:
            return session.scalars(select(Mailbox)).one()


@pytest.fixture
def here(small_office: Office, tmp_path: Path) -> Iterator[Here]:
    world = World(tmp_path / "dynamics")
    registered = register_agent(world, "AISalesPerson")
    exchange.create_shared_mailbox(world, AGENT, "Sales agent")
    grant(world, registered.application.appid, *PERMISSIONS)
    agentid = agents.create_agent(small_office.services, small_office.admin, mode="engage")
    _, user = small_office.identity(agentid)
    with StandIn(world, every=0.2) as standin:
        settings = small_office.services.settings.model_copy(
            update={
                "microsoft_authority": standin.origin,
                "microsoft_graph_url": standin.origin,
                "microsoft_ca_file": standin.certificates.authority,
                "microsoft_instance_discovery": False,
            }
        )
        yield Here(replace(small_office.services, settings=settings), small_office, agentid, user, registered, standin)
    world.close()


def found(report: Any) -> dict[str, Any]:
    return {check.name: check.passed for check in report.checks}


def test_set_up_with_its_own_application_it_is_verified_tested_and_opens_no_other_mailbox(here: Here) -> None:
    with pytest.raises(BadInput, match="client ID"):
        here.set_up(client_id="")
    mailboxid = here.set_up()
    row = here.row()
    assert (row.lw_kind, row.lw_filessent, row.lw_smtphost) == ("graph", True, "")
    assert here.registered.secret not in str(row.lw_sealedclientsecret)
    here.office.person("Sasha", "Salesperson")
    with here.services.database.transaction() as session:
        sasha = session.scalars(select(SystemUser).where(SystemUser.fullname == "Sasha")).one()
        sasha.internalemailaddress = SELLER
    report = here.tick(3)
    assert not report.done
    assert found(report)["No other mailbox"] is False, "consent to the whole tenant opens every mailbox"
    exchange.restrict(here.registered.world, here.registered.application.appid, [AGENT])
    report = here.tick(3)
    assert report.done, report.checks
    assert set(found(report).values()) == {True}
    mailboxes.choose_record(here.services, here.admin, here.agentid, mailboxid=mailboxid, address=AGENT)
    mailboxes.approve_email(here.services, here.admin, here.agentid)
    trip = mailboxes.enable_mailbox(here.services, here.admin, here.agentid, seconds=20)
    assert (trip.outgoing, trip.incoming) == ("", "")
    assert here.tick(4).done


def test_drafts_prove_no_sending_and_consent_to_send_as_anybody_fails(here: Here) -> None:
    world, appid = here.registered.world, here.registered.application.appid
    principal = entra_principals.principal_of(world, appid)
    assert principal
    for given in entra_principals.grants_of(world, principal.objectid):
        entra_principals.revoke(world, principal.objectid, given.id)
    exchange.assign_role(world, appid, "Application Mail.ReadWrite", AGENT)
    mailboxid, sasha = here.set_up(), here.office.person("Sasha", "Salesperson")
    with here.services.database.transaction() as session:
        session.get_one(SystemUser, sasha).internalemailaddress = SELLER
    report = here.tick(3)
    assert report.done, report.checks
    (said,) = [check.detail for check in report.checks if check.name == "Send as"]
    assert "Whether it sends them, Test & Enable Mailbox shows" in said
    mailboxes.choose_record(here.services, here.admin, here.agentid, mailboxid=mailboxid, address=AGENT)
    mailboxes.approve_email(here.services, here.admin, here.agentid)
    trip = mailboxes.enable_mailbox(here.services, here.admin, here.agentid, seconds=1)
    assert "Access is denied" in trip.outgoing, "and it does show it"
    prerequisites.unmark(here.services, here.admin, here.agentid, 3)
    grant(world, appid, "Mail.Send")
    report = here.tick(3)
    assert found(report)["No other mailbox"] is False
    (check,) = [check for check in report.checks if check.passed is False]
    assert "Mail.Send for the whole tenant" in check.detail


def test_a_wrong_secret_is_said_in_the_words_of_entra(here: Here) -> None:
    here.set_up(client_secret="wrong")
    report = here.tick(3)
    assert not report.done
    sentence = next(check.sentence for check in report.checks if check.passed is False)
    assert "AADSTS7000215" in sentence


def test_what_is_behind_changes_only_while_nothing_is_under_way(here: Here) -> None:
    mailboxid = here.set_up()
    services, admin, agentid = here.services, here.admin, here.agentid
    behind = what_is_behind(services, admin, agentid)
    assert (behind.kind, behind.own_application) == ("graph", True)
    assert {choice.kind: bool(choice.why_not) for choice in behind.choices} == {
        "smtp_imap": True, "dataverse": True, "graph": False,
    }  # fmt: skip
    with pytest.raises(BadInput, match="not connected"):
        choose_kind(services, admin, agentid, "dataverse")
    with pytest.raises(BadInput, match="servers are not known"):
        choose_kind(services, admin, agentid, "smtp_imap")
    with pytest.raises(BadInput, match="Choose what is behind"):
        choose_kind(services, admin, agentid, "pigeons")
    store_connection(services, here.registered, here.standin.origin)
    with services.database.transaction() as session:
        session.add(MailboxFolder(mailboxid=mailboxid, folder="INBOX", uidvalidity=7, lastuid=9))
        session.add(_mail(mailboxid, Phase.UNKNOWN))
    with pytest.raises(Conflict, match="not known yet whether it left"):
        choose_kind(services, admin, agentid, "dataverse")
    with services.database.transaction() as session:
        session.scalars(select(Outbox)).one().phase = Phase.SENT
    choose_kind(services, admin, agentid, "dataverse")
    row = here.row()
    assert (row.lw_kind, row.outgoingemailstatus) == ("dataverse", MailboxTest.NOT_RUN)
    assert "since" in Arrivals(services.database, mailboxid).place()
    with services.database.reading() as session:
        folder = session.get_one(MailboxFolder, (mailboxid, "INBOX"))
        assert (folder.uidvalidity, folder.lastuid) == (0, 0)
        assert "mailbox.kind_changed" in session.scalars(select(AuditEntry.action)).all()
    developer = here.office.who(here.office.person("Devon", "Application Developer"))
    with pytest.raises(NotAllowed):
        choose_kind(services, developer, agentid, "graph")
    assert mailbox_kind.what_is_behind(services, developer, agentid).address == AGENT


def test_set_up_anew_with_servers_it_is_read_from_now_and_files_its_own_copies(here: Here) -> None:
    mailboxid = here.set_up()
    with here.services.database.transaction() as session:
        session.add(_mail(mailboxid, Phase.UNKNOWN))
    Arrivals(here.services.database, mailboxid).keep([Arrival("one", 1, None)], "https://graph.example/delta")
    servers = {"smtp_host": "mx.contoso.com", "imap_host": "mx.contoso.com", "password": "of the mailbox"}
    with pytest.raises(Conflict, match="not known yet whether it left"):
        here.set_up(kind=MailboxKind.SMTP_IMAP, **servers)
    assert here.row().lw_kind == "graph"
    with here.services.database.transaction() as session:
        session.scalars(select(Outbox)).one().phase = Phase.SENT
    here.set_up(kind=MailboxKind.SMTP_IMAP, **servers)
    row = here.row()
    assert (row.lw_kind, row.lw_filessent) == ("smtp_imap", False), "Sent proves nothing where nobody files copies"
    assert "since" in Arrivals(here.services.database, mailboxid).place()


def _mail(mailboxid: str, phase: Phase) -> Outbox:
    return Outbox(
        businesskey="one", mailboxid=mailboxid, messageid="<1@contoso.com>", sender=AGENT, recipient="pat@example.net",
        recipienthash="", domainhash="", raw=b"", phase=phase,
    )  # fmt: skip
