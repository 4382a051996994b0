"""Is this address one that mail can reach, and is it a work address? People may overrule the answer; see `of_lead`."""

import re
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import dns.exception
import dns.name
import dns.resolver
import email_validator

from leadwright.db.sales import Lead
from leadwright.research.company_names import FREE_MAIL, registered_domain
from leadwright.research.outage import Outage
from leadwright.research.untrusted import line

_ROLES = frozenset(
    re.findall(
        r"\S+",
        "abuse accounting accounts admin administrator billing careers compliance contact contactus customercare "
        "customerservice enquiries enquiry feedback finance hello help helpdesk hostmaster hr info information "
        "inquiries inquiry invoices it jobs kontakt legal mail marketing media news newsletter noreply no-reply "
        "office operations orders postmaster press privacy procurement purchasing reception recruiting root sales "
        "security service subscribe support team tech unsubscribe webmaster welcome",
    )
)
_DISPOSABLE = frozenset(
    re.findall(
        r"\S+",
        "0-mail.com 10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonbox.net burnermail.io "
        "byom.de cock.li deadaddress.com discard.email discardmail.com dispostable.com dropmail.me "
        "emailondeck.com emailtemporanea.net fakeinbox.com fakemail.net filzmail.com getairmail.com getnada.com "
        "grr.la guerrillamail.biz guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net "
        "guerrillamail.org guerrillamailblock.com harakirimail.com inboxbear.com inboxkitten.com incognitomail.org "
        "jetable.org mail-temp.com mail.tm mailcatch.com maildrop.cc mailexpire.com mailforspam.com mailinator.com "
        "mailinator.net mailnesia.com mailnull.com mailsac.com meltmail.com minuteinbox.com mintemail.com "
        "moakt.com mohmal.com mytemp.email mytrashmail.com nada.email noclickemail.com pokemail.net "
        "sharklasers.com sogetthis.com spam4.me spambog.com spambox.us spamgourmet.com spamhereplease.com "
        "temp-mail.io temp-mail.org tempail.com tempinbox.com tempmail.com tempmail.net tempmailaddress.com "
        "tempmailo.com tempr.email throwawaymail.com tmail.ws tmpmail.net tmpmail.org trash-mail.com trashmail.com "
        "trashmail.de trashmail.me trashmail.net trbvm.com wegwerfmail.de wegwerfmail.net yopmail.com yopmail.fr "
        "yopmail.net zetmail.com",
    )
)
_REMEMBERED = 3600.0


class MailHost(StrEnum):
    """What DNS says of a domain's mail exchanger."""

    FOUND = "found"
    NONE = "none"  # the domain does not exist, or says that it takes no mail
    UNKNOWN = "unknown"  # DNS could not be asked now
    SKIPPED = "skipped"  # this installation does not ask DNS


class MailResolver(Protocol):
    """Asks DNS about mail. Never raises; safe to repeat."""

    def mail_host(self, domain: str) -> MailHost:
        """Does this domain take mail?"""
        ...


@dataclass(frozen=True, slots=True)
class EmailCheck:
    """What is known of an address.

    Args:
        state: valid, invalid or missing.
        type: work, personal (free mail), or empty when invalid or missing.
        reason: a sentence for the lead page.
        problems: codes: missing, syntax, no_mail_server, disposable (these make it invalid);
            role, unverified, unchecked (these do not).
        address: normalised (case-folded); empty when invalid by syntax.
    """

    state: str
    type: str
    reason: str
    problems: tuple[str, ...] = ()
    address: str = ""


_CONTROL = "com"  # a name that exists wherever DNS works


class NoDns:
    """DNS is not asked (`dns_checks` is off)."""

    def mail_host(self, domain: str) -> MailHost:
        """Skipped."""
        return MailHost.SKIPPED


