"""Programs that call: certificates, personal access tokens, ids that count once, kept answers, webhooks."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Json, Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_PRIVILEGE = "prvWriteWebhook"
_NEW = ("webhookdelivery", "webhook", "keptanswer", "spentid", "personaltoken")


def upgrade() -> None:
    op.add_column("applicationsecret", sa.Column("certificate", sa.Text(), nullable=True))
    op.add_column("applicationsecret", sa.Column("sealedkey", sa.Text(), nullable=True))
    op.create_table(
        "personaltoken",
        sa.Column("tokenid", sa.String(36), nullable=False),
        sa.Column("systemuserid", sa.String(36), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("hint", sa.String(16), nullable=False),
        sa.Column("tokenhash", sa.String(64), nullable=False),
        sa.Column("readonly", sa.Boolean(), nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("endson", Moment(), nullable=False),
        sa.Column("lastusedon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["systemuserid"],
            ["systemuser.systemuserid"],
            name="fk_personaltoken_systemuserid_systemuser",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tokenid", name="pk_personaltoken"),
        sa.UniqueConstraint("tokenhash", name="uq_personaltoken_tokenhash"),
    )
    op.create_index("ix_personaltoken_systemuserid", "personaltoken", ["systemuserid"])
    op.create_table(
        "spentid",
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("endson", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "id", name="pk_spentid"),
    )
    op.create_index("ix_spentid_endson", "spentid", ["endson"])
    op.create_table(
        "keptanswer",
        sa.Column("callerid", sa.String(36), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("requesthash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(36), nullable=False),
        sa.Column("heldto", Moment(), nullable=True),
        sa.Column("createdon", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("callerid", "key", name="pk_keptanswer"),
    )
    op.create_index("ix_keptanswer_createdon", "keptanswer", ["createdon"])
    _webhooks()
    role = sa.table("role", sa.column("roleid"), sa.column("name"))
    grants = sa.table("roleprivilege", sa.column("roleid"), sa.column("privilege"), sa.column("depth"))
    administrators = sa.select(role.c.roleid, sa.literal(_PRIVILEGE), sa.literal(8)).where(
        role.c.name == "System Administrator"
    )
    op.execute(sa.insert(grants).from_select(["roleid", "privilege", "depth"], administrators))


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("webhookid", sa.String(36), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("events", Json, nullable=False),
        sa.Column("sealed", sa.String(400), nullable=False),
        sa.Column("isdisabled", sa.Boolean(), nullable=False),
        sa.Column("disabledreason", sa.String(500), nullable=False),
        sa.Column("failingsince", Moment(), nullable=True),
        sa.Column("lastsuccesson", Moment(), nullable=True),
        sa.Column("createdby", sa.String(36), nullable=True),
        sa.Column("createdon", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("webhookid", name="pk_webhook"),
    )
    op.create_table(
        "webhookdelivery",
        sa.Column("deliveryid", sa.String(36), nullable=False),
        sa.Column("webhookid", sa.String(36), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("dueat", Moment(), nullable=True),
        sa.Column("heldto", Moment(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("createdon", Moment(), nullable=False),
        sa.Column("triedon", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhookid"], ["webhook.webhookid"], name="fk_webhookdelivery_webhookid_webhook", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("deliveryid", name="pk_webhookdelivery"),
    )
    op.create_index("ix_webhookdelivery_due", "webhookdelivery", ["state", "dueat"])
    op.create_index("ix_webhookdelivery_webhook", "webhookdelivery", ["webhookid", "createdon"])


def downgrade() -> None:
    op.execute(f"DELETE FROM roleprivilege WHERE privilege = '{_PRIVILEGE}'")  # noqa: S608
    for name in _NEW:
        op.drop_table(name)
    with op.batch_alter_table("applicationsecret") as table:
        table.drop_column("certificate")
        table.drop_column("sealedkey")
