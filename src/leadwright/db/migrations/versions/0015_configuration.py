"""The configuration as a file: why a version was applied, what its file expects; and back-tests; caps of cost."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Json, Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent", sa.Column("expected", Json, nullable=False, server_default="{}"))
    op.add_column("agentversion", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "backtest",
        sa.Column("backtestid", sa.String(36), nullable=False),
        sa.Column("agentid", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("configuration", Json, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("runs", Json, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("analyst", sa.String(120), nullable=False),
        sa.Column("mosttokens", sa.Integer(), nullable=True),
        sa.Column("tokensin", sa.Integer(), nullable=False),
        sa.Column("tokensout", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("token", sa.String(36), nullable=False),
        sa.Column("startedby", sa.String(36), nullable=True),
        sa.Column("startedon", Moment(), nullable=False),
        sa.Column("seenon", Moment(), nullable=False),
        sa.Column("finishedon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["agentid"], ["agent.agentid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("backtestid"),
    )
    op.create_index("ix_backtest_agent", "backtest", ["agentid", "startedon"])
    op.create_table(
        "backtestflip",
        sa.Column("flipid", sa.String(36), nullable=False),
        sa.Column("backtestid", sa.String(36), nullable=False),
        sa.Column("leadid", sa.String(36), nullable=False),
        sa.Column("runid", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("before", sa.String(120), nullable=False),
        sa.Column("after", sa.String(120), nullable=False),
        sa.Column("outcome", sa.Boolean(), nullable=False),
        sa.Column("causes", Json, nullable=False),
        sa.Column("anyway", sa.Boolean(), nullable=False),
        sa.Column("overruled", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["backtestid"], ["backtest.backtestid"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["leadid"], ["lead.leadid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("flipid"),
    )
    op.create_index("ix_backtestflip_backtest", "backtestflip", ["backtestid", "position"])
    op.create_index(op.f("ix_backtestflip_leadid"), "backtestflip", ["leadid"])
    op.create_table(
        "spendinglimit",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tokensperday", sa.Integer(), nullable=True),
        sa.Column("dollarsperday", sa.Float(), nullable=True),
        sa.Column("atcap", sa.String(20), nullable=False),
        sa.Column("modifiedon", Moment(), nullable=False),
        sa.Column("modifiedby", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("spendinglimit")
    op.drop_table("backtestflip")
    op.drop_table("backtest")
    op.execute("ALTER TABLE agentversion DROP COLUMN note")
    op.execute("ALTER TABLE agent DROP COLUMN expected")
