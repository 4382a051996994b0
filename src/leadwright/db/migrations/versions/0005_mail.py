"""Mail: mailboxes, the outbox, suppressed addresses, messages that came in."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox",
        sa.Column("mailboxid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("emailaddress", sa.String(length=100), nullable=False),
        sa.Column("emailrouteraccessapproval", sa.Integer(), nullable=False),
        sa.Column("incomingemaildeliverymethod", sa.Integer(), nullable=False),
        sa.Column("outgoingemaildeliverymethod", sa.Integer(), nullable=False),
        sa.Column("incomingemailstatus", sa.Integer(), nullable=False),
        sa.Column("outgoingemailstatus", sa.Integer(), nullable=False),
        sa.Column("mailboxstatus", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("lw_authentication", sa.String(length=20), nullable=False),
        sa.Column("lw_sealedsecret", sa.Text(), nullable=True),
        sa.Column("lw_smtphost", sa.String(length=255), nullable=False),
        sa.Column("lw_smtpport", sa.Integer(), nullable=False),
        sa.Column("lw_smtpsecurity", sa.String(length=10), nullable=False),
        sa.Column("lw_imaphost", sa.String(length=255), nullable=False),
        sa.Column("lw_imapport", sa.Integer(), nullable=False),
        sa.Column("lw_imapsecurity", sa.String(length=10), nullable=False),
        sa.Column("lw_sentfolder", sa.String(length=200), nullable=False),
        sa.Column("lw_filessent", sa.Boolean(), nullable=False),
        sa.Column("lw_perminute", sa.Integer(), nullable=False),
        sa.Column("lw_perday", sa.Integer(), nullable=False),
        sa.Column("lw_atonce", sa.Integer(), nullable=False),
        sa.Column("lw_pauseduntil", Moment(), nullable=True),
        sa.Column("lw_lasterror", sa.Text(), nullable=True),
        sa.Column("lw_lasterroron", Moment(), nullable=True),
        sa.Column("lw_dkimdomain", sa.String(length=255), nullable=True),
        sa.Column("lw_dkimselector", sa.String(length=100), nullable=True),
        sa.Column("lw_sealeddkimkey", sa.Text(), nullable=True),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("modifiedon", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("mailboxid"),
        sa.UniqueConstraint("emailaddress"),
    )
    op.create_table(
        "suppression",
        sa.Column("suppressionid", sa.String(length=36), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("suppressionid"),
        sa.UniqueConstraint("hash", "scope"),
    )
    op.create_table(
        "mailboxfolder",
        sa.Column("mailboxid", sa.String(length=36), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("lastuid", sa.BigInteger(), nullable=False),
        sa.Column("readon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["mailboxid"], ["mailbox.mailboxid"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mailboxid", "folder"),
    )
    op.create_table(
        "inboundmessage",
        sa.Column("inboundmessageid", sa.String(length=36), nullable=False),
        sa.Column("mailboxid", sa.String(length=36), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("contenthash", sa.String(length=64), nullable=False),
        sa.Column("messageid", sa.String(length=998), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("firstid", sa.String(length=36), nullable=True),
        sa.Column("emailid", sa.String(length=36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("receivedon", Moment(), nullable=True),
        sa.Column("fetchedon", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["emailid"], ["email.activityid"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["mailboxid"], ["mailbox.mailboxid"]),
        sa.PrimaryKeyConstraint("inboundmessageid"),
        sa.UniqueConstraint("mailboxid", "identity"),
    )
    op.create_index("ix_inboundmessage_content", "inboundmessage", ["mailboxid", "contenthash"])
    op.create_index("ix_inboundmessage_emailid", "inboundmessage", ["emailid"])
    op.create_index("ix_inboundmessage_messageid", "inboundmessage", ["messageid"])
    op.create_index("ix_inboundmessage_state", "inboundmessage", ["state", "fetchedon"])

    op.create_table(
        "outbox",
        sa.Column("outboxid", sa.String(length=36), nullable=False),
        sa.Column("businesskey", sa.String(length=200), nullable=False),
        sa.Column("mailboxid", sa.String(length=36), nullable=False),
        sa.Column("emailid", sa.String(length=36), nullable=True),
        sa.Column("leadid", sa.String(length=36), nullable=True),
        sa.Column("agentid", sa.String(length=36), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("messageid", sa.String(length=250), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("recipienthash", sa.String(length=64), nullable=False),
        sa.Column("domainhash", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("smtputf8", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=True),
        sa.Column("leaseuntil", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("dueat", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("firsttriedon", Moment(), nullable=True),
        sa.Column("claimedon", Moment(), nullable=True),
        sa.Column("spenton", Moment(), nullable=True),
        sa.Column("concludedon", Moment(), nullable=True),
        sa.Column("filedon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["agentid"], ["agent.agentid"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["emailid"], ["email.activityid"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["leadid"], ["lead.leadid"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["mailboxid"], ["mailbox.mailboxid"]),
        sa.PrimaryKeyConstraint("outboxid"),
        sa.UniqueConstraint("businesskey"),
        sa.UniqueConstraint("messageid"),
    )
    op.create_index("ix_outbox_due", "outbox", ["mailboxid", "phase", "dueat"])
    op.create_index("ix_outbox_emailid", "outbox", ["emailid"])
    op.create_index("ix_outbox_leadid", "outbox", ["leadid"])
    op.create_index("ix_outbox_recipient", "outbox", ["recipienthash", "phase"])
    op.create_index("ix_outbox_spent", "outbox", ["mailboxid", "spenton"])


def downgrade() -> None:
    for table in ("outbox", "inboundmessage", "mailboxfolder", "suppression", "mailbox"):
        op.drop_table(table)
