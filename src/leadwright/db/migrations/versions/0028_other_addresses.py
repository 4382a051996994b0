"""Leads are found by their second and third address: a "remove me" from there is theirs. Most have none."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("emailaddress2", "emailaddress3"):
        has = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_lead_{column}", "lead", [column], sqlite_where=has, postgresql_where=has)


def downgrade() -> None:
    for column in ("emailaddress3", "emailaddress2"):
        op.drop_index(f"ix_lead_{column}", "lead")
