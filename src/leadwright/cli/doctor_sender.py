"""What `leadwright doctor` says about who we are to receivers: the link to unsubscribe, SPF, DKIM and DMARC."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadwright.cli.doctor import Finding, State

if TYPE_CHECKING:
    from leadwright.services import Services


def examine_senders(services: "Services") -> Iterator[Finding]:
    """Advice on each mailbox; what DNS does not answer from here is no fault. None when there is no mailbox."""
    from sqlalchemy import select

    from leadwright.db.mail import Mailbox
    from leadwright.errors import BadSetup
    from leadwright.mail.sender_records import look_up

    with services.database.reading() as session:
        rows = session.scalars(select(Mailbox).order_by(Mailbox.emailaddress)).all()
        session.expunge_all()
    for row in rows:
        link = f"Link to unsubscribe in mails of {row.emailaddress}"
        try:
            yield Finding(link, "ok", services.address_for_recipients(row.lw_kind))
        except BadSetup as error:
            yield Finding(link, "warn", "nobody else can open it", str(error))
        asked = services.settings.dns_checks
        for each in look_up(services.texts, row, lambda: services.vault) if asked else ():
            there = f" Found: {' | '.join(each.found)}" if each.found else ""
            publish = f"Publish at {each.name}: {each.publish}" if each.publish and each.good is False else ""
            state: State = "warn" if each.good is False else "ok"
            yield Finding(f"{each.kind} of {row.emailaddress}", state, f"{each.name}: {each.says}{there}", publish)
