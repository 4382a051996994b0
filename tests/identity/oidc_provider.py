"""A real little provider of OpenID Connect on loopback: discovery, keys that may change, tokens it really signs."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "leadwright-at-provider", "a secret of the provider"


@dataclass
class Grant:
    """What an authorization code stands for."""

    query: dict[str, str]
    claims: dict[str, Any]


@dataclass
class OidcProvider:
    """Signs people in without asking. `forge` may change claims, header, key or the whole token before it leaves."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: new_key("k1"))
    published: list[dict[str, Any]] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)
    subject: dict[str, Any] = field(default_factory=dict)
    now: Callable[[], float] = time.time
    forge: Callable[["OidcProvider", dict[str, Any]], str] | None = None
    document: dict[str, Any] = field(default_factory=dict)

    def rotate(self, kid: str) -> None:
        """Another key signs, and only that one is published."""
        self.key = new_key(kid)
        self.published = [self.key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}]

    def authorize(self, url: str) -> str:
        """As the browser at the authorization endpoint: the address it is sent back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.grants)}"
        self.grants[code] = Grant(query, dict(self.subject))
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def claims_of(self, grant: Grant) -> dict[str, Any]:
        """Of an honest token."""
        now = int(self.now())
        base = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": grant.query["nonce"]}
        return base | grant.claims

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The token endpoint; a code counts once, with its verifier and the client's secret."""
        grant = self.grants.pop(form.get("code", ""), None)
        good = (
            grant is not None
            and form.get("client_id") == CLIENT
            and form.get("client_secret") == SECRET
            and form.get("redirect_uri") == grant.query["redirect_uri"]
            and create_s256_code_challenge(form.get("code_verifier", "")) == grant.query["code_challenge"]
        )
        if not good or grant is None:
            return 400, {"error": "invalid_grant"}
        claims = self.claims_of(grant)
        signed = self.forge(self, claims) if self.forge else sign(self.key, claims)
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": signed}


@cache
def new_key(kid: str, whose: str = "provider") -> RSAKey:
    """One pair for each owner and id, for they take long to make."""
    return RSAKey.generate_key(2048, {"kid": kid})


def sign(key: RSAKey, claims: dict[str, Any], **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid} | header, claims, key)


@contextmanager
def running_provider() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    provider.rotate("k1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                self._answer(200, provider.document)
            elif self.path == "/keys":
                self._answer(200, {"keys": provider.published})
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    provider.document = {
        "issuer": provider.issuer,
        "authorization_endpoint": f"{provider.issuer}/authorize",
        "token_endpoint": f"{provider.issuer}/token",
        "jwks_uri": f"{provider.issuer}/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "authorization_response_iss_parameter_supported": True,
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
