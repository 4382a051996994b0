"""Which columns a criterion may be read from ("Where's this info stored"), and which not with the reason."""

from collections.abc import Collection, Mapping

from leadwright.domain.attributes import REFUSED_FOR_CRITERIA, TABLES, Kind, Table

REASONS: Mapping[Kind, str] = {
    Kind.LOOKUP: "it points to another record; choose a column of that record",
    Kind.OWNER: "it names who works on the record, which says nothing of the customer",
    Kind.PARTY_LIST: "it lists several people of a mail or a meeting",
    Kind.CUSTOMER: "it points to an account or a contact; choose a column of that record",
    Kind.FILE: "the content of files is not read; add the file to Knowledge",
    Kind.FORMULA: "it is worked out from other columns and changes unseen; choose one of those",
    Kind.PROMPT: "it was written by a model, so it is no evidence",
    Kind.AUTONUMBER: "a running number says nothing of the customer",
}
assert frozenset(REASONS) == REFUSED_FOR_CRITERIA
_SHOWN = ("lead", "account", "contact", "opportunity")


def why_refused(field: str, tables: Mapping[str, Table] = TABLES) -> str:
    """Why a criterion cannot be read from this column, and what to do; empty when it can, or when it is gone.

    Args:
        field: ``table.column``.
        tables: with the organisation's own columns.
    """
    parts = field.split(".")
    if len(parts) > 2:
        return f"{field} goes over a related record of a related record. Only directly related tables can be read."
    table = tables.get(parts[0] if len(parts) == 2 else "lead")
    attribute = table.attributes.get(parts[-1]) if table else None
    if attribute is None or attribute.kind not in REFUSED_FOR_CRITERIA:
        return ""
    label = f"{table.label}: {attribute.label}" if table else field
    return f"{label} cannot be used: {REASONS[attribute.kind]}."


def offered(tables: Mapping[str, Table] = TABLES) -> list[tuple[str, list[tuple[str, str]]]]:
    """(table label, [(``table.column``, label)]) of the columns that may be chosen, by label."""
    return [
        (
            tables[name].label,
            sorted(
                ((f"{name}.{a.name}", a.label) for a in tables[name].attributes.values() if a.kind not in REASONS),
                key=lambda pair: pair[1].casefold(),
            ),
        )
        for name in _SHOWN
    ]


def not_offered(tables: Mapping[str, Table] = TABLES) -> list[str]:
    """A sentence for each column that cannot be chosen."""
    return [
        why
        for name in _SHOWN
        for a in tables[name].attributes.values()
        if (why := why_refused(f"{name}.{a.name}", tables))
    ]


def variables(tables: Mapping[str, Table], without: Collection[str] = ()) -> list[tuple[str, str]]:
    """(``{{Lead.Company Name}}``, what it is) of the columns whose value can stand in a text.

    Args:
        without: columns that are left out, such as those that name the person.
    """
    found = []
    for name in ("lead", "account"):
        for a in tables[name].attributes.values():
            if a.kind in REASONS or a.kind is Kind.MEMO or a.name in without:
                continue
            word = a.name if a.custom else a.label
            found.append((f"{{{{{tables[name].label}.{word}}}}}", a.label if a.custom else ""))
    return found
