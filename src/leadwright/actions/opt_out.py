"""Somebody leaves by the link in a mail. The only right it takes is the link itself."""

from leadwright.db import audit
from leadwright.domain.suppression import Reason
from leadwright.identity.secrets import open_vault
from leadwright.mail.addresses import hash_address
from leadwright.mail.suppression import suppress
from leadwright.mail.unsubscribe import Leaving, read_token
from leadwright.services import Services
from leadwright.workflows.opt_outs import spare_leads

_RECIPIENT = audit.Actor(None, "recipient", "Recipient of a mail")


def who_leaves(services: Services, token: str) -> Leaving:
    """Whom a link is for. Changes nothing.

    Raises:
        NotFound: the link is not one of ours, or not complete.
    """
    return read_token(open_vault(services.settings), token)


def opt_out(services: Services, token: str) -> Leaving:
    """Never write to the holder of this link again. Safe to repeat.

    Raises:
        NotFound: as `who_leaves`.
    """
    leaving = who_leaves(services, token)
    with services.database.transaction() as session:
        new = suppress(session, leaving.address, reason=Reason.OPT_OUT, source="one_click", clock=services.clock)
        if new:
            found = hash_address(leaving.address)
            audit.record(
                session, _RECIPIENT, "suppression.opted_out", "suppression", found, cause=leaving.businesskey[:300]
            )
        spare_leads(session, leaving.address, services.clock())
    return leaving
