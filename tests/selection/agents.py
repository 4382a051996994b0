"""A started agent with leads, for the tests of taking in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import select, update

from leadwright.analyst import Analyst
from leadwright.db import changes
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.base import Base, new_id
from leadwright.db.configuration import Configuration
from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit, SystemUser
from leadwright.db.sales import Lead
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.workflows.take_in import take_in

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NO_ANALYST = cast(Analyst, None)  # taking in asks nobody to judge


@dataclass
class World:
    """An agent that started at START, one seller, and a clock ten minutes later."""

    database: Database
    moment: datetime = START + timedelta(minutes=10)
    agentid: str = field(default_factory=new_id)
    agentuser: str = field(default_factory=new_id)
    seller: str = field(default_factory=new_id)
    unit: str = field(default_factory=new_id)

    @property
    def services(self) -> Services:
        return Services(settings=Settings(), database=self.database, analyst=NO_ANALYST, clock=lambda: self.moment)

    def start(self, selection: Mapping[str, Any] | None = None, *, version: int = 1) -> None:
        configuration = Configuration.model_validate({"selection": dict(selection or {})})
        with self.database.transaction() as session:
            session.add(BusinessUnit(businessunitid=self.unit, name="Root"))
            session.flush()
            for key, name in ((self.agentuser, "The agent"), (self.seller, "Sam Seller")):
                session.add(SystemUser(systemuserid=key, fullname=name, businessunitid=self.unit))
            session.flush()
            session.add(
                Agent(
                    agentid=self.agentid,
                    name="Qualifier",
                    mode="research",
                    state="on",
                    agentuserid=self.agentuser,
                    appliedversion=version,
                    startedon=START,
                )
            )
            session.flush()
            session.add(
                AgentVersion(agentid=self.agentid, version=version, configuration=configuration.model_dump(mode="json"))
            )

    def switch(self, state: str) -> None:
        with self.database.transaction() as session:
            session.execute(update(Agent).values(state=state))

    def add(self, table: type[Base], *, noted: bool = True, **values: Any) -> str:
        """A new record; a lead matches the default criteria unless its values say otherwise."""
        defaults: dict[str, Any] = {"ownerid": self.seller, "owningbusinessunit": self.unit, "modifiedby": self.seller}
        defaults |= {"createdon": self.moment, "modifiedon": self.moment}
        if table is Lead:
            defaults |= {"companyname": "Northwind", "emailaddress1": "kim@northwind.example"}
        with self.database.transaction() as session:
            record = table(**{**defaults, **values})
            session.add(record)
            session.flush()
            key: str = getattr(record, table.__mapper__.primary_key[0].name)
            if table is Lead and noted:
                changes.record(session, key, "created")
            return key

    def change(self, leadid: str, *, by: str | None = None, **values: Any) -> None:
        """Somebody changes a lead; the seller by default."""
        with self.database.transaction() as session:
            lead = session.get_one(Lead, leadid)
            before = {name: getattr(lead, name) for name in values}
            for name, value in values.items():
                setattr(lead, name, value)
            lead.modifiedby = by or self.seller
            changes.record(session, leadid, "changed", before)

    def change_related(self, table: type[Base], key: str, **values: Any) -> None:
        """A person changes an account or a contact."""
        with self.database.transaction() as session:
            record = session.get_one(table, key)
            before = {name: getattr(record, name) for name in values}
            for name, value in values.items():
                setattr(record, name, value)
            changes.record_related(session, table.__tablename__, key, before)

    def take_in(self) -> int:
        return take_in(self.services)

    def conclude(self, leadid: str, stage: str, **values: Any) -> None:
        """The newest run of the lead ends."""
        with self.database.transaction() as session:
            run = session.scalars(select(LeadRun).where(LeadRun.leadid == leadid).order_by(LeadRun.number)).all()[-1]
            run.stage = stage
            for name, value in values.items():
                setattr(run, name, value)

    def triggers(self, leadid: str) -> list[str]:
        with self.database.reading() as session:
            return list(
                session.scalars(select(LeadRun.trigger).where(LeadRun.leadid == leadid).order_by(LeadRun.number))
            )

    def lead(self, leadid: str) -> Lead:
        with self.database.reading() as session:
            return session.get_one(Lead, leadid)
