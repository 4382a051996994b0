"""Where mail programs get access tokens, on loopback: answers as Microsoft's and Google's token endpoints do.

It also tells the mail server about a token (RFC 7662).
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

TENANT = "3f1c8a52-0d4e-4b7a-9c61-5e2d7f80b913"
CLIENT_ID = "8d6f2b14-7a3c-4e95-b0d8-1c9e5a7f4236"
CLIENT_SECRET = "made up for tests only"
GOOGLE_CLIENT = "made-up.apps.googleusercontent.com"
REFRESH_TOKEN = "1//made up for tests only"
MAIL_SCOPE = "https://outlook.office365.com/.default"


@dataclass
class Authority:
    """What was issued and asked.

    Args:
        url: of the server, without a path.
        lifetime: seconds a new token is good for.
        expired_secret: Microsoft's secret was right once.
        outages: so many requests are answered 503, with Retry-After, before one is served.
    """

    url: str
    username: str
    lifetime: int = 3599
    expired_secret: bool = False
    revoked: bool = False
    outages: int = 0
    issued: dict[str, float] = field(default_factory=dict)  # token -> monotonic end
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def microsoft(self) -> str:
        return f"{self.url}/{TENANT}/oauth2/v2.0/token"

    @property
    def google(self) -> str:
        return f"{self.url}/token"

    def reset(self) -> None:
        """As when it started: nothing was asked or given out."""
        self.lifetime, self.expired_secret, self.revoked, self.outages = 3599, False, False, 0
        self.issued, self.asked = {}, []

    def end_all(self) -> None:
        """Every token issued so far is over, earlier than was said."""
        self.issued = dict.fromkeys(self.issued, 0.0)

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body for a POST."""
        if path == "/introspect":
            return 200, self._introspect(form.get("token", ""))
        self.asked.append(form)
        if self.outages > 0:
            self.outages -= 1
            return 503, {"error": "temporarily_unavailable"}
        if path == "/token":
            return self._google(form)
        tenant, _, rest = path.strip("/").partition("/")
        return self._microsoft(tenant, form) if rest == "oauth2/v2.0/token" else (404, {"error": "not_found"})

    def _introspect(self, token: str) -> dict[str, Any]:
        if self.issued.get(token, 0.0) <= time.monotonic():
            return {"active": False}
        return {"active": True, "username": self.username, "token_type": "Bearer"}

    def _issue(self) -> str:
        token = secrets.token_urlsafe(400)
        self.issued[token] = time.monotonic() + self.lifetime
        return token

    def _microsoft(self, tenant: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        client = form.get("client_id", "")
        if tenant != TENANT:
            return _refused(400, 90002, "invalid_request", f"Tenant '{tenant}' not found. Check your tenant ID.")
        if client != CLIENT_ID:
            words = f"Application with identifier '{client}' was not found in the directory 'Seller'."
            return _refused(400, 700016, "unauthorized_client", words)
        if form.get("scope") != MAIL_SCOPE:
            words = f"The provided value for the input parameter 'scope' is not valid: {form.get('scope')}"
            return _refused(400, 70011, "invalid_scope", words)
        if form.get("grant_type") != "client_credentials":
            return _refused(400, 70003, "unsupported_grant_type", "The app requested an unsupported grant type.")
        if self.expired_secret:
            words = f"The provided client secret keys for app '{client}' are expired."
            return _refused(401, 7000222, "invalid_client", words)
        if form.get("client_secret") != CLIENT_SECRET:
            words = "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
            return _refused(401, 7000215, "invalid_client", f"{words}value, not the client secret ID.")
        expires = {"expires_in": self.lifetime, "ext_expires_in": self.lifetime}
        return 200, {"token_type": "Bearer", **expires, "access_token": self._issue()}

    def _google(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form.get("client_id") != GOOGLE_CLIENT or form.get("client_secret") != CLIENT_SECRET:
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        if form.get("grant_type") != "refresh_token":
            return 400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type."}
        if self.revoked or form.get("refresh_token") != REFRESH_TOKEN:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        scope = "https://mail.google.com/"
        token = {"access_token": self._issue(), "expires_in": self.lifetime, "scope": scope, "token_type": "Bearer"}
        return 200, token


def _refused(status: int, code: int, error: str, words: str) -> tuple[int, dict[str, Any]]:
    trace, correlation, moment = uuid4(), uuid4(), time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    tail = f"Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}"
    return status, {
        "error": error,
        "error_description": f"AADSTS{code}: {words} {tail}",
        "error_codes": [code],
        "timestamp": moment,
        "trace_id": str(trace),
        "correlation_id": str(correlation),
        "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    }


@contextmanager
def running_authority(username: str) -> Iterator[Authority]:
    """Serves until left; every token is for that user."""
    authority = Authority("", username)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            self._answer(*authority.answer(urlsplit(self.path).path, dict(parse_qsl(raw))))

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(raw)))
            if status == 503:
                self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    authority.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
