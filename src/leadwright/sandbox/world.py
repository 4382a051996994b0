"""The rehearsal world as a web server on loopback: company sites, news feeds, a SearXNG-compatible search, faults."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Any, Self

import uvicorn
from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from leadwright.errors import Conflict
from leadwright.sandbox import seller
from leadwright.sandbox.companies import company, dollars, site
from leadwright.sandbox.search import meant, results
from leadwright.sandbox.stories import story

_PAGES = {
    "": ("home", "Welcome"),
    "about": ("about", "About us"),
    "investors": ("investors", "Investors"),
    "news": ("news", "News"),
}
_TEMPLATES = Environment(
    loader=PackageLoader("leadwright.sandbox"), autoescape=select_autoescape(["html", "xml"]), auto_reload=False
)


@dataclass
class Faults:
    """What goes wrong, on purpose. A key is a company's slug, ``search``, or ``*`` for everything.

    Args:
        delay: seconds before every answer.
        slow: key -> seconds before the answer.
        status: key -> HTTP status answered instead of the page, e.g. 500, 404, 429.
        lies: slugs whose pages and search results tell another company's story (slug -> the other slug).
        forbids: slugs whose robots.txt asks programs to stay away.
        garbage: keys answered with bytes that are neither HTML nor JSON.
    """

    delay: float = 0.0
    slow: dict[str, float] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    lies: dict[str, str] = field(default_factory=dict)
    forbids: set[str] = field(default_factory=set)
    garbage: set[str] = field(default_factory=set)


class World:
    """Serve the rehearsal world in a thread. Use as a context manager, or `start()` and `stop()`.

    Args:
        port: 0 picks a free one.
        faults: what goes wrong; may be changed while it runs.
        today: the day news are counted back from.
        meter: called with ``(kind, key)`` of each request, e.g. ("page", "accenture"), ("search", query).
    """

    def __init__(
        self,
        port: int = 0,
        *,
        faults: Faults | None = None,
        today: date | None = None,
        meter: Callable[[str, str], None] | None = None,
    ) -> None:
        self.faults = faults or Faults()
        self.counts: Counter[str] = Counter()
        self._today = today or date.today()  # noqa: DTZ011 (news of a rehearsal: the local day will do)
        self._meter = meter
        self._port = port
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port in use."""
        return self._port

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``; also the base URL of the SearXNG-compatible search."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def hosts(self) -> frozenset[str]:
        """All its hosts, for `Settings.fetch_private_hosts`."""
        return frozenset({f"127.0.0.1:{self._port}", f"*.localhost:{self._port}"})

    def site(self, slug: str) -> str:
        """Address of a company's site, without a slash at the end."""
        return site(slug, self._port)

    def start(self) -> Self:
        """Listen.

        Raises:
            Conflict: the port is taken.
        """
        self._socket = socket.socket(
            socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
        )  # asyncio sets NODELAY on it
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", self._port))
            self._socket.listen(256)
        except OSError as error:
            self._socket.close()
            raise Conflict(
                f"Port {self._port} on 127.0.0.1 is taken by another program. Stop it or choose another port."
            ) from error
        self._port = self._socket.getsockname()[1]
        config = uvicorn.Config(
            _BySite(self.application()),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            ws="none",
        )
        self._server = uvicorn.Server(config)
        sockets = [self._socket]
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(sockets)), name="leadwright-world", daemon=True
        )
        self._thread.start()
        return self

    async def _serve(self, sockets: list[socket.socket]) -> None:
        if self._server:
            await self._server.serve(sockets=sockets)

    def stop(self) -> None:
        """Stop listening."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(timeout=5)
        if self._socket:
            self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def application(self) -> Starlette:
        """The world as an ASGI application."""
        return Starlette(
            routes=[
                Route("/sites/{slug}/robots.txt", self._robots),
                Route("/sites/{slug}/feed.xml", self._feed),
                Route("/sites/{slug}/news/{number:int}", self._item),
                Route("/sites/{slug}/", self._page),
                Route("/sites/{slug}", self._page),
                Route("/sites/{slug}/{page}", self._page),
                Route("/search", self._search),
                Route("/robots.txt", self._robots),
            ]
        )

    async def _page(self, request: Request) -> Response:
        slug, page = request.path_params["slug"], request.path_params.get("page", "")
        if broken := await self._broken("page", slug):
            return broken
        if slug == seller.SLUG:
            return HTMLResponse(_TEMPLATES.get_template("seller.html").render(seller=seller))
        if page not in _PAGES:
            return PlainTextResponse("Not found", 404)
        template, title = _PAGES[page]
        return self._render(f"{template}.html", slug, title=title)

    async def _item(self, request: Request) -> Response:
        slug, number = request.path_params["slug"], request.path_params["number"]
        if broken := await self._broken("page", slug):
            return broken
        firm = company(self.faults.lies.get(slug, slug))
        told = story(firm, self._port, self._today) if firm and firm.has_site else None
        if told is None or not 0 < number <= len(told.news):
            return PlainTextResponse("Not found", 404)
        return self._render("item.html", slug, title=told.news[number - 1].title, item=told.news[number - 1])

    async def _feed(self, request: Request) -> Response:
        slug = request.path_params["slug"]
        if broken := await self._broken("feed", slug):
            return broken
        return self._render("feed.xml", slug, title="News", media_type="application/rss+xml")

    async def _robots(self, request: Request) -> Response:
        self.counts["robots"] += 1
        if self.faults.delay:
            await asyncio.sleep(self.faults.delay)
        forbidden = request.path_params.get("slug") in self.faults.forbids
        return PlainTextResponse(f"User-agent: *\n{'Disallow' if forbidden else 'Allow'}: /\n")

    def _render(self, template: str, slug: str, *, media_type: str = "text/html", **values: Any) -> Response:
        firm = company(self.faults.lies.get(slug, slug))
        if firm is None or not firm.has_site:
            return PlainTextResponse("Not found", 404)
        told = story(firm, self._port, self._today)
        summary = f"{firm.name}: {firm.industry}, {firm.headquarters}."
        text = _TEMPLATES.get_template(template).render(
            firm=firm, story=told, site=self.site(firm.slug), revenue=dollars(firm.revenue), summary=summary, **values
        )
        return Response(text, media_type=media_type)

    async def _search(self, request: Request) -> Response:
        query = request.query_params.get("q", "")
        firm = meant(query)
        if broken := await self._broken("search", query, "search", firm.slug if firm else ""):
            return broken
        if request.query_params.get("format") != "json":
            return PlainTextResponse("Only format=json is served here.", 403)
        told = company(self.faults.lies[firm.slug]) if firm and firm.slug in self.faults.lies else None
        news = "news" in request.query_params.get("categories", "")
        found = results(told.name if told else query, self._port, self._today, news=news)
        body = {"query": query, "number_of_results": len(found), "results": found, "answers": [], "corrections": []}
        return JSONResponse({**body, "infoboxes": [], "suggestions": [], "unresponsive_engines": []})

    async def _broken(self, kind: str, key: str, *aliases: str) -> Response | None:
        self.counts[kind] += 1
        if self._meter:
            self._meter(kind, key)
        keys = ("*", *(aliases or (key,)))
        faults = self.faults
        wait = faults.delay + sum(faults.slow.get(k, 0.0) for k in keys)
        if wait:
            await asyncio.sleep(wait)
        for k in keys:
            if status := faults.status.get(k):
                return PlainTextResponse(
                    "Out of order", status, headers={"Retry-After": "1"} if status in (429, 503) else {}
                )
            if k in faults.garbage:
                return Response(bytes(range(256)) * 40, media_type="application/octet-stream")
        return None


class _BySite:
    """``http://SLUG.localhost/about`` is the page ``/sites/SLUG/about``."""

    def __init__(self, inner: Starlette) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").partition(":")[0]
            if host.endswith(".localhost"):
                scope = {**scope, "path": f"/sites/{host.removesuffix('.localhost')}{scope['path']}"}
        await self._inner(scope, receive, send)
