"""`leadwright rotate-signing-key`: the directory signs tokens with a new key from now on."""

import typer


def rotate_signing_key() -> None:
    """Replace the key that signs access tokens; those the former key signed stay valid until they end."""
    from leadwright.actions import signing_keys
    from leadwright.bootstrap import open_services
    from leadwright.identity.access import operator
    from leadwright.settings import load_settings

    services = open_services(load_settings())
    try:
        with services.database.reading() as session:
            who = operator(session)
        kid = signing_keys.rotate_signing_key(services, who)
        typer.echo(f"Tokens are signed with the key {kid} from now on. The former key verifies for two more hours.")
    finally:
        services.reader.close()
        services.database.close()
