"""Where a lead is is asked for each mail, by what its record says then; what a conversation kept of it goes."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Json

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("engagement", "whereabouts")


def downgrade() -> None:
    op.add_column("engagement", sa.Column("whereabouts", Json, nullable=False, server_default="{}"))
