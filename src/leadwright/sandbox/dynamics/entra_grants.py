"""The token endpoint: client credentials, authorization codes, device codes, refresh tokens."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadwright.sandbox.dynamics import entra_keys, entra_tokens, entra_users
from leadwright.sandbox.dynamics.entra_clients import ANY_TENANT, Asked, Client, find_client, prove, tenant_of
from leadwright.sandbox.dynamics.entra_errors import aadsts
from leadwright.sandbox.dynamics.entra_resources import (
    AZURE_CLI,
    GRAPH,
    GRAPH_HOSTS,
    LOGIN_HOSTS,
    USER_SCOPES,
    resource_of,
)
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.world import World

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
CODE_LIFE = timedelta(minutes=10)
DEVICE_LIFE = timedelta(minutes=15)
_REFRESH_LIFE = timedelta(days=90)
_OPENID = frozenset({"openid", "profile", "email", "offline_access"})
_PREAUTHORISED = {  # what every tenant lets a program of Microsoft's do for a person; the rest takes consent
    AZURE_CLI: ("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.AccessAsUser.All"),
}


@dataclass(frozen=True, slots=True)
class Scopes:
    """What a scope parameter asks for.

    Args:
        audience: the one resource, as it was named.
        names: permissions without their resource, such as User.Read or .default.
        openid: of openid, profile, email, offline_access.
    """

    audience: str
    names: tuple[str, ...]
    openid: frozenset[str]


def token(world: World, asked: Asked) -> dict[str, Any]:
    """Answer the token endpoint.

    Raises:
        Aadsts: the refusal.
    """
    grant = asked.form.get("grant_type", "")
    if not grant:
        raise aadsts(900144, name="grant_type")
    if grant == "client_credentials":
        return _client_credentials(world, asked)
    if grant == "authorization_code":
        return _authorization_code(world, asked)
    if grant in {DEVICE_GRANT, "device_code"}:
        return _device_code(world, asked)
    if grant == "refresh_token":
        return _refresh_token(world, asked)
    raise aadsts(70003, grant=grant)


def read_scopes(text: str, host: str, tenant: str) -> Scopes:
    """Take a scope parameter apart.

    Raises:
        Aadsts: 900144 empty, 28000 more than one resource, 500011 nobody has that name, 70011 not a scope.
    """
    if not text.strip():
        raise aadsts(900144, name="scope")
    wanted = text.split()
    openid = frozenset(wanted) & _OPENID
    named = [_apart(scope, host) for scope in wanted if scope not in _OPENID]
    audiences = list(dict.fromkeys(audience for audience, _ in named))
    if len({a.rstrip("/") for a in audiences}) > 1:
        raise aadsts(28000, scope=text)
    audience = audiences[0] if audiences else _graph(host)
    if not resource_of(audience, host):
        raise aadsts(500011, resource=audience, tenant=tenant)
    return Scopes(audience, tuple(name for _, name in named), openid)


def keep_code(
    world: World, kind: str, asked: Mapping[str, Any], life: timedelta, *, userid: str = "", usercode: str = ""
) -> str:
    """Make an authorization code, a device code or a refresh token; what it stands for is kept under its digest."""
    text = secrets.token_urlsafe(48)
    state = "approved" if userid else "pending"
    values = (_digest(text), kind, usercode, state, userid, json.dumps(asked), (world.clock() + life).isoformat())
    with world.transaction() as db:
        db.execute("DELETE FROM entra_code WHERE endsat<?", ((world.clock() - life).isoformat(),))
        db.execute("INSERT INTO entra_code VALUES (?,?,?,?,?,?,?)", values)
    return text


def _apart(scope: str, host: str) -> tuple[str, str]:
    """Resource and permission of one scope; a permission alone is of Graph."""
    resource, slash, name = scope.rpartition("/")
    if not slash:
        if ":" in scope or not scope.replace(".", "").replace("_", "").isalnum():
            raise aadsts(70011, scope=scope)
        return _graph(host), scope
    if not (resource and name):
        raise aadsts(70011, scope=scope)
    return resource, name


def _graph(host: str) -> str:
    """The address of Graph in the cloud that was called, or the stand-in's own."""
    if host not in LOGIN_HOSTS:
        return f"https://{host}"
    china, government = host.endswith(".cn"), host.endswith(".us")
    return f"https://{GRAPH_HOSTS[3] if china else GRAPH_HOSTS[1] if government else GRAPH_HOSTS[0]}"


def _client_credentials(world: World, asked: Asked) -> dict[str, Any]:
    if asked.tenant.lower() in ANY_TENANT:
        raise aadsts(50059)
    client = prove(world, asked)
    if not client.proof:
        raise aadsts(7000216)
    text = asked.form.get("scope", "")
    scopes = read_scopes(text, asked.host, asked.tenant)
    if scopes.names != (".default",) or scopes.openid:
        raise aadsts(1002012, scope=text)
    _check_policy(world)
    by_certificate = client.proof != "secret"
    issued = entra_tokens.application_token(
        world, client.appid, scopes.audience, asked.host, by_certificate=by_certificate
    )
    return {**_LIVES, "access_token": issued}


