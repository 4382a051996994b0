"""The portal pages."""

from starlette.routing import Route

from leadwright.sandbox.dynamics.world import World


def routes(world: World) -> list[Route]:
    """None yet."""
    return []
