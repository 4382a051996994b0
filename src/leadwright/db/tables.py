"""Imports every table, so that metadata is complete for migrations and tests."""

from leadwright.db import agent, audit, engagement, knowledge, mail, oversight, people, sales, simulation, system_mail
from leadwright.db.base import Base

metadata = Base.metadata

__all__ = [
    "agent",
    "audit",
    "engagement",
    "knowledge",
    "mail",
    "metadata",
    "oversight",
    "people",
    "sales",
    "simulation",
    "system_mail",
]
