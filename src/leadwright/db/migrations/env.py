"""Alembic's environment: it works on the connection that `leadwright.db.schema` hands it."""

from alembic import context

from leadwright.db.schema import comparing
from leadwright.db.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    **comparing(connection.dialect.name),
)
with context.begin_transaction():
    context.run_migrations()
