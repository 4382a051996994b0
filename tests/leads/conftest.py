"""Services over both databases with an administrator, a seller, and the operator of the command line."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from leadwright.analyst import Analyst
from leadwright.db.engine import Database
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.db.sales import Lead
from leadwright.domain.privileges import SALESPERSON, SYSTEM_ADMINISTRATOR
from leadwright.identity.access import Principal, operator, principal
from leadwright.identity.seed import seed_directory
from leadwright.services import Services
from leadwright.settings import Settings


class Office:
    """An installation with its people."""

    def __init__(self, database: Database) -> None:
        nobody: Analyst = None  # type: ignore[assignment]  # leads come in without an analyst
        self.services = Services(Settings(), database, nobody)
        with database.transaction() as session:
            self.unit = seed_directory(session)
            self.admin_id = self._add(session, "Ada Admin", "ada@seller.example", SYSTEM_ADMINISTRATOR)
            self.seller_id = self._add(session, "Sam Seller", "sam@seller.example", SALESPERSON)
            self.operator = operator(session)
            self.admin = principal(session, self.admin_id)
            self.seller = principal(session, self.seller_id)

    def _add(self, session: Any, name: str, email: str, role: str) -> str:
        user = SystemUser(fullname=name, internalemailaddress=email, businessunitid=self.unit)
        session.add(user)
        session.flush()
        roleid = session.scalars(select(Role.roleid).where(Role.name == role)).one()
        session.add(UserRole(systemuserid=user.systemuserid, roleid=roleid))
        return str(user.systemuserid)

    def leads(self) -> list[Any]:
        """All leads, oldest first."""
        with self.services.database.reading() as session:
            return list(session.execute(select(Lead.__table__).order_by(Lead.leadid)).all())

    def count(self) -> int:
        with self.services.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Lead)) or 0


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.fixture
def small_office(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


@pytest.fixture
def as_csv(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV file from lines."""

    def write(lines: Sequence[str], name: str = "leads.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join([*lines, ""]).encode(encoding))
        return path

    return write


@pytest.fixture
def whoever(small_office: Office) -> Principal:
    return small_office.operator
