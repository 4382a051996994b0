"""Leads are found by owner in the index of owner and stage: the other one cost every write and nothing read it.

Until 0.9.2 a person's mail was to change the lead's Topic in Dynamics 365. What still waits to do so is dropped.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from leadwright.db.base import Moment

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_WRITES = sa.table(
    "mirrorwrite",
    sa.column("kind", sa.String),
    sa.column("action", sa.String),
    sa.column("state", sa.String),
    sa.column("reason", sa.Text),
    sa.column("concludedon", Moment),
)


def upgrade() -> None:
    op.drop_index("ix_lead_ownerid", "lead")
    op.execute(
        _WRITES.update()
        .where(_WRITES.c.kind == "change", _WRITES.c.action == "lead.mail_by_person")
        .where(_WRITES.c.state.in_(("waiting", "held")))
        .values(state="dropped", reason="A mail changes no Topic.", concludedon=datetime.now(UTC))
    )


def downgrade() -> None:
    op.create_index("ix_lead_ownerid", "lead", ["ownerid"])
