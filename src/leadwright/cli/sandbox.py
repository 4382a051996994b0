"""`leadwright sandbox dynamics`: a Dynamics 365 organisation to rehearse on, on loopback."""

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.serving import StandIn
    from leadwright.sandbox.world import World as Web

app = typer.Typer(no_args_is_help=True, help="Stand-ins for outside services, for rehearsals on this machine.")


@app.callback()
def sandbox() -> None:
    """Stand-ins for outside services, for rehearsals on this machine."""


@app.command()
def dynamics(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of everything; 0 picks a free one.")] = 8443,
    proxy_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the proxy; 0 picks a free one.")] = 8888,
    web_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the web outside: sites of sample companies and a search.")
    ] = 8490,
    folder: Annotated[Path, typer.Option(help="Where its state is kept between runs.")] = Path("leadwright-dynamics"),
    host: Annotated[
        str, typer.Option(help="Address to listen on; another than loopback lets others in.")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None, typer.Option(help="Further host name of the certificate, such as a container's. Repeatable.")
    ] = None,
) -> None:
    """Entra, Dataverse, Graph and Exchange on loopback over TLS, with state that is kept. Stop with Ctrl-C."""
    from leadwright.sandbox.dynamics import entra_tenant, entra_users, samples
    from leadwright.sandbox.dynamics.serving import StandIn
    from leadwright.sandbox.dynamics.world import World
    from leadwright.sandbox.world import World as Web

    world = World(folder.resolve())
    standin = StandIn(world, port, proxy_port, host=host, names=name or ())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with standin, Web(web_port) as web:
            world.set_fact(samples.PORT, str(web.port))
            typer.echo(_told(standin, web, entra_users.ADMINISTRATOR, entra_tenant.password(world)))
            standin.wait()
    except KeyboardInterrupt:
        typer.echo(f"Stopped. State is kept in {folder}; the same command goes on with it.")
    finally:
        world.close()


def _told(standin: "StandIn", web: "Web", administrator: str, password: str) -> str:
    """What to open and what to set, in both modes."""
    files = standin.certificates
    settings = "\n".join(f"  export {name}={value}" for name, value in standin.environment().items())
    hosts = json.dumps(sorted(web.hosts))
    return f"""The stand-in for Dynamics 365 is at {standin.origin} (stop with Ctrl-C)
  Portals       {standin.origin}/_portal    (sign in as {administrator}, password {password})
  Control page  {standin.origin}/_control
  Tenant ID     {standin.world.tenantid}    (or contoso.onmicrosoft.com)
  CA file       {files.authority.resolve()}

Direct: give the client these addresses and the CA file
  authority     {standin.origin}
  Dataverse     {standin.origin}
  Graph         {standin.origin}

The web outside, where the sample companies are researched: start Leadwright with
  export LEADWRIGHT_SEARCH=searxng LEADWRIGHT_SEARCH_URL={web.url}
  export LEADWRIGHT_FETCH_PRIVATE_HOSTS='{hosts}' LEADWRIGHT_DNS_CHECKS=false

By the proxy: start the client with these, and use Microsoft's own addresses, in the browser too where people sign in
(https://login.microsoftonline.com, https://contoso.crm.dynamics.com, https://graph.microsoft.com)
{settings}
"""
