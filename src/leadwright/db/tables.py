"""Imports every table, so that metadata is complete for migrations and tests."""

from leadwright.db import agent, audit, backtest, engagement, knowledge, mail, people, sales, simulation, spending
from leadwright.db.base import Base

metadata = Base.metadata

__all__ = [
    "agent",
    "audit",
    "backtest",
    "engagement",
    "knowledge",
    "mail",
    "metadata",
    "people",
    "sales",
    "simulation",
    "spending",
]
