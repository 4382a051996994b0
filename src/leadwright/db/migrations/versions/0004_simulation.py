"""Tests of the agent's draft: the leads it was tried on, and the review of its mails."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Json, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulation",
        sa.Column("simulationid", sa.String(36), nullable=False),
        sa.Column("agentid", sa.String(36), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("configuration", Json, nullable=False),
        sa.Column("token", sa.String(36), nullable=False),
        sa.Column("startedby", sa.String(36), nullable=True),
        sa.Column("startedon", Moment(), nullable=False),
        sa.Column("seenon", Moment(), nullable=False),
        sa.Column("finishedon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["agentid"], ["agent.agentid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("simulationid"),
    )
    op.create_index("ix_simulation_agent", "simulation", ["agentid", "startedon"])
    op.create_table(
        "simulationdraft",
        sa.Column("draftid", sa.String(36), nullable=False),
        sa.Column("simulationid", sa.String(36), nullable=False),
        sa.Column("leadid", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("band", sa.String(10), nullable=True),
        sa.Column("signal", sa.String(10), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("paragraphs", Json, nullable=False),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("review", sa.String(20), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("reviewedby", sa.String(36), nullable=True),
        sa.Column("reviewedon", Moment(), nullable=True),
        sa.Column("versionnumber", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["simulationid"], ["simulation.simulationid"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["leadid"], ["lead.leadid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draftid"),
        sa.UniqueConstraint("simulationid", "leadid"),
    )
    op.create_index("ix_simulationdraft_leadid", "simulationdraft", ["leadid"])


def downgrade() -> None:
    op.drop_table("simulationdraft")
    op.drop_table("simulation")
