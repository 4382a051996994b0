"""May a mail go to this country without a stored consent basis? Dated defaults, to be changed; no legal advice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

AS_OF = date(2026, 11, 1)  # when the defaults below were last looked through


class Gate(StrEnum):
    """What a country asks for."""

    ALLOW = "allow"
    BASIS_NEEDED = "basis_needed"
    BLOCK = "block"


class Basis(StrEnum):
    """Why this person may be written to."""

    EXPRESS = "express"  # said yes
    CUSTOMER = "customer"  # bought, or has a contract
    INQUIRY = "inquiry"  # asked us something
    PUBLISHED = "published"  # published the business address without a no, and the mail concerns the role


BASES: Mapping[Basis, str] = {
    Basis.EXPRESS: "Express consent",
    Basis.CUSTOMER: "Customer",
    Basis.INQUIRY: "Inquiry",
    Basis.PUBLISHED: "Published address",
}


@dataclass(frozen=True, slots=True)
class ConsentBasis:
    """A stored basis. `source` says where it is from, such as a form or a web page; `on` is the day it was given."""

    kind: Basis
    source: str
    on: date


@dataclass(frozen=True, slots=True)
class CountryRule:
    """What holds for one country.

    Args:
        gate: what is asked for.
        law: what it rests on, shown to the admin.
        bases: which bases count; others do not.
        days: basis -> days after which it no longer counts; missing: never.
        as_of: when the rule was last looked at.
    """

    gate: Gate
    law: str
    bases: frozenset[Basis] = frozenset(Basis)
    days: Mapping[Basis, int] | None = None
    as_of: date = AS_OF


@dataclass(frozen=True, slots=True)
class Passed:
    """Whether the gate is open. `why_not` is a sentence that says what to do; `for_good`: no basis could open it."""

    is_open: bool
    why_not: str = ""
    for_good: bool = False


_CONSENT = frozenset({Basis.EXPRESS, Basis.CUSTOMER})
_ANY = frozenset(Basis)
_EPRIVACY = "ePrivacy Directive, Art. 13, as made national law"
DEFAULT = CountryRule(Gate.BASIS_NEEDED, "not looked at: a basis is asked for to be safe", _ANY)
RULES: Mapping[str, CountryRule] = {
    "US": CountryRule(Gate.ALLOW, "CAN-SPAM Act"),
    "CA": CountryRule(
        Gate.BASIS_NEEDED, "CASL: consent, express or implied", _ANY, {Basis.CUSTOMER: 730, Basis.INQUIRY: 183}
    ),
    "GB": CountryRule(Gate.ALLOW, "PECR: corporate subscribers may be written to"),
    "IE": CountryRule(Gate.ALLOW, f"{_EPRIVACY}: business addresses may be written to"),
    "FR": CountryRule(Gate.ALLOW, "CNIL: business addresses, on a subject of the role"),
    "SE": CountryRule(Gate.ALLOW, "Marketing Act: legal persons may be written to"),
    "FI": CountryRule(Gate.ALLOW, "Electronic Communications Act: legal persons may be written to"),
    **{
        code: CountryRule(Gate.BASIS_NEEDED, _EPRIVACY, _CONSENT)
        for code in ("DE", "AT", "IT", "ES", "PL", "DK", "NL", "BE", "PT", "CZ", "GR", "HU", "RO", "NO")
    },
    "CH": CountryRule(Gate.BASIS_NEEDED, "UWG Art. 3(1)(o)", _CONSENT),
    "AU": CountryRule(Gate.BASIS_NEEDED, "Spam Act 2003: consent, express or inferred", _ANY),
    "NZ": CountryRule(Gate.BASIS_NEEDED, "Unsolicited Electronic Messages Act 2007", _ANY),
}


def pass_gate(
    country: str | None,
    basis: ConsentBasis | None,
    today: date,
    rules: Mapping[str, CountryRule] = RULES,
    default: CountryRule = DEFAULT,
) -> Passed:
    """May this person be written to?

    Args:
        country: two-letter code; None when not known, which asks for what `default` asks.
        basis: what is stored, if anything.
        today: the day of sending.
        rules: code -> rule.
        default: for countries without a rule.
    """
    code = (country or "").strip().upper()
    rule = rules.get(code, default)
    if rule.gate is Gate.ALLOW:
        return Passed(True)
    if rule.gate is Gate.BLOCK:
        return Passed(False, f"Mails to {code or 'an unknown country'} are switched off.", for_good=True)
    return _by_basis(code, rule, basis, today)


def _by_basis(code: str, rule: CountryRule, basis: ConsentBasis | None, today: date) -> Passed:
    where = f"in the country {code}" if code else "in an unknown country"
    if basis is None:
        return Passed(
            False, f"A lead {where} needs a stored consent basis ({rule.law}). Store one with source and date."
        )
    if not basis.source.strip():
        return Passed(False, f"The consent basis of a lead {where} has no source. Say where it comes from.")
    if basis.on > today:
        return Passed(
            False, f"The consent basis of a lead {where} is dated {basis.on}, which is yet to come. Correct it."
        )
    if basis.kind not in rule.bases:
        accepted = " or ".join(sorted(b.value for b in rule.bases))
        return Passed(
            False, f"For a lead {where} the basis {basis.kind.value} is not enough; {accepted} is ({rule.law})."
        )
    days = (rule.days or {}).get(basis.kind)
    if days is not None and today > basis.on + timedelta(days=days):
        return Passed(False, f"The consent basis of a lead {where} ended after {days} days. Store a newer one.")
    return Passed(True)
