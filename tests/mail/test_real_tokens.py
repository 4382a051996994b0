"""Signing in with tokens (XOAUTH2) at a real Postfix and Dovecot, which ask the authority about them."""

from tests.mail.post_office import letter
from tests.mail_servers.authority import CLIENT_ID, CLIENT_SECRET, TENANT
from tests.mail_servers.running import LEADS, SALES, MailServers

from leadwright.mail.login import Login, Server
from leadwright.mail.mailbox import Access, Result
from leadwright.mail.oauth import MICROSOFT, Application, Tokens
from leadwright.mail.smtp_imap import SmtpImapMailbox


def mailbox_by_token(servers: MailServers, secret: str = CLIENT_SECRET, address: str = SALES) -> SmtpImapMailbox:
    tokens = Tokens(Application(MICROSOFT, CLIENT_ID, TENANT, servers.authority.microsoft), lambda: (secret, ""))
    return SmtpImapMailbox(
        address,
        smtp=Server("localhost", servers.ports["smtp"], "starttls", servers.tls, timeout=10),
        imap=Server("localhost", servers.ports["imaps"], "tls", servers.tls, timeout=10),
        login=Login(SALES, tokens.current, xoauth2=True, renew=tokens.renew),
    )


def test_a_token_signs_in_both_ways_and_is_asked_for_once(mail_servers: MailServers) -> None:
    for _ in range(2):
        mailbox = mailbox_by_token(mail_servers)
        trip = mailbox.test_trip(15)
        assert (trip.outgoing, trip.incoming) == ("", "")
        mailbox.close()
    assert len(mail_servers.authority.asked) == 1
    assert "sasl_method=XOAUTH2" in (mail_servers.base / "postfix.log").read_text()


def test_a_kept_token_that_the_server_refuses_is_renewed_once(mail_servers: MailServers) -> None:
    first = mailbox_by_token(mail_servers)
    assert first.try_access() == Access("", "", "", ())
    first.close()
    mail_servers.authority.end_all()
    mailbox = mailbox_by_token(mail_servers)
    trip = mailbox.test_trip(15)
    assert (trip.outgoing, trip.incoming) == ("", "")
    mailbox.close()
    assert len(mail_servers.authority.asked) == 2


def test_a_token_that_is_no_good_is_refused_in_the_servers_words(mail_servers: MailServers) -> None:
    mail_servers.authority.lifetime = 0
    mailbox = mailbox_by_token(mail_servers)
    trip = mailbox.test_trip(5)
    assert "localhost refused the sign-in: 535 5.7.8 Error: authentication failed" in trip.outgoing
    assert "localhost refused the sign-in: [AUTHENTICATIONFAILED] Authentication failed." in trip.incoming


def test_no_token_is_said_in_the_words_of_who_refuses_it(mail_servers: MailServers) -> None:
    mailbox = mailbox_by_token(mail_servers, secret="wrong")
    trip = mailbox.test_trip(5)
    assert "AADSTS7000215: Invalid client secret provided." in trip.outgoing
    assert trip.incoming == trip.outgoing
    outcome = mailbox.send(letter(LEADS[0]), lambda: True)
    assert outcome.result is Result.MAILBOX
