"""Full-text index of knowledge passages: FTS5 on SQLite, tsvector with GIN on PostgreSQL.

Triggers keep it in step in the writer's own transaction, cascading deletes included. A later migration that
recreates the table knowledgepassage on SQLite (batch mode) has to create the triggers again.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE = (
    """
    CREATE VIRTUAL TABLE knowledgepassage_text USING fts5(
        heading, text, content='knowledgepassage', content_rowid='passageno',
        tokenize='porter unicode61 remove_diacritics 2')
    """,
    """
    CREATE TRIGGER knowledgepassage_text_insert AFTER INSERT ON knowledgepassage BEGIN
        INSERT INTO knowledgepassage_text(rowid, heading, text) VALUES (new.passageno, new.heading, new.text);
    END
    """,
    """
    CREATE TRIGGER knowledgepassage_text_delete AFTER DELETE ON knowledgepassage BEGIN
        INSERT INTO knowledgepassage_text(knowledgepassage_text, rowid, heading, text)
        VALUES ('delete', old.passageno, old.heading, old.text);
    END
    """,
    """
    CREATE TRIGGER knowledgepassage_text_update AFTER UPDATE OF heading, text ON knowledgepassage BEGIN
        INSERT INTO knowledgepassage_text(knowledgepassage_text, rowid, heading, text)
        VALUES ('delete', old.passageno, old.heading, old.text);
        INSERT INTO knowledgepassage_text(rowid, heading, text) VALUES (new.passageno, new.heading, new.text);
    END
    """,
)
_POSTGRESQL = (
    """
    CREATE TABLE knowledgepassage_text (
        passageno integer PRIMARY KEY REFERENCES knowledgepassage ON DELETE CASCADE,
        words tsvector NOT NULL)
    """,
    "CREATE INDEX knowledgepassage_text_words ON knowledgepassage_text USING gin (words)",
    """
    CREATE FUNCTION knowledgepassage_text_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO knowledgepassage_text (passageno, words)
        VALUES (new.passageno, setweight(to_tsvector('english', new.heading), 'A')
                            || setweight(to_tsvector('english', new.text), 'D'))
        ON CONFLICT (passageno) DO UPDATE SET words = excluded.words;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER knowledgepassage_text_keep AFTER INSERT OR UPDATE OF heading, text ON knowledgepassage
    FOR EACH ROW EXECUTE FUNCTION knowledgepassage_text_keep()
    """,
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP TRIGGER knowledgepassage_text_keep ON knowledgepassage")
        connection.exec_driver_sql("DROP FUNCTION knowledgepassage_text_keep()")
    else:
        for name in ("insert", "delete", "update"):
            connection.exec_driver_sql(f"DROP TRIGGER knowledgepassage_text_{name}")
    connection.exec_driver_sql("DROP TABLE knowledgepassage_text")
