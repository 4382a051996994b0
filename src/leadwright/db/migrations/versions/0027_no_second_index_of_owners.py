"""The index of leads by owner and stage finds them by owner too; the other one cost every write and nothing read it."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_lead_ownerid", "lead")


def downgrade() -> None:
    op.create_index("ix_lead_ownerid", "lead", ["ownerid"])
