"""Prerequisites 3 and 4 on Dynamics 365: the shared mailbox, the mailbox record, Approve Email, Test & Enable."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions.dynamics_mailbox_rows import keep_record, note_state, refuse_record
from leadwright.actions.dynamics_user import PLATFORM, needed_connection, track_all_mail
from leadwright.actions.prerequisite_rows import begin, may_set_up, open_row, row_of, untick
from leadwright.db import audit
from leadwright.db.mail import Mailbox
from leadwright.db.people import SystemUser
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.optionsets import AddressApproval
from leadwright.domain.portals import Portals
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.errors import BadInput, Conflict, CrmError
from leadwright.identity.access import Principal, require
from leadwright.identity.dynamics_verification import entra_directory, portals_of
from leadwright.identity.synchronisation_checks import (
    APPROVERS,
    SERVER_SIDE,
    MailboxState,
    mailbox_state,
    mailboxes_of,
)
from leadwright.mail.addresses import normalise
from leadwright.microsoft.dataverse import Dataverse, open_dataverse
from leadwright.microsoft.errors import MicrosoftError, PrivilegeMissing
from leadwright.services import Services

MAY_APPROVE = "prvapproverejectemailaddress"
APPROVER = "delegated mailbox approver"
_PATIENCE = 10.0  # seconds, while a person waits


@dataclass(frozen=True, slots=True)
class Record:
    """A mailbox record of the application user, to choose from."""

    mailboxid: str
    name: str
    address: str


def name_shared_mailbox(services: Services, who: Principal, agentid: str, *, address: str, mail: str = "") -> None:
    """Prerequisite 3: keep the address of the shared mailbox that was created in Exchange.

    Args:
        mail: "graph" when mail goes through Graph; empty: as it goes now, at first through Dataverse.

    Raises:
        NotAllowed: prvCreateMailbox is missing.
        BadInput: no address, or the one of a person.
        Conflict: no connection, or the prerequisite is ticked.
    """
    may_set_up(who, 3)
    try:
        address = normalise(address)
    except BadInput as error:
        raise BadInput(str(error), field="address") from error
    with services.database.transaction() as session:
        needed_connection(session)
        prerequisite = open_row(session, agentid, 3)
        owner = session.scalar(select(SystemUser.fullname).where(SystemUser.internalemailaddress == address))
        if owner is not None:
            raise BadInput(
                f"{address} is the address of {owner}. Use the address of a shared mailbox.", field="address"
            )
        before = dict(prerequisite.inputs)
        mail = mail or str(before.get("mail") or "")
        inputs = {**PLATFORM, "emailaddress": address, **({"mail": mail} if mail else {})}
        begin(prerequisite, inputs)
        if before.get("emailaddress") != address:
            untick(row_of(session, agentid, 4))
        key = f"{agentid}:3"
        audit.record(session, who.actor, "mailbox.named", "prerequisite", key, before=before, after=inputs)


def records(services: Services, who: Principal, agentid: str) -> Sequence[Record]:
    """The mailbox records of the application user over there.

    Raises:
        NotAllowed: prvReadAgent is missing.
        Conflict: no connection, or no application user yet.
        CrmError: Dynamics 365 cannot be asked.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        needed_connection(session)
        user = _needed(session, agentid, 2, "systemuserid", "Set up prerequisite 2 first: an application user.")
    found = mailboxes_of(open_dataverse(services).patient(_PATIENCE), user)
    return [Record(str(r["mailboxid"]), str(r.get("name") or ""), str(r.get("emailaddress") or "")) for r in found]


