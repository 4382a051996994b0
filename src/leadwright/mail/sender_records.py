"""Our own SPF, DKIM and DMARC, looked up for the mailbox that the agent writes from."""

from collections.abc import Callable
from contextlib import suppress

from leadwright.db.mail import Mailbox
from leadwright.domain import sender_records as rules
from leadwright.domain.mailbox_kind import lies_at_microsoft
from leadwright.domain.sender_records import SenderRecord
from leadwright.errors import LeadwrightError
from leadwright.mail.addresses import domain_of
from leadwright.mail.dns_text import TextResolver
from leadwright.mail.records import kept_dkim_key
from leadwright.mail.unsubscribe import Seals

_SIGNERS = {
    "smtp.gmail.com": "Gmail signs by itself; Google Workspace once that is switched on in its admin console.",
    "smtp.office365.com": "Microsoft 365 signs by itself once DKIM is enabled for the domain in Defender.",
}


def look_up(resolver: TextResolver, row: Mailbox, open_vault: Callable[[], Seals]) -> tuple[SenderRecord, ...]:
    """What DNS says of the domain of this mailbox. Never raises.

    Args:
        open_vault: opens the DKIM key that is kept here, whether it signs or not.
    """
    key = None
    with suppress(LeadwrightError):
        key = kept_dkim_key(row, open_vault())
    domain, microsoft = domain_of(row.emailaddress), lies_at_microsoft(row.lw_kind)
    found = rules.spf(domain, resolver.texts(domain), row.lw_smtphost, microsoft=microsoft)
    if key is not None:
        signed = rules.dkim(key.dns_name, resolver.texts(key.dns_name), key.dns_record())
    else:
        host = "smtp.office365.com" if microsoft else row.lw_smtphost
        signed = rules.dkim_elsewhere(
            domain, _SIGNERS.get(host, "No key is kept here, so the mail server has to sign.")
        )
    return found, signed, _dmarc(resolver, domain, row.emailaddress)


def _dmarc(resolver: TextResolver, domain: str, address: str) -> SenderRecord:
    """That of the domain, else of the nearest domain above it."""
    labels = domain.split(".")
    own = rules.dmarc(f"_dmarc.{domain}", resolver.texts(f"_dmarc.{domain}"), address)
    for above in (".".join(labels[n:]) for n in range(1, len(labels) - 1)):
        if own.good is not False or own.found:
            return own
        found = rules.dmarc(f"_dmarc.{above}", resolver.texts(f"_dmarc.{above}"), address)
        if found.found:
            return found
    return own
