"""Alembic's environment: it works on the connection that `leadwright.db.schema` hands it."""

from alembic import context

from leadwright.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
