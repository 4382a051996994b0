"""What the CRM says of a lead, as a person reads it. Only this lead and the records linked to it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from leadwright.db.sales import Account, Contact, Lead, Opportunity
from leadwright.domain.attributes import TABLES, Attribute, Kind, Table
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.research.untrusted import clean, line

_USUAL: Mapping[str, tuple[str, ...]] = {
    "lead": (
        "companyname",
        "jobtitle",
        "numberofemployees",
        "revenue",
        "address1_city",
        "address1_stateorprovince",
        "address1_country",
        "websiteurl",
        "subject",
        "description",
    ),
    "account": (
        "name",
        "numberofemployees",
        "revenue",
        "address1_city",
        "address1_stateorprovince",
        "address1_country",
        "description",
    ),
    "contact": ("jobtitle",),
    "opportunity": (),
}
PERSONAL = frozenset(
    {
        "fullname",
        "firstname",
        "lastname",
        "emailaddress1",
        "emailaddress2",
        "emailaddress3",
        "telephone1",
        "mobilephone",
        "address1_line1",
    }
)
_LONGEST = 500
_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Records:
    """A lead and the records it is linked to."""

    lead: Lead
    account: Account | None
    contact: Contact | None
    opportunity: Opportunity | None

    def of(self, table: str) -> Any:
        """The record of a table, or None."""
        return getattr(self, table, None) if table in _USUAL else None


def read_records(session: Session, lead: Lead) -> Records:
    """The lead with its linked account, contact and opportunity."""
    return Records(
        lead,
        session.get(Account, lead.parentaccountid) if lead.parentaccountid else None,
        session.get(Contact, lead.parentcontactid) if lead.parentcontactid else None,
        session.get(Opportunity, lead.qualifyingopportunityid) if lead.qualifyingopportunityid else None,
    )


def field_texts(records: Records, more: Iterable[str] = ()) -> dict[str, str]:
    """``table.column`` -> text, empty ones left out; the lead first.

    Besides stored columns there are ``lead.industry`` and ``lead.location`` (and of the account): the industry as text
    or choice, and the place on one line.

    Args:
        more: columns that criteria or instructions name.
    """
    texts: dict[str, str] = {}
    for table, columns in _USUAL.items():
        record = records.of(table)
        if record is None:
            continue
        if table in ("lead", "account"):
            texts[f"{table}.industry"] = _industry(table, record)
        for column in columns:
            texts[f"{table}.{column}"] = field_text(records, f"{table}.{column}")
        if table in ("lead", "account"):
            texts[f"{table}.location"] = _location(table, record)
    for name in more:
        texts.setdefault(name, field_text(records, name))
    return {name: text for name, text in texts.items() if text}


def field_text(records: Records, name: str) -> str:
    """One ``table.column`` as a person reads it; empty when there is no such record, column or value."""
    table, _, column = name.partition(".")
    record = records.of(table)
    if record is None or not column:
        return ""
    if column == "industry":
        return _industry(table, record)
    if column == "location":
        return _location(table, record)
    attribute = TABLES[table].attributes.get(column)
    value = getattr(record, column, None) if attribute else (record.custom or {}).get(column)
    return formatted(value, attribute)


def template_values(records: Records, template: str) -> dict[str, str]:
    """Casefolded variable of a fixed template (``lead.company name``) -> the lead's value; empty ones left out.

    A variable names a column by its label or by its own name.
    """
    values = {}
    for variable in _VARIABLE.findall(template):
        table, _, said = (part.strip() for part in variable.partition("."))
        if (known := TABLES.get(table.casefold())) is not None and said:
            values[variable.strip().casefold()] = field_text(records, f"{known.name}.{column_called(known, said)}")
    return {name: text for name, text in values.items() if text}


def column_called(table: Table, said: str) -> str:
    """The column with this label or name; what was said when there is none, which an own column may be."""
    wanted = said.casefold()
    return next((a.name for a in table.attributes.values() if wanted in (a.label.casefold(), a.name)), said)


def field_passages(texts: Mapping[str, str]) -> dict[str, Passage]:
    """A passage for each text, with id ``field:{table.column}``."""
    return {
        f"field:{name}": Passage(f"field:{name}", SourceKind.FIELD, name, label_of(name), text)
        for name, text in texts.items()
    }


def label_of(name: str) -> str:
    """``lead.numberofemployees`` -> ``Lead: No. of Employees``."""
    table, _, column = name.partition(".")
    known = TABLES.get(table)
    if known is None:
        return name
    attribute = known.attributes.get(column)
    shown = attribute.label if attribute else column.replace("_", " ").capitalize()
    return f"{known.label}: {shown}"


def formatted(value: object, attribute: Attribute | None) -> str:
    """A stored value as text; strangers' text cleaned and capped."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if attribute and attribute.kind is Kind.CHOICE and isinstance(value, int):
        return attribute.choices.get(value, "")
    if isinstance(value, int | float):
        money = attribute is not None and attribute.kind is Kind.MONEY
        shown = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
        return f"${shown}" if money else shown
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if attribute and attribute.kind is Kind.MEMO:
        return clean(value, _LONGEST)
    return line(value if isinstance(value, str) else str(value), _LONGEST)


def _industry(table: str, record: Any) -> str:
    words = line(record.lw_industry, 200) if hasattr(record, "lw_industry") else ""
    code = getattr(record, "industrycode", None)
    return words or (TABLES[table].attributes["industrycode"].choices.get(code, "") if code is not None else "")


def _location(table: str, record: Any) -> str:
    if own := line((record.custom or {}).get("location"), 200):
        return own
    parts = (getattr(record, f"address1_{p}", None) for p in ("city", "stateorprovince", "country"))
    return ", ".join(line(p, 80) for p in parts if p)
