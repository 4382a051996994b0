"""Tries that failed by their own fault are counted apart from those that only waited."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("inboundmessage", "engagement"):
        op.add_column(table, sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for table in ("inboundmessage", "engagement"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN failures")