def choose_record(
    services: Services, who: Principal, agentid: str, *, mailboxid: str, dataverse: Dataverse | None = None
) -> MailboxState:
    """Prerequisite 4: give a record of the application user the shared mailbox's address, and keep it.

    Returns the record as it is then.

    Nothing is changed over there when it has the address and server-side synchronisation already.

    Args:
        dataverse: in the name of an administrator who signed in for this; else the application itself changes it.

    Raises:
        NotAllowed: prvWriteUser or prvApproveMailbox is missing.
        BadInput: it is not a record of the application user, or the application may not change it: says where to.
        Conflict: prerequisites 2 and 3 are not set up, the prerequisite is ticked, or the record's address changes
            while the outcome of a mail is not known.
        CrmError: Dynamics 365 refuses it, or cannot be asked.
    """
    may_set_up(who, 4)
    with services.database.reading() as session:
        row = needed_connection(session)
        open_row(session, agentid, 4)
        user = _needed(session, agentid, 2, "systemuserid", "Set up prerequisite 2 first: an application user.")
        address = _needed(session, agentid, 3, "emailaddress", "Set up prerequisite 3 first: a shared mailbox.")
        refuse_record(session, mailboxid, address, _kind(session, agentid))
    portals, over_there = portals_of(services.settings, row), open_dataverse(services).patient(_PATIENCE)
    state = mailbox_state(over_there, mailboxid)
    if str(state.values.get("_regardingobjectid_value") or "") != user:
        raise BadInput("Choose a mailbox record of the application user from the list.", field="mailboxid")
    changes = _changes(over_there, state, address)
    with suppress(PrivilegeMissing):  # the check of it says who may
        track_all_mail(dataverse or over_there, user)
    if changes:
        _replace(dataverse or over_there, mailboxid, changes, portals)
        state = mailbox_state(over_there, mailboxid)
    with services.database.transaction() as session:
        prerequisite = open_row(session, agentid, 4)
        keep_record(session, state.values, address, user, services.clock(), _kind(session, agentid))
        begin(prerequisite, {**PLATFORM, "mailboxid": mailboxid, "emailaddress": address})
        after = {"regardingobjectid": user, "emailaddress": address, "changed": sorted(changes)}
        audit.record(session, who.actor, "mailbox.connected", "mailbox", mailboxid, after=after, cause="Dynamics 365")
    return state


def _kind(session: Session, agentid: str) -> MailboxKind | None:
    """Graph, where mail goes through it; None: as it goes now."""
    return MailboxKind.GRAPH if row_of(session, agentid, 3).inputs.get("mail") == "graph" else None


def record_state(services: Services, who: Principal, agentid: str) -> MailboxState:
    """The chosen record as Dataverse has it now, with its alerts.

    Raises:
        NotAllowed: prvReadAgent is missing.
        Conflict: no connection, or no record is chosen.
        CrmError: Dynamics 365 cannot be asked.
    """
    require(who, "prvReadAgent")
    mailboxid, _ = _chosen(services, agentid)
    return mailbox_state(open_dataverse(services).patient(_PATIENCE), mailboxid)


