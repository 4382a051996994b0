"""The DKIM key of the agent's mailbox: made or pasted here, published by a person, and signing once DNS has it."""

import re
from dataclasses import dataclass

from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.mail import Mailbox
from leadwright.db.pages.mailboxes import mailboxid_of
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.sender_records import SenderRecord, dkim
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import Principal, require
from leadwright.identity.secrets import open_vault
from leadwright.mail.addresses import domain_of
from leadwright.mail.dkim import DkimKey, new_key
from leadwright.mail.records import forget_dkim_key, kept_dkim_key, seal_dkim_key, sign_with_it, signs_itself
from leadwright.mail.sender_records import look_up
from leadwright.services import Services

MOST_PEM = 20_000
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Signing:
    """What is kept for signing.

    Args:
        domain: of the mailbox's address; empty while there is no mailbox, or where its platform signs.
        selector, name, record: of the key, where it is published, and as what; empty while none is kept, the last two
            also when no key of ours opens it any more.
        signs: mails are signed with it.
    """

    domain: str = ""
    selector: str = ""
    name: str = ""
    record: str = ""
    signs: bool = False


def signing_of(services: Services, who: Principal, agentid: str) -> Signing:
    """The key of the agent's mailbox, its public half alone. Asks nobody outside.

    Raises:
        NotAllowed: prvReadAgent is missing.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        row = _mailbox(session, agentid)
        if row is None or row.lw_kind != MailboxKind.SMTP_IMAP:
            return Signing()
        try:
            return _shown(row, kept_dkim_key(row, open_vault(services.settings)))
        except (BadInput, Conflict):
            return Signing(domain_of(row.emailaddress), row.lw_dkimselector or "", signs=signs_itself(row))


def keep_key(services: Services, who: Principal, agentid: str, selector: str, pem: str = "") -> Signing:
    """Make a key, or keep the one that is given. It does not sign yet.

    Args:
        selector: the name under which it is published, such as lw1.
        pem: a private key of one's own; empty: one is made here.

    Raises:
        NotAllowed: prvCreateMailbox is missing.
        BadInput: a selector or key that cannot be used; `field` names it.
        Conflict: there is no mailbox that mail leaves from by SMTP, or a key signs already.
    """
    require(who, "prvCreateMailbox")
    selector = selector.strip().casefold()
    if not _SELECTOR.fullmatch(selector):
        raise BadInput("A selector is a short name of letters, digits and hyphens, such as lw1.", field="selector")
    if len(pem) > MOST_PEM:
        raise BadInput("A private key is shorter. Paste the PEM text of one key.", field="pem")
    made = pem.strip() or new_key("", selector)[1]
    with services.database.transaction() as session:
        row = _needed(session, agentid)
        if signs_itself(row):
            raise Conflict("A key signs already. Remove it first; mails go out unsigned until the new one signs.")
        try:
            key = seal_dkim_key(row, open_vault(services.settings), selector, made)
        except BadInput as error:
            raise BadInput(str(error), field="pem") from error
        row.modifiedon = services.clock()
        after = {"name": key.dns_name, "record": key.dns_record(), "made": "here" if not pem.strip() else "elsewhere"}
        audit.record(session, who.actor, "mailbox.dkim_kept", "mailbox", row.mailboxid, after=after)
        return _shown(row, key)


def check_record(services: Services, who: Principal, agentid: str) -> SenderRecord:
    """Look the record up. Where it matches, the key signs from now on.

    Raises:
        NotAllowed: prvCreateMailbox is missing.
        Conflict: no key is kept, or another one was kept meanwhile.
    """
    require(who, "prvCreateMailbox")
    with services.database.reading() as session:
        key = _kept(services, _needed(session, agentid, lock=False))
    found = dkim(key.dns_name, services.texts.texts(key.dns_name), key.dns_record())
    if found.good:
        _sign(services, who, agentid, key, "the record matches")
    return found


def sign_anyway(services: Services, who: Principal, agentid: str) -> None:
    """The key signs from now on, whatever DNS says here.

    Raises:
        NotAllowed: prvCreateMailbox is missing.
        Conflict: no key is kept.
    """
    require(who, "prvCreateMailbox")
    with services.database.reading() as session:
        key = _kept(services, _needed(session, agentid, lock=False))
    _sign(services, who, agentid, key, "said by a person")


def remove_key(services: Services, who: Principal, agentid: str) -> None:
    """Mails decided from now on are not signed here. Nothing is kept.

    Raises:
        NotAllowed: prvCreateMailbox is missing.
        Conflict: there is no such mailbox.
    """
    require(who, "prvCreateMailbox")
    with services.database.transaction() as session:
        row = _needed(session, agentid)
        if not row.lw_sealeddkimkey:
            return
        before = {"selector": row.lw_dkimselector, "signs": signs_itself(row)}
        forget_dkim_key(row)
        row.modifiedon = services.clock()
        audit.record(session, who.actor, "mailbox.dkim_removed", "mailbox", row.mailboxid, before=before)


def sender_records(services: Services, who: Principal, agentid: str) -> tuple[SenderRecord, ...]:
    """SPF, DKIM and DMARC of the mailbox's domain, looked up now; nothing without a mailbox or while DNS is not asked.

    Raises:
        NotAllowed: prvReadAgent is missing.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        row = _mailbox(session, agentid)
        if row is None or not services.settings.dns_checks:
            return ()
        session.expunge(row)
    return look_up(services.texts, row, lambda: services.vault)


def _sign(services: Services, who: Principal, agentid: str, key: DkimKey, why: str) -> None:
    with services.database.transaction() as session:
        row = _needed(session, agentid)
        if _kept(services, row).dns_record() != key.dns_record():
            raise Conflict("Another key was kept meanwhile. Look at it and check again.")
        if signs_itself(row):
            return
        sign_with_it(row)
        row.modifiedon = services.clock()
        after = {"name": key.dns_name, "why": why}
        audit.record(session, who.actor, "mailbox.dkim_signs", "mailbox", row.mailboxid, after=after)


def _kept(services: Services, row: Mailbox) -> DkimKey:
    key = kept_dkim_key(row, open_vault(services.settings))
    if key is None:
        raise Conflict("No key is kept yet. Make one, or paste yours.")
    return key


def _mailbox(session: Session, agentid: str, *, lock: bool = False) -> Mailbox | None:
    mailboxid = mailboxid_of(session, agentid)
    return session.get(Mailbox, mailboxid, with_for_update=lock or None) if mailboxid else None


def _needed(session: Session, agentid: str, *, lock: bool = True) -> Mailbox:
    row = _mailbox(session, agentid, lock=lock)
    if row is None:
        raise Conflict("The agent has no mailbox yet. Set up prerequisite 3 first.")
    if row.lw_kind != MailboxKind.SMTP_IMAP:
        raise Conflict("Exchange signs what leaves this mailbox. Enable DKIM for the domain in Microsoft Defender.")
    return row


def _shown(row: Mailbox, key: DkimKey | None) -> Signing:
    domain = domain_of(row.emailaddress)
    if key is None:
        return Signing(domain)
    return Signing(domain, key.selector, key.dns_name, key.dns_record(), signs_itself(row))
