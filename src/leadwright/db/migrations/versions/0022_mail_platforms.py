"""Mailboxes behind Dataverse and Graph: what is behind each, what came in, what became of what the platform took."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
_ASKED = sa.text("askon IS NOT NULL")


def upgrade() -> None:
    op.add_column("mailbox", sa.Column("lw_kind", sa.String(20), nullable=False, server_default="smtp_imap"))
    op.add_column("mailbox", sa.Column("lw_nudgedon", Moment(), nullable=True))
    op.add_column("mailbox", sa.Column("lw_subscriptionid", sa.String(100), nullable=True))
    op.add_column("mailbox", sa.Column("lw_subscribeduntil", Moment(), nullable=True))
    op.add_column("mailbox", sa.Column("lw_clientstate", sa.String(128), nullable=True))
    op.add_column("mailboxfolder", sa.Column("place", sa.Text(), nullable=True))
    op.add_column("inboundmessage", sa.Column("activityid", sa.String(36), nullable=True))
    op.add_column("inboundmessage", sa.Column("answersid", sa.String(36), nullable=True))
    op.add_column("inboundmessage", sa.Column("answersby", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("sentmessageid", sa.String(998), nullable=True))
    op.add_column("outbox", sa.Column("askon", Moment(), nullable=True))
    op.create_index("ix_outbox_sentmessageid", "outbox", ["sentmessageid"])
    op.create_index("ix_outbox_asked", "outbox", ["askon"], sqlite_where=_ASKED, postgresql_where=_ASKED)
    op.create_table(
        "mailarrival",
        sa.Column("mailboxid", sa.String(36), nullable=False),
        sa.Column("folder", sa.String(200), nullable=False),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("platformid", sa.String(250), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("receivedon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["mailboxid"], ["mailbox.mailboxid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mailboxid", "folder", "uid"),
        sa.UniqueConstraint("mailboxid", "folder", "platformid"),
    )


def downgrade() -> None:
    op.drop_table("mailarrival")
    op.drop_index("ix_outbox_asked", "outbox")
    op.drop_index("ix_outbox_sentmessageid", "outbox")
    op.drop_column("outbox", "askon")
    op.drop_column("outbox", "sentmessageid")
    op.drop_column("inboundmessage", "answersby")
    op.drop_column("inboundmessage", "answersid")
    op.drop_column("inboundmessage", "activityid")
    op.drop_column("mailboxfolder", "place")
    for name in ("lw_clientstate", "lw_subscribeduntil", "lw_subscriptionid", "lw_nudgedon", "lw_kind"):
        op.drop_column("mailbox", name)
