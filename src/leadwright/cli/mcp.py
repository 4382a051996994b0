"""`leadwright mcp`: the tools over standard input and output, for an agent on this machine."""

from typing import Annotated

import typer

from leadwright.errors import BadInput


def mcp(
    token: Annotated[
        str,
        typer.Option(envvar="LEADWRIGHT_TOKEN", help="A personal access token, made under Tokens; its rights count."),
    ] = "",
) -> None:
    """Answer an agent's questions about leads over MCP, on standard input and output."""
    from leadwright import logs
    from leadwright.bootstrap import open_services
    from leadwright.identity.bearer import bearer_of
    from leadwright.mcp.server import make_server
    from leadwright.settings import load_settings

    settings = load_settings()
    logs.configure(settings)
    if not token:
        raise BadInput("Set LEADWRIGHT_TOKEN to a personal access token. Make one in the desk, under Tokens.")
    services = open_services(settings)
    try:
        bearer_of(services, token)
        make_server(services, lambda _ctx: bearer_of(services, token)).run("stdio")
    finally:
        services.reader.close()
        services.database.close()
