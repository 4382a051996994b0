"""A mailbox record: its secrets are sealed, it is approved, and its test leaves the server's own words."""

import socket

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import text
from tests.mail.post_office import PASSWORD, SALES, PostOffice
from tests.mail_servers.authority import CLIENT_SECRET, GOOGLE_CLIENT, REFRESH_TOKEN, running_authority

from leadwright.db.base import now
from leadwright.db.mail import Mailbox
from leadwright.domain import mailbox_kind
from leadwright.errors import BadInput, Conflict
from leadwright.identity.secrets import Vault
from leadwright.mail.mailbox import Access
from leadwright.mail.oauth import GOOGLE, Application, Tokens
from leadwright.mail.records import (
    approve,
    dkim_key,
    note_test,
    open_mailbox,
    seal_client_secret,
    seal_dkim_key,
    seal_secret,
    sign_with_it,
)

VAULT = Vault(["a key of the test, long enough"])


def record(office: PostOffice, **values: object) -> Mailbox:
    with office.database.transaction() as session:
        row = session.get_one(Mailbox, office.mailboxid)
        row.lw_smtphost = row.lw_imaphost = "localhost"
        row.lw_smtpport, row.lw_imapport = office.server.smtp_port, office.server.imap_port
        row.lw_smtpsecurity = row.lw_imapsecurity = "none"
        seal_secret(row, VAULT, PASSWORD)
        for name, value in values.items():
            setattr(row, name, value)
        return row


def test_a_record_becomes_a_mailbox_that_passes_its_test(small_office: PostOffice) -> None:
    row = record(small_office, emailrouteraccessapproval=2, lw_lasterror="before")
    mailbox = open_mailbox(row, VAULT)
    trip = mailbox.test_trip(5)
    mailbox.close()
    with small_office.database.transaction() as session:
        row = session.get_one(Mailbox, small_office.mailboxid)
        approve(row, now())
        assert note_test(session, row, trip, now())
        assert (row.outgoingemailstatus, row.incomingemailstatus, row.mailboxstatus, row.lw_lasterror) == (
            1,
            1,
            1,
            None,
        )
        assert row.emailrouteraccessapproval == 1


@pytest.mark.parametrize(
    ("known", "files", "folder", "expected"),
    [
        (True, True, "Sent", True),
        (True, False, "Sent", False),
        (True, True, "Elsewhere", False),
        (True, True, "INBOX", False),
        (False, True, "Sent", False),
    ],
)
def test_only_a_known_server_that_was_seen_filing_what_it_takes_counts_as_one(
    small_office: PostOffice, monkeypatch: pytest.MonkeyPatch, known: bool, files: bool, folder: str, expected: bool
) -> None:
    if known:
        monkeypatch.setattr(mailbox_kind, "_FILING", frozenset({"localhost"}))
    small_office.server.store.accounts[SALES].files_sent = files
    row = record(small_office)
    with small_office.database.transaction() as session:
        stored = session.merge(row)
        stored.lw_sentfolder = folder
        mailbox = open_mailbox(stored, VAULT, timeout=10)
        assert note_test(session, stored, mailbox.test_trip(5), now())
        assert stored.lw_filessent is expected
        stored.lw_filessent = True
        small_office.server.store.accounts[SALES].files_sent = False
        note_test(session, stored, mailbox.test_trip(5), now())
        assert not stored.lw_filessent, "a later test takes it back"
    mailbox.close()


def test_a_test_that_fails_keeps_the_servers_words(small_office: PostOffice) -> None:
    row = record(small_office)
    seal_secret(row, VAULT, "wrong")
    mailbox = open_mailbox(row, VAULT)
    with small_office.database.transaction() as session:
        stored = session.get_one(Mailbox, small_office.mailboxid)
        assert not note_test(session, stored, mailbox.test_trip(1), now())
        assert "535 5.7.8 wrong name or password" in (stored.lw_lasterror or "")
        assert "AUTHENTICATIONFAILED" in (stored.lw_lasterror or "")
    mailbox.close()


def test_no_secret_stands_in_the_database_and_none_opens_for_another_mailbox(small_office: PostOffice) -> None:
    row = record(small_office)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with small_office.database.transaction() as session:
        stored = session.get_one(Mailbox, small_office.mailboxid)
        assert dkim_key(stored, VAULT) is None
        seal_dkim_key(stored, VAULT, "lw1", pem)
        assert dkim_key(stored, VAULT) is None, "a key that is kept does not sign yet"
        sign_with_it(stored)
    with small_office.database.reading() as session:
        whole = str(session.execute(text("SELECT * FROM mailbox")).all())
        assert PASSWORD not in whole
        assert "PRIVATE KEY" not in whole
        stored = session.get_one(Mailbox, small_office.mailboxid)
        found = dkim_key(stored, VAULT)
        assert found is not None
        assert found.dns_name == "lw1._domainkey.seller.example"
        stored.emailaddress = "sales@another.example"
        assert dkim_key(stored, VAULT) is None, "a key published for another domain signs nothing"
    row.mailboxid = "another"
    with pytest.raises(Conflict):
        open_mailbox(row, VAULT)._smtp.first._login.secret()  # type: ignore[union-attr]


def test_access_is_tried_without_sending_anything(small_office: PostOffice) -> None:
    mailbox = open_mailbox(record(small_office), VAULT)
    access = mailbox.try_access()
    mailbox.close()
    assert access == Access("", "", "", ())
    assert small_office.server.log == ()


def test_a_server_that_says_nothing_is_given_up_in_time(small_office: PostOffice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        row = record(small_office, lw_smtpport=port, lw_imapport=port)
        mailbox = open_mailbox(row, VAULT, timeout=0.2)
        access = mailbox.try_access()
        mailbox.close()
    assert f"localhost:{port}" in access.send_as
    assert "timed out" in access.send_as
    assert f"localhost:{port} does not answer" in access.read


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"lw_smtphost": ""}, "lacks its servers"), ({"lw_authentication": "xoauth2"}, "signs in with a token")],
)
def test_what_a_record_lacks_is_said(small_office: PostOffice, values: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        open_mailbox(record(small_office, **values), VAULT)


def test_a_record_with_an_application_signs_in_with_its_token_and_hides_both_secrets(small_office: PostOffice) -> None:
    with running_authority(SALES) as authority:
        application = Application(GOOGLE, GOOGLE_CLIENT, "", authority.google)
        token = Tokens(application, lambda: (CLIENT_SECRET, REFRESH_TOKEN)).current()
        small_office.server.store.accounts[SALES].password = token  # the sandbox takes the password for the token
        values = {"lw_provider": GOOGLE, "lw_clientid": GOOGLE_CLIENT, "lw_tokenurl": authority.google}
        row = record(small_office, lw_authentication="xoauth2", **values)
        seal_secret(row, VAULT, REFRESH_TOKEN)
        seal_client_secret(row, VAULT, CLIENT_SECRET)
        mailbox = open_mailbox(row, VAULT)
        trip = mailbox.test_trip(5)
        mailbox.close()
        assert (trip.outgoing, trip.incoming, len(authority.asked)) == ("", "", 1)
    assert CLIENT_SECRET not in str(vars(row))
    assert REFRESH_TOKEN not in str(vars(row))
    row.mailboxid = "another"
    assert "changed from outside" in open_mailbox(row, VAULT).test_trip(1).outgoing
