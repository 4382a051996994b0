"""A row over there is changed: only what no person changed meanwhile, and only the version that we know."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any

from leadwright.db.mirror_seen import Seen, flat
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.domain.attributes import Attribute
from leadwright.domain.outgoing import Limit, Verdict, WriteState, conflict_words, judge, misfit
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.errors import RowChanged, RowGone, UnknownName
from leadwright.mirror.errands import Arrived, Came, Errand
from leadwright.mirror.reading import read
from leadwright.mirror.tables import TABLES
from leadwright.mirror.write_claims import Ending
from leadwright.mirror.write_values import address, body_of

ETAG = "@odata.etag"
LOOKUPS_TOLD = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
_NOT_READ = "It cannot be read in Dynamics 365 now, and stays as it is here until it can be."
_BACK = f"return=representation,{LOOKUPS_TOLD}"


class Change(Errand):
    """All changes of one row that wait, as one.

    Args:
        seen: the row as last seen; None: it has to be read first.
        names: what is asked for when the row is read.
        own: the organisation's own columns of the table.
        limits: what its columns take.
        teams: ids that are teams'.
    """

    def __init__(
        self,
        writes: Sequence[MirrorWrite],
        moment: datetime,
        *,
        seen: Seen | None,
        names: Sequence[str],
        own: Mapping[str, Attribute],
        limits: Mapping[str, Limit],
        teams: Set[str],
    ) -> None:
        super().__init__(writes, moment)
        self.table, self.recordid = self.first.tablename, self.first.recordid
        self.lost_owner: str | None = None
        self.metadata_is_stale = self.is_out_of_sight = False
        self._names, self._own, self._limits, self._teams = names, own, limits, teams
        self._seen, self._fresh = seen, False
        self._unknown: RowGone | None = None  # the answer when this row, or one that it is to name, is not there
        self._sent: set[int] = set()  # numbers of the writes in the request before
        self._to_send: dict[str, Any] = {}
        self._conflicts: dict[str, list[Any]] = {}
        self._misfits: dict[str, str] = {}

    @property
    def _open(self) -> list[MirrorWrite]:
        """Those that have no ending: one that waits for a record it needs is no part of what is sent."""
        return [write for write in self.writes if write.number not in self.endings]

    def looks(self) -> list[Call]:
        """The row itself, when it is not known as it is now, or one of the writes is to read it."""
        if not self.is_open or self._fresh:
            return []
        if self._seen is not None and all(write.changes for write in self._open) and not self._is_in_conflict():
            return []
        select = ",".join(self._names)
        return [Call("GET", f"{address(self.table, self.recordid)}?$select={select}", headers={"Prefer": LOOKUPS_TOLD})]

    def looked(self, answers: Sequence[Came]) -> None:
        """The row as it is now."""
        answer = answers[0]
        if isinstance(answer, Answer):
            self._take(answer, None)
            unknown, self._unknown = self._unknown, None
            if unknown is not None and self._sent == {write.number for write in self._open}:
                self.names_nobody(unknown)  # else what named it waits by now, and the rest is sent without
        elif isinstance(answer, RowGone):
            self._gone()
        else:
            self._refused(answer)

    def calls(self) -> list[Call]:
        """One PATCH of that version."""
        seen = self._seen
        assert seen is not None
        self._decide(seen)
        if not self._to_send:
            self._finish()
            return []
        self._sent = {write.number for write in self._open}
        headers = {"If-Match": seen.etag or "*", "Prefer": _BACK}
        path = f"{address(self.table, self.recordid)}?$select={','.join(self._names)}"
        return [Call("PATCH", path, body_of(self.table, self._to_send, self._teams), headers)]

    def came(self, answers: Sequence[Came]) -> None:
        """It was changed, or the row is another by now."""
        answer = answers[0]
        if isinstance(answer, Answer):
            assert self._seen is not None
            self._take(answer, self._seen.etag or None)
            self._finish()
        elif isinstance(answer, RowChanged):
            self._seen, self._fresh = None, False
            for write in self._open:
                write.doubtful = True
        elif isinstance(answer, RowGone):  # the same answer comes for an owner or account that is not there: look
            self._seen, self._fresh, self._unknown = None, False, answer
        else:
            self._refused(answer)

    def end(self, state: WriteState, reason: str = "", **more: Any) -> None:
        """As ever; but a mere look at the row that is refused is over, as it leaves nothing to decide."""
        if state is WriteState.HELD and (refused := self._looks()):
            self.endings |= dict.fromkeys(refused, Ending(WriteState.DROPPED, _NOT_READ))
            self.is_out_of_sight = True
        super().end(state, reason, **more)

    def _looks(self) -> list[int]:
        """Numbers of the writes that only wait for the row to be read."""
        return [w.number for w in self._open if not w.changes]

    def _take(self, answer: Answer, was: str | None) -> None:
        raw = answer.json
        if raw.get(ETAG):
            self.arrived = Arrived(self.table, self.recordid, raw, was)
            values = dict.fromkeys(n for n in self._own if n in raw)  # an empty one is told too
            values |= flat(read(TABLES[self.table], [raw], self._own).seen[0])
            self._seen, self._fresh = Seen(str(raw[ETAG]), values), True
            self.endings |= dict.fromkeys(self._looks(), Ending(WriteState.SENT))

    def _gone(self) -> None:
        self.arrived = Arrived(self.table, self.recordid, None)
        self.end(WriteState.DROPPED, "The record was deleted in Dynamics 365, or the role does not show it any more.")

    def _refused(self, error: Any) -> None:
        if isinstance(error, UnknownName) and self.first.attempts < 2:
            self.metadata_is_stale = True
            self.end(WriteState.WAITING, str(error), wait=timedelta(0))
            return
        self.failed(error)

    def _is_in_conflict(self) -> bool:
        assert self._seen is not None
        ours, known = _merged(self._open)
        return Verdict.CONFLICT in judge(ours, known, self._theirs(self._seen, ours)).values()

    def _theirs(self, seen: Seen, ours: Mapping[str, Any]) -> dict[str, Any]:
        """Values over there; an own column that was never looked at is left out, an empty one is None."""
        mirrored = TABLES[self.table].columns
        return {n: seen.values.get(n) for n in ours if n in mirrored or n in seen.values}

    def _decide(self, seen: Seen) -> None:
        ours, known = _merged(self._open)
        theirs = self._theirs(seen, ours)
        verdicts = judge(ours, known, theirs)
        self._conflicts = {
            n: [ours[n], theirs.get(n)] for n, verdict in verdicts.items() if verdict is Verdict.CONFLICT
        }
        going = {n: ours[n] for n, verdict in verdicts.items() if verdict is Verdict.SEND}
        self._misfits = {n: why for n, value in going.items() if (why := self._misfit(n, value))}
        self._to_send = {n: value for n, value in going.items() if n not in self._misfits}

    def _misfit(self, name: str, value: Any) -> str:
        limit = self._limits.get(name)
        if limit is None:
            return (
                f"Dynamics 365 has no column {name} (any more). Create it there again, then Retry; or Drop what was "
                "written here."
            )
        return misfit(limit, value)

    def _finish(self) -> None:
        for write in self._open:
            self.endings[write.number] = self._ending(write)
        if "ownerid" in self._conflicts:
            self.lost_owner = str(self._conflicts["ownerid"][0])

    def _ending(self, write: MirrorWrite) -> Ending:
        columns = set(write.changes)
        lost = {n: self._conflicts[n] for n in columns & set(self._conflicts)}
        words = "; ".join(conflict_words(self._label(n), *pair) for n, pair in sorted(lost.items()))
        unfit = sorted(columns & set(self._misfits))
        held = {n: write.changes[n] for n in unfit}
        reasons = [self._misfits[n] for n in unfit]
        if lost and write.actorkind == "person":
            held |= {n: write.changes[n] for n in lost}
            reasons.append(f"A person changed it in Dynamics 365 too. {words}. Retry sends ours, Drop keeps theirs.")
        if held:
            return Ending(WriteState.HELD, " ".join(reasons), changes=held, conflicts=lost)
        if lost and lost.keys() == columns:
            return Ending(WriteState.DROPPED, f"A person changed it in Dynamics 365 first. {words}.", conflicts=lost)
        reason = f"A person changed some of it in Dynamics 365 first. {words}." if lost else ""
        return Ending(WriteState.SENT, reason, conflicts=lost)

    def _label(self, name: str) -> str:
        limit = self._limits.get(name)
        return limit.label if limit else name


def _merged(writes: Sequence[MirrorWrite]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Each column's newest value, and every value it may have over there by what we knew or did."""
    ours: dict[str, Any] = {}
    known: dict[str, list[Any]] = {}
    for write in writes:
        for name, value in write.changes.items():
            before = known.setdefault(name, [])
            before += write.known.get(name, [])
            if name in ours:
                before.append(ours[name])
            ours[name] = value
    return ours, known
