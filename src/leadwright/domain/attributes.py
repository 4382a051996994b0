"""Columns of the CRM tables as people see them: logical name, label, type, choices, relation.

Selection, import, forms and the field picker read this; a test holds it against the database tables.
Custom columns of an organisation are added at run time with `with_custom`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from leadwright.domain import optionsets as o
from leadwright.domain.country_gates import BASES


class Kind(StrEnum):
    """Dataverse attribute type."""

    TEXT = "text"
    EMAIL = "email"
    URL = "url"
    PHONE = "phone"
    MEMO = "memo"
    NUMBER = "number"  # whole
    MONEY = "money"
    DECIMAL = "decimal"
    DATE = "date"  # date only
    DATETIME = "datetime"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    LOOKUP = "lookup"
    OWNER = "owner"
    CUSTOMER = "customer"
    PARTY_LIST = "partylist"
    FILE = "file"
    FORMULA = "formula"
    PROMPT = "prompt"
    AUTONUMBER = "autonumber"


# product.md 6: a criterion may not map to one of these.
REFUSED_FOR_CRITERIA = frozenset(
    {
        Kind.LOOKUP,
        Kind.OWNER,
        Kind.PARTY_LIST,
        Kind.CUSTOMER,
        Kind.FILE,
        Kind.FORMULA,
        Kind.PROMPT,
        Kind.AUTONUMBER,
    }
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One column.

    Args:
        name: logical name, e.g. ``numberofemployees``.
        label: display name.
        kind: type.
        length: most characters, for text kinds.
        choices: value -> label, for CHOICE.
        target: table a LOOKUP points to.
        low, high: range of numbers.
        words: stored word -> label, for a TEXT column that takes only these.
        zone: True for a TEXT column that takes the name of a time zone.
        past: True for a DATE that cannot lie ahead.
        custom: True for a column of the organisation's own, stored in the JSON column ``custom``.
    """

    name: str
    label: str
    kind: Kind
    length: int = 0
    choices: Mapping[int, str] = field(default_factory=dict)
    target: str = ""
    low: float | None = None
    high: float | None = None
    custom: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    zone: bool = False
    past: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table and the tables directly related to it through a lookup (column -> table)."""

    name: str
    label: str
    key: str
    attributes: Mapping[str, Attribute]

    @property
    def related(self) -> dict[str, str]:
        """lookup column -> table it points to, for tables known here."""
        return {a.name: a.target for a in self.attributes.values() if a.kind is Kind.LOOKUP and a.target in TABLES}


def _table(name: str, label: str, key: str, *attributes: Attribute) -> Table:
    return Table(name, label, key, {a.name: a for a in attributes})


def _address() -> tuple[Attribute, ...]:
    return (
        Attribute("address1_line1", "Street 1", Kind.TEXT, 250),
        Attribute("address1_city", "City", Kind.TEXT, 80),
        Attribute("address1_stateorprovince", "State/Province", Kind.TEXT, 50),
        Attribute("address1_postalcode", "ZIP/Postal Code", Kind.TEXT, 20),
        Attribute("address1_country", "Country/Region", Kind.TEXT, 80),
    )


def _record() -> tuple[Attribute, ...]:
    return (
        Attribute("createdon", "Created On", Kind.DATETIME),
        Attribute("modifiedon", "Modified On", Kind.DATETIME),
        Attribute("ownerid", "Owner", Kind.OWNER),
    )


_LEAD = _table(
    "lead",
    "Lead",
    "leadid",
    Attribute("subject", "Topic", Kind.TEXT, 300),
    Attribute("fullname", "Name", Kind.TEXT, 160),
    Attribute("firstname", "First Name", Kind.TEXT, 50),
    Attribute("lastname", "Last Name", Kind.TEXT, 50),
    Attribute("jobtitle", "Job Title", Kind.TEXT, 100),
    Attribute("companyname", "Company Name", Kind.TEXT, 100),
    Attribute("emailaddress1", "Email", Kind.EMAIL, 100),
    Attribute("emailaddress2", "Email Address 2", Kind.EMAIL, 100),
    Attribute("emailaddress3", "Email Address 3", Kind.EMAIL, 100),
    Attribute("telephone1", "Business Phone", Kind.PHONE, 50),
    Attribute("mobilephone", "Mobile Phone", Kind.PHONE, 20),
    Attribute("websiteurl", "Website", Kind.URL, 200),
    *_address(),
    Attribute("industrycode", "Industry (choice)", Kind.CHOICE, choices=o.INDUSTRY),
    Attribute("lw_industry", "Industry", Kind.TEXT, 200),
    Attribute("numberofemployees", "No. of Employees", Kind.NUMBER, low=0, high=10_000_000),
    Attribute("revenue", "Annual Revenue", Kind.MONEY, low=0, high=1e14),
    Attribute("estimatedamount", "Est. Value", Kind.MONEY, low=0, high=1e14),
    Attribute("estimatedclosedate", "Est. Close Date", Kind.DATE),
    Attribute("description", "Description", Kind.MEMO, 2000),
    Attribute("leadsourcecode", "Lead Source", Kind.CHOICE, choices=o.choices(o.LeadSource)),
    Attribute("leadqualitycode", "Rating", Kind.CHOICE, choices=o.choices(o.LeadRating)),
    Attribute("statecode", "Status", Kind.CHOICE, choices=o.choices(o.LeadState)),
    Attribute("statuscode", "Status Reason", Kind.CHOICE, choices=o.choices(o.LeadStatus)),
    Attribute("donotemail", "Do not allow Emails", Kind.BOOLEAN),
    Attribute("donotbulkemail", "Do not allow Bulk Emails", Kind.BOOLEAN),
    Attribute("lw_timezone", "Time Zone", Kind.TEXT, 60, zone=True),
    Attribute("lw_consentbasis", "Consent Basis", Kind.TEXT, 20, words={str(b): name for b, name in BASES.items()}),
    Attribute("lw_consentsource", "Consent Source", Kind.TEXT, 300),
    Attribute("lw_consenton", "Consent Date", Kind.DATE, past=True),
    Attribute("decisionmaker", "Decision Maker?", Kind.BOOLEAN),
    Attribute("budgetamount", "Budget Amount", Kind.MONEY, low=0, high=1e14),
    Attribute("parentaccountid", "Parent Account for lead", Kind.LOOKUP, target="account"),
    Attribute("parentcontactid", "Parent Contact for lead", Kind.LOOKUP, target="contact"),
    Attribute("qualifyingopportunityid", "Qualifying Opportunity", Kind.LOOKUP, target="opportunity"),
    *_record(),
)

_ACCOUNT = _table(
    "account",
    "Account",
    "accountid",
    Attribute("name", "Account Name", Kind.TEXT, 160),
    Attribute("websiteurl", "Website", Kind.URL, 200),
    Attribute("emailaddress1", "Email", Kind.EMAIL, 100),
    Attribute("telephone1", "Main Phone", Kind.PHONE, 50),
    *_address(),
    Attribute("industrycode", "Industry (choice)", Kind.CHOICE, choices=o.INDUSTRY),
    Attribute("lw_industry", "Industry", Kind.TEXT, 200),
    Attribute("numberofemployees", "No. of Employees", Kind.NUMBER, low=0, high=10_000_000),
    Attribute("revenue", "Annual Revenue", Kind.MONEY, low=0, high=1e14),
    Attribute("description", "Description", Kind.MEMO, 2000),
    *_record(),
)

_CONTACT = _table(
    "contact",
    "Contact",
    "contactid",
    Attribute("fullname", "Full Name", Kind.TEXT, 160),
    Attribute("firstname", "First Name", Kind.TEXT, 50),
    Attribute("lastname", "Last Name", Kind.TEXT, 50),
    Attribute("jobtitle", "Job Title", Kind.TEXT, 100),
    Attribute("emailaddress1", "Email", Kind.EMAIL, 100),
    Attribute("telephone1", "Business Phone", Kind.PHONE, 50),
    Attribute("parentcustomerid", "Company Name", Kind.LOOKUP, target="account"),
    *_record(),
)

_OPPORTUNITY = _table(
    "opportunity",
    "Opportunity",
    "opportunityid",
    Attribute("name", "Topic", Kind.TEXT, 300),
    Attribute("estimatedvalue", "Est. Revenue", Kind.MONEY, low=0, high=1e14),
    Attribute("actualvalue", "Actual Revenue", Kind.MONEY, low=0, high=1e14),
    Attribute("estimatedclosedate", "Est. Close Date", Kind.DATE),
    Attribute("actualclosedate", "Actual Close Date", Kind.DATE),
    Attribute("statecode", "Status", Kind.CHOICE, choices=o.choices(o.OpportunityState)),
    Attribute("statuscode", "Status Reason", Kind.CHOICE, choices=o.choices(o.OpportunityStatus)),
    Attribute("originatingleadid", "Originating Lead", Kind.LOOKUP, target="lead"),
    Attribute("parentaccountid", "Account", Kind.LOOKUP, target="account"),
    Attribute("parentcontactid", "Contact", Kind.LOOKUP, target="contact"),
    *_record(),
)

TABLES: dict[str, Table] = {t.name: t for t in (_LEAD, _ACCOUNT, _CONTACT, _OPPORTUNITY)}


def with_custom(table: str, custom: Iterable[Attribute]) -> Table:
    """The table with the organisation's own columns added."""
    base = TABLES[table]
    return Table(base.name, base.label, base.key, {**base.attributes, **{a.name: a for a in custom}})
