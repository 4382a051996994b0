"""Who says that a mail is a lead's answer, although its sender does not show it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inboundmessage", sa.Column("vouchedby", sa.String(length=36), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE inboundmessage DROP COLUMN vouchedby")
