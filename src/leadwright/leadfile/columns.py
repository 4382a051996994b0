"""Turns blocks of rows into typed columns of a lead, and says of each bad row what is wrong and what to do.

Works column by column and remembers what a cell was read as, so that the hundred-thousandth "Retail" costs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadwright.domain.attributes import Kind, Table
from leadwright.domain.cells import Cell, Doubtful, Rules, Unreadable, Value, clean
from leadwright.domain.headings import EXTERNAL_ID, LEAD_ID, Fate, Heading
from leadwright.domain.lead import state_and_status
from leadwright.domain.values import Read, reader, split_name
from leadwright.leadfile.problems import Problem, Remark
from leadwright.leadfile.rows import Rows

_REMEMBERED = 20_000  # cells of one column
_ID_LENGTH = 190
_NAMES = ("fullname", "firstname", "lastname")


@dataclass(slots=True)
class Block:
    """Good rows as typed columns, all of one length.

    Args:
        numbers: row of each, as a spreadsheet shows it.
        columns: logical name -> values; `LEAD_ID` and `EXTERNAL_ID` hold text.
        remarks: row -> what was made of cells that are not as they should be.
        blank: rows left out because they are empty.
    """

    numbers: list[int]
    columns: dict[str, list[Any]]
    problems: list[Problem]
    remarks: dict[int, list[Remark]]
    blank: int
    done: float

    def __len__(self) -> int:
        return len(self.numbers)


class _Memory(dict[Cell, Value]):
    """What each cell of a column was read as, and what is to be said of it."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self.read = read
        self.remarks: dict[Cell, str] = {}

    def __missing__(self, cell: Cell) -> Value:
        try:
            value = self.read(cell)
        except Doubtful as doubt:
            value, self.remarks[cell] = doubt.instead, doubt.remark
        if len(self) < _REMEMBERED:
            self[cell] = value
        return value

    def forget(self) -> None:
        """Begin anew, so that a column of nothing but different words does not fill the memory."""
        self.clear()
        self.remarks.clear()


class ColumnReader:
    """Reads the blocks of one list.

    Args:
        headings: those that are mapped are read.
        bad_cells: (row, 0-based column) -> why the cell has no value.
        keep_bad_rows: a row with problems is used all the same, without the cells concerned, and they become remarks.
    """

    def __init__(
        self,
        headings: Sequence[Heading],
        table: Table,
        rules: Rules,
        bad_cells: Mapping[tuple[int, int], str] | None = None,
        *,
        keep_bad_rows: bool = False,
    ) -> None:
        self._keep_bad_rows = keep_bad_rows
        self.headings = [h for h in headings if h.fate is Fate.MAPPED]
        self._memories = {h.target: _Memory(_reader(h, table, rules)) for h in self.headings}
        self._custom = [h.target for h in self.headings if (a := table.attributes.get(h.target)) and a.custom]
        self._dates = [n for n in self._custom if table.attributes[n].kind in (Kind.DATE, Kind.DATETIME)]
        wanted = {h.position for h in self.headings}
        self._bad_cells: dict[int, dict[int, str]] = {}
        for (row, column), why in (bad_cells or {}).items():
            if column in wanted:
                self._bad_cells.setdefault(row, {})[column] = why

    def read(self, rows: Rows) -> Block:
        """The good rows of a block as columns, the bad ones as problems."""
        remarks: list[Remark] = []
        broken = {rows.numbers[i]: Problem(rows.numbers[i], "", "", why) for i, why in rows.broken.items()}
        problems: list[Problem] = []
        by_position = list(zip(*rows.cells, strict=True)) if rows.cells else []
        columns: dict[str, list[Any]] = {}
        for heading in self.headings:
            cells = by_position[heading.position] if by_position else ()
            columns[heading.target] = self._column(heading, cells, rows.numbers, problems)
            remarks += self._remarks(heading, cells, rows.numbers)
        if self._bad_cells:
            problems += self._without_value(rows.numbers)
        _complete_names(columns, len(rows.cells))
        _complete_states(columns, rows.numbers, problems)
        if broken:  # what a shifted cell seems to say is not its fault: the cause alone is told
            problems = [*broken.values(), *(p for p in problems if p.row not in broken)]
            remarks = [r for r in remarks if r.row not in broken]
        empty = self._check_whole_rows(columns, rows, problems)
        if self._keep_bad_rows:
            targets = {h.letter: h.target for h in self.headings}
            remarks += [Remark(p.row, p.column, p.letter, targets.get(p.letter, ""), p.told()) for p in problems]
            problems = []
        return self._sorted_out(rows, columns, problems, remarks, empty)

    def _column(
        self, heading: Heading, cells: Sequence[Cell], numbers: Sequence[int], problems: list[Problem]
    ) -> list[Value]:
        memory = self._memories[heading.target]
        try:
            return [memory[cell] for cell in cells]
        except Unreadable:
            pass  # at least one is bad: read them one by one, to name each
        values: list[Value] = []
        for number, cell in zip(numbers, cells, strict=True):
            try:
                values.append(memory[cell])
            except Unreadable as error:
                values.append(None)
                problems.append(Problem(number, heading.text.strip(), heading.letter, str(error), error.ask))
        return values

    def _remarks(self, heading: Heading, cells: Sequence[Cell], numbers: Sequence[int]) -> list[Remark]:
        said = self._memories[heading.target].remarks
        if not said:
            return []
        where = (heading.text.strip(), heading.letter, heading.target)
        found = [
            Remark(n, *where, said[cell], clean(cell)) for n, cell in zip(numbers, cells, strict=True) if cell in said
        ]
        if len(said) > _REMEMBERED:
            self._memories[heading.target].forget()
        return found

    def _without_value(self, numbers: Sequence[int]) -> list[Problem]:
        text = {h.position: h for h in self.headings}
        return [
            Problem(number, text[column].text.strip(), text[column].letter, why)
            for number in numbers
            for column, why in self._bad_cells.get(number, {}).items()
        ]

    def _check_whole_rows(self, columns: dict[str, list[Any]], rows: Rows, problems: list[Problem]) -> set[int]:
        """Rows that name nobody are bad; those whose cells are all spaces are empty (their indexes come back)."""
        nothing = [None] * len(rows.cells)
        company, name = columns.get("companyname", nothing), columns.get("fullname", nothing)
        bad = {p.row for p in problems}
        empty: set[int] = set()
        for i, (firm, person) in enumerate(zip(company, name, strict=True)):
            if firm is None and person is None and rows.numbers[i] not in bad:
                if not any(clean(c) for c in rows.cells[i]):
                    empty.add(i)
                else:
                    problems.append(
                        Problem(rows.numbers[i], "", "", "it has neither a company nor a name. Add one of them")
                    )
        return empty

    def _sorted_out(
        self,
        rows: Rows,
        columns: dict[str, list[Any]],
        problems: list[Problem],
        remarks: list[Remark],
        empty: set[int],
    ) -> Block:
        bad_rows = {p.row for p in problems}
        numbers = rows.numbers
        if bad_rows or empty:
            keep = [n not in bad_rows and i not in empty for i, n in enumerate(numbers)]
            columns = {k: [v for v, good in zip(values, keep, strict=True) if good] for k, values in columns.items()}
            numbers = [n for n, good in zip(numbers, keep, strict=True) if good]
        if self._custom:
            columns["custom"] = self._custom_values(columns, len(numbers))
        problems.sort(key=lambda p: (p.row, p.letter))
        by_row: dict[int, list[Remark]] = {}
        for remark in remarks:
            by_row.setdefault(remark.row, []).append(remark)
        return Block(numbers, columns, problems, by_row, rows.blank + len(empty), rows.done)

    def _custom_values(self, columns: dict[str, list[Any]], length: int) -> list[dict[str, Any]]:
        """The organisation's own columns as one JSON document a row; dates as ISO text."""
        for name in self._dates:
            columns[name] = [v and v.isoformat() for v in columns[name]]
        own = [columns.pop(name) for name in self._custom]
        return [
            {n: values[i] for n, values in zip(self._custom, own, strict=True) if values[i] is not None}
            for i in range(length)
        ]


