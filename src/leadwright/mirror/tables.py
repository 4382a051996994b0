"""What travels between here and the organisation: tables, their keys and address names, columns and their types.

The published names; what an organisation really has is told by its metadata, see `mirror.definitions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ROW_VERSION = "versionnumber"
"""Column of each row there that tells which of two versions is the later one. ETags tell only if they are the same."""


class Type(StrEnum):
    """How a value is written over there, and kept here."""

    TEXT = "text"
    EMAIL = "email"  # kept casefolded
    WHOLE = "whole"
    NUMBER = "number"  # money and decimals
    YES_NO = "yesno"
    CHOICE = "choice"
    DAY = "day"
    MOMENT = "moment"
    LOOKUP = "lookup"  # an id; read as `_name_value`, written by its navigation property
    OWNER = "owner"  # a lookup of a user or a team
    HTML = "html"  # kept as plain text


LOOKUPS = (Type.LOOKUP, Type.OWNER)


@dataclass(frozen=True, slots=True)
class Column:
    """One column that travels.

    Args:
        name: ours, which is theirs too.
        length: most characters we keep.
        target: table a LOOKUP points to here; rows of other tables are left out.
        held: our table holds it to a row of the target, which must be here first.
        writes: the agent may write it over there.
        navigation: property a lookup is written by, such as ``parentaccountid@odata.bind``.
        otherwise: what is kept where nothing is said over there.
    """

    name: str
    type: Type
    length: int = 0
    target: str = ""
    held: bool = True
    writes: bool = False
    navigation: str = ""
    otherwise: object = None

    @property
    def theirs(self) -> str:
        """Its name in answers and in $select."""
        return f"_{self.name}_value" if self.type in LOOKUPS else self.name


@dataclass(frozen=True, slots=True)
class Mirrored:
    """One table that is mirrored.

    Args:
        name: logical name, ours and theirs.
        entity_set: its name in addresses.
        page: rows asked for at a time.
        only: condition on the rows wanted, where the whole table is far more; such a table is polled, for change
            tracking knows no conditions.
        own: the organisation's own columns come along, into `custom`.
    """

    name: str
    entity_set: str
    key: str
    columns: Mapping[str, Column] = field(default_factory=dict)
    page: int = 5000
    only: str = ""
    own: bool = False

    def asked(self) -> tuple[str, ...]:
        """Names for $select."""
        return tuple(column.theirs for column in self.columns.values())


def _text(name: str, length: int, *, writes: bool = False, otherwise: str | None = None) -> Column:
    return Column(name, Type.TEXT, length, writes=writes, otherwise=otherwise)


def _lookup(name: str, target: str, *, held: bool = True, writes: bool = False, navigation: str = "") -> Column:
    return Column(name, Type.LOOKUP, target=target, held=held, writes=writes, navigation=navigation or name)


def _table(
    name: str, entity_set: str, key: str, *columns: Column, page: int = 5000, only: str = "", own: bool = False
) -> Mirrored:
    return Mirrored(name, entity_set, key, {c.name: c for c in columns}, page, only, own)


_RECORD = (
    Column("ownerid", Type.OWNER, writes=True, navigation="ownerid"),
    _lookup("owningbusinessunit", "businessunit"),
    Column("createdon", Type.MOMENT),
    Column("modifiedon", Type.MOMENT),
    _lookup("createdby", "systemuser", held=False),
    _lookup("modifiedby", "systemuser", held=False),
)
_ADDRESS = (
    _text("address1_line1", 250, writes=True),
    _text("address1_city", 80, writes=True),
    _text("address1_stateorprovince", 50, writes=True),
    _text("address1_postalcode", 20, writes=True),
    _text("address1_country", 80, writes=True),
)
_FIRM = (
    Column("industrycode", Type.CHOICE, writes=True),
    Column("numberofemployees", Type.WHOLE, writes=True),
    Column("revenue", Type.NUMBER, writes=True),
    _text("websiteurl", 200, writes=True),
    _text("description", 0, writes=True),
)
_PERSON = (
    _text("fullname", 160),
    _text("firstname", 50, writes=True),
    _text("lastname", 50, writes=True),
    _text("jobtitle", 100, writes=True),
    _text("telephone1", 50, writes=True),
    _text("mobilephone", 20, writes=True),
)
_STATE = (
    Column("statecode", Type.CHOICE, writes=True, otherwise=0),
    Column("statuscode", Type.CHOICE, writes=True, otherwise=1),
)
_ABOUT = "lead account contact opportunity"  # what a note may be on
_NOTES = " or ".join(f"objecttypecode eq '{name}'" for name in _ABOUT.split())

TABLES: Mapping[str, Mirrored] = {
    table.name: table
    for table in (
        _table(
            "businessunit",
            "businessunits",
            "businessunitid",
            _text("name", 160, otherwise="(no name)"),
            _lookup("parentbusinessunitid", "businessunit"),
        ),
        _table(
            "systemuser",
            "systemusers",
            "systemuserid",
            _text("fullname", 200, otherwise="(no name)"),
            Column("internalemailaddress", Type.EMAIL, 100),
            Column("applicationid", Type.TEXT, 36),
            Column("azureactivedirectoryobjectid", Type.TEXT, 36),
            Column("accessmode", Type.WHOLE, otherwise=0),
            Column("isdisabled", Type.YES_NO, otherwise=False),
            _lookup("businessunitid", "businessunit"),
            Column("createdon", Type.MOMENT),
        ),
        _table(
            "team",
            "teams",
            "teamid",
            _text("name", 160, otherwise="(no name)"),
            _lookup("businessunitid", "businessunit"),
            only="teamtype ne 1",  # access teams come and go with single records
        ),
        _table(
            "account",
            "accounts",
            "accountid",
            _text("name", 160, writes=True, otherwise="(no name)"),
            Column("emailaddress1", Type.EMAIL, 100, writes=True),
            _text("telephone1", 50, writes=True),
            *_ADDRESS,
            *_FIRM,
            *_RECORD,
            own=True,
        ),
        _table(
            "contact",
            "contacts",
            "contactid",
            *_PERSON,
            Column("emailaddress1", Type.EMAIL, 100, writes=True),
            _lookup("parentcustomerid", "account", writes=True, navigation="parentcustomerid_account"),
            Column("donotemail", Type.YES_NO, writes=True, otherwise=False),
            *_RECORD,
            own=True,
        ),
        _table(
            "competitor",
            "competitors",
            "competitorid",
            _text("name", 100, writes=True, otherwise="(no name)"),
            _text("websiteurl", 200, writes=True),
        ),
        _table(
            "lead",
            "leads",
            "leadid",
            _text("subject", 300, writes=True),
            *_PERSON,
            _text("companyname", 100, writes=True),
            Column("emailaddress1", Type.EMAIL, 100, writes=True),
            Column("emailaddress2", Type.EMAIL, 100, writes=True),
            Column("emailaddress3", Type.EMAIL, 100, writes=True),
            *_ADDRESS,
            *_FIRM,
            Column("estimatedamount", Type.NUMBER, writes=True),
            Column("estimatedclosedate", Type.DAY, writes=True),
            Column("budgetamount", Type.NUMBER, writes=True),
            Column("decisionmaker", Type.YES_NO, writes=True),
            Column("leadsourcecode", Type.CHOICE, writes=True),
            Column("leadqualitycode", Type.CHOICE, writes=True),
            *_STATE,
            Column("donotemail", Type.YES_NO, writes=True, otherwise=False),
            Column("donotbulkemail", Type.YES_NO, writes=True, otherwise=False),
            _lookup("parentaccountid", "account", writes=True),
            _lookup("parentcontactid", "contact", writes=True),
            _lookup("qualifyingopportunityid", "opportunity", held=False),
            *_RECORD,
            own=True,
        ),
        _table(
            "opportunity",
            "opportunities",
            "opportunityid",
            _text("name", 300, writes=True, otherwise="(no name)"),
            Column("estimatedvalue", Type.NUMBER, writes=True),
            Column("actualvalue", Type.NUMBER),
            Column("estimatedclosedate", Type.DAY, writes=True),
            Column("actualclosedate", Type.DAY),
            *_STATE,
            _lookup("originatingleadid", "lead", writes=True),
            _lookup("parentaccountid", "account", writes=True),
            _lookup("parentcontactid", "contact", writes=True),
            *_RECORD,
            own=True,
        ),
        _table(
            "email",
            "emails",
            "activityid",
            _lookup("regardingobjectid", "lead", writes=True, navigation="regardingobjectid_lead"),
            _text("subject", 800, writes=True, otherwise=""),
            Column("description", Type.HTML, writes=True, otherwise=""),
            Column("directioncode", Type.YES_NO, writes=True, otherwise=True),
            *_STATE,
            _text("messageid", 998),
            _text("inreplyto", 998),
            _text("sender", 320, otherwise=""),
            _text("torecipients", 500, otherwise=""),
            Column("senton", Type.MOMENT),
            *_RECORD,
            page=500,  # bodies are long
            only="regardingobjectid_lead_email/leadid ne null",
        ),
        _table(
            "annotation",
            "annotations",
            "annotationid",
            _lookup("objectid", "", held=False, writes=True),
            _text("objecttypecode", 40),
            _text("subject", 500, writes=True, otherwise=""),
            _text("notetext", 0, writes=True, otherwise=""),
            Column("createdon", Type.MOMENT),
            _lookup("createdby", "systemuser", held=False),
            page=2000,
            only=_NOTES,
        ),
    )
}
"""Logical name -> table, in the order in which rows refer to rows before them."""

NOTED = frozenset(_ABOUT.split())
"""Tables a note is kept of."""

NEVER_TOLD = frozenset({"createdon", "modifiedon", "createdby", "modifiedby", "owningbusinessunit"})
"""Columns whose change alone is no news to selection."""
