"""Mails carry our DKIM signature from the moment the record of the key was found, and none before or after."""

from dataclasses import replace

import dkim
import pytest
from sqlalchemy import select
from tests.engage.office import Office
from tests.mail.dns_texts import Texts

from leadwright.actions.mailbox_dkim import check_record, keep_key, remove_key
from leadwright.db.mail import Outbox

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both


def _mail_to(office: Office, name: str) -> bytes:
    office.lead(firstname=name, companyname=f"{name} Foods", emailaddress1=f"{name.lower()}@{name.lower()}.example")
    office.work()
    with office.services.database.reading() as session:
        return session.scalars(select(Outbox.raw).where(Outbox.recipient.startswith(name.lower()))).one()


def test_a_mail_is_signed_once_the_record_of_the_key_was_found(office: Office) -> None:
    texts = Texts()
    services = office.services = replace(office.services, texts=texts)
    kept = keep_key(services, office.admin, office.agentid, "lw1")
    assert b"DKIM-Signature" not in _mail_to(office, "Ada")
    assert check_record(services, office.admin, office.agentid).good is False
    assert b"DKIM-Signature" not in _mail_to(office, "Ben")
    texts.published[kept.name] = (kept.record,)
    assert check_record(services, office.admin, office.agentid).good
    raw = _mail_to(office, "Cleo")
    assert f"{kept.name}." == "lw1._domainkey.seller.example."
    assert dkim.verify(raw, dnsfunc=lambda name, **_: kept.record.encode())
    remove_key(services, office.admin, office.agentid)
    assert b"DKIM-Signature" not in _mail_to(office, "Dora")
