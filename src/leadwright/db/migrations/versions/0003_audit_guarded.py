"""The audit log can only grow: triggers refuse changes and removals, and the head says where the log ends.

A later migration that recreates the table auditentry on SQLite (batch mode) has to create the triggers again.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLE = (
    """
    CREATE TABLE audithead (
        one integer PRIMARY KEY CHECK (one = 1), number integer NOT NULL, hash varchar(64) NOT NULL)
    """,
    f"""
    INSERT INTO audithead (one, number, hash)
    SELECT 1, coalesce(max(number), 0), coalesce((SELECT hash FROM auditentry ORDER BY number DESC LIMIT 1), '{"0" * 64}')
    FROM auditentry
    """,  # noqa: S608 a constant of ours
)
# The head moves forward only, and only to an entry that is there.
_MOVES_BACK = """
    new.number <= old.number OR new.one <> 1
    OR NOT EXISTS (SELECT 1 FROM auditentry e WHERE e.number = new.number AND e.hash = new.hash)
"""


def _refusing(table: str, event: str, condition: str = "") -> str:
    when = f"WHEN {condition}" if condition else ""
    return f"""
    CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} FOR EACH ROW {when} BEGIN
        SELECT RAISE(ABORT, 'the audit log can only grow');
    END
    """


_SQLITE = (
    _refusing("auditentry", "update"),
    _refusing("auditentry", "delete"),
    # INSERT OR REPLACE removes without a delete trigger.
    _refusing("auditentry", "insert", "EXISTS (SELECT 1 FROM auditentry e WHERE e.number = new.number)"),
    _refusing("audithead", "delete"),
    _refusing("audithead", "insert"),
    _refusing("audithead", "update", _MOVES_BACK),
)
_POSTGRESQL = (
    """
    CREATE FUNCTION auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log can only grow';
    END $$
    """,
    f"""
    CREATE FUNCTION audithead_forward() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {_MOVES_BACK} THEN
            RAISE EXCEPTION 'the audit log can only grow';
        END IF;
        RETURN new;
    END $$
    """,
    """
    CREATE TRIGGER auditentry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION auditentry_refuse()
    """,
    """
    CREATE TRIGGER audithead_no_removal BEFORE INSERT OR DELETE OR TRUNCATE ON audithead
    FOR EACH STATEMENT EXECUTE FUNCTION auditentry_refuse()
    """,
    """
    CREATE TRIGGER audithead_no_update BEFORE UPDATE ON audithead
    FOR EACH ROW EXECUTE FUNCTION audithead_forward()
    """,
)


def upgrade() -> None:
    connection = op.get_bind()
    own = _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE
    for statement in (*_TABLE, *own):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql("DROP TABLE audithead")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP TRIGGER auditentry_no_change ON auditentry")
        connection.exec_driver_sql("DROP FUNCTION auditentry_refuse()")
        connection.exec_driver_sql("DROP FUNCTION audithead_forward()")
    else:
        for event in ("update", "delete", "insert"):
            connection.exec_driver_sql(f"DROP TRIGGER auditentry_no_{event}")
