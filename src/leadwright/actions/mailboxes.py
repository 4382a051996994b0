"""Mailboxes of the agent: what "Set up" of prerequisites 3 and 4 does, Approve Email, Test & Enable. Ticks nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leadwright.actions.prerequisite_rows import begin, may_set_up, open_row, row_of, untick
from leadwright.db import audit
from leadwright.db.mail import Mailbox, MailboxMember
from leadwright.db.people import SystemUser
from leadwright.domain.optionsets import AddressApproval
from leadwright.errors import BadInput, Conflict, LeadwrightError
from leadwright.identity.access import Principal, require
from leadwright.identity.secrets import Vault, open_vault
from leadwright.mail.addresses import normalise
from leadwright.mail.login import LOOPBACK
from leadwright.mail.mailbox import Trip
from leadwright.mail.mailbox_checks import SERVER_SECONDS
from leadwright.mail.oauth import MICROSOFT, PROVIDERS, Application, check_application
from leadwright.mail.records import (
    approve,
    note_test,
    open_mailbox,
    reset_test,
    seal_client_secret,
    seal_secret,
)
from leadwright.services import Services

TEST_SECONDS = 60.0  # for the test message to come back in
SECURITIES = {"starttls": "STARTTLS", "tls": "TLS", "none": "None, on this machine only"}
_COLUMNS = {
    "password": "lw_sealedsecret", "refresh_token": "lw_sealedsecret", "client_secret": "lw_sealedclientsecret",
}  # fmt: skip
_SECRET_LABELS = {
    "password": "password of the mailbox", "refresh_token": "refresh token", "client_secret": "client secret",
}  # fmt: skip
SIGN_INS = {"password": "Password", **{key: f"{name}, with a token" for key, name in PROVIDERS.items()}}
_BOUND = (  # what a stored secret was entered for
    "username", "lw_smtphost", "lw_smtpport", "lw_smtpsecurity", "lw_imaphost", "lw_imapport", "lw_imapsecurity",
    "lw_authentication", "lw_provider", "lw_tenant", "lw_clientid", "lw_tokenurl",
)  # fmt: skip


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
    """

    name: str
    address: str
    smtp_host: str
    imap_host: str
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


def set_up_mailbox(services: Services, who: Principal, agentid: str, given: SharedMailbox) -> str:
    """Prerequisite 3: keep the shared mailbox, its servers and its members; the password is sealed.

    A record that changed has to be approved and tested again: prerequisite 4 loses its mark.

    Returns:
        The mailbox record's id.

    Raises:
        NotAllowed: prvCreateMailbox is missing.
        BadInput: something given cannot be used.
        Conflict: the prerequisite is ticked, or the agent is working.
    """
    may_set_up(who, 3)
    values = _values(given)
    with services.database.transaction() as session:
        prerequisite = open_row(session, agentid, 3)
        row = session.scalar(select(Mailbox).where(Mailbox.emailaddress == values["emailaddress"]).with_for_update())
        before = _shown(session, row) if row else {}
        fresh = _fresh_secrets(row, values, given)
        moment = services.clock()
        if row is None:
            row = Mailbox(createdon=moment, **values)
            session.add(row)
            session.flush()
        else:
            for name, value in values.items():
                setattr(row, name, value)
        _seal(row, open_vault(services.settings), fresh)
        row.modifiedon, row.lw_pauseduntil = moment, None
        reset_test(row)
        _set_members(session, row.mailboxid, given.members)
        begin(prerequisite, {"mailboxid": row.mailboxid, "emailaddress": row.emailaddress})
        untick(row_of(session, agentid, 4))
        after = {**_shown(session, row), **{name: "changed" if secret else "kept" for name, secret in fresh.items()}}
        action = "mailbox.changed" if before else "mailbox.created"
        audit.record(session, who.actor, action, "mailbox", row.mailboxid, before=before, after=after)
        return row.mailboxid


def choose_record(services: Services, who: Principal, agentid: str, *, mailboxid: str, address: str) -> None:
    """Prerequisite 4: make a mailbox record the one of the application user, with the address of the shared mailbox.

    Raises:
        NotAllowed: prvWriteUser or prvApproveMailbox is missing.
        BadInput: no such record, or an address that is not the shared mailbox's.
        Conflict: prerequisites 2 and 3 are not set up, the prerequisite is ticked, or the agent is working.
    """
    may_set_up(who, 4)
    with services.database.transaction() as session:
        prerequisite = open_row(session, agentid, 4)
        user = row_of(session, agentid, 2).inputs.get("systemuserid")
        shared = row_of(session, agentid, 3).inputs.get("emailaddress")
        if not user or not shared:
            raise Conflict("Set up prerequisites 2 and 3 first: an application user and a shared mailbox.")
        row = session.get(Mailbox, mailboxid, with_for_update=True)
        if row is None:
            raise BadInput("There is no such mailbox record. Choose one from the list.", field="mailboxid")
        if normalise(address) != shared or row.emailaddress != shared:
            raise BadInput(f"The shared mailbox of prerequisite 3 is {shared}. Enter this address.", field="address")
        before = {"regardingobjectid": row.regardingobjectid}
        for other in session.scalars(select(Mailbox).where(Mailbox.regardingobjectid == user)):
            other.regardingobjectid = None
        row.regardingobjectid, row.modifiedon = user, services.clock()
        reset_test(row)
        begin(prerequisite, {"mailboxid": mailboxid, "emailaddress": shared})
        after = {"regardingobjectid": user, "emailaddress": shared}
        audit.record(session, who.actor, "mailbox.connected", "mailbox", mailboxid, before=before, after=after)


