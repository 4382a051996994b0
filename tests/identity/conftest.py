"""A small office: services on a clock that tests move, an administrator, cheap password hashing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from leadwright.actions import agent, people, prerequisites
from leadwright.db.engine import Database
from leadwright.identity.access import Principal, principal
from leadwright.identity.passwords import Passwords
from leadwright.services import Services
from leadwright.settings import Settings

QUICK = Passwords(time_cost=1, memory_kib=8, parallelism=1)
PASSWORD = "blue harbour 47 lamps"


class Clock:
    """A clock that stands still until moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Office:
    services: Services
    clock: Clock
    adminid: str

    @property
    def admin(self) -> Principal:
        return self.who(self.adminid)

    def who(self, systemuserid: str) -> Principal:
        with self.services.database.reading() as session:
            return principal(session, systemuserid)

    def person(self, name: str, *roles: str) -> str:
        return people.create_user(
            self.services,
            self.admin,
            fullname=name,
            email=f"{name.replace(' ', '.')}@example.com",
            password=PASSWORD,
            roles=roles,
            passwords=QUICK,
        )

    def agent(self) -> str:
        return agent.create_agent(self.services, self.admin)

    def identity(self, agentid: str, *, secret_days: int = 180) -> tuple[prerequisites.Registered, str]:
        """Prerequisites 1 and 2 set up and ticked."""
        made = prerequisites.register_application(
            self.services, self.admin, agentid, name="Leadwright agent", secret_days=secret_days
        )
        user = prerequisites.create_application_user(self.services, self.admin, agentid, clientid=made.clientid)
        for number in (1, 2):
            report = prerequisites.mark_done(self.services, self.admin, agentid, number)
            assert report.done, report.checks
        return made, user

    def configure(self, agentid: str) -> None:
        """Everything Start asks for."""
        seller, boss = self.person("Sam Seller", "Salesperson"), self.person("Mia Manager", "Sales Manager")
        drafts: dict[str, dict[str, Any]] = {
            "company": {"name": "Northwind", "website": "https://northwind.example"},
            "products": {"value_proposition": "Pumps that report their own wear."},
            "criteria": {"criteria": [{"name": "Size", "kind": "employees", "details": "1000 to 50000+ employees"}]},
            "assignment": {"sellers": [seller], "supervisor": boss},
        }
        for section, values in drafts.items():
            agent.edit_draft(self.services, self.admin, agentid, section, values)


def open_office(database: Database, folder: Path) -> Office:
    clock = Clock()
    settings = Settings(data_dir=folder, secret_key=SecretStr("a test key that is long enough"))
    services = Services(settings=settings, database=database, analyst=cast(Any, None), clock=clock)
    admin = people.first_administrator(
        services, fullname="Ada Admin", email="ada@example.com", password=PASSWORD, passwords=QUICK
    )
    return Office(services, clock, admin)


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    """On SQLite and on PostgreSQL."""
    return open_office(database, tmp_path)


@pytest.fixture
def small_office(sqlite_database: Database, tmp_path: Path) -> Office:
    """On SQLite alone."""
    return open_office(sqlite_database, tmp_path)


@pytest.fixture
def working(office: Office) -> tuple[Office, str, str]:
    """The office, its started agent, and the agent's application user."""
    agentid = office.agent()
    _, user = office.identity(agentid)
    office.configure(agentid)
    agent.start_agent(office.services, office.admin, agentid)
    return office, agentid, user