class DnsMailResolver:
    """Asks the machine's DNS servers; answers are remembered for an hour, a domain without an answer for a minute.

    Args:
        seconds: most time for one domain.
        resolver: a configured dnspython resolver; None reads the system's settings.
    """

    def __init__(self, *, seconds: float = 3.0, resolver: dns.resolver.Resolver | None = None) -> None:
        self._seconds = seconds
        self._resolver = resolver
        self._known: dict[str, tuple[float, MailHost]] = {}
        self._outage = Outage()
        self._lock = threading.Lock()

    def mail_host(self, domain: str) -> MailHost:
        """Does this domain take mail?"""
        at = time.monotonic()
        with self._lock:
            known = self._known.get(domain)
            if known and at - known[0] < _REMEMBERED:
                return known[1]
        if self._outage.is_down() or self._outage.is_broken(domain):
            return MailHost.UNKNOWN
        answer = self._ask(domain)
        if answer is MailHost.UNKNOWN:
            self._outage.failed(domain)
            return answer
        self._outage.answered(domain)
        with self._lock:
            if len(self._known) > 50_000:
                self._known.clear()
            self._known[domain] = (at, answer)
        return answer

    def _ask(self, domain: str) -> MailHost:
        try:
            resolver = self._resolver or dns.resolver.get_default_resolver()
            try:
                found = resolver.resolve(domain, "MX", lifetime=self._seconds, search=False)
                takes = any(r.exchange != dns.name.root for r in found)  # RFC 7505: a lone "." takes no mail
                return MailHost.FOUND if takes else MailHost.NONE
            except dns.resolver.NoAnswer:
                return self._by_address(resolver, domain)
        except dns.resolver.NXDOMAIN:
            return MailHost.NONE if self._knows_names(resolver) else MailHost.UNKNOWN
        except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
            return MailHost.NONE
        except (dns.exception.DNSException, OSError):
            return MailHost.UNKNOWN

    def _knows_names(self, resolver: dns.resolver.Resolver) -> bool:
        """A machine without a network may answer that no name exists at all: then its word counts for nothing."""
        try:
            resolver.resolve(_CONTROL, "NS", lifetime=self._seconds, search=False)
        except (dns.exception.DNSException, OSError):
            return False
        return True

    def _by_address(self, resolver: dns.resolver.Resolver, domain: str) -> MailHost:
        """RFC 5321: without an MX record, mail goes to the domain's own address."""
        for kind in ("A", "AAAA"):
            try:
                resolver.resolve(domain, kind, lifetime=self._seconds, search=False)
            except dns.resolver.NoAnswer:
                continue
            return MailHost.FOUND
        return MailHost.NONE


def validate_email(address: str | None, *, resolver: MailResolver) -> EmailCheck:
    """Check syntax, domain, mail exchanger, disposable, role and free-mail addresses. A DNS outage is no verdict."""
    if not address or not address.strip():
        return EmailCheck("missing", "", "There is no email address.", ("missing",))
    try:
        parsed = email_validator.validate_email(
            address.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=True, strict=True
        )
    except email_validator.EmailNotValidError as error:
        return EmailCheck("invalid", "", f"The address is not well formed: {line(str(error), 160)}", ("syntax",))
    normalised = parsed.normalized.casefold()
    domain = parsed.ascii_domain.casefold()
    registered = registered_domain(domain) or domain
    if registered in _DISPOSABLE:
        return EmailCheck("invalid", "", f"{registered} gives out throw-away addresses.", ("disposable",), normalised)
    kind = "personal" if registered in FREE_MAIL else "work"
    host = MailHost.FOUND if kind == "personal" else resolver.mail_host(domain)
    if host is MailHost.NONE:
        reason = f"{domain} does not exist or takes no mail."
        return EmailCheck("invalid", "", reason, ("no_mail_server",), normalised)
    return _valid(normalised, kind, host, parsed.local_part)


def of_lead(lead: Lead, *, field: str = "emailaddress1", resolver: MailResolver) -> EmailCheck:
    """The check of a lead's address; what a person overruled stays overruled until the address changes.

    Args:
        field: the column that holds the address, as the agent's settings say.
    """
    address = getattr(lead, field, None) or lead.custom.get(field)
    check = validate_email(address if isinstance(address, str) else None, resolver=resolver)
    if check.state == "missing" or not (lead.lw_emailstate or "").startswith("overruled_"):
        return check
    state = (lead.lw_emailstate or "").removeprefix("overruled_")
    kind = lead.lw_emailtype or check.type or "work"
    return EmailCheck(state, kind, f"A person marked this address as {state}.", check.problems, check.address)


def _valid(address: str, kind: str, host: MailHost, local: str) -> EmailCheck:
    problems: list[str] = []
    reason = "The address is well formed" + (" and its domain takes mail." if host is MailHost.FOUND else ".")
    if host is MailHost.UNKNOWN:
        problems.append("unverified")
        reason += " DNS did not answer, so its mail server is not verified."
    elif host is MailHost.SKIPPED:
        problems.append("unchecked")
        reason += " Its mail server was not looked up: DNS checks are off."
    if local.casefold().split("+")[0] in _ROLES:
        problems.append("role")
        reason += " It belongs to a role, not to a person."
    if kind == "personal":
        reason += " It is a personal (free-mail) address."
    return EmailCheck("valid", kind, reason, tuple(problems), address)
