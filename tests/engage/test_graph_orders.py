"""Mail through Graph alone: who may write drafts and not send, and what was accepted and is wanted no more."""

import pytest
from sqlalchemy import select
from tests.contracts.mailboxes import AGENT
from tests.engage.test_microsoft_mail import ADA, Abroad, abroad

from leadwright.db.mail import Mailbox
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.suppression import Reason
from leadwright.mail.suppression import suppress
from leadwright.sandbox.dynamics import entra_principals, exchange
from leadwright.sandbox.dynamics.entra_resources import PERMISSIONS

__all__ = ["abroad"]
through_graph = pytest.mark.parametrize("abroad", [MailboxKind.GRAPH], indirect=True)


@through_graph
def test_who_may_not_send_stops_the_mailbox_with_graphs_words_and_the_mail_waits_until_he_may(abroad: Abroad) -> None:
    appid = abroad.registered.application.appid
    principal = entra_principals.principal_of(abroad.world, appid)
    assert principal
    for given in entra_principals.grants_of(abroad.world, principal.objectid):
        if PERMISSIONS[given.roleid].value == "Mail.Send":
            entra_principals.revoke(abroad.world, principal.objectid, given.id)
    abroad.lead()
    abroad.work()
    abroad.hours(1)
    (row,) = abroad.outbox()
    assert row.phase == "queued"
    with abroad.office.services.database.reading() as session:
        assert "Access is denied" in str(session.scalars(select(Mailbox.lw_lasterror)).one())
    exchange.assign_role(abroad.world, appid, "Application Mail.Send", AGENT)
    abroad.hours(1)
    assert abroad.outbox()[0].phase == "sent"
    assert len(abroad.mails_to()) == 1


@through_graph
def test_what_exchange_accepted_is_not_taken_back(abroad: Abroad) -> None:
    abroad.lead()
    abroad.work()
    (row,) = abroad.outbox()
    with abroad.office.services.database.transaction() as session:
        suppress(session, ADA, reason=Reason.OPT_OUT, source="a click", clock=abroad.office.clock)
    assert abroad.office.post
    abroad.office.post.tidy()
    assert (row.phase, abroad.outbox()[0].phase, len(abroad.mails_to())) == ("sent", "sent", 1)
