"""The connection to an outside CRM, and the limits of it that all workers share."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Json, Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crmconnection",
        sa.Column("connectionid", sa.String(40), nullable=False),
        sa.Column("dataverseurl", sa.String(400), nullable=False),
        sa.Column("tenantid", sa.String(100), nullable=False),
        sa.Column("clientid", sa.String(36), nullable=False),
        sa.Column("credentialkind", sa.String(20), nullable=False),
        sa.Column("sealedsecret", sa.Text(), nullable=True),
        sa.Column("sealedkey", sa.Text(), nullable=True),
        sa.Column("certificatethumbprint", sa.String(64), nullable=True),
        sa.Column("federationfile", sa.String(1000), nullable=True),
        sa.Column("secretendson", Moment(), nullable=True),
        sa.Column("cloud", sa.String(20), nullable=False),
        sa.Column("organizationid", sa.String(36), nullable=True),
        sa.Column("organizationname", sa.String(200), nullable=True),
        sa.Column("applicationuserid", sa.String(36), nullable=True),
        sa.Column("usemsdyn", sa.Boolean(), nullable=False),
        sa.Column("connectedon", Moment(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("connectionid", name=op.f("pk_crmconnection")),
    )
    op.create_table(
        "crmbudget",
        sa.Column("budgetid", sa.String(40), nullable=False),
        sa.Column("used", Json, nullable=False),
        sa.Column("seats", Json, nullable=False),
        sa.Column("pauseduntil", Moment(), nullable=True),
        sa.Column("pausereason", sa.String(200), nullable=False),
        sa.Column("reachedon", Moment(), nullable=True),
        sa.Column("throttled", Json, nullable=False),
        sa.Column("lasterror", sa.String(500), nullable=False),
        sa.Column("lasterroron", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("budgetid", name=op.f("pk_crmbudget")),
    )


def downgrade() -> None:
    op.drop_table("crmbudget")
    op.drop_table("crmconnection")
