"""Turns a row of a file, whatever its headings, into the Brief of one lead. Reads no file and judges nothing."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from leadwright.analyst.protocol import Brief, Offering
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.domain.fit import Criterion

# heading, squeezed to letters and digits -> column of the lead
_COLUMNS = {
    "companyname": "accountname company companyname name account organization organisation organizationname firm "
    "businessname customer customername employer",
    "industry": "industry industries sector vertical industryname lwindustry industrycode "
    "gicssubindustry subindustry gicssector "
    "companyindustry primaryindustry lineofbusiness",
    "numberofemployees": "companysize employees numberofemployees noofemployees headcount employeecount staff "
    "sizeofcompany companyheadcount numemployees totalemployees fte ftes numberofstaff employeesize size",
    "jobtitle": "jobtitle title role position contacttitle leadtitle jobrole designation persontitle",
    "revenue": "annualrevenue revenue revenueusd annualrevenueusd turnover annualturnover companyrevenue revenues "
    "annualrevenueinusd revenueinusd yearlyrevenue revenueeur revenuegbp annualrevenueeur annualrevenuegbp",
    "location": "location hqlocation headquarters headquarter place hq companylocation region",
    "address1_city": "city hqcity address1city companycity billingcity mailingcity town",
    "address1_stateorprovince": "state province stateprovince stateorprovince address1stateorprovince hqstate "
    "companystate billingstate mailingstate stateregion",
    "address1_country": "country countryregion address1country hqcountry companycountry billingcountry mailingcountry "
    "countryname",
    "websiteurl": "website websiteurl url domain companywebsite web homepage companydomain",
    "firstname": "firstname givenname",
    "lastname": "lastname surname familyname",
    "emailaddress1": "email emailaddress emailaddress1 workemail businessemail",
    "subject": "topic subject",
    "description": "description notes comments",
}
_BY_HEADING = {heading: column for column, headings in _COLUMNS.items() for heading in headings.split()}
_CURRENCY = {"usd": "$", "eur": "€", "gbp": "£"}
_ID = ("id", "leadid", "rowid", "key", "recordid")
# More exact headings first, where a row has several for one column.
_RANK = {
    "gicssubindustry": 0,
    "accountname": 0,
    "companyname": 0,
    "jobtitle": 0,
    "companysize": 0,
    "numberofemployees": 0,
}


def squeeze(heading: str) -> str:
    """Heading without case, spaces and marks: "No. of Employees" -> "noofemployees"."""
    return re.sub(r"[\W_]+", "", heading).casefold()


def row_id(row: Mapping[str, Any], number: int) -> str:
    """The row's own id, or its number in the file, from 1."""
    for heading, value in row.items():
        if squeeze(str(heading)) in _ID and value not in (None, ""):
            return str(value)
    return str(number)


def lead_of_row(row: Mapping[str, Any]) -> dict[str, str]:
    """``lead.column`` -> text, from headings as people and exports write them; empty ones are left out."""
    row = _with_sector(row)
    lead: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for heading, value in row.items():
        if heading is None or (text := _text(value)) == "":
            continue
        name = squeeze(str(heading))
        column = _BY_HEADING.get(name)
        own = re.sub(r"\W+", "_", str(heading).strip().casefold())
        key = f"lead.{column or own}"
        rank = _RANK.get(name, 1)
        if key in lead and ranks.get(key, 1) <= rank:
            continue
        if column == "revenue" and name[-3:] in _CURRENCY and re.fullmatch(r"[\d.,eE+ ]+", text):
            text = _CURRENCY[name[-3:]] + _whole(text)
        lead[key], ranks[key] = text, rank
    return lead


def _with_sector(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Sector and sub-industry in two columns become one path: "Industrials -> Rail Transportation"."""
    by_name = {squeeze(str(h)): h for h in row if h is not None}
    for sector, narrow in (("gicssector", "gicssubindustry"), ("sector", "subindustry"), ("sector", "industry")):
        if sector in by_name and narrow in by_name:
            one, two = _text(row[by_name[sector]]), _text(row[by_name[narrow]])
            if one and two and one.casefold() != two.casefold():
                return {h: v for h, v in row.items() if h != by_name[sector]} | {by_name[narrow]: f"{one} -> {two}"}
    return row


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, list | tuple):
        return ", ".join(_text(v) for v in value)
    return str(value).strip()


def _whole(text: str) -> str:
    """Figures such as "1.2e9" and "572754000000.0" as plain figures."""
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else text


def brief_of_row(
    row: Mapping[str, Any], criteria: Sequence[Criterion], *, key: str, offering: Offering | None = None
) -> Brief:
    """The Brief of one row: its fields are the only passages.

    Args:
        row: heading -> value.
        criteria: the ideal customer profile.
        key: journal key.
        offering: what we sell, when known.
    """
    lead = lead_of_row(row)
    passages = {
        f"field:{name}": Passage(f"field:{name}", SourceKind.FIELD, name, name, value) for name, value in lead.items()
    }
    return Brief(key, lead, passages, tuple(criteria), offering or Offering(""))
