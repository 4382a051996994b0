"""`leadwright rotate-key`: a new key for stored secrets, everything sealed again, the old key out of force."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from leadwright.db.engine import Database
    from leadwright.identity.secrets import Vault

_SETTLE = 5.0  # seconds in which whoever read the former keys finishes what they were writing


def rotate_key(
    settle: Annotated[float, typer.Option(help="Seconds to wait for what is being written.", min=0)] = _SETTLE,
) -> None:
    """Replace the key that encrypts stored secrets, while Leadwright runs. Stopped or killed, run it again: it goes on.

    With the key in secret.key: a new key is made, every secret is sealed again, and the old key is retired; then it
    opens nothing but links to unsubscribe in mails already sent. With the setting secret_key: put the new key on a line
    above the old one and restart every process first; the command seals again and says when the old line may go.
    """
    from leadwright.bootstrap import open_services
    from leadwright.identity.key_rotation import note_rotation
    from leadwright.identity.secrets import KEY_FILE, add_key, open_vault, replacing_keys, retire_keys
    from leadwright.settings import load_settings

    settings = load_settings()
    services, path = open_services(settings), settings.data_dir / KEY_FILE
    try:
        if settings.secret_key.get_secret_value().strip():
            vault = open_vault(settings)
            total = _seal_until_settled(services.database, vault, settle)
            note_rotation(services.database, vault, total)
            typer.echo(f"{total} secrets are sealed again; all of them are under the first key of secret_key now.")
            typer.echo('Write "retired " before the former key there, for links in mails already sent, and restart.')
            return
        with replacing_keys(path):
            add_key(path)
            vault = open_vault(settings)
            total = _seal_until_settled(services.database, vault, settle)
            note_rotation(services.database, vault, total)
            retire_keys(path)
    finally:
        services.reader.close()
        services.database.close()
    typer.echo(f"{total} secrets are sealed again, under a new key. The former one is retired: it opens only links to")
    typer.echo(f"unsubscribe in mails already sent. Copy {path} to where you keep the key, apart from the backups.")


def _seal_until_settled(database: Database, vault: Vault, settle: float) -> int:
    """Seal again until nothing under a former key is left, nor comes from whoever was writing. How many were."""
    from leadwright.errors import Conflict
    from leadwright.identity.key_rotation import seal_again

    total = 0
    while True:
        found = seal_again(database, vault, _tell)
        total += found.sealed
        if found.unreadable:
            listed = "\n  ".join(found.unreadable[:20])
            raise Conflict(
                f"{len(found.unreadable)} stored secrets open with no key at hand:\n  {listed}\n"
                "Put the key they were sealed with on a further line, or enter these secrets again, and run this "
                "command once more. The former key stays in force until then."
            )
        if found.sealed == 0:
            return total
        time.sleep(settle)


def _tell(name: str, count: int) -> None:
    typer.echo(f"{name}: {count} sealed again")
