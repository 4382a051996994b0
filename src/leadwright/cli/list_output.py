"""What becomes of a list's leads, line by line in the list's order: whole lines, on disk before they are counted."""

import json
import os
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from leadwright.actions.import_store import UNREAD
from leadwright.db.agent import LeadRun
from leadwright.db.people import SystemUser
from leadwright.db.sales import Annotation, Email, Lead
from leadwright.domain.stage import Stage
from leadwright.services import Services

SET_ASIDE = "State in the list"  # subject of the note on a lead that no agent would work
NO_EMAIL = "The list says that it does not allow emails, or bulk emails: it was judged, and no email is given."
_BLOCK = 200  # lines read and written at a time
_ENDED = tuple(str(s) for s in Stage if s not in (Stage.QUEUED, Stage.RESEARCHING))


def lines(session: Session, leadids: Sequence[str]) -> Iterator[dict[str, Any] | None]:
    """What became of these leads, in that order; None for a lead without an outcome."""
    owner = select(SystemUser.fullname).where(SystemUser.systemuserid == LeadRun.ownerid).scalar_subquery()
    rows = session.execute(
        select(LeadRun, Lead, owner.label("owner"), Email)
        .join(Lead, Lead.leadid == LeadRun.leadid)
        .outerjoin(Email, Email.lw_runid == LeadRun.runid)
        .where(LeadRun.leadid.in_(leadids), LeadRun.stage.in_(_ENDED))
    )
    notes = _notes(session, leadids)
    by_lead = {
        row.Lead.leadid: _line(row.LeadRun, row.Lead, row.owner, row.Email, notes.get(row.Lead.leadid, []))
        for row in rows
    }
    return (by_lead.get(leadid) for leadid in leadids)


def _notes(session: Session, leadids: Sequence[str]) -> dict[str, list[str]]:
    """lead -> what is to be said of its row of the list."""
    rows = session.execute(
        select(Annotation.objectid, Annotation.notetext)
        .where(Annotation.objectid.in_(leadids), Annotation.subject.in_((UNREAD, SET_ASIDE)))
        .order_by(Annotation.subject)
    )
    notes: dict[str, list[str]] = {}
    for leadid, text_ in rows:
        notes.setdefault(leadid, []).extend(text_.splitlines())
    return notes


class Output:
    """The output file: whole lines in the order of the list, on disk before they are counted.

    Args:
        path: verified line by line when it exists; what does not belong to the job's beginning is cut off, and so is
            what follows a lead that is open again.
    """

    def __init__(self, services: Services, path: Path) -> None:
        self._services = services
        with services.database.reading() as session:
            self._leads = session.execute(select(Lead.leadid, Lead.lw_importkey).order_by(text("lead.rowid"))).all()
            unfinished = set(session.scalars(select(LeadRun.leadid).where(LeadRun.stage.not_in(_ENDED))))
        self._ids = [_id(key, number) for number, (_, key) in enumerate(self._leads, 1)]
        self._file: BinaryIO = path.open("r+b" if path.exists() else "w+b")
        self.written = self._verified(unfinished)

    @property
    def expected(self) -> int:
        """Lines there will be."""
        return len(self._leads)

    def write_ready(self) -> int:
        """Append every line whose turn has come. Returns how many are written now."""
        while self.written < self.expected:
            block = [leadid for leadid, _ in self._leads[self.written : self.written + _BLOCK]]
            with self._services.database.reading() as session:
                ready = list(_leading(lines(session, block)))
            for number, line in enumerate(ready, self.written):
                self._file.write(json.dumps({"id": self._ids[number], **line}, ensure_ascii=False).encode() + b"\n")
            if ready:
                self._file.flush()
                os.fsync(self._file.fileno())
                self.written += len(ready)
            if len(ready) < len(block):
                break
        return self.written

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _verified(self, unfinished: Set[str]) -> int:
        good, count = 0, 0
        for raw in self._file:
            if count >= len(self._ids) or not raw.endswith(b"\n") or not _is_line(raw, self._ids[count]):
                break
            if self._leads[count].leadid in unfinished:
                break
            good += len(raw)
            count += 1
        self._file.seek(good)
        self._file.truncate()
        return count


def _leading(ready: Iterator[dict[str, Any] | None]) -> Iterator[dict[str, Any]]:
    for line in ready:
        if line is None:
            return
        yield line


def _line(run: LeadRun, lead: Lead, owner: str | None, email: Email | None, problems: Sequence[str]) -> dict[str, Any]:
    found = run.findings
    criteria = [{"name": v.pop("criterion"), **v} for v in found.get("verdicts", [])]
    email = None if NO_EMAIL in problems else email
    judged = run.band is not None
    return {
        "company": lead.companyname,
        "name": lead.fullname,
        "outcome": run.stage,
        "owner": owner,
        "reasons": run.reasons,
        "fit": {"band": run.band, "share": run.share, "signal": run.signal, "criteria": criteria} if judged else None,
        "rating": found.get("rating", {}).get("value") or None,
        "rating_reasons": found.get("rating", {}).get("reasons", []),
        "insights": found.get("insights", []),
        "competitors": found.get("competitors", []),
        "missing": found.get("missing", []),
        "problems": problems,
        "next_actions": found.get("next_actions", []),
        "draft": {"subject": email.subject, "body": email.description, "hold": email.lw_hold} if email else None,
    }


def _id(key: str | None, number: int) -> str:
    kind, _, value = (key or "").partition(":")
    return value if kind == "id" and value else str(number)


def _is_line(raw: bytes, id_: str) -> bool:
    try:
        return bool(json.loads(raw)["id"] == id_)
    except (ValueError, KeyError, TypeError):
        return False