_LIVES = {"token_type": "Bearer", "expires_in": entra_tokens.LIFE, "ext_expires_in": entra_tokens.LIFE}


def _check_policy(world: World) -> None:
    if world.fault("conditional access"):
        raise aadsts(53003)


def _authorization_code(world: World, asked: Asked) -> dict[str, Any]:
    client = prove(world, asked)
    kept, userid = _redeem(world, "code", _needed(asked, "code"), client)
    if kept["redirect"] != asked.form.get("redirect_uri", kept["redirect"]):
        raise aadsts(50011, redirect=asked.form.get("redirect_uri"), app=client.appid)
    _check_verifier(kept, asked.form.get("code_verifier", ""))
    if kept["confidential"] and not client.proof:
        raise aadsts(7000218)
    return _for_person(world, asked, client, userid, kept["scope"], kept.get("nonce", ""))


def _device_code(world: World, asked: Asked) -> dict[str, Any]:
    client = prove(world, asked)
    text = asked.form.get("device_code") or asked.form.get("code") or ""
    if not text:
        raise aadsts(900144, name="device_code")
    kept, userid = _redeem(world, "device", text, client)
    return _for_person(world, asked, client, userid, kept["scope"])


def _refresh_token(world: World, asked: Asked) -> dict[str, Any]:
    client = prove(world, asked)
    text = _needed(asked, "refresh_token")
    with world.reading() as db:
        row = db.execute("SELECT * FROM entra_code WHERE digest=? AND kind='refresh'", (_digest(text),)).fetchone()
    if row is None or json.loads(row["asked"])["appid"] != client.appid:
        raise aadsts(70000)
    if datetime.fromisoformat(row["endsat"]) <= world.clock():
        raise aadsts(70008)
    kept = json.loads(row["asked"])
    if kept["confidential"] and not client.proof:
        raise aadsts(7000218)
    return _for_person(world, asked, client, row["userid"], asked.form.get("scope") or kept["scope"])


def _needed(asked: Asked, name: str) -> str:
    if not asked.form.get(name):
        raise aadsts(900144, name=name)
    return asked.form[name]


def _redeem(world: World, kind: str, text: str, client: Client) -> tuple[dict[str, Any], str]:
    """What a code stands for; it is good once."""
    with world.transaction() as db:
        row = db.execute("SELECT * FROM entra_code WHERE digest=? AND kind=?", (_digest(text), kind)).fetchone()
        kept = json.loads(row["asked"]) if row else {}
        if row is None or kept["appid"] != client.appid:
            raise aadsts(70019 if kind == "device" else 70000)
        if datetime.fromisoformat(row["endsat"]) <= world.clock():
            raise aadsts(70020 if kind == "device" else 70008)
        states = {"pending": 70016, "declined": 70018, "redeemed": 70000 if kind == "device" else 54005}
        if row["state"] in states:
            raise aadsts(states[row["state"]])
        db.execute("UPDATE entra_code SET state='redeemed' WHERE digest=?", (row["digest"],))
    return kept, row["userid"]


def _check_verifier(kept: Mapping[str, Any], verifier: str) -> None:
    challenge = kept.get("challenge", "")
    if not challenge:
        return
    hashed = entra_keys.unpadded(hashlib.sha256(verifier.encode()).digest())
    if (hashed if kept.get("method") == "S256" else verifier) != challenge:
        raise aadsts(501481)


def _for_person(world: World, asked: Asked, client: Client, userid: str, scope: str, nonce: str = "") -> dict[str, Any]:
    """The tokens of a person: access, id when openid was asked, refresh when offline_access was."""
    _check_policy(world)
    user = entra_users.user(world, userid)
    if user is None or not user.enabled:
        raise aadsts(50057)
    scopes = read_scopes(scope, asked.host, asked.tenant)
    names = granted(world, client, scopes, asked.host)
    if lacks_consent(world, client, names):
        raise aadsts(65001, app=client.appid)
    public = not client.proof
    answer: dict[str, Any] = {
        **_LIVES,
        "scope": " ".join([*sorted(scopes.openid - {"offline_access"}), *_in_full(scopes, names)]),
        "access_token": entra_tokens.user_token(world, user, client.appid, scopes.audience, names, public=public),
    }
    if "offline_access" in scopes.openid:
        kept = {"appid": client.appid, "scope": scope, "confidential": not public}
        answer["refresh_token"] = keep_code(world, "refresh", kept, _REFRESH_LIFE, userid=user.objectid)
    if "openid" in scopes.openid:
        issuer = f"https://{asked.host}/{tenant_of(world, asked.tenant)}/v2.0"
        answer["id_token"] = entra_tokens.id_token(world, user, client.appid, issuer, nonce)
    if asked.form.get("client_info"):
        info = json.dumps({"uid": user.objectid, "utid": world.tenantid})
        answer["client_info"] = base64.urlsafe_b64encode(info.encode()).rstrip(b"=").decode()
    return answer


