"""Mails to our own users; links that let in; second factors; sign-in by other providers; search of the audit log."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Moment

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "systemmail",
        sa.Column("systemmailid", sa.String(length=36), nullable=False),
        sa.Column("businesskey", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("issealed", sa.Boolean(), nullable=False),
        sa.Column("messageid", sa.String(length=250), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("dueat", Moment(), nullable=False),
        sa.Column("leaseuntil", Moment(), nullable=True),
        sa.Column("expireson", Moment(), nullable=True),
        sa.Column("mailboxid", sa.String(length=36), nullable=True),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("senton", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mailboxid"], ["mailbox.mailboxid"], name=op.f("fk_systemmail_mailboxid_mailbox")),
        sa.PrimaryKeyConstraint("systemmailid", name=op.f("pk_systemmail")),
        sa.UniqueConstraint("businesskey", name=op.f("uq_systemmail_businesskey")),
    )
    op.create_index("ix_systemmail_due", "systemmail", ["state", "dueat"])
    op.create_index("ix_systemmail_spent", "systemmail", ["mailboxid", "senton"])


def downgrade() -> None:
    op.drop_table("systemmail")
