"""Small real servers on loopback, and a store with one lead to research."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.base import new_id, now
from leadwright.db.configuration import Configuration
from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Lead
from leadwright.research.email_validation import MailResolver, NoDns
from leadwright.research.embedding import Embedding
from leadwright.research.fetch import Fetcher
from leadwright.research.search import NoSearch, WebSearch
from leadwright.settings import Settings


@dataclass
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = tuple[int, dict[str, str], bytes]
Answering = Callable[[Asked], Answer]


@dataclass
class Site:
    """A running server: `url`, `host` (127.0.0.1:port) and everything it was asked."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def serving(answering: Answering, *, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site(0, scheme="https" if tls else "http")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(
                self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length)
            )
            site.asked.append(asked)
            status, headers, body = answering(asked)
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that hangs up is what some tests are about

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[Site]:
    """A server below HTTP: `talk` gets each connection after the request was read."""
    listener = socket.create_server(("127.0.0.1", 0))
    site = Site(listener.getsockname()[1])
    over = threading.Event()

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                talk(connection)
            except OSError:
                pass

    def run() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield site
    finally:
        over.set()
        listener.close()


def certificate(folder: Path, *names: str, days: int = 1) -> tuple[Path, Path]:
    """A self-signed certificate and its key; negative days: already expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    at = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=10))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


@dataclass(frozen=True)
class Means:
    """The shape research works with."""

    database: Database
    settings: Settings = field(default_factory=Settings)
    search: WebSearch = field(default_factory=NoSearch)
    fetcher: Fetcher = field(default_factory=Fetcher)
    resolver: MailResolver = field(default_factory=NoDns)
    looks_outside: bool = True
    clock: Callable[[], datetime] = now
    embedding: Embedding | None = None


def add_unit(database: Database) -> str:
    with database.transaction() as session:
        unit = BusinessUnit(name="Root")
        session.add(unit)
        session.flush()
        return unit.businessunitid


def add_run(database: Database, unit: str, configuration: Configuration | None = None, **lead: Any) -> str:
    """A lead with an open run; gives the run's id."""
    with database.transaction() as session:
        agent = session.query(Agent).first()
        if agent is None:
            agent = Agent(name="Agent", mode="research", state="on")
            session.add(agent)
            session.flush()
        version = agent.appliedversion = agent.appliedversion + 1
        chosen = (configuration or Configuration()).model_dump(mode="json")
        session.add(AgentVersion(agentid=agent.agentid, version=version, configuration=chosen))
        values = {"companyname": "Acme Corp", "emailaddress1": "jo@acme.example", **lead}
        made = Lead(ownerid=new_id(), owningbusinessunit=unit, **values)
        session.add(made)
        session.flush()
        run = LeadRun(leadid=made.leadid, number=1, agentid=agent.agentid, version=version, trigger="new_lead")
        session.add(run)
        session.flush()
        return run.runid


@pytest.fixture
def unit(request: pytest.FixtureRequest) -> str:
    """The root business unit of whichever store the test uses."""
    name = "sqlite_database" if "sqlite_database" in request.fixturenames else "database"
    return add_unit(request.getfixturevalue(name))
