"""Numbers for the messages of a platform that has none: each gets one, once, in the order in which it is told of.

So what the inbox relies on, a number that only grows, holds for Graph and Dataverse too. The place where the platform
goes on telling is stored with the numbers, in one transaction: whenever it ends, nothing is missed or numbered twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, func, insert, select
from sqlalchemy.orm import Session

from leadwright.db.engine import Database
from leadwright.db.mail import MailArrival, MailboxFolder

VALIDITY = 1 << 40  # of all numbers: our own, which never begin anew; no IMAP server has one so large
_ROWS = cast(Table, MailArrival.__table__)
_ASKED = 500  # values of one query


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as its platform tells of it.

    Args:
        platformid: stays the same wherever the message is moved.
        size: bytes; 0: not said.
    """

    platformid: str
    size: int
    received: datetime | None


@dataclass(frozen=True, slots=True)
class Numbered:
    """An arrival with its number."""

    uid: int
    platformid: str
    size: int
    received: datetime | None


class Arrivals:
    """The numbers of one folder of one mailbox. One process reads a mailbox at a time."""

    def __init__(self, database: Database, mailboxid: str, folder: str = "INBOX") -> None:
        self._database, self._mailboxid, self._folder = database, mailboxid, folder

    def place(self) -> str:
        """Where the platform goes on; empty: from the start."""
        with self._database.reading() as session:
            row = session.get(MailboxFolder, (self._mailboxid, self._folder))
            return (row.place or "") if row else ""

    def keep(self, found: Sequence[Arrival], place: str) -> int:
        """Number those that are not numbered, and store the place; how many were new. Safe to repeat."""
        with self._database.transaction() as session:
            known = self._known(session, [one.platformid for one in found])
            fresh: dict[str, Arrival] = {}
            for one in found:
                if one.platformid not in known:
                    fresh.setdefault(one.platformid, one)
            last = self._last(session)
            rows = [
                {
                    "mailboxid": self._mailboxid, "folder": self._folder, "uid": last + n,
                    "platformid": one.platformid, "size": one.size, "receivedon": one.received,
                }
                for n, one in enumerate(fresh.values(), start=1)
            ]  # fmt: skip
            if rows:
                session.execute(insert(_ROWS), rows)
            self._keep_place(session, place)
        return len(rows)

    def count_after(self, uid: int) -> int:
        """How many have a higher number."""
        with self._database.reading() as session:
            query = select(func.count()).select_from(MailArrival).where(*self._mine, MailArrival.uid > uid)
            return session.scalar(query) or 0

    def after(self, uid: int, most: int) -> list[Numbered]:
        """The next ones after a number, in order."""
        with self._database.reading() as session:
            query = select(MailArrival).where(*self._mine, MailArrival.uid > uid)
            return [_numbered(row) for row in session.scalars(query.order_by(MailArrival.uid).limit(most))]

    def those(self, uids: Collection[int]) -> list[Numbered]:
        """The ones with these numbers, in order."""
        found: list[Numbered] = []
        wanted = sorted(uids)
        with self._database.reading() as session:
            for start in range(0, len(wanted), _ASKED):
                some = MailArrival.uid.in_(wanted[start : start + _ASKED])
                query = select(MailArrival).where(*self._mine, some).order_by(MailArrival.uid)
                found += [_numbered(row) for row in session.scalars(query)]
        return found

    @property
    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return MailArrival.mailboxid == self._mailboxid, MailArrival.folder == self._folder

    def _known(self, session: Session, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), _ASKED):
            some = MailArrival.platformid.in_(ids[start : start + _ASKED])
            found.update(session.scalars(select(MailArrival.platformid).where(*self._mine, some)))
        return found

    def _last(self, session: Session) -> int:
        return session.scalar(select(func.max(MailArrival.uid)).where(*self._mine)) or 0

    def _keep_place(self, session: Session, place: str) -> None:
        row = session.get(MailboxFolder, (self._mailboxid, self._folder))
        if row is None:
            row = MailboxFolder(mailboxid=self._mailboxid, folder=self._folder, uidvalidity=0, lastuid=0)
            session.add(row)
        row.place = place


def _numbered(row: MailArrival) -> Numbered:
    return Numbered(row.uid, row.platformid, row.size, row.receivedon)
