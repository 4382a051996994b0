"""Mails to our own users; links that let in; second factors; sign-in by other providers; search of the audit log."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
_PRIVILEGES = ("prvWriteBusinessUnit", "prvConfigureSignIn")


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
    _add_ways_in()
    for privilege in _PRIVILEGES:
        op.execute(
            "INSERT INTO roleprivilege (roleid, privilege, depth) "  # noqa: S608 constants
            f"SELECT roleid, '{privilege}', 8 FROM role WHERE name = 'System Administrator'"
        )
    for name, length in (("address", 60), ("method", 120)):
        op.add_column("websession", sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    op.create_index("ix_auditentry_at", "auditentry", ["at"])
    op.create_index("ix_auditentry_actor", "auditentry", ["actorid", "number"])


def _add_ways_in() -> None:
    op.create_table(
        "signinlink",
        sa.Column("tokenhash", sa.String(length=64), nullable=False),
        sa.Column("systemuserid", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("endson", Moment(), nullable=False),
        sa.Column("createdby", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["systemuserid"],
            ["systemuser.systemuserid"],
            name=op.f("fk_signinlink_systemuserid_systemuser"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tokenhash", name=op.f("pk_signinlink")),
    )
    op.create_index(op.f("ix_signinlink_systemuserid"), "signinlink", ["systemuserid"])
    op.create_table(
        "secondfactor",
        sa.Column("systemuserid", sa.String(length=36), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("confirmedon", Moment(), nullable=True),
        sa.Column("lastcounter", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["systemuserid"],
            ["systemuser.systemuserid"],
            name=op.f("fk_secondfactor_systemuserid_systemuser"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("systemuserid", name=op.f("pk_secondfactor")),
    )
    op.create_table(
        "recoverycode",
        sa.Column("codehash", sa.String(length=64), nullable=False),
        sa.Column("systemuserid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["systemuserid"],
            ["systemuser.systemuserid"],
            name=op.f("fk_recoverycode_systemuserid_systemuser"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("codehash", name=op.f("pk_recoverycode")),
    )
    op.create_index(op.f("ix_recoverycode_systemuserid"), "recoverycode", ["systemuserid"])
    op.create_table(
        "pendingsignin",
        sa.Column("tokenhash", sa.String(length=64), nullable=False),
        sa.Column("systemuserid", sa.String(length=36), nullable=False),
        sa.Column("method", sa.String(length=120), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["systemuserid"],
            ["systemuser.systemuserid"],
            name=op.f("fk_pendingsignin_systemuserid_systemuser"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tokenhash", name=op.f("pk_pendingsignin")),
    )
    op.create_index(op.f("ix_pendingsignin_systemuserid"), "pendingsignin", ["systemuserid"])
    op.create_table(
        "identityprovider",
        sa.Column("identityproviderid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.Column("clientid", sa.String(length=200), nullable=False),
        sa.Column("sealedclientsecret", sa.Text(), nullable=True),
        sa.Column("createrole", sa.String(length=100), nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("linksbyemail", sa.Boolean(), nullable=False),
        sa.Column("isenabled", sa.Boolean(), nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("identityproviderid", name=op.f("pk_identityprovider")),
        sa.UniqueConstraint("name", name=op.f("uq_identityprovider_name")),
        sa.UniqueConstraint("issuer", name=op.f("uq_identityprovider_issuer")),
    )
    op.create_table(
        "externalidentity",
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("systemuserid", sa.String(length=36), nullable=False),
        sa.Column("shown", sa.String(length=320), nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("lastusedon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["systemuserid"],
            ["systemuser.systemuserid"],
            name=op.f("fk_externalidentity_systemuserid_systemuser"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_externalidentity")),
    )
    op.create_index(op.f("ix_externalidentity_systemuserid"), "externalidentity", ["systemuserid"])


def downgrade() -> None:
    op.execute(f"DELETE FROM roleprivilege WHERE privilege IN {_PRIVILEGES}")  # noqa: S608 constants
    op.drop_index("ix_auditentry_actor", "auditentry")
    op.drop_index("ix_auditentry_at", "auditentry")
    for name in ("method", "address"):
        op.execute(f"ALTER TABLE websession DROP COLUMN {name}")
    for name in (
        "externalidentity",
        "identityprovider",
        "pendingsignin",
        "recoverycode",
        "secondfactor",
        "signinlink",
        "systemmail",
    ):
        op.drop_table(name)
