"""The desks: approvals, rejections looked at blind, choices about news by mail, runs that a person ended."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("leadrun", sa.Column("byperson", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("appnotification", sa.Column("lw_mailedon", Moment(), nullable=True))
    # What people were told before is not told again by mail.
    op.execute("UPDATE appnotification SET lw_mailedon = createdon")
    op.create_index(
        "ix_appnotification_unmailed",
        "appnotification",
        ["createdon"],
        sqlite_where=sa.text("lw_mailedon IS NULL"),
        postgresql_where=sa.text("lw_mailedon IS NULL"),
    )
    op.create_table(
        "oversight",
        sa.Column("agentid", sa.String(length=36), nullable=False),
        sa.Column("firstmails", sa.Boolean(), nullable=False),
        sa.Column("followups", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Float(), nullable=False),
        sa.Column("changedon", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["agentid"], ["agent.agentid"], name="fk_oversight_agentid_agent", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agentid", name="pk_oversight"),
    )
    op.create_table(
        "approval",
        sa.Column("outboxid", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("contenthash", sa.String(length=64), nullable=False),
        sa.Column("requestedon", Moment(), nullable=False),
        sa.Column("decidedby", sa.String(length=36), nullable=True),
        sa.Column("decidedon", Moment(), nullable=True),
        sa.Column("expireson", Moment(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outboxid"], ["outbox.outboxid"], name="fk_approval_outboxid_outbox", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outboxid", name="pk_approval"),
    )
    op.create_index("ix_approval_state", "approval", ["state", "requestedon"])
    op.create_table(
        "rejectionreview",
        sa.Column("reviewid", sa.String(length=36), nullable=False),
        sa.Column("runid", sa.String(length=36), nullable=False),
        sa.Column("leadid", sa.String(length=36), nullable=False),
        sa.Column("agentid", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("control", sa.Boolean(), nullable=False),
        sa.Column("decidedon", Moment(), nullable=False),
        sa.Column("drawnon", Moment(), nullable=False),
        sa.Column("word", sa.String(length=10), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reviewedby", sa.String(length=36), nullable=True),
        sa.Column("reviewedon", Moment(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [f"{column}"], [f"{table}.{column}"], name=f"fk_rejectionreview_{column}_{table}", ondelete="CASCADE"
            )
            for column, table in (("runid", "leadrun"), ("leadid", "lead"), ("agentid", "agent"))
        ),
        sa.PrimaryKeyConstraint("reviewid", name="pk_rejectionreview"),
        sa.UniqueConstraint("runid", name="uq_rejectionreview_runid"),
    )
    op.create_index("ix_rejectionreview_leadid", "rejectionreview", ["leadid"])
    op.create_index("ix_rejectionreview_word", "rejectionreview", ["word", "drawnon"])
    op.create_table(
        "notificationchoice",
        sa.Column("systemuserid", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["systemuserid"],
            ["systemuser.systemuserid"],
            name="fk_notificationchoice_systemuserid_systemuser",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("systemuserid", "kind", name="pk_notificationchoice"),
    )


def downgrade() -> None:
    for table in ("notificationchoice", "rejectionreview", "approval", "oversight"):
        op.drop_table(table)
    op.drop_index("ix_appnotification_unmailed", table_name="appnotification")
    op.execute("ALTER TABLE appnotification DROP COLUMN lw_mailedon")
    op.execute("ALTER TABLE leadrun DROP COLUMN byperson")
