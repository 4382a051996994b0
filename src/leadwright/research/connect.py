"""Finds the account and contact a lead belongs to. It only finds: whoever asks writes the link and its audit entry."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from leadwright.db.sales import Account, Contact, Lead
from leadwright.research.company_names import company_domain, name_key

# Built once: every lead asks these.
_account, _contact = cast(Table, Account.__table__).c, cast(Table, Contact.__table__).c
_OF_DOMAIN = select(_account.accountid, _account.lw_namekey).where(_account.lw_domain == bindparam("domain")).limit(50)
_OF_NAME = select(_account.accountid, _account.lw_domain).where(_account.lw_namekey == bindparam("key")).limit(50)
_OF_ADDRESS = select(_contact.contactid).where(_contact.emailaddress1 == bindparam("address")).limit(2)


@dataclass(frozen=True, slots=True)
class Connected:
    """Ids of the records found, or None; `reason` says by what, or why not, for the list of steps."""

    accountid: str | None
    contactid: str | None
    reason: str = ""


def connect_records(session: Session, lead: Lead) -> Connected:
    """The account by registered domain, then by company name; the contact by email address.

    A link that is there stays. One that a person disconnected is not made again. Free-mail domains and
    shared hosts link nothing, and where several accounts fit equally well none is guessed.
    """
    accountid, why = _account_of(session, lead)
    contactid, whose = _contact_of(session, lead)
    return Connected(accountid, contactid, f"Account: {why}. Contact: {whose}.")


def _account_of(session: Session, lead: Lead) -> tuple[str | None, str]:
    if lead.parentaccountid:
        return lead.parentaccountid, "linked before"
    if lead.lw_accountunlinked:
        return None, "a person disconnected it"
    domain, key = company_domain(lead.websiteurl, lead.emailaddress1), name_key(lead.companyname)
    if domain:
        same = session.execute(_OF_DOMAIN, {"domain": domain}).all()
        named = [row for row in same if row.lw_namekey == key]
        for found in (named, same):
            if len(found) == 1:
                return found[0].accountid, f"by domain {domain}"
        if same:
            return None, f"several accounts have the domain {domain}"
    if not key:
        return None, "no company name"
    rows = session.execute(_OF_NAME, {"key": key}).all()
    # The same name at another domain is another company, or at best a guess.
    fitting = [row for row in rows if not domain or row.lw_domain in (None, "", domain)]
    if len(fitting) == 1:
        return fitting[0].accountid, "by company name"
    return None, "several accounts have this name" if fitting else "none found"


def _contact_of(session: Session, lead: Lead) -> tuple[str | None, str]:
    if lead.parentcontactid:
        return lead.parentcontactid, "linked before"
    if lead.lw_contactunlinked:
        return None, "a person disconnected it"
    address = (lead.emailaddress1 or "").strip().casefold()
    if not address:
        return None, "no email address"
    found = session.scalars(_OF_ADDRESS, {"address": address}).all()
    if len(found) == 1:
        return found[0], "by email address"
    return None, "several contacts have this address" if found else "none found"


def describe_account(account: Account) -> dict[str, str]:
    """The two search keys of an account; whoever writes an account's name or web site sets them."""
    domain = company_domain(account.websiteurl, account.emailaddress1)
    return {"lw_domain": domain, "lw_namekey": name_key(account.name)}


def refresh_keys(session: Session) -> int:
    """Set the search keys of accounts that have none, such as those of an older import. Gives how many."""
    missing = session.scalars(select(Account).where(func.coalesce(Account.lw_namekey, "") == "").limit(5_000)).all()
    for account in missing:
        for column, value in describe_account(account).items():
            setattr(account, column, value or None)
    return len(missing)
