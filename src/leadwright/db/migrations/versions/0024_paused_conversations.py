"""A pause by a person is kept apart from an absence of the lead: it holds answers too."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Moment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("engagement", sa.Column("pauseduntil", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("engagement", "pauseduntil")
