"""Alembic migrations, run by `migrate()` at every start."""
