"""Brings the database to the newest schema, and tells whether models and migrations have drifted apart."""

import warnings
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import SchemaItem

from leadwright.db.engine import Database, explained
from leadwright.db.tables import metadata
from leadwright.errors import BadInput

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Run every outstanding migration. Safe to repeat, and with two processes at once.

    Raises:
        BadInput: the database cannot be reached or used.
    """
    try:
        with database.engine.execution_options(leadwright_writes=True).begin() as connection:
            if not database.is_sqlite:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7311)")
            command.upgrade(_config(connection), "head")
    except DBAPIError as error:
        raise BadInput(explained(error)) from error
    except CommandError as error:
        raise BadInput(
            "The database is from a newer version of Leadwright. Install that version, or use another database."
        ) from error


def write_migration(database: Database, message: str) -> None:
    """Write a new migration from the difference between models and database (developers only)."""
    with database.engine.connect() as connection:
        command.revision(_config(connection), message, autogenerate=True)


def drift(database: Database) -> list[object]:
    """Differences between the models and the migrated database; empty when they agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=comparing(connection.dialect.name))
        with warnings.catch_warnings():  # SQLite's indexes of expressions cannot be compared
            warnings.filterwarnings(
                "ignore", ".*(unsupported reflection of|skipping metadata-specified) expression-based"
            )
            return [d for d in compare_metadata(context, metadata) if not _is_ours_by_hand(d)]


def comparing(dialect: str) -> dict[str, Any]:
    """How models and database are compared: without the indexes that only the other kind of database has."""

    def concerns(item: SchemaItem, *_: object) -> bool:
        return bool(item.info.get("only_on", dialect) == dialect)

    return {"compare_type": False, "include_object": concerns}


def _is_ours_by_hand(difference: object) -> bool:
    """Tables made by raw SQL (full-text indexes, DBOS) are not models."""
    if isinstance(difference, tuple) and difference[0] in {"remove_table", "remove_index"}:
        name = str(getattr(difference[1], "name", ""))
        table = str(getattr(getattr(difference[1], "table", None), "name", name))
        return any(n.startswith(("knowledgepassage_text", "audithead", "datasource_outputs")) for n in (name, table))
    return False


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config
