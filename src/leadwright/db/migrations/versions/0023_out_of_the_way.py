"""The few mails that wait for a person or a look into Sent are found without reading all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
_WHERE = sa.text("phase IN ('held', 'unknown')")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_out_of_the_way",
        "outbox",
        ["phase", "createdon"],
        sqlite_where=_WHERE,
        postgresql_where=_WHERE,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_out_of_the_way", "outbox")
