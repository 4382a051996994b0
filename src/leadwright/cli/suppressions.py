"""`leadwright suppressions`: opt-outs out of a damaged or newer database and into the restored one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Who is never written to, out of one database and into another.")


@app.command("export")
def export_suppressions(
    file: Annotated[Path, typer.Argument(help="CSV file to write; it holds hashes and no addresses.")],
) -> None:
    """Write every opt-out of the database into a file, in its place when it is whole.

    A damaged database is read as far as it can be, into FILE.part; a file of before stays (exit status 1).
    """
    import csv

    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    from leadwright.actions.suppressions import HEADINGS, export_rows
    from leadwright.db.engine import Database
    from leadwright.domain.csv_cells import safe_cell
    from leadwright.errors import BadInput
    from leadwright.settings import load_settings

    url = load_settings().url
    if (path := make_url(url).database) and url.startswith("sqlite") and not Path(path).is_file():
        raise BadInput(f"There is no database at {path}. Name it by LEADWRIGHT_DATABASE_URL or LEADWRIGHT_DATA_DIR.")
    place = file.resolve()
    part = place.with_name(f"{place.name}.part") if place.is_file() or not place.exists() else place
    database, count = Database(url), 0
    try:
        if part != place:
            part.unlink(missing_ok=True)
            part.touch(mode=0o600)
        with part.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(HEADINGS)
            for row in export_rows(database):
                writer.writerow([safe_cell(cell) for cell in row])
                count += 1
        if part != place:
            part.replace(place)
    except SQLAlchemyError as error:
        why = type(error.__cause__ or error).__name__
        where = file if part == place else f"{file}.part"
        typer.echo(f"{count} opt-outs are in {where}; the database cannot be read further ({why}).", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        raise BadInput(f"{part} cannot be written: {error.strerror}.") from None
    finally:
        database.close()
    typer.echo(f"{count} opt-outs are in {file}.")


@app.command("import")
def import_suppressions(
    file: Annotated[Path, typer.Argument(help="CSV file that `leadwright suppressions export` wrote.")],
) -> None:
    """Keep the opt-outs of a file that are not known here. A repeat changes nothing; interrupted, it goes on."""
    from leadwright.actions.suppressions import import_rows, read_rows
    from leadwright.bootstrap import open_services
    from leadwright.errors import BadInput
    from leadwright.identity.access import operator
    from leadwright.settings import load_settings

    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = read_rows(opened)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}.") from None
    services = open_services(load_settings())
    try:
        with services.database.reading() as session:
            who = operator(session)
        new = import_rows(services, who, rows)
    finally:
        services.reader.close()
        services.database.close()
    typer.echo(f"{len(rows)} opt-outs read, {new} were not known here. Nobody of them is written to.")
