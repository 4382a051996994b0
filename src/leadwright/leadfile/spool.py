"""Reads a whole list once: checks every row, finds repeated ones, keeps the good ones in a temporary file.

So a write transaction starts only when everything is known, and memory does not grow with the list (but for about
100 bytes a row that recognise repetitions).
"""

import pickle
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from leadwright.domain.lead import key_columns, name_key, row_key
from leadwright.leadfile.columns import Block, ColumnReader
from leadwright.leadfile.problems import Problem, Remark
from leadwright.leadfile.rows import LeadList

SHOWN = 1000  # problems and repetitions kept for showing, unless all are wanted
_IN_MEMORY = 32 << 20
Progress: TypeAlias = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Repetition:
    """A row that is the same lead as an earlier row; the earlier one is taken."""

    row: int
    first: int
    key: str

    def __str__(self) -> str:
        kind, _, what = self.key.partition(":")
        what = what.replace("|", ", ").strip(", ")
        return f"Row {self.row:,} is the same lead as row {self.first:,} ({kind} {what}) and is left out."


@dataclass(slots=True)
class Ready:
    """Good rows: typed columns, and the keys they are recognised by.

    Args:
        numbers: row of each in the file.
        keys: the surest key of each row.
        email_keys: key of the address, where there is one.
        remarks: row -> what was made of cells that are not as they should be; may name rows left out.
    """

    numbers: list[int]
    columns: dict[str, list[Any]]
    keys: list[str]
    email_keys: list[str | None]
    remarks: dict[int, list[Remark]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(slots=True)
class Spool:
    """What reading a list gave.

    Args:
        bad_rows: rows that have a problem; `problems` holds the first of their problems.
        repeated: rows left out as repetitions.
        without_company, without_email: good rows that will be handed back to be completed.
        remarked: (column, remark) -> good rows of which that is said; the first thousand different ones.
        doubtful: (column, cell) -> good rows whose cell is stored as something else; the first thousand different ones.
        rows_remarked: good rows of which something is said.
    """

    problems: list[Problem] = field(default_factory=list)
    bad_rows: int = 0
    repetitions: list[Repetition] = field(default_factory=list)
    repeated: int = 0
    blank: int = 0
    good: int = 0
    without_company: int = 0
    without_email: int = 0
    remarked: dict[tuple[str, str], int] = field(default_factory=dict)
    doubtful: dict[tuple[str, str], int] = field(default_factory=dict)
    rows_remarked: int = 0
    _file: Any = None

    @property
    def rows(self) -> int:
        """Rows that are not blank."""
        return self.good + self.bad_rows + self.repeated

    def blocks(self) -> Iterator[Ready]:
        """The good rows again, in order."""
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301 written by this process a moment ago, never by others
            except EOFError:
                return

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()


def read_all(
    leads: LeadList, reader: ColumnReader, *, progress: Progress | None = None, keep_problems: bool = False
) -> Spool:
    """Read every row.

    Args:
        progress: told "Reading" and the share read, 0 to 1.
        keep_problems: keep every problem, not only the first thousand.

    Raises:
        BadInput: the file as a whole cannot be read on.
    """
    spool = Spool(_file=tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 closed by Spool.close
    first_rows: dict[int, int] = {}
    try:
        for rows in leads.blocks():
            block = reader.read(rows)
            spool.blank += block.blank
            spool.bad_rows += len({p.row for p in block.problems})
            room = len(block.problems) if keep_problems else max(SHOWN - len(spool.problems), 0)
            spool.problems += block.problems[:room]
            ready = _without_repetitions(_ready(block), first_rows, spool)
            _count(ready, spool)
            pickle.dump(ready, spool._file, protocol=pickle.HIGHEST_PROTOCOL)
            if progress:
                progress("Reading", block.done)
    except BaseException:
        spool.close()
        raise
    return spool


def _ready(block: Block) -> Ready:
    columns, length = block.columns, len(block)
    ids, emails = key_columns(columns, length)
    nothing = [None] * length
    companies, names = columns.get("companyname", nothing), columns.get("fullname", nothing)
    keys = [
        a or b or name_key(c, n) or row_key(number)
        for a, b, c, n, number in zip(ids, emails, companies, names, block.numbers, strict=True)
    ]
    return Ready(block.numbers, columns, keys, emails, block.remarks)


def _without_repetitions(ready: Ready, first_rows: dict[int, int], spool: Spool) -> Ready:
    repeated: list[int] = []
    for i, (key, number) in enumerate(zip(ready.keys, ready.numbers, strict=True)):
        first = first_rows.setdefault(hash(key), number)
        if first != number:
            repeated.append(i)
            if len(spool.repetitions) < SHOWN:
                spool.repetitions.append(Repetition(number, first, key))
    if not repeated:
        return ready
    spool.repeated += len(repeated)
    drop = set(repeated)
    return pick(ready, [i for i in range(len(ready)) if i not in drop])


def pick(ready: Ready, indexes: list[int]) -> Ready:
    """The rows at some indexes."""
    return Ready(
        [ready.numbers[i] for i in indexes],
        {k: [values[i] for i in indexes] for k, values in ready.columns.items()},
        [ready.keys[i] for i in indexes],
        [ready.email_keys[i] for i in indexes],
        ready.remarks,
    )


def _count(ready: Ready, spool: Spool) -> None:
    spool.good += len(ready)
    for name, counter in (("companyname", "without_company"), ("emailaddress1", "without_email")):
        values = ready.columns.get(name)
        missing = len(ready) if values is None else values.count(None)
        setattr(spool, counter, getattr(spool, counter) + missing)
    for number in ready.numbers if ready.remarks else ():
        said = ready.remarks.get(number, ())
        spool.rows_remarked += bool(said)
        for remark in said:
            _count_one(spool.remarked, (remark.where, remark.text))
            if remark.cell:
                _count_one(spool.doubtful, (remark.target, remark.cell))


def _count_one(counts: dict[tuple[str, str], int], key: tuple[str, str]) -> None:
    if key in counts or len(counts) < SHOWN:
        counts[key] = counts.get(key, 0) + 1
