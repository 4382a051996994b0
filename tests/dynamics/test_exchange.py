"""Exchange: mailboxes that are added and taken away, mail from outside by real SMTP, mail out through a real server."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.dynamics.mailing import AGENT, PROSPECT, Agent

from leadwright.sandbox.dynamics import entra_users, exchange, exchange_messages, exchange_transport
from leadwright.sandbox.dynamics.exchange_smtp import Smtp
from leadwright.sandbox.dynamics.world import Refused, World


def test_a_shared_mailbox_is_added_once_and_only_in_a_domain_of_the_tenant(world: World) -> None:
    made = exchange.create_shared_mailbox(world, AGENT, "Sales agent")
    account = entra_users.user(world, AGENT)
    assert account
    assert (account.enabled, account.objectid) == (False, made.id)
    for address in (AGENT, AGENT.upper(), "agent@example.net", "@contoso.com", entra_users.ADMINISTRATOR):
        with pytest.raises(Refused):
            exchange.create_shared_mailbox(world, address, "Another")
    found = {box.address: box.purpose for box in exchange.mailboxes(world)}
    assert (found[AGENT], found["seller@contoso.onmicrosoft.com"]) == ("shared", "user")
    exchange.delete_mailbox(world, AGENT)
    assert exchange.mailbox_at(world, AGENT) is None


def a_mail(to: str, text: str = "Hello") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = PROSPECT, to, "Grüße"
    message.set_content(text)
    return message


def test_mail_arrives_by_smtp_and_strangers_are_refused(world: World) -> None:
    mailbox = exchange.create_shared_mailbox(world, AGENT, "Sales agent")
    with Smtp(world) as server, smtplib.SMTP("127.0.0.1", server.port, timeout=10) as session:
        session.send_message(a_mail(AGENT, ".a line that starts with a dot"))
        for address, code in (("nobody@contoso.com", b"5.1.10"), ("who@example.org", b"5.7.54")):
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                session.send_message(a_mail(address))
            assert code in refused.value.recipients[address][1]
        assert session.docmd("WHAT")[0] == 500
    (message,) = exchange_messages.messages(world, mailbox)
    assert (message.item["subject"], message.item["body"]["content"].strip()) == (
        "Grüße", ".a line that starts with a dot")  # fmt: skip


def test_what_another_server_refuses_comes_back(tmp_path: Path) -> None:
    agent = Agent(tmp_path / "dynamics").ready()
    with Smtp(agent.world) as server:  # refuses the prospect: his domain is none of the tenant's
        exchange_transport.on_outside(agent.world, exchange_transport.smtp_relay("127.0.0.1", server.port))
        agent.writes()
        agent.tick(2)
    (row,) = agent.received()
    assert row["subject"].startswith("Undeliverable:")
    agent.world.close()
