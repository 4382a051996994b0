"""A mail that waits for its lead is found by its sender, whichever lead goes; one put aside without content is told."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inboundmessage", sa.Column("senderhash", sa.String(length=64), nullable=True))
    op.create_index("ix_inboundmessage_senderhash", "inboundmessage", ["senderhash"])
    op.execute(
        "UPDATE inboundmessage SET kind = 'not_whole' WHERE state = 'quarantined' AND "
        "(reason LIKE 'The server has this message and does not give it:%' OR reason LIKE 'The message is too large (%')"
    )


def downgrade() -> None:
    op.drop_index("ix_inboundmessage_senderhash", "inboundmessage")
    op.drop_column("inboundmessage", "senderhash")
