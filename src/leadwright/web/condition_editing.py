"""What the buttons of the condition builder do to its lines: add, remove, move. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from leadwright.domain.selection.tree import DEPTH, LIMIT
from leadwright.errors import BadInput
from leadwright.web.condition_lines import GROUP, RELATED, ROW, Line, end_of, shifted, used

MOST_LINES = 30
_DEEPEST = DEPTH - 1  # of a group's lines


def edited(lines: Sequence[Line], what: str) -> tuple[list[Line], int]:
    """The lines after a button was pressed, and which line is at hand then.

    Args:
        what: ``add-row:N``, ``add-group:N``, ``add-related:N`` (below line N; 0: at the outermost), ``remove:N``,
            ``up:N``, ``down:N``; N counts from 1.

    Raises:
        BadInput: the limit is reached; or no such button.
    """
    action, _, at = what.partition(":")
    number = int(at) if at.isdecimal() else -1
    if action not in _EDITS or not (0 if action.startswith("add") else 1) <= number <= len(lines):
        raise BadInput("The page has changed meanwhile. Press the button again.", field="do")
    return _EDITS[action](list(lines), number)


def may_hold_related(lines: Sequence[Line], index: int) -> bool:
    """A related entity may stand below this line: only tables that the lead itself looks up to can be asked."""
    return all(line.kind != RELATED for line in (*ancestors(lines, index), lines[index]))


def ancestors(lines: Sequence[Line], index: int) -> list[Line]:
    """The groups and related entities around the line, the nearest first."""
    found, depth = [], lines[index].depth
    for line in reversed(lines[:index]):
        if line.depth < depth:
            found.append(line)
            depth = line.depth
    return found


def _added(lines: list[Line], number: int, new: list[Line]) -> tuple[list[Line], int]:
    after = [*lines, *new] if number == 0 else []
    at = len(lines)
    if number:
        at = end_of(lines, number - 1)
        deeper = shifted(new, lines[number - 1].depth + 1)
        if deeper[-1].depth > _DEEPEST:
            raise BadInput(f"Groups may stand inside groups {_DEEPEST} deep at most. Add it further out.", field="do")
        after = [*lines[:at], *deeper, *lines[at:]]
    if used(after) > LIMIT:
        raise BadInput(
            f"{LIMIT} conditions are the most there may be, those in groups and related entities included. Remove "
            "one first, or join several values of one column with 'is one of'.",
            field="do",
        )
    if len(after) > MOST_LINES:
        raise BadInput("These are too many groups. Remove one first.", field="do")
    return after, at + 1


def _removed(lines: list[Line], number: int) -> tuple[list[Line], int]:
    del lines[number - 1 : end_of(lines, number - 1)]
    return lines, min(number, len(lines))


def _up(lines: list[Line], number: int) -> tuple[list[Line], int]:
    start, end = number - 1, end_of(lines, number - 1)
    block, depth = lines[start:end], lines[start].depth
    before = start - 1
    while before >= 0 and lines[before].depth > depth:
        before -= 1
    if before < 0:
        return lines, number
    above = lines[before]
    if above.depth < depth:  # the first one of its group leaves it
        if above.kind == RELATED:
            return lines, number
        return [*lines[:before], *shifted(block, -1), *lines[before:start], *lines[end:]], before + 1
    if above.kind == GROUP and _fits(block, depth + 1):
        return [*lines[:start], *shifted(block, 1), *lines[end:]], number
    return [*lines[:before], *block, *lines[before:start], *lines[end:]], before + 1


def _down(lines: list[Line], number: int) -> tuple[list[Line], int]:
    start, end = number - 1, end_of(lines, number - 1)
    block, depth = lines[start:end], lines[start].depth
    if end < len(lines) and lines[end].depth == depth:
        if lines[end].kind == GROUP and _fits(block, depth + 1):
            return [*lines[:start], lines[end], *shifted(block, 1), *lines[end + 1 :]], start + 2
        after = end_of(lines, end)
        return [*lines[:start], *lines[end:after], *block, *lines[after:]], start + after - end + 1
    around = ancestors(lines, start)
    if not around or around[0].kind == RELATED:
        return lines, number
    return [*lines[:start], *shifted(block, -1), *lines[end:]], number


def _fits(block: Sequence[Line], depth: int) -> bool:
    return max(line.depth for line in block) - block[0].depth + depth <= _DEEPEST


_NEW_ROW = Line(ROW)
_EDITS = {
    "add-row": lambda lines, n: _added(lines, n, [_NEW_ROW]),
    "add-group": lambda lines, n: _added(lines, n, [Line(GROUP, all_of=False), replace(_NEW_ROW, depth=1)]),
    "add-related": lambda lines, n: _added(lines, n, [Line(RELATED)]),
    "remove": _removed,
    "up": _up,
    "down": _down,
}
