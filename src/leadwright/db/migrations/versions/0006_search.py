"""Indexes for the search of leads by beginnings of words, and for the list of contacts by name."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_contact_name", "contact", [sa.text("coalesce(fullname, '')"), "contactid"])
    if op.get_bind().dialect.name != "postgresql":
        return
    op.drop_index("ix_account_lw_namekey", "account")
    _create("ix_account_lw_namekey", "account", "lw_namekey")
    op.drop_index("ix_lead_lastname", "lead")
    _create("ix_lead_lastname", "lead", "lastname", "leadid")
    op.drop_index("ix_lead_emailaddress1", "lead")
    _create("ix_lead_emailaddress1", "lead", "emailaddress1", postgresql_include=["leadid"])
    _create("ix_lead_company_begins", "lead", "companyname", "leadid")
    _create("ix_lead_fullname_begins", "lead", "fullname", "leadid")


def _create(name: str, table: str, *columns: str, **options: Any) -> None:
    op.create_index(name, table, list(columns), postgresql_ops={columns[0]: "varchar_pattern_ops"}, **options)


def downgrade() -> None:
    op.drop_index("ix_contact_name", "contact")
    if op.get_bind().dialect.name != "postgresql":
        return
    op.drop_index("ix_lead_fullname_begins", "lead")
    op.drop_index("ix_lead_company_begins", "lead")
    op.drop_index("ix_lead_emailaddress1", "lead")
    op.create_index("ix_lead_emailaddress1", "lead", ["emailaddress1"])
    op.drop_index("ix_lead_lastname", "lead")
    op.create_index("ix_lead_lastname", "lead", ["lastname", "leadid"])
    op.drop_index("ix_account_lw_namekey", "account")
    op.create_index("ix_account_lw_namekey", "account", ["lw_namekey"])
