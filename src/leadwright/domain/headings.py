"""Which column of a lead a heading of a list means: Dataverse names, exports of other CRM systems, plain words.

Only names are judged here, never values; files are read in `leadfile`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from leadwright.domain.attributes import TABLES, Attribute, Kind, Table

LEAD_ID = "leadid"
EXTERNAL_ID = "lw_importkey"  # the row's id in the system it comes from
IGNORE = "ignore"

NOT_IMPORTED = frozenset({Kind.LOOKUP, Kind.OWNER, Kind.CUSTOMER, Kind.PARTY_LIST, Kind.FILE, Kind.FORMULA})
_SYSTEM = frozenset({"createdon", "modifiedon"})

# Headings as exports and people write them, beside the logical names and labels of domain.attributes.
_WORDS: dict[str, str] = {
    "leadid": "Lead ID, (Do Not Modify) Lead, Lead GUID",
    "lw_importkey": "Id, Record ID, Record ID - Contact, External ID, Contact ID, CRM ID",
    "subject": "Lead Topic, Lead Subject, Lead Title",
    "fullname": "Full Name, Lead Name, Contact Name, Contact, Contact Full Name, Person",
    "firstname": "Given Name, Forename, Contact First Name",
    "lastname": "Surname, Family Name, Contact Last Name",
    "jobtitle": "Title, Position, Role, Job Role, Contact Title, Job",
    "companyname": "Company, Company/Account, Account Name, Account, Organization, Organisation, Organization Name, "
    "Business Name, Associated Company, Associated Company Names, Firm, Employer, Security",
    "emailaddress1": "E-mail, Email Address, Primary Email, Work Email, Business Email, Mail, Contact Email",
    "emailaddress2": "Email 2, Secondary Email, Alternate Email",
    "emailaddress3": "Email 3",
    "telephone1": "Phone, Phone Number, Telephone, Work Phone, Main Phone, Tel, Phone 1",
    "mobilephone": "Mobile, Mobile Phone Number, Cell, Cell Phone, Cell Number",
    "websiteurl": "Website URL, Web Site, URL, Web, Company Website, Homepage, Company Domain Name, "
    "Domain, Domain Name",
    "address1_line1": "Street, Street Address, Address, Address Line 1, Address 1, Mailing Street",
    "address1_city": "Town, Address 1: City, Mailing City",
    "address1_stateorprovince": "State, Province, Region/State, State/Region, Address 1: State/Province, "
    "State/Province (text only), State Code, Mailing State/Province",
    "address1_postalcode": "ZIP, ZIP Code, Postal Code, Postcode, Address 1: ZIP/Postal Code, Zip/Postal Code, "
    "Mailing Zip/Postal Code",
    "address1_country": "Country, Address 1: Country/Region, Country (text only), Country Code, Mailing Country",
    "lw_industry": "Industries, Company Industry, Sector, Branch, GICS Sector",
    "numberofemployees": "Employees, Number of Employees, Employee Count, Company Size, Headcount, "
    "No of Employees, Staff",
    "revenue": "Revenue, Revenue USD, Annual Revenue USD, Company Revenue, Yearly Revenue, Turnover, Sales USD",
    "estimatedamount": "Est. Value, Estimated Value, Est. Revenue, Estimated Amount, Deal Amount, Estimated Revenue, "
    "Estimated Value (base)",
    "estimatedclosedate": "Estimated Close Date, Expected Close Date, Est. close date, Close Date",
    "description": "Notes, Note, Comments, Comment, Remarks, Message, Details, Need",
    "leadsourcecode": "Lead Source, Source of Lead, Lead Origin",
    "leadqualitycode": "Lead Rating, Temperature",
    "statecode": "Lead State, Record Status",
    "statuscode": "Lead Status, Status Reason, Lead Status Reason",
    "donotemail": "Email Opt Out, Opted out of email, Unsubscribed, Unsubscribed from all email, Do Not Email, "
    "Has Opted Out Of Email",
    "donotbulkemail": "Do Not Bulk Email, Bulk Email Opt Out",
    "decisionmaker": "Decision Maker, Is Decision Maker",
    "budgetamount": "Budget, Budget Amount (USD)",
}

# Known headings that are left out on purpose, with what to tell the person.
_LEFT_OUT: dict[str, str] = {
    "Created On": "Leadwright sets it itself",
    "Create Date": "Leadwright sets it itself",
    "Created Date": "Leadwright sets it itself",
    "Modified On": "Leadwright sets it itself",
    "(Do Not Modify) Modified On": "Leadwright sets it itself",
    "Last Modified Date": "Leadwright sets it itself",
    "Last Modified": "Leadwright sets it itself",
    "(Do Not Modify) Row Checksum": "it belongs to the program that made the list",
    "Owner": "imported leads go to the person who imports them, or to --owner",
    "Lead Owner": "imported leads go to the person who imports them, or to --owner",
    "Contact owner": "imported leads go to the person who imports them, or to --owner",
    "Owner ID": "imported leads go to the person who imports them, or to --owner",
    "Row": "an earlier import wrote it",
    "Why it was not imported": "an earlier import wrote it",
    "Lifecycle Stage": "a lead has no such column; map it to a column of your own to keep it",
}

_PERSON = frozenset({"firstname", "lastname", "jobtitle", "emailaddress1", "telephone1", "mobilephone"})


def plain(heading: str) -> str:
    """A heading as it is compared: letters and digits alone, case folded. ``State/Province`` -> ``stateprovince``."""
    return "".join(c for c in heading.casefold() if c.isalnum())


class Fate(StrEnum):
    """What becomes of a column of the list."""

    MAPPED = "mapped"
    IGNORED = "ignored"  # by the mapping file
    LEFT_OUT = "left out"  # known, and not for importing
    UNKNOWN = "not mapped"


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a list and what it means.

    Args:
        position: 0-based.
        text: as written in the file.
        target: logical name of a lead column, `LEAD_ID` or `EXTERNAL_ID`; empty unless mapped.
        reason: why it is left out.
    """

    position: int
    text: str
    fate: Fate
    target: str = ""
    reason: str = ""

    @property
    def letter(self) -> str:
        """Column as a spreadsheet shows it: A, B, ... AA."""
        return column_letter(self.position)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two columns of the list that mean the same column of a lead."""

    target: str
    first: Heading
    second: Heading


def column_letter(position: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def importable(table: Table) -> dict[str, Attribute]:
    """The columns of a lead that a list may fill."""
    return {n: a for n, a in table.attributes.items() if a.kind not in NOT_IMPORTED and n not in _SYSTEM}


def recognise(
    headings: Sequence[str], given: Mapping[str, str] | None = None, table: Table = TABLES["lead"]
) -> list[Heading]:
    """What each heading means, in order.

    Args:
        given: heading -> logical name, `LEAD_ID`, `EXTERNAL_ID` or `IGNORE`; it beats what is known.
        table: the lead table with the organisation's own columns.
    """
    known = _known(table)
    wanted = {plain(h): t for h, t in (given or {}).items()}
    found = [_one(i, text, wanted, known) for i, text in enumerate(headings)]
    return _name_column(found, wanted)


def clashes(headings: Sequence[Heading]) -> list[Clash]:
    """Pairs that would fill the same column."""
    seen: dict[str, Heading] = {}
    pairs = []
    for heading in headings:
        if heading.fate is Fate.MAPPED:
            first = seen.setdefault(heading.target, heading)
            if first is not heading:
                pairs.append(Clash(heading.target, first, heading))
    return pairs


def how_many_known(headings: Sequence[str], table: Table = TABLES["lead"]) -> int:
    """Headings that are recognised: tells a row of headings from a title above it."""
    known = _known(table)
    return sum(1 for h in headings if plain(h) in known or plain(h) == "name")


def label_of(target: str, table: Table = TABLES["lead"]) -> str:
    """Display name of a target."""
    if target == LEAD_ID:
        return "Lead (id)"
    if target == EXTERNAL_ID:
        return "External id"
    return table.attributes[target].label


def _one(position: int, text: str, wanted: Mapping[str, str], known: Mapping[str, str]) -> Heading:
    key = plain(text)
    target = wanted.get(key)
    if target == IGNORE:
        return Heading(position, text, Fate.IGNORED)
    if target := target or known.get(key):
        return Heading(position, text, Fate.MAPPED, target)
    if reason := _LEFT_OUT_PLAIN.get(key):
        return Heading(position, text, Fate.LEFT_OUT, reason=reason)
    return Heading(position, text, Fate.UNKNOWN)


def _name_column(found: list[Heading], wanted: Mapping[str, str]) -> list[Heading]:
    """``Name`` is the person's, unless the list has neither a company nor anything about a person."""
    if "name" in wanted:
        return found
    targets = {h.target for h in found}
    is_person = "companyname" in targets or bool(targets & _PERSON)
    target = "fullname" if is_person else "companyname"
    return [Heading(h.position, h.text, Fate.MAPPED, target) if plain(h.text) == "name" else h for h in found]


def _known(table: Table) -> dict[str, str]:
    own = {plain(a.label): n for n, a in table.attributes.items() if a.custom}
    own |= {plain(n): n for n, a in table.attributes.items() if a.custom}
    return own | _KNOWN


def _standard() -> dict[str, str]:
    known: dict[str, str] = {}
    for target, words in _WORDS.items():
        known |= {plain(word): target for word in words.split(",")}
    for name, attribute in importable(TABLES["lead"]).items():
        known |= {plain(attribute.label): name, plain(name): name}
    known[plain("Name")] = ""  # depends on the other headings
    return {k: v for k, v in known.items() if v}


_KNOWN = _standard()
_LEFT_OUT_PLAIN = {plain(k): v for k, v in _LEFT_OUT.items()}