def approve_email(services: Services, who: Principal, agentid: str) -> None:
    """Approve Email: the address of the application user's record may be used.

    Raises:
        NotAllowed: prvApproveMailbox is missing.
        Conflict: no record is chosen.
    """
    require(who, "prvApproveMailbox")
    with services.database.transaction() as session:
        row = _chosen(session, agentid)
        before = {"emailrouteraccessapproval": row.emailrouteraccessapproval}
        approve(row, services.clock())
        after = {"emailrouteraccessapproval": row.emailrouteraccessapproval, "emailaddress": row.emailaddress}
        audit.record(session, who.actor, "mailbox.approved", "mailbox", row.mailboxid, before=before, after=after)


def enable_mailbox(services: Services, who: Principal, agentid: str, *, seconds: float = TEST_SECONDS) -> Trip:
    """Test & Enable Mailbox: send a test message to ourselves, see it come in, and keep what was found.

    Args:
        seconds: how long the message may take.

    Returns:
        A sentence for each direction, empty when it works.

    Raises:
        NotAllowed: prvApproveMailbox is missing.
        Conflict: no record is chosen, or its address is not approved.
    """
    require(who, "prvApproveMailbox")
    with services.database.reading() as session:
        tested = _chosen(session, agentid, lock=False)
        if tested.emailrouteraccessapproval != AddressApproval.APPROVED:
            raise Conflict(f"The address {tested.emailaddress} is not approved. Choose Approve Email first.")
    trip = _trip(services, tested, seconds)
    with services.database.transaction() as session:
        row = _chosen(session, agentid)
        if (row.mailboxid, row.modifiedon) != (tested.mailboxid, tested.modifiedon):
            raise Conflict("Somebody changed the mailbox while it was tested. Test it again.")
        note_test(session, row, trip, services.clock())
        after = {
            "outgoingemailstatus": row.outgoingemailstatus,
            "incomingemailstatus": row.incomingemailstatus,
            "outgoing": trip.outgoing,
            "incoming": trip.incoming,
        }
        audit.record(session, who.actor, "mailbox.tested", "mailbox", row.mailboxid, after=after)
    return trip


def _trip(services: Services, row: Mailbox, seconds: float) -> Trip:
    try:
        mailbox = open_mailbox(row, open_vault(services.settings), timeout=SERVER_SECONDS)
        try:
            return mailbox.test_trip(seconds)
        finally:
            mailbox.close()
    except LeadwrightError as error:  # the key to the password is missing
        return Trip(outgoing=str(error), incoming=str(error))


def _chosen(session: Session, agentid: str, *, lock: bool = True) -> Mailbox:
    mailboxid = row_of(session, agentid, 4).inputs.get("mailboxid")
    row = session.get(Mailbox, mailboxid, with_for_update=lock or None) if mailboxid else None
    if row is None:
        raise Conflict("No mailbox record is chosen yet. Set up prerequisite 4 first.")
    return row


def _values(given: SharedMailbox) -> dict[str, Any]:
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
    return {
        "name": name,
        "emailaddress": address,
        "username": given.user.strip() or address,
        **_server("smtp", given.smtp_host, given.smtp_port, given.smtp_security),
        **_server("imap", given.imap_host, given.imap_port, given.imap_security),
        "lw_sentfolder": given.sent.strip() or "Sent",
        **_sign_in(given),
    }


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


def _fresh_secrets(row: Mailbox | None, values: dict[str, Any], given: SharedMailbox) -> dict[str, str]:
    """The secrets of this way to sign in, as entered; "" keeps the stored one.

    A stored secret never goes to another server, nor for another user or application, than those it was entered for.
    """
    if given.sign_in == "password":
        secrets = {"password": given.password}
    elif given.sign_in == MICROSOFT:
        secrets = {"client_secret": given.client_secret}
    else:
        secrets = {"client_secret": given.client_secret, "refresh_token": given.refresh_token}
    same = row is not None and all(getattr(row, name) == values[name] for name in _BOUND)
    for name, secret in secrets.items():
        label = _SECRET_LABELS[name]
        if secret:
            continue
        if row is None or not getattr(row, _COLUMNS[name]):
            raise BadInput(f"Enter the {label}.", field=name)
        if not same:
            raise BadInput(f"Server, user or way to sign in changed. Enter the {label} again.", field=name)
    return secrets


def _seal(row: Mailbox, vault: Vault, fresh: dict[str, str]) -> None:
    """Keep what was entered, and nothing that this way to sign in does not need."""
    for column in set(_COLUMNS.values()) - {_COLUMNS[name] for name in fresh}:
        setattr(row, column, None)
    if secret := fresh.get("password") or fresh.get("refresh_token"):
        seal_secret(row, vault, secret)
    if secret := fresh.get("client_secret"):
        seal_client_secret(row, vault, secret)


def _set_members(session: Session, mailboxid: str, members: Sequence[str]) -> None:
    chosen = set(members)
    known = session.scalars(
        select(SystemUser.systemuserid).where(
            SystemUser.systemuserid.in_(chosen), SystemUser.applicationid.is_not(None)
        )
    ).all()
    if set(known) != chosen:
        raise BadInput("A member of the mailbox is an application user. Choose from the list.", field="members")
    session.execute(delete(MailboxMember).where(MailboxMember.mailboxid == mailboxid))
    session.add_all(MailboxMember(mailboxid=mailboxid, systemuserid=user) for user in sorted(chosen))
    session.flush()


def _shown(session: Session, row: Mailbox) -> dict[str, Any]:
    members = select(MailboxMember.systemuserid).where(MailboxMember.mailboxid == row.mailboxid)
    names = ("name", "emailaddress", "lw_sentfolder", *_BOUND)
    return {**{n: getattr(row, n) for n in names}, "members": sorted(session.scalars(members))}
