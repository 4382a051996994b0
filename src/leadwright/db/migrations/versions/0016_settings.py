"""The Knowledge test pane: companies that were tried, and the insights that came of it."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Json, Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "insighttrial",
        sa.Column("trialid", sa.String(36), nullable=False),
        sa.Column("agentid", sa.String(36), nullable=False),
        sa.Column("company", sa.String(160), nullable=False),
        sa.Column("website", sa.String(300), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("configuration", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("doing", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("steps", Json, nullable=False),
        sa.Column("insights", Json, nullable=False),
        sa.Column("startedby", sa.String(36), nullable=True),
        sa.Column("startedon", Moment(), nullable=False),
        sa.Column("seenon", Moment(), nullable=False),
        sa.Column("finishedon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["agentid"], ["agent.agentid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("trialid"),
    )
    op.create_index("ix_insighttrial_agent", "insighttrial", ["agentid", "startedon"])


def downgrade() -> None:
    op.drop_table("insighttrial")
