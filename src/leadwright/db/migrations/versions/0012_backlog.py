"""Mail that was in a mailbox before it was ours is known by its header, until it matters."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mailboxfolder", sa.Column("sorting", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "backlogmail",
        sa.Column("mailboxid", sa.String(length=36), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("messageid", sa.String(length=998), nullable=True),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("senderhash", sa.String(length=64), nullable=False),
        sa.Column("receivedon", Moment(), nullable=True),
        sa.Column("matters", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["mailboxid"], ["mailbox.mailboxid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mailboxid", "folder", "uidvalidity", "uid"),
    )
    op.create_index("ix_backlogmail_matters", "backlogmail", ["mailboxid", "matters", "uid"])
    op.create_index("ix_backlogmail_messageid", "backlogmail", ["mailboxid", "messageid"])
    op.create_index("ix_backlogmail_senderhash", "backlogmail", ["senderhash"])


def downgrade() -> None:
    op.drop_table("backlogmail")
    op.execute("ALTER TABLE mailboxfolder DROP COLUMN sorting")
