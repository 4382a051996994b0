"""Which column of a lead a heading of a list means: Dataverse names, exports of other CRM systems, plain words.

Only names are judged here, never values; files are read in `leadfile`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from leadwright.domain.attributes import TABLES, Attribute, Kind, Table
from leadwright.domain.heading_words import CREATED, LEFT_OUT, WORDS
from leadwright.domain.spelling import plain, spelled

LEAD_ID = "leadid"
EXTERNAL_ID = "lw_importkey"  # the row's id in the system it comes from
IGNORE = "ignore"

NOT_IMPORTED = frozenset({Kind.LOOKUP, Kind.OWNER, Kind.CUSTOMER, Kind.PARTY_LIST, Kind.FILE, Kind.FORMULA})
_SYSTEM = frozenset({"createdon", "modifiedon"})

_NAMES = frozenset({"name", "nom", "nombre"})  # what they mean depends on the other headings
_FOREIGN_FIRST = frozenset({"vorname", "prénom", "prenom"})  # beside it, Name and Nom are the family name
_PERSON = frozenset({"firstname", "lastname", "jobtitle", "emailaddress1", "telephone1", "mobilephone"})


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


def by_letter(position: int) -> str:
    """How a mapping names a column whose heading does not tell it from another: ``column B``."""
    return f"column {column_letter(position)}"


def importable(table: Table) -> dict[str, Attribute]:
    """The columns of a lead that a list may fill."""
    return {n: a for n, a in table.attributes.items() if a.kind not in NOT_IMPORTED and n not in _SYSTEM}


def recognise(
    headings: Sequence[str], given: Mapping[str, str] | None = None, table: Table = TABLES["lead"]
) -> list[Heading]:
    """What each heading means, in order.

    Args:
        given: heading, or "column B", -> logical name, `LEAD_ID`, `EXTERNAL_ID` or `IGNORE`; it beats what is known,
            and the letter beats the heading.
        table: the lead table with the organisation's own columns.
    """
    known = _known(table)
    wanted = {plain(h): t for h, t in (given or {}).items()}
    found = [_one(i, text, wanted, known) for i, text in enumerate(headings)]
    return _name_column(found, wanted)


def with_creation(headings: Sequence[Heading]) -> list[Heading]:
    """The same with the first column that says when the lead was created as its ``createdon``, not left out."""
    at = next((h for h in headings if h.fate is Fate.LEFT_OUT and plain(h.text) in _CREATED), None)
    return [Heading(h.position, h.text, Fate.MAPPED, "createdon") if h is at else h for h in headings]


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
    return sum(1 for h in headings if plain(h) in known or plain(h) in _NAMES)


def label_of(target: str, table: Table = TABLES["lead"]) -> str:
    """Display name of a target."""
    if target == LEAD_ID:
        return "Lead (id)"
    if target == EXTERNAL_ID:
        return "External id"
    return table.attributes[target].label


def _one(position: int, text: str, wanted: Mapping[str, str], known: Mapping[str, str]) -> Heading:
    key = plain(text)
    target = wanted.get(plain(by_letter(position))) or wanted.get(key)
    if target == IGNORE:
        return Heading(position, text, Fate.IGNORED)
    if target := target or known.get(key):
        return Heading(position, text, Fate.MAPPED, target)
    if reason := _LEFT_OUT_PLAIN.get(key):
        return Heading(position, text, Fate.LEFT_OUT, reason=reason)
    return Heading(position, text, Fate.UNKNOWN)


def _name_column(found: list[Heading], wanted: Mapping[str, str]) -> list[Heading]:
    """``Name`` is the person's, unless the list has neither a company nor anything about a person.

    Beside Vorname or Prénom, Name and Nom are the family name; beside Apellidos, Nombre is the given name.
    """
    targets = {h.target for h in found}
    words = {plain(h.text) for h in found}
    is_person = "companyname" in targets or bool(targets & _PERSON)

    def meant(word: str) -> str:
        if word != "nombre" and words & _FOREIGN_FIRST and "lastname" not in targets:
            return "lastname"
        if word == "nombre" and "lastname" in targets and "firstname" not in targets:
            return "firstname"
        return "fullname" if is_person else "companyname"

    return [
        Heading(h.position, h.text, Fate.MAPPED, meant(word))
        if (word := plain(h.text)) in _NAMES and h.fate is Fate.UNKNOWN and word not in wanted
        else h
        for h in found
    ]


def _known(table: Table) -> dict[str, str]:
    own = {plain(a.label): n for n, a in table.attributes.items() if a.custom}
    own |= {plain(n): n for n, a in table.attributes.items() if a.custom}
    return own | _KNOWN


def _standard() -> dict[str, str]:
    known: dict[str, str] = {}
    for target, words in WORDS.items():
        known |= dict.fromkeys(spelled(words), target)
    for name, attribute in importable(TABLES["lead"]).items():
        known |= {plain(attribute.label): name, plain(name): name}
    known[plain("Name")] = ""  # depends on the other headings
    return {k: v for k, v in known.items() if v}


_KNOWN = _standard()
_LEFT_OUT_PLAIN = {word: v for k, v in LEFT_OUT.items() for word in spelled(k)}
_CREATED = spelled(CREATED)
