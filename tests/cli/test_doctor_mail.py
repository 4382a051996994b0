"""What the doctor says about mailboxes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.mail.dns_texts import Texts
from tests.mail.post_office import add_mailbox, letter

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.cli.doctor_mail import examine_mailboxes
from leadwright.cli.doctor_sender import examine_senders
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage, Mailbox, Outbox
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import AddressApproval
from leadwright.mail.outbox import Order, put
from leadwright.services import Services
from leadwright.settings import Settings


def test_the_doctor_tells_of_errors_queue_and_mails_that_nobody_acted_on(database: Database, tmp_path: Path) -> None:
    services = Services(Settings(data_dir=tmp_path), database, BuiltinAnalyst())
    assert list(examine_mailboxes(services)) == []
    mailboxid = add_mailbox(database)
    moment = services.clock()
    with database.transaction() as session:
        row = session.get_one(Mailbox, mailboxid)
        row.emailrouteraccessapproval = AddressApproval.APPROVED
        row.outgoingemailstatus = row.incomingemailstatus = 1
        row.lw_lasterror = row.lw_pauseduntil = None
    health, queue = examine_mailboxes(services)
    assert (health.state, queue.state) == ("ok", "ok")
    assert "outgoing test succeeded, incoming test succeeded" in health.detail
    with database.transaction() as session:
        row = session.get_one(Mailbox, mailboxid)
        row.lw_lasterror, row.lw_lasterroron = "535 5.7.8 wrong name or password", moment
        row.lw_pauseduntil = moment + timedelta(minutes=5)
        put(session, Order("one", mailboxid, letter("pat@company.example")), moment)
        held, _ = put(session, Order("two", mailboxid, letter("kim@company.example")), moment)
        session.get_one(Outbox, held).phase = Phase.HELD
        for uid, state in enumerate(("new", "unmatched", "unmatched", "quarantined", "done")):
            session.add(
                InboundMessage(
                    mailboxid=mailboxid, identity=str(uid), contenthash=str(uid), raw=b"", folder="INBOX",
                    uidvalidity=1, uid=uid, state=state,
                )
            )  # fmt: skip
    health, queue = examine_mailboxes(services)
    assert (health.state, queue.state) == ("warn", "warn")
    assert "535 5.7.8 wrong name or password; it is paused until" in health.detail
    assert "1 wait to go out" in queue.detail
    assert "1 held for a person; of what came in 1 to be read, 2 unmatched, 1 quarantined" in queue.detail
    assert "Outbox page" in queue.remedy


def test_the_doctor_tells_what_dns_says_of_us_and_never_fails_over_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    texts = Texts({"seller.example": ("v=spf1 mx -all",)})
    services = Services(Settings(data_dir=tmp_path), sqlite_database, BuiltinAnalyst(), texts=texts)
    assert list(examine_senders(services)) == []
    add_mailbox(sqlite_database)
    link, spf, dkim, dmarc = examine_senders(services)
    assert [each.state for each in (link, spf, dkim, dmarc)] == ["warn", "ok", "ok", "warn"]
    assert "Set public_url" in link.remedy
    assert "Found: v=spf1 mx -all" in spf.detail
    assert "Publish at _dmarc.seller.example: v=DMARC1; p=none" in dmarc.remedy
    texts.silent = True
    assert {each.state for each in list(examine_senders(services))[1:]} == {"ok"}
    settings = Settings(data_dir=tmp_path, public_url="https://desk.seller.example")
    assert next(iter(examine_senders(replace(services, settings=settings)))).state == "ok"
