"""The outbox to an outside CRM."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Json, Moment

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mirrorwrite",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(120), nullable=True),
        sa.Column("lane", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("tablename", sa.String(60), nullable=False),
        sa.Column("recordid", sa.String(36), nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("known", Json, nullable=False),
        sa.Column("needs", Json, nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("actorid", sa.String(36), nullable=True),
        sa.Column("actorkind", sa.String(20), nullable=False),
        sa.Column("actorname", sa.String(200), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("conflicts", Json, nullable=False),
        sa.Column("inconflict", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("dueat", Moment(), nullable=True),
        sa.Column("heldto", Moment(), nullable=True),
        sa.Column("holder", sa.String(80), nullable=True),
        sa.Column("answer", Json, nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("triedon", Moment(), nullable=True),
        sa.Column("concludedon", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_mirrorwrite"),
        sa.UniqueConstraint("key", name="uq_mirrorwrite_key"),
    )
    op.create_index("ix_mirrorwrite_open", "mirrorwrite", ["state", "number"])
    op.create_index("ix_mirrorwrite_lane", "mirrorwrite", ["lane", "state", "number"])
    op.create_index("ix_mirrorwrite_record", "mirrorwrite", ["recordid", "state"])
    conflict = sa.text("inconflict")
    op.create_index(
        "ix_mirrorwrite_conflict", "mirrorwrite", ["number"], sqlite_where=conflict, postgresql_where=conflict
    )
    op.create_index("ix_mirrorwrite_ended", "mirrorwrite", ["state", "concludedon"])


def downgrade() -> None:
    op.drop_table("mirrorwrite")
