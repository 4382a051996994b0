"""`leadwright verify-audit`: does the chain of the audit log hold, and if not, where does it break?"""

from __future__ import annotations

import typer


def verify_audit() -> None:
    """Check every entry of the audit log against the one before it. Exit status 1: one was changed or removed."""
    from leadwright.bootstrap import open_services
    from leadwright.db.audit import broken_link
    from leadwright.db.pages.audit_log import entry, length
    from leadwright.settings import load_settings

    services = open_services(load_settings())
    try:
        with services.database.reading() as session:
            count, broken = length(session), broken_link(session)
            culprit = entry(session, broken) if broken is not None else None
    finally:
        services.reader.close()
        services.database.close()
    if broken is None:
        typer.echo(f"The chain holds: {count} entries, none changed or removed.")
        return
    about = f" ({culprit.action} by {culprit.actorname}, {culprit.at:%Y-%m-%d %H:%M} UTC)" if culprit else ", missing"
    typer.echo(f"The chain is broken at entry {broken}{about}: it, or one before it, was changed or removed.", err=True)
    typer.echo("Compare the log with a backup, and find out who may write to the database.", err=True)
    raise typer.Exit(1)