def granted(world: World, client: Client, scopes: Scopes, host: str) -> tuple[str, ...]:
    """The delegated permissions a person's token carries; .default means what was consented to before."""
    if ".default" not in scopes.names:
        return scopes.names or ("User.Read",)
    resources = resource_of(scopes.audience, host)
    of_graph = ("User.Read", *sorted(_consented(world, client)))
    return (*(of_graph if GRAPH in resources else ()), *(("user_impersonation",) if resources - {GRAPH} else ()))


def lacks_consent(world: World, client: Client, names: Iterable[str]) -> frozenset[str]:
    """Permissions over other people's things that a program of Microsoft's has no consent to."""
    if client.registration:
        return frozenset()
    own = _OPENID if world.fault("no user consent") else USER_SCOPES
    return frozenset(names) - own - _consented(world, client)


def agree(world: World, client: Client, user: User, names: Iterable[str]) -> None:
    """A person consents; what concerns other people's things, an administrator does, and then for all of the tenant.

    Raises:
        Aadsts: 90094, an administrator has to.
    """
    missing = lacks_consent(world, client, names)
    if missing and not user.holds(entra_users.MAY_CONSENT_FOR_PEOPLE):
        raise aadsts(90094)
    with world.transaction() as db:
        db.executemany("INSERT OR IGNORE INTO entra_consent VALUES (?,?)", [(client.appid, one) for one in missing])


def _consented(world: World, client: Client) -> frozenset[str]:
    with world.reading() as db:
        rows = db.execute("SELECT scope FROM entra_consent WHERE appid=?", (client.appid,)).fetchall()
    return frozenset((*_PREAUTHORISED.get(client.appid, ()), *(row["scope"] for row in rows)))


def _in_full(scopes: Scopes, names: Iterable[str]) -> list[str]:
    base = scopes.audience.rstrip("/")
    return sorted(f"{base}/{name}" for name in {*names, *(n for n in scopes.names if n == ".default")})


def start_device(world: World, asked: Asked) -> dict[str, Any]:
    """Answer the device authorization endpoint. The page to open lies at the stand-in's own address.

    Raises:
        Aadsts: the refusal.
    """
    if not asked.form.get("client_id"):
        raise aadsts(900144, name="client_id")
    client = find_client(world, asked.form["client_id"], asked.tenant)
    if client.registration and not client.registration.publicclient:
        raise aadsts(7000218)
    scope = asked.form.get("scope", "")
    read_scopes(scope, asked.host, asked.tenant)
    usercode = "".join(secrets.choice("BCDFGHJKLMNPQRSTVWXZ23456789") for _ in range(9))
    kept = {"appid": client.appid, "scope": scope, "tenant": asked.tenant, "host": asked.host}
    text = keep_code(world, "device", kept, DEVICE_LIFE, usercode=usercode)
    page = f"{origin(world) or f'https://{asked.host}'}/devicelogin"
    return {
        "user_code": usercode,
        "device_code": text,
        "verification_uri": page,
        "expires_in": int(DEVICE_LIFE.total_seconds()),
        "interval": 5,
        "message": f"To sign in, use a web browser to open the page {page} and enter the code {usercode} to "
        "authenticate.",
    }


def origin(world: World) -> str:
    """Where a browser reaches the stand-in itself, as it was last served; empty when it never was."""
    with world.reading() as db:
        row = db.execute("SELECT value FROM fact WHERE name='origin'").fetchone()
    return str(row["value"]) if row else ""


def device_request(world: World, usercode: str) -> dict[str, Any] | None:
    """What a user code that waits for a person stands for; None when unknown, used or expired."""
    with world.reading() as db:
        row = db.execute(
            "SELECT * FROM entra_code WHERE usercode=? AND kind='device' AND state='pending'",
            (usercode.strip().upper(),),
        ).fetchone()
    if row is None or not usercode.strip() or datetime.fromisoformat(row["endsat"]) <= world.clock():
        return None
    return dict(json.loads(row["asked"]))


def settle_device(world: World, usercode: str, userid: str, *, accepted: bool) -> None:
    """A person accepted or declined what a user code asks for.

    Raises:
        Aadsts: 90094, only an administrator may accept it.
    """
    asked, user = device_request(world, usercode), entra_users.user(world, userid)
    if accepted and asked and user:
        client = find_client(world, asked["appid"], asked["tenant"])
        scopes = read_scopes(asked["scope"], asked["host"], asked["tenant"])
        agree(world, client, user, granted(world, client, scopes, asked["host"]))
    with world.transaction() as db:
        db.execute(
            "UPDATE entra_code SET state=?, userid=? WHERE usercode=? AND kind='device' AND state='pending'",
            ("approved" if accepted else "declined", userid, usercode.strip().upper()),
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
