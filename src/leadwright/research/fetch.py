"""Fetches one page from the web without ever being led to a private address. Reading the page is `pages`.

A name is resolved once, inside the connection that uses the answer; every address it has is checked, and the
connection goes to exactly the checked one, so a name that changes its answer between check and use gains nothing.
"""

import socket
import ssl
import threading
import time
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpcore2

from leadwright import __version__
from leadwright.errors import FetchError
from leadwright.research import addresses
from leadwright.research.addresses import Target
from leadwright.research.outage import Outage
from leadwright.research.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from leadwright.research.robots import PROGRAM, Answer, KnownRobots, origin

MAX_BYTES = 5 * 1024 * 1024
MAX_SECONDS = 10.0
MAX_REDIRECTS = 5
USER_AGENT = f"{PROGRAM}/{__version__} (research of business leads)"
_TYPES = ("text/", "application/xhtml+xml", "application/xml", "application/rss+xml", "application/atom+xml")
_PDF = "application/pdf"
_MOVED = (301, 302, 303, 307, 308)
_NO_ROBOTS = 404

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What a web server answered.

    Args:
        url: the address it came from in the end, after redirects.
        content: the body, decompressed, at most 5 MB.
        media_type: lower case, without parameters.
        charset: as declared in the header, or empty.
    """

    url: str
    content: bytes
    media_type: str
    charset: str = ""


def system_resolve(host: str, port: int) -> list[str]:
    """Every IP address of a name. `localhost` and names below it are this machine, without asking (RFC 6761).

    Raises:
        OSError: the name does not exist, or name resolution is down.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return ["127.0.0.1"]
    return list(dict.fromkeys(str(a[4][0]) for a in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class Fetcher:
    """Fetches pages. One object is shared by all threads; connections are kept and used again.

    Args:
        allowed_private: ``host:port`` pairs (or ``*.localhost:port``) that may be loopback or a private address.
        resolve: name to IP addresses.
        seconds: most time for one page, redirects included.
        verify: TLS context; None means the system's certificates.
        honour_robots: leave alone what a site's robots.txt forbids; one more request for a site and day.
    """

    def __init__(
        self,
        allowed_private: frozenset[str] = frozenset(),
        *,
        resolve: Resolve = system_resolve,
        seconds: float = MAX_SECONDS,
        max_bytes: int = MAX_BYTES,
        verify: ssl.SSLContext | None = None,
        honour_robots: bool = False,
    ) -> None:
        self._allowed = allowed_private
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._guard = _GuardedBackend(allowed_private, resolve)
        self._pools = _Pools(verify, self._guard)
        weakref.finalize(self, self._pools.close)
        self._robots = KnownRobots(self._ask_robots) if honour_robots else None

    def fetch(self, url: str) -> Page:
        """Get one page.

        Raises:
            FetchError: it may not be fetched, or could not be; `permanent` when trying again cannot help.
            LeftAlone: the site asks programs not to read it.
        """
        wanted = addresses.target(url, self._allowed)
        self._guard.deadline = time.monotonic() + self._seconds
        try:
            for _ in range(MAX_REDIRECTS + 1):
                if self._robots:
                    self._robots.check(wanted)
                found = self._get(wanted)
                if isinstance(found, Page):
                    return found
                wanted = addresses.redirected(wanted, found, self._allowed)
        except FetchError:
            raise
        except (httpcore2.TimeoutException, TimeoutError) as error:
            raise FetchError(f"{wanted.host} did not answer within {self._seconds:g} seconds.") from error
        except (httpcore2.NetworkError, ssl.SSLError, OSError) as error:
            raise FetchError(f"{wanted.host} could not be reached: {_reason(error)}.") from error
        except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, zlib.error, ValueError) as error:
            raise FetchError(f"{wanted.host} answered in a way that is not HTTP.", permanent=True) from error
        raise FetchError(f"{wanted.host} redirects more than {MAX_REDIRECTS} times.", permanent=True)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send a body to one address; redirects are not followed and the answer's body is not read.

        Returns:
            The answer's HTTP status.

        Raises:
            FetchError: it may not be reached, or could not be.
        """
        wanted = addresses.target(url, self._allowed)
        self._guard.deadline = time.monotonic() + self._seconds
        given = [(b"Host", _host_header(wanted)), (b"User-Agent", f"{PROGRAM}/{__version__}".encode())]
        given += [(name.encode(), value.encode()) for name, value in headers.items()]
        given.append((b"Content-Length", str(len(body)).encode()))
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        try:
            with self._pools.mine().stream(
                "POST", wanted.url, headers=given, content=body, extensions={"timeout": timeout}
            ) as response:
                return int(response.status)
        except FetchError:
            raise
        except (httpcore2.TimeoutException, TimeoutError) as error:
            raise FetchError(f"{wanted.host} did not answer within {self._seconds:g} seconds.") from error
        except (httpcore2.NetworkError, ssl.SSLError, OSError) as error:
            raise FetchError(f"{wanted.host} could not be reached: {_reason(error)}.") from error
        except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, ValueError) as error:
            raise FetchError(f"{wanted.host} answered in a way that is not HTTP.", permanent=True) from error

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pools.close()

    def _ask_robots(self, wanted: Target) -> Answer:
        """The robots.txt of a site, by the same guarded way as a page. One that leads astray counts as none."""
        asked = replace(wanted, path="/robots.txt")
        answer = self._robots_at(asked)
        for _ in range(MAX_REDIRECTS):
            if isinstance(answer, Answer):
                whose = asked if asked.path == "/robots.txt" else wanted
                return replace(answer, origin=origin(whose))
            try:
                asked = addresses.redirected(asked, answer, self._allowed)
                answer = self._robots_at(asked)
            except FetchError:
                break
        return Answer(_NO_ROBOTS, b"", origin(wanted))

    def _robots_at(self, asked: Target) -> Answer | str:
        with self._asking(asked) as response:
            if response.status in _MOVED:
                return _headers(response).get("location", "")
            body = self._start(response) if response.status == 200 else b""
            return Answer(response.status, body, origin(asked))

    @contextmanager
    def _asking(self, wanted: Target) -> Iterator[httpcore2.Response]:
        headers = [
            (b"Host", _host_header(wanted)),
            (b"User-Agent", USER_AGENT.encode()),
            (b"Accept", b"text/html, application/xhtml+xml, application/xml;q=0.9, text/plain;q=0.8, */*;q=0.1"),
            (b"Accept-Encoding", b"gzip"),
        ]
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        with self._pools.mine().stream("GET", wanted.url, headers=headers, extensions={"timeout": timeout}) as response:
            yield response

    def _get(self, wanted: Target) -> Page | str:
        with self._asking(wanted) as response:
            answered = _headers(response)
            if response.status in _MOVED:
                return answered.get("location", "") or _refuse(wanted, "redirects to nowhere")
            if response.status != 200:
                again = response.status in (408, 425, 429) or response.status >= 500
                raise FetchError(f"{wanted.host} answered with status {response.status}.", permanent=not again)
            media_type, charset = _media_type(answered.get("content-type", "text/html"))
            if not (media_type.startswith(_TYPES) or media_type == _PDF):
                _refuse(wanted, f"answered with {media_type[:60]!r}, which is neither text nor PDF")
            encoding = answered.get("content-encoding", "").strip().lower()
            if encoding not in ("", "identity", "gzip", "x-gzip"):
                _refuse(wanted, "answered in a compression that was not asked for")
            body = self._body(wanted, response.iter_stream(), packed="gzip" in encoding)
        return Page(wanted.url, body, media_type, charset)

    def _start(self, response: httpcore2.Response) -> bytes:
        """The first half megabyte of a body; what does not unpack counts as empty."""
        packed = "gzip" in _headers(response).get("content-encoding", "").lower()
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packed else None
        body = bytearray()
        for chunk in response.iter_stream():
            try:
                body += unpacker.decompress(chunk, MAX_ROBOTS_BYTES) if unpacker else chunk
            except zlib.error:
                return b""
            if len(body) >= MAX_ROBOTS_BYTES:
                break
        return bytes(body[:MAX_ROBOTS_BYTES])

    def _body(self, wanted: Target, chunks: Iterable[bytes], *, packed: bool) -> bytes:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packed else None
        body, received = bytearray(), 0
        for chunk in chunks:
            received += len(chunk)
            room = self._max_bytes + 1 - len(body)
            body += unpacker.decompress(chunk, room) if unpacker else chunk
            if len(body) > self._max_bytes or received > self._max_bytes:
                _refuse(wanted, f"sent more than {self._max_bytes // 1024 // 1024 or 1} MB")
        return bytes(body)


class _Pools:
    """A few kept connections for each thread; one pool for all would look at every connection at each request."""

    def __init__(self, verify: ssl.SSLContext | None, guard: httpcore2.NetworkBackend) -> None:
        self._verify = verify
        self._guard = guard
        self._lock = threading.Lock()
        self._of_thread: dict[threading.Thread, httpcore2.ConnectionPool] = {}

    def mine(self) -> httpcore2.ConnectionPool:
        me = threading.current_thread()
        if (pool := self._of_thread.get(me)) is None:
            pool = httpcore2.ConnectionPool(
                ssl_context=self._verify,
                max_connections=4,
                max_keepalive_connections=2,
                keepalive_expiry=30,
                network_backend=self._guard,
            )
            with self._lock:
                for gone in [t for t in self._of_thread if not t.is_alive()]:
                    self._of_thread.pop(gone).close()
                self._of_thread[me] = pool
        return pool

    def close(self) -> None:
        with self._lock:
            for pool in self._of_thread.values():
                pool.close()
            self._of_thread.clear()


class _GuardedBackend(httpcore2.NetworkBackend):
    """Resolves, checks and connects in one place. The deadline of a request belongs to its thread."""

    def __init__(self, allowed_private: frozenset[str], resolve: Resolve) -> None:
        self._allowed = allowed_private
        self._resolve = resolve
        self._local = threading.local()
        self._outage = Outage()
        self._sockets = httpcore2.SyncBackend()

    @property
    def deadline(self) -> float:
        return float(getattr(self._local, "deadline", 0.0))

    @deadline.setter
    def deadline(self, value: float) -> None:
        self._local.deadline = value

    def left(self, timeout: float | None) -> float:
        """Seconds left for this request."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for this page is over")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        host = host.strip("[]")
        private = addresses.is_allowed(host, port, self._allowed)
        found = self._addresses(host, port)
        for address in found:
            addresses.check_ip(address, private=private)
        failure: Exception = httpcore2.ConnectError("no address")
        for address in sorted(found, key=lambda a: ":" in a)[:3]:
            try:
                stream = self._sockets.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        raise FetchError("Pages are not fetched from local sockets.", permanent=True)

    def _addresses(self, host: str, port: int) -> list[str]:
        """Resolve in a thread, because the system's resolver knows no time limit."""
        self._refuse_unresolved(host)
        answer: list[list[str]] = []
        problem: list[BaseException] = []

        def ask() -> None:
            try:
                answer.append(self._resolve(host, port))
            except BaseException as error:  # handed to the thread that waits
                problem.append(error)

        thread = threading.Thread(target=ask, daemon=True, name="resolve")
        thread.start()
        thread.join(self.left(None))
        if answer and answer[0]:
            if not _needs_no_dns(host):
                self._outage.answered(host)
            return answer[0]
        error = problem[0] if problem else None
        if not answer and (error is None or getattr(error, "errno", None) == socket.EAI_AGAIN):
            self._outage.failed(host)
            self._refuse_unresolved(host)
        self._outage.answered(host)
        raise FetchError(f"The name {host} does not exist.", permanent=True) from error

    def _refuse_unresolved(self, host: str) -> None:
        if self._outage.is_down():
            raise FetchError("Names cannot be resolved on this machine at the moment. Check its network and DNS.")
        if self._outage.is_broken(host):
            raise FetchError(f"The name {host} cannot be resolved at the moment: its name servers do not answer.")


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every read and write ends at the deadline of the request that uses it."""

    def __init__(self, stream: httpcore2.NetworkStream, guard: _GuardedBackend) -> None:
        self._stream = stream
        self._guard = guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._guard.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._guard.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, self._guard.left(timeout)), self._guard
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _headers(response: httpcore2.Response) -> dict[str, str]:
    return {k.lower().decode("latin-1"): v.decode("latin-1") for k, v in response.headers}


def _media_type(header: str) -> tuple[str, str]:
    media_type, _, parameters = header.partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip(" \"'")[:40]
    return media_type.strip().lower(), charset


def _needs_no_dns(host: str) -> bool:
    """This machine by name, or an IP address: says nothing about DNS."""
    return host == "localhost" or host.endswith(".localhost") or ":" in host or host.replace(".", "").isdigit()


def _host_header(wanted: Target) -> bytes:
    return wanted.url.split("//", 1)[1].split("/", 1)[0].encode("ascii")


def _refuse(wanted: Target, why: str) -> str:
    raise FetchError(f"{wanted.host} {why}.", permanent=True)


def _reason(error: BaseException) -> str:
    text = str(error).lower()
    if "certificate" in text or "ssl" in text or "tls" in text:
        return "its TLS certificate or encryption is not valid"
    return "the connection was refused or broke off"
