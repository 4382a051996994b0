"""The dashboard counts from narrow indexes, without reading findings and mails."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
_COLUMNS = [
    "queuedon", "stage", "reassigned", "byperson", "outcome", "interest", "band", "rating", "researchedon", "startedon",
    "concludedon", "leadid", "runid",
]  # fmt: skip


def upgrade() -> None:
    op.create_index("ix_leadrun_figures", "leadrun", _COLUMNS)
    op.create_index("ix_engagement_figures", "engagement", ["runid", "state", "sent", "heard"])
    op.create_index("ix_email_thread", "email", ["lw_threadid", "activityid"])
    op.create_index("ix_outbox_email", "outbox", ["emailid", "phase", "purpose"])
    op.drop_index("ix_email_lw_threadid", "email")
    op.drop_index("ix_outbox_emailid", "outbox")


def downgrade() -> None:
    op.create_index("ix_outbox_emailid", "outbox", ["emailid"])
    op.create_index("ix_email_lw_threadid", "email", ["lw_threadid"])
    op.drop_index("ix_outbox_email", "outbox")
    op.drop_index("ix_email_thread", "email")
    op.drop_index("ix_engagement_figures", "engagement")
    op.drop_index("ix_leadrun_figures", "leadrun")
