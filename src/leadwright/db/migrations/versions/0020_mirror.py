"""The mirror of an outside CRM: state, tables, rows as last seen, gaps; the organisation's columns and choices."""

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Json, Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mirrorstate",
        sa.Column("mirrorid", sa.String(length=40), nullable=False),
        sa.Column("organizationid", sa.String(length=36), nullable=True),
        sa.Column("pausedon", Moment(), nullable=True),
        sa.Column("pausedby", sa.String(length=36), nullable=True),
        sa.Column("hookhash", sa.String(length=64), nullable=False),
        sa.Column("wokenon", Moment(), nullable=True),
        sa.Column("describedon", Moment(), nullable=True),
        sa.Column("dueat", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("troubledon", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("mirrorid", name="pk_mirrorstate"),
    )
    op.create_table(
        "mirrortable",
        sa.Column("tablename", sa.String(length=60), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("tracked", sa.Boolean(), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("parts", Json, nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("began", Moment(), nullable=True),
        sa.Column("anew", sa.Boolean(), nullable=False),
        sa.Column("pass", sa.Integer(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("loadedon", Moment(), nullable=True),
        sa.Column("comparedon", Moment(), nullable=True),
        sa.Column("readon", Moment(), nullable=True),
        sa.Column("changedon", Moment(), nullable=True),
        sa.Column("dueat", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("troubledon", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tablename", name="pk_mirrortable"),
    )
    op.create_table(
        "mirrorrow",
        sa.Column("tablename", sa.String(length=60), nullable=False),
        sa.Column("recordid", sa.String(length=36), nullable=False),
        sa.Column("etag", sa.String(length=80), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("pass", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tablename", "recordid", name="pk_mirrorrow"),
    )
    op.create_table(
        "mirrorgap",
        sa.Column("tablename", sa.String(length=60), nullable=False),
        sa.Column("recordid", sa.String(length=36), nullable=False),
        sa.Column("columnname", sa.String(length=60), nullable=False),
        sa.Column("targetid", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("tablename", "recordid", "columnname", name="pk_mirrorgap"),
    )
    op.create_index("ix_mirrorgap_targetid", "mirrorgap", ["targetid"])
    op.create_table(
        "choicecolumn",
        sa.Column("tablename", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("choices", Json, nullable=False),
        sa.PrimaryKeyConstraint("tablename", "name", name="pk_choicecolumn"),
    )
    op.add_column("customcolumn", sa.Column("choices", Json, nullable=False, server_default="[]"))
    op.add_column("customcolumn", sa.Column("mirrored", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("customcolumn", sa.Column("goneon", Moment(), nullable=True))
    op.add_column("systemuser", sa.Column("azureactivedirectoryobjectid", sa.String(length=36), nullable=True))
    op.create_index(
        "ix_systemuser_azureactivedirectoryobjectid", "systemuser", ["azureactivedirectoryobjectid"], unique=True
    )


def downgrade() -> None:
    op.drop_index("ix_systemuser_azureactivedirectoryobjectid", "systemuser")
    op.drop_column("systemuser", "azureactivedirectoryobjectid")
    for name in ("goneon", "mirrored", "choices"):
        op.drop_column("customcolumn", name)
    op.drop_table("choicecolumn")
    op.drop_index("ix_mirrorgap_targetid", "mirrorgap")
    for name in ("mirrorgap", "mirrorrow", "mirrortable", "mirrorstate"):
        op.drop_table(name)