def may_approve_here(services: Services, who: Principal, agentid: str) -> bool:
    """May the application user itself approve? False too when that cannot be read: then the page says where to."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        row = needed_connection(session)
        user = str(row_of(session, agentid, 2).inputs.get("systemuserid") or "")
    directory = entra_directory(services, row, open_dataverse(services).patient(_PATIENCE))
    try:
        roles = {role.casefold() for role in directory.roles(user)}
        return {SYSTEM_ADMINISTRATOR.casefold(), APPROVER} <= roles and MAY_APPROVE in directory.privileges(user)
    except CrmError:
        return False


def approve_email(services: Services, who: Principal, agentid: str, *, dataverse: Dataverse | None = None) -> None:
    """Approve Email over there.

    Args:
        dataverse: in the name of an administrator who signed in for this; else the application itself does it.

    Raises:
        NotAllowed: prvApproveMailbox is missing.
        Conflict: no record is chosen, or who asks may not approve over there: says who may, and where.
        CrmError: Dynamics 365 cannot be asked.
    """
    require(who, "prvApproveMailbox")
    mailboxid, portals = _chosen(services, agentid)
    over_there = dataverse or open_dataverse(services).patient(_PATIENCE)
    try:
        over_there.update("mailboxes", mailboxid, {"emailrouteraccessapproval": int(AddressApproval.APPROVED)}, None)
    except MicrosoftError as error:
        if error.status != 403:
            raise
        raise Conflict(
            f"{error.said or error} {APPROVERS} chooses Approve Email on the record: {portals.mailbox(mailboxid)}"
        ) from error
    _note(services, who, agentid, "mailbox.approved", {"emailrouteraccessapproval": int(AddressApproval.APPROVED)})


def enable_mailbox(services: Services, who: Principal, agentid: str, *, dataverse: Dataverse | None = None) -> None:
    """Test & Enable Mailbox: queue the test. Its end shows in `record_state`, after up to some minutes.

    Raises:
        NotAllowed: prvApproveMailbox is missing.
        Conflict: no record is chosen, or who asks may not write it over there: says where to.
        CrmError: Dynamics 365 cannot be asked.
    """
    require(who, "prvApproveMailbox")
    mailboxid, portals = _chosen(services, agentid)
    over_there = dataverse or open_dataverse(services).patient(_PATIENCE)
    try:
        over_there.update("mailboxes", mailboxid, {"testemailconfigurationscheduled": True}, None)
    except PrivilegeMissing as error:
        where = portals.mailbox(mailboxid)
        raise Conflict(f"{error.said or error} Choose Test & Enable Mailbox on the record itself: {where}") from error
    _note(services, who, agentid, "mailbox.test_queued", {"testemailconfigurationscheduled": True})


def _note(services: Services, who: Principal, agentid: str, action: str, after: dict[str, Any]) -> None:
    with services.database.transaction() as session:
        mailboxid = str(row_of(session, agentid, 4).inputs.get("mailboxid") or "")
        row = session.get(Mailbox, mailboxid, with_for_update=True)
        if row is not None:
            note_state(row, after)
        audit.record(session, who.actor, action, "mailbox", mailboxid, after=after, cause="Dynamics 365")


def _chosen(services: Services, agentid: str) -> tuple[str, Portals]:
    """Id of the chosen record, and the admin pages."""
    with services.database.reading() as session:
        row = needed_connection(session)
        missing = "No mailbox record is chosen yet. Set up prerequisite 4 first."
        return _needed(session, agentid, 4, "mailboxid", missing), portals_of(services.settings, row)


def _needed(session: Session, agentid: str, number: int, name: str, missing: str) -> str:
    inputs = row_of(session, agentid, number).inputs
    if inputs.get("platform") != PLATFORM["platform"] or not inputs.get(name):
        raise Conflict(missing)
    return str(inputs[name])


def _changes(dataverse: Dataverse, state: MailboxState, address: str) -> dict[str, Any]:
    values = state.values
    changes: dict[str, Any] = {}
    if str(values.get("emailaddress") or "").casefold() != address.casefold():
        changes["emailaddress"] = address
    for way in ("incoming", "outgoing"):
        if values.get(f"{way}emaildeliverymethod") != SERVER_SIDE:
            changes[f"{way}emaildeliverymethod"] = SERVER_SIDE
    if not values.get("_emailserverprofile_value") and (profile := _exchange_profile(dataverse)):
        changes["emailserverprofile@odata.bind"] = f"/emailserverprofiles({profile})"
    return changes


def _exchange_profile(dataverse: Dataverse) -> str:
    try:
        wanted = "name eq 'Microsoft Exchange Online'"
        found = dataverse.get("emailserverprofiles", select="emailserverprofileid", filter=wanted)["value"]
    except CrmError:
        return ""
    return str(found[0]["emailserverprofileid"]) if found else ""


def _replace(dataverse: Dataverse, mailboxid: str, changes: dict[str, Any], portals: Portals) -> None:
    try:
        dataverse.update("mailboxes", mailboxid, changes, None)
    except PrivilegeMissing as error:
        raise BadInput(
            f"The application may not change the record ({error.privilege or 'access is denied'}). Replace the email "
            f"address and set both delivery methods on the record itself: {portals.mailbox(mailboxid)} Then choose it "
            "here again.",
            field="mailboxid",
        ) from error