def _reader(heading: Heading, table: Table, rules: Rules) -> Read:
    if heading.target in (LEAD_ID, EXTERNAL_ID):
        return _id
    words = {**rules.words.get(heading.target, {}), **rules.words.get(heading.text.strip(), {})}
    return reader(table.attributes[heading.target], replace(rules, words={heading.target: words}))


def _id(cell: Cell) -> str | None:
    text = clean(cell)
    if len(text) > _ID_LENGTH:
        raise Unreadable(f"an id has at most {_ID_LENGTH} characters. Shorten it")
    if text.startswith("="):
        raise Unreadable("it is a formula, not a value. In the spreadsheet, paste it as a value")
    return text or None


def _complete_names(columns: dict[str, list[Any]], length: int) -> None:
    """Full name from first and last, and the other way round."""
    if not any(n in columns for n in _NAMES):
        return
    full, first, last = (columns.get(n) or [None] * length for n in _NAMES)
    if "fullname" not in columns:
        columns["fullname"] = [f"{f or ''} {s or ''}".strip() or None for f, s in zip(first, last, strict=True)]
        for name in ("firstname", "lastname"):
            columns.setdefault(name, [None] * length)
        return
    done: list[tuple[str | None, str | None, str | None]] = []
    for whole, given, family in zip(full, first, last, strict=True):
        if given or family:
            done.append((whole or f"{given or ''} {family or ''}".strip(), given, family))
        elif whole:
            one, two = split_name(whole)
            done.append((f"{one} {two}".strip(), one[:50] or None, two[:50] or None))
        else:
            done.append((None, None, None))
    for i, name in enumerate(_NAMES):
        columns[name] = [d[i] for d in done]


def _complete_states(columns: dict[str, list[Any]], numbers: Sequence[int], problems: list[Problem]) -> None:
    """Status and status reason, one from the other."""
    if "statecode" not in columns and "statuscode" not in columns:
        return
    nothing = [None] * len(numbers)
    pairs: list[tuple[int | None, int | None]] = []
    states, statuses = columns.get("statecode", nothing), columns.get("statuscode", nothing)
    for number, state, status in zip(numbers, states, statuses, strict=True):
        try:
            pairs.append(state_and_status(state, status))
        except ValueError as error:
            pairs.append((None, None))
            problems.append(Problem(number, "", "", str(error)))
    columns["statecode"], columns["statuscode"] = [p[0] for p in pairs], [p[1] for p in pairs]
