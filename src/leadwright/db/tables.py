"""Imports every table, so that metadata is complete for migrations and tests."""

from leadwright.db import (
    agent,
    audit,
    backlog,
    backtest,
    connection,
    engagement,
    insight_trial,
    knowledge,
    mail,
    oversight,
    people,
    programs,
    sales,
    sign_in,
    simulation,
    spending,
    system_mail,
    webhooks,
)
from leadwright.db.base import Base

metadata = Base.metadata

__all__ = [
    "agent",
    "audit",
    "backlog",
    "backtest",
    "connection",
    "engagement",
    "insight_trial",
    "knowledge",
    "mail",
    "metadata",
    "oversight",
    "people",
    "programs",
    "sales",
    "sign_in",
    "simulation",
    "spending",
    "system_mail",
    "webhooks",
]
