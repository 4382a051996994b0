"""What prerequisite 3 asks for: read, checked, and its secrets sealed. Opens no transaction, decides no right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadwright.db.mail import Mailbox
from leadwright.domain.mailbox_kind import MailboxKind, files_what_it_sends
from leadwright.errors import BadInput
from leadwright.identity.secrets import Vault
from leadwright.mail.addresses import normalise
from leadwright.mail.login import LOOPBACK
from leadwright.mail.oauth import MICROSOFT, PROVIDERS, Application, check_application
from leadwright.mail.records import seal_client_secret, seal_secret

SECURITIES = {"starttls": "STARTTLS", "tls": "TLS", "none": "None, on this machine only"}
_COLUMNS = {
    "password": "lw_sealedsecret", "refresh_token": "lw_sealedsecret", "client_secret": "lw_sealedclientsecret",
}  # fmt: skip
_SECRET_LABELS = {
    "password": "password of the mailbox", "refresh_token": "refresh token", "client_secret": "client secret",
}  # fmt: skip
SIGN_INS = {"password": "Password", **{key: f"{name}, with a token" for key, name in PROVIDERS.items()}}
BOUND = (  # what a stored secret was entered for
    "username", "lw_smtphost", "lw_smtpport", "lw_smtpsecurity", "lw_imaphost", "lw_imapport", "lw_imapsecurity",
    "lw_authentication", "lw_provider", "lw_tenant", "lw_clientid", "lw_tokenurl",
)  # fmt: skip
_NO_SERVERS = {
    "lw_smtphost": "", "lw_smtpport": 587, "lw_smtpsecurity": "starttls",
    "lw_imaphost": "", "lw_imapport": 993, "lw_imapsecurity": "tls",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SharedMailbox:
    """What prerequisite 3 asks for.

    Args:
        user: who signs in at the servers; the address unless given.
        password: empty keeps the stored one while servers, user and way to sign in stay the same.
        members: systemuserids of application users that may use it.
        sent: name of the Sent folder.
        sign_in: a key of `SIGN_INS`. With a token, an application asks for it: `client_id`, and for Microsoft its
            `tenant`.
        client_secret: of that application; `refresh_token`: of Google. Empty keeps them as `password` is kept.
        token_url: in place of the provider's own token endpoint.
        kind: a key of `MailboxKind`. Graph has no servers: an application of Microsoft signs in, with `tenant`,
            `client_id` and `client_secret`.
    """

    name: str
    address: str
    smtp_host: str = ""
    imap_host: str = ""
    user: str = ""
    password: str = ""
    members: Sequence[str] = ()
    smtp_port: int = 587
    smtp_security: str = "starttls"
    imap_port: int = 993
    imap_security: str = "tls"
    sent: str = "Sent"
    sign_in: str = "password"
    tenant: str = ""
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    token_url: str = ""
    kind: str = MailboxKind.SMTP_IMAP


def read_values(given: SharedMailbox) -> dict[str, Any]:
    """The columns of a mailbox record, without its secrets.

    Raises:
        BadInput: something given cannot be used; `field` names it.
    """
    name = " ".join(given.name.split())
    if not name or len(name) > 160:
        raise BadInput("Give the mailbox a display name of at most 160 characters.", field="name")
    try:
        address = normalise(given.address)
    except BadInput as error:
        raise BadInput(str(error), field="address") from error
    if len(address) > 100:
        raise BadInput("The address may have at most 100 characters.", field="address")
    if len(given.user) > 200 or len(given.sent) > 200:
        raise BadInput("User and folder may have at most 200 characters.", field="user")
    if given.kind not in (MailboxKind.SMTP_IMAP, MailboxKind.GRAPH):
        raise BadInput("A mailbox is set up here with its servers, or through Microsoft Graph.", field="kind")
    files = files_what_it_sends(given.kind)
    shared = {"name": name, "emailaddress": address, "lw_kind": str(given.kind), "lw_filessent": files}
    if given.kind == MailboxKind.GRAPH:
        return {**shared, "username": address, **_NO_SERVERS, **_sign_in(_through_graph(given))}
    return {
        **shared,
        "username": given.user.strip() or address,
        **_server("smtp", given.smtp_host, given.smtp_port, given.smtp_security),
        **_server("imap", given.imap_host, given.imap_port, given.imap_security),
        "lw_sentfolder": given.sent.strip() or "Sent",
        **_sign_in(given),
    }


def _through_graph(given: SharedMailbox) -> SharedMailbox:
    """An application of Microsoft signs in, at the address the settings name."""
    return replace(given, sign_in=MICROSOFT, token_url="")


def _sign_in(given: SharedMailbox) -> dict[str, str]:
    if given.sign_in not in SIGN_INS:
        raise BadInput(f"Choose how to sign in: {', '.join(SIGN_INS)}.", field="sign_in")
    if given.sign_in == "password":
        return {
            "lw_authentication": "password",
            "lw_provider": "",
            "lw_tenant": "",
            "lw_clientid": "",
            "lw_tokenurl": "",
        }
    tenant = given.tenant.strip() if given.sign_in == MICROSOFT else ""
    application = Application(given.sign_in, given.client_id.strip(), tenant, given.token_url.strip())
    check_application(application)
    return {
        "lw_authentication": "xoauth2",
        "lw_provider": application.provider,
        "lw_tenant": application.tenant,
        "lw_clientid": application.client_id,
        "lw_tokenurl": application.token_url,
    }


def _server(kind: str, host: str, port: int, security: str) -> dict[str, Any]:
    host = host.strip().casefold()
    if not host or len(host) > 255 or any(c.isspace() or c in "/@" for c in host):
        raise BadInput("Enter the name of the server, such as mail.example.com.", field=f"{kind}_host")
    if not 1 <= port <= 65_535:
        raise BadInput("A port is a number from 1 to 65535.", field=f"{kind}_port")
    if security not in SECURITIES:
        raise BadInput(f"Choose a security: {', '.join(SECURITIES)}.", field=f"{kind}_security")
    if security == "none" and host not in LOOPBACK:
        raise BadInput(
            f"The password would go to {host} for everybody to read. Choose TLS or STARTTLS.", field=f"{kind}_security"
        )
    return {f"lw_{kind}host": host, f"lw_{kind}port": port, f"lw_{kind}security": security}


def fresh_secrets(row: Mailbox | None, values: dict[str, Any], given: SharedMailbox) -> dict[str, str]:
    """The secrets of this way to sign in, as entered; "" keeps the stored one.

    A stored secret never goes to another server, nor for another user or application, than those it was entered for.

    Raises:
        BadInput: a secret has to be entered.
    """
    if given.kind == MailboxKind.GRAPH:
        given = _through_graph(given)
    if given.sign_in == "password":
        secrets = {"password": given.password}
    elif given.sign_in == MICROSOFT:
        secrets = {"client_secret": given.client_secret}
    else:
        secrets = {"client_secret": given.client_secret, "refresh_token": given.refresh_token}
    same = row is not None and all(getattr(row, name) == values[name] for name in BOUND)
    for name, secret in secrets.items():
        label = _SECRET_LABELS[name]
        if secret:
            continue
        if row is None or not getattr(row, _COLUMNS[name]):
            raise BadInput(f"Enter the {label}.", field=name)
        if not same:
            raise BadInput(f"Server, user or way to sign in changed. Enter the {label} again.", field=name)
    return secrets


def seal_fresh(row: Mailbox, vault: Vault, fresh: dict[str, str]) -> None:
    """Keep what was entered, and nothing that this way to sign in does not need."""
    for column in set(_COLUMNS.values()) - {_COLUMNS[name] for name in fresh}:
        setattr(row, column, None)
    if secret := fresh.get("password") or fresh.get("refresh_token"):
        seal_secret(row, vault, secret)
    if secret := fresh.get("client_secret"):
        seal_client_secret(row, vault, secret)
