"""Conversations with leads: where each stands, the mails of its thread, what was judged, consent and time zone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Json, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OPEN = "stage IN ('queued', 'researching', 'blocked', 'engaged')"
_OPEN_BEFORE = "stage IN ('queued', 'researching', 'blocked')"
_EMAIL: tuple[sa.Column[Any], ...] = (
    sa.Column("messageid", sa.String(length=998), nullable=True),
    sa.Column("inreplyto", sa.String(length=998), nullable=True),
    sa.Column("sender", sa.String(length=320), nullable=False, server_default=""),
    sa.Column("torecipients", sa.String(length=500), nullable=False, server_default=""),
    sa.Column("senton", Moment(), nullable=True),
    sa.Column("lw_judgement", Json, nullable=False, server_default="{}"),
)
_LEAD = (
    sa.Column("lw_timezone", sa.String(length=60), nullable=True),
    sa.Column("lw_consentbasis", sa.String(length=20), nullable=True),
    sa.Column("lw_consentsource", sa.String(length=300), nullable=True),
    sa.Column("lw_consenton", sa.Date(), nullable=True),
)


def upgrade() -> None:
    _engagement()
    for column in _EMAIL:
        op.add_column("email", column)
    for column in _LEAD:
        op.add_column("lead", column)
    for table, name in (("email", "lw_threadid"), ("inboundmessage", "leadid")):
        op.add_column(table, sa.Column(name, sa.String(length=36), nullable=True))
        op.create_index(f"ix_{table}_{name}", table, [name])
    op.add_column("inboundmessage", sa.Column("kind", sa.String(length=30), nullable=False, server_default=""))
    op.add_column("inboundmessage", sa.Column("dueat", Moment(), nullable=True))
    op.add_column("leadrun", sa.Column("outcome", sa.String(length=20), nullable=True))
    op.add_column("leadrun", sa.Column("interest", sa.String(length=12), nullable=True))
    op.add_column("mailbox", sa.Column("lw_authservid", sa.String(length=255), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("bouncedon", Moment(), nullable=True))
    _open_runs(_OPEN)


def _engagement() -> None:
    op.create_table(
        "engagement",
        sa.Column("runid", sa.String(length=36), nullable=False),
        sa.Column("leadid", sa.String(length=36), nullable=False),
        sa.Column("agentid", sa.String(length=36), nullable=False),
        sa.Column("mailboxid", sa.String(length=36), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("addresshash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("dueat", Moment(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outboxid", sa.String(length=36), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("firstsenton", Moment(), nullable=True),
        sa.Column("lastsenton", Moment(), nullable=True),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("lastheardon", Moment(), nullable=True),
        sa.Column("backat", Moment(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("softbounces", sa.Integer(), nullable=False),
        sa.Column("asked", Json, nullable=False),
        sa.Column("interest", Json, nullable=False),
        sa.Column("bant", Json, nullable=False),
        sa.Column("whereabouts", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("endedon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["agentid"], ["agent.agentid"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["leadid"], ["lead.leadid"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["mailboxid"], ["mailbox.mailboxid"]),
        sa.ForeignKeyConstraint(["runid"], ["leadrun.runid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("runid"),
    )
    op.create_index("ix_engagement_addresshash", "engagement", ["addresshash"])
    op.create_index("ix_engagement_agent", "engagement", ["agentid", "createdon"])
    op.create_index("ix_engagement_due", "engagement", ["state", "dueat"])
    op.create_index("ix_engagement_leadid", "engagement", ["leadid"])


def _open_runs(which: str) -> None:
    op.drop_index("uq_leadrun_open", "leadrun")
    where = sa.text(which)
    op.create_index("uq_leadrun_open", "leadrun", ["leadid"], unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    _open_runs(_OPEN_BEFORE)
    for table, names in (
        ("outbox", ["bouncedon"]),
        ("mailbox", ["lw_authservid"]),
        ("leadrun", ["outcome", "interest"]),
        ("inboundmessage", ["kind", "dueat", "leadid"]),
        ("lead", [c.name for c in _LEAD]),
        ("email", ["lw_threadid", *(c.name for c in _EMAIL)]),
    ):
        for index in ("leadid", "lw_threadid"):
            if index in names:
                op.drop_index(f"ix_{table}_{index}", table)
        for name in names:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    op.drop_table("engagement")
