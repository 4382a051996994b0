"""Writes migration 0001 anew from the models. Only until the first release; later changes get their own."""

import re
import tempfile
from pathlib import Path

from alembic import command

from leadwright.db import schema
from leadwright.db.engine import Database

versions = Path(schema.__file__).parent / "migrations" / "versions"
target = versions / "0001_first.py"
with tempfile.TemporaryDirectory() as folder:
    old = {p: p.read_text() for p in versions.glob("*.py")}
    for path in old:
        path.unlink()
    try:
        database = Database(f"sqlite:///{folder}/empty.db")
        with database.engine.connect() as connection:
            script = command.revision(schema._config(connection), "first", autogenerate=True, rev_id="0001")
        written = Path(script.path)
        text = written.read_text()
        written.unlink()
    finally:
        for path, content in old.items():
            path.write_text(content)
text = text.replace("leadwright.db.base.Moment(timezone=True)", "Moment()").replace(
    "leadwright.db.base.Moment()", "Moment()"
)
text = text.replace("sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql')", "Json")
text = text.replace(
    "from alembic import op\n", "from alembic import op\n\nfrom leadwright.db.base import Json, Moment\n"
)
text = re.sub(r"from sqlalchemy\.dialects import postgresql\n", "", text)
target.write_text(text)
