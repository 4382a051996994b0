"""A mailbox that signs in with a token says who asks for it, and where."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_LENGTHS = {"lw_provider": 20, "lw_tenant": 200, "lw_clientid": 200, "lw_tokenurl": 500}


def upgrade() -> None:
    for name, length in _LENGTHS.items():
        op.add_column("mailbox", sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    op.add_column("mailbox", sa.Column("lw_sealedclientsecret", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("mailbox") as table:
        for name in (*_LENGTHS, "lw_sealedclientsecret"):
            table.drop_column(name)
