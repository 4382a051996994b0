"""Puts the desk together: routes, errors, headers, and the runtime's life beside it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from leadwright import __version__
from leadwright.errors import LeadwrightError
from leadwright.services import Services
from leadwright.web import failures
from leadwright.web.doors import BodyLimit, KnownHosts
from leadwright.web.pages import ALL
from leadwright.web.security import PUBLIC, SafeAnswers, check_declared, declares
from leadwright.web.site_map import Area
from leadwright.web.static_files import static_file


class Worker(Protocol):
    """What runs the agent beside the pages; `workflows.runtime.Runtime` is one."""

    def start(self) -> None:
        """Begin to work."""

    def stop(self) -> object:
        """Finish what is under way and stop."""


class Door(Protocol):
    """A further interface with a life of its own; `mcp.door.McpDoor` is one."""

    routes: list[BaseRoute]

    def running(self) -> AbstractAsyncContextManager[None]:
        """Entered for as long as the application serves."""


def create_app(
    services: Services,
    *,
    runtime: Worker | None = None,
    routers: Sequence[APIRouter] = (),
    areas: Sequence[Area] = (),
    doors: Sequence[Door] = (),
    setup_code: str = "",
) -> FastAPI:
    """The web application.

    Args:
        services: the adapters in force.
        runtime: started with the application and stopped with it, when given.
        routers: further interfaces beside the pages, such as the JSON API; their routes declare what they need too.
        areas: further lines of the site map, for pages among `routers`.
        doors: further interfaces that live as long as the application; their routes declare what they need too.
        setup_code: lets somebody on another machine create the first administrator; empty: nobody.

    Raises:
        RuntimeError: a route does not say which privilege it needs.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if runtime is not None:
            await run_in_threadpool(runtime.start)
        try:
            async with AsyncExitStack() as open_doors:
                for door in doors:
                    await open_doors.enter_async_context(door.running())
                yield
        finally:
            if runtime is not None:
                await run_in_threadpool(runtime.stop)

    async def failed(request: Request, error: Exception) -> Response:
        return failures.page(request, services, error)

    app = FastAPI(
        title="Leadwright",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        exception_handlers={LeadwrightError: failed, HTTPException: failed},
        middleware=[
            Middleware(
                SafeAnswers,
                settings=services.settings,
                failed=lambda request, error: failures.page(request, services, error),
            ),
            Middleware(KnownHosts, settings=services.settings),
            Middleware(BodyLimit),
        ],
    )
    app.state.services = services
    app.state.setup_code = setup_code
    app.state.areas = tuple(areas)
    static = declares(PUBLIC)(static_file)
    app.router.routes.append(Route("/static/{hash}/{name}", static, methods=["GET"], name="static"))
    for pages in ALL:
        app.router.routes.extend(pages.routes(services))
    for router in routers:
        app.include_router(router)
    for door in doors:
        app.router.routes.extend(door.routes)
    check_declared(list(app.router.routes))
    return app
