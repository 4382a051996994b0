"""Mailbox records: whose they are, who may use them, what the last test found in each direction."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(  # with its reference at once: SQLite cannot add one later without copying the table
        "ALTER TABLE mailbox ADD COLUMN regardingobjectid VARCHAR(36) "
        "CONSTRAINT fk_mailbox_regardingobjectid_systemuser REFERENCES systemuser (systemuserid)"
    )
    op.add_column("mailbox", sa.Column("testmailboxaccesscompletedon", Moment(), nullable=True))
    op.add_column("mailbox", sa.Column("lw_incomingwords", sa.Text(), nullable=False, server_default=""))
    op.add_column("mailbox", sa.Column("lw_outgoingwords", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_mailbox_regardingobjectid", "mailbox", ["regardingobjectid"])
    op.create_table(
        "mailboxmember",
        sa.Column("mailboxid", sa.String(length=36), nullable=False),
        sa.Column("systemuserid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["mailboxid"], ["mailbox.mailboxid"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["systemuserid"], ["systemuser.systemuserid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mailboxid", "systemuserid"),
    )
    op.create_index("ix_mailboxmember_systemuserid", "mailboxmember", ["systemuserid"])


def downgrade() -> None:
    op.drop_table("mailboxmember")
    op.drop_index("ix_mailbox_regardingobjectid", "mailbox")
    with op.batch_alter_table("mailbox") as table:
        for name in ("regardingobjectid", "testmailboxaccesscompletedon", "lw_incomingwords", "lw_outgoingwords"):
            table.drop_column(name)
