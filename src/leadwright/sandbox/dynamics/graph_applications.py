"""Applications of Graph: registered, changed, given secrets, certificates and federated credentials."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography import x509

from leadwright.sandbox.dynamics import entra_applications, entra_users
from leadwright.sandbox.dynamics.entra_applications import Application, Certificate, Federation, Secret
from leadwright.sandbox.dynamics.graph_access import need
from leadwright.sandbox.dynamics.graph_calls import (
    Answer,
    Call,
    Handler,
    answer_json,
    bad,
    lowered,
    moment_text,
    read_moment,
)
from leadwright.sandbox.dynamics.graph_query import one, page
from leadwright.sandbox.dynamics.world import Refused

WRITE = ("Application.ReadWrite.All", "Application.ReadWrite.OwnedBy")
READ = (*WRITE, "Application.Read.All", "Directory.Read.All")
_PROOF_AUDIENCE = "00000002-0000-0000-c000-000000000000"
_MANAGERS = entra_users.MAY_REGISTER - {entra_users.APPLICATION_DEVELOPER}
_REDIRECTS = {"web": "web", "spa": "spa", "publicClient": "publicClient"}
_IGNORED = {
    *("description", "notes", "tags", "api", "appRoles", "identifierUris", "info", "optionalClaims", "logo"),
    *("groupMembershipClaims", "isDeviceOnlyAuthSupported", "parentalControlSettings", "serviceManagementReference"),
}


def application_named(call: Call, name: str) -> Application:
    """An application by object id; `applications(appId='...')` by its client id.

    Raises:
        Refused: 404 unknown.
    """
    return entra_applications.application_of(call.world, name) or entra_applications.application(call.world, name)


def _may_change(call: Call, found: Application) -> None:
    """Who registered an application may change it; others need a role of the directory."""
    owner = found.createdby == call.caller.objectid
    if call.is_application and not owner:
        need(call, ("Application.ReadWrite.All",))
        return
    need(call, WRITE, None if owner else _MANAGERS)


def _list(call: Call) -> Answer:
    need(call, READ)
    rows = [shown(call, found) for found in entra_applications.applications(call.world)]
    return page(call, rows, "applications")


def _create(call: Call) -> Answer:
    need(call, WRITE, entra_users.MAY_REGISTER)
    body = call.json()
    values = _changes(body)
    if not values.get("displayname"):
        raise bad("A value is required for property 'displayName' of resource 'Application'.", "Request_BadRequest")
    with call.world.transaction():
        made = entra_applications.create_application(
            call.world,
            values["displayname"],
            by=call.caller.objectid,
            audience=values.get("audience", "AzureADandPersonalMicrosoftAccount"),
            redirects=values.get("redirects"),
            required=values.get("required", ()),
            publicclient=bool(values.get("publicclient")),
        )
        if values.get("notes"):
            entra_applications.change_application(call.world, made.objectid, {"notes": values["notes"]})
        _set_keys(call, made, body)
    made = entra_applications.application(call.world, made.objectid)
    return one(call, shown(call, made), "applications", 201)


def _read(call: Call, name: str) -> Answer:
    need(call, READ)
    return one(call, shown(call, application_named(call, name)), "applications")


def _change(call: Call, name: str) -> Answer:
    found = application_named(call, name)
    _may_change(call, found)
    body = call.json()
    with call.world.transaction():
        changes = _changes(body, found)
        if changes:
            entra_applications.change_application(call.world, found.objectid, changes)
        _set_keys(call, found, body)
    return Answer(204)


def _delete(call: Call, name: str) -> Answer:
    found = application_named(call, name)
    _may_change(call, found)
    entra_applications.delete_application(call.world, found.objectid)
    return Answer(204)


def _add_password(call: Call, name: str) -> Answer:
    found = application_named(call, name)
    _may_change(call, found)
    given = lowered(lowered(call.json()).get("passwordcredential") or {})
    ends, starts = given.get("enddatetime"), given.get("startdatetime")
    secret, text = entra_applications.add_secret(
        call.world,
        found.objectid,
        str(given.get("displayname") or ""),
        read_moment(ends, "endDateTime") if ends else None,
        read_moment(starts, "startDateTime") if starts else None,
    )
    context = f"{call.base}/$metadata#microsoft.graph.passwordCredential"
    return answer_json({"@odata.context": context, **_secret(secret), "secretText": text})


def _remove_password(call: Call, name: str) -> Answer:
    found = application_named(call, name)
    _may_change(call, found)
    entra_applications.remove_secret(call.world, found.objectid, str(lowered(call.json()).get("keyid") or ""))
    return Answer(204)


def _add_key(call: Call, name: str) -> Answer:
    """addKey: the proof is a token signed with a certificate that is there already."""
    found = application_named(call, name)
    _may_change(call, found)
    given = lowered(call.json())
    if not _is_proven(call, found, str(given.get("proof") or "")):
        message = "The proof of possession is not signed with a key credential of the application, or is expired."
        raise Refused(401, "Authentication_MissingOrMalformed", message)
    made = _keep_key(call, found, given.get("keycredential") or {})
    context = f"{call.base}/$metadata#microsoft.graph.keyCredential"
    return answer_json({"@odata.context": context, **_key(made)})


def _is_proven(call: Call, found: Application, proof: str) -> bool:
    for held in entra_applications.certificates_of(call.world, found.objectid):
        key: Any = x509.load_der_x509_certificate(held.der).public_key()
        options: Any = {"verify_exp": False, "verify_nbf": False}
        try:
            claims = jwt.decode(proof, key, ["RS256", "PS256"], audience=_PROOF_AUDIENCE, options=options)
        except jwt.PyJWTError:
            continue
        if claims.get("iss") == found.objectid and float(claims.get("exp", 0)) > call.world.clock().timestamp():
            return True
    return False


def _remove_key(call: Call, name: str) -> Answer:
    found = application_named(call, name)
    _may_change(call, found)
    entra_applications.remove_certificate(call.world, found.objectid, str(lowered(call.json()).get("keyid") or ""))
    return Answer(204)


def _federations(call: Call, name: str) -> Answer:
    need(call, READ)
    found = application_named(call, name)
    rows = [_federation(held) for held in entra_applications.federations_of(call.world, found.objectid)]
    return page(call, rows, f"applications('{found.objectid}')/federatedIdentityCredentials")


def _add_federation(call: Call, name: str) -> Answer:
    found = application_named(call, name)
    _may_change(call, found)
    given = lowered(call.json())
    made = entra_applications.add_federation(
        call.world,
        found.objectid,
        str(given.get("name") or ""),
        str(given.get("issuer") or ""),
        str(given.get("subject") or ""),
        audiences=given.get("audiences") or (entra_applications.TOKEN_EXCHANGE,),
        description=str(given.get("description") or ""),
    )
    return one(call, _federation(made), f"applications('{found.objectid}')/federatedIdentityCredentials", 201)


def _one_federation(call: Call, name: str, id: str) -> Answer:
    found = application_named(call, name)
    if call.method == "DELETE":
        _may_change(call, found)
        entra_applications.remove_federation(call.world, found.objectid, id)
        return Answer(204)
    need(call, READ)
    for held in entra_applications.federations_of(call.world, found.objectid):
        if id in {held.id, held.name}:
            return one(call, _federation(held), f"applications('{found.objectid}')/federatedIdentityCredentials")
    raise Refused(404, "Request_ResourceNotFound", f"Resource '{id}' does not exist.")


def shown(call: Call, found: Application) -> dict[str, Any]:
    """An application as an object."""
    redirects = {key: {"redirectUris": list(found.redirects.get(key, ()))} for key in _REDIRECTS}
    return {
        "id": found.objectid,
        "deletedDateTime": None,
        "appId": found.appid,
        "createdDateTime": moment_text(found.createdat),
        "displayName": found.displayname,
        "identifierUris": [],
        "isFallbackPublicClient": found.publicclient,
        "notes": found.notes or None,
        "publisherDomain": "contoso.com",
        "signInAudience": found.audience,
        "tags": [],
        "requiredResourceAccess": [dict(access) for access in found.required],
        "appRoles": [],
        "keyCredentials": [_key(held) for held in entra_applications.certificates_of(call.world, found.objectid)],
        "passwordCredentials": [
            {**_secret(held), "secretText": None} for held in entra_applications.secrets_of(call.world, found.objectid)
        ],
        **redirects,
    }


def _changes(body: Mapping[str, Any], before: Application | None = None) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    redirects = {key: list(uris) for key, uris in (before.redirects if before else {}).items()}
    for name, value in body.items():
        if name.startswith("@") or name in {"keyCredentials", "passwordCredentials"} | _IGNORED - {"notes"}:
            continue
        if name in _REDIRECTS:
            redirects[name] = list((value or {}).get("redirectUris") or ())
            changes["redirects"] = redirects
        elif name in _COLUMNS:
            changes[_COLUMNS[name]] = value if value is not None else ""
        else:
            message = f"Property '{name}' does not exist as a declared property or extension property."
            raise bad(message, "Request_BadRequest")
    return changes


_COLUMNS = {
    "displayName": "displayname",
    "signInAudience": "audience",
    "requiredResourceAccess": "required",
    "isFallbackPublicClient": "publicclient",
    "notes": "notes",
}


def _set_keys(call: Call, found: Application, body: Mapping[str, Any]) -> None:
    """`keyCredentials` are the whole list: those that are not in it any more go."""
    if "keyCredentials" not in body:
        return
    given = [lowered(key) for key in body["keyCredentials"] or ()]
    kept = {str(key["keyid"]) for key in given if key.get("keyid") and not key.get("key")}
    for held in entra_applications.certificates_of(call.world, found.objectid):
        if held.keyid not in kept:
            entra_applications.remove_certificate(call.world, found.objectid, held.keyid)
    for key in given:
        if key.get("key"):
            _keep_key(call, found, key)


def _keep_key(call: Call, found: Application, given: Mapping[str, Any]) -> Certificate:
    key = lowered(given)
    try:
        content = base64.b64decode(str(key.get("key") or ""), validate=True)
    except binascii.Error:
        raise bad("Key credential value is not base64.", "Request_BadRequest") from None
    return entra_applications.add_certificate(call.world, found.objectid, content, str(key.get("displayname") or ""))


def _secret(held: Secret) -> dict[str, Any]:
    return {
        "customKeyIdentifier": None,
        "displayName": held.displayname or None,
        "endDateTime": moment_text(held.endsat),
        "hint": held.hint,
        "keyId": held.keyid,
        "startDateTime": moment_text(held.startsat),
    }


def _key(held: Certificate) -> dict[str, Any]:
    return {
        "customKeyIdentifier": held.sha1.upper(),
        "displayName": held.displayname,
        "endDateTime": moment_text(held.endsat),
        "key": None,
        "keyId": held.keyid,
        "startDateTime": moment_text(held.startsat),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }


def _federation(held: Federation) -> dict[str, Any]:
    return {
        "id": held.id,
        "name": held.name,
        "issuer": held.issuer,
        "subject": held.subject,
        "audiences": [held.audience],
        "description": held.description or None,
    }


_ONE = "applications/{}"
HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "applications", _list),
    ("POST", "applications", _create),
    ("GET", _ONE, _read),
    ("PATCH", _ONE, _change),
    ("DELETE", _ONE, _delete),
    ("POST", f"{_ONE}/addPassword", _add_password),
    ("POST", f"{_ONE}/removePassword", _remove_password),
    ("POST", f"{_ONE}/addKey", _add_key),
    ("POST", f"{_ONE}/removeKey", _remove_key),
    ("GET", f"{_ONE}/federatedIdentityCredentials", _federations),
    ("POST", f"{_ONE}/federatedIdentityCredentials", _add_federation),
    ("GET", f"{_ONE}/federatedIdentityCredentials/{{}}", _one_federation),
    ("DELETE", f"{_ONE}/federatedIdentityCredentials/{{}}", _one_federation),
]
