"""Prerequisite 4 on Dynamics 365: the mailbox record of the application user, read back from Dataverse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadwright.domain.optionsets import AddressApproval, MailboxTest
from leadwright.domain.portals import Portals
from leadwright.domain.prerequisites import Check
from leadwright.errors import CrmError
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import RowGone

SERVER_SIDE = 2
APPROVERS = (
    "A System Administrator who is also Global Administrator or Exchange Administrator, or holds the role Delegated "
    "Mailbox Approver"
)
COLUMNS = (
    "mailboxid,name,emailaddress,emailrouteraccessapproval,incomingemaildeliverymethod,outgoingemaildeliverymethod,"
    "incomingemailstatus,outgoingemailstatus,mailboxstatus,testemailconfigurationscheduled,"
    "testmailboxaccesscompletedon,enabledforincomingemail,enabledforoutgoingemail,_regardingobjectid_value,"
    "_emailserverprofile_value,statecode"
)
FILTER, ALL_MAIL = "incomingemailfilteringmethod", 0
TRACKS = {
    0: "all email messages",
    1: "email messages in response to Dynamics 365 email",
    2: "email messages from Dynamics 365 Leads, Contacts and Accounts",
    3: "email messages from Dynamics 365 records that are email enabled",
    4: "no email messages",
}
_OF_RECORDS = (2, 3)
_METHODS = {0: "None", 1: "Dynamics 365 for Outlook", 2: "Server-Side Synchronization", 3: "Forward Mailbox"}
_APPROVALS = {0: "empty", 1: "approved", 2: "pending approval", 3: "rejected"}


@dataclass(frozen=True, slots=True)
class MailboxState:
    """A mailbox record as Dataverse has it now.

    Args:
        values: its columns by logical name; empty: there is no such record.
        alerts: texts of its alerts, newest first.
        approval_waived: the organisation lets mail of unapproved addresses through.
        tracks: which mail of the user is tracked, see `TRACKS`; None: not known.
    """

    values: Mapping[str, Any]
    alerts: tuple[str, ...] = field(default=())
    approval_waived: bool = False
    tracks: int | None = None

    @property
    def is_approved(self) -> bool:
        """Is the address approved?"""
        return bool(self.values.get("emailrouteraccessapproval") == AddressApproval.APPROVED)

    @property
    def is_testing(self) -> bool:
        """Is a test queued or under way?"""
        return bool(self.values.get("testemailconfigurationscheduled"))

    @property
    def works(self) -> bool:
        """Did the last test succeed in both directions?"""
        return not self.is_testing and all(
            self.values.get(f"{way}emailstatus") == MailboxTest.SUCCESS for way in ("incoming", "outgoing")
        )


def mailbox_state(dataverse: Dataverse, mailboxid: str) -> MailboxState:
    """The record with its newest alerts. What the role may not read beside it is left out.

    Raises:
        CrmError: the record itself cannot be read.
    """
    try:
        values = dataverse.get(f"mailboxes({mailboxid})", select=COLUMNS)
    except RowGone:
        return MailboxState({})
    waived = values.get("emailrouteraccessapproval") != AddressApproval.APPROVED and _approval_waived(dataverse)
    tracks = _tracks(dataverse, str(values.get("_regardingobjectid_value") or ""))
    return MailboxState(values, _alerts(dataverse, mailboxid), approval_waived=waived, tracks=tracks)


def mailboxes_of(dataverse: Dataverse, systemuserid: str) -> list[dict[str, Any]]:
    """The mailbox records of a user.

    Raises:
        CrmError: they cannot be read.
    """
    wanted = f"_regardingobjectid_value eq {systemuserid}"
    return list(dataverse.get("mailboxes", select=COLUMNS, filter=wanted)["value"])


def synchronisation_checks(
    state: MailboxState, systemuserid: str, address: str, portals: Portals, *, by_graph: bool = False
) -> list[Check]:
    """Every check of the record that can be run, in order.

    Args:
        address: of the shared mailbox of prerequisite 3.
        by_graph: mail goes through Graph, so what is tracked does not matter.
    """
    values = state.values
    place = portals.mailbox(str(values.get("mailboxid") or ""))
    if not values:
        remedy = "Choose the record of the application user under Set up."
        return [Check("Mailbox record", False, "There is no such mailbox record any more.", remedy, place=place)]
    return [
        _record(values, systemuserid, place),
        _address(values, address, place),
        _delivery(values, place),
        _approved(state, place),
        _direction("Outgoing", state, place),
        _direction("Incoming", state, place),
        _enabled(values, place),
        _tracked(state, systemuserid, place, by_graph=by_graph),
    ]


def _record(values: Mapping[str, Any], systemuserid: str, place: str) -> Check:
    name = "Mailbox record"
    if str(values.get("_regardingobjectid_value") or "") != systemuserid:
        found = f"{values.get('name')} is not the record of the application user."
        return Check(name, False, found, "Set this prerequisite up again.", place=place)
    if values.get("statecode"):
        return Check(name, False, f"{values.get('name')} is inactive.", "Activate the record.", place=place)
    return Check(name, True, f"{values.get('name')} is the record of the application user, and active.")


def _address(values: Mapping[str, Any], address: str, place: str) -> Check:
    has = str(values.get("emailaddress") or "")
    if has.casefold() == address.casefold() and address:
        return Check("Address", True, f"The record has the address {has}.")
    found = f"The record has the address {has or 'of nobody'}, the shared mailbox is {address or 'not set up'}."
    return Check("Address", False, found, "Replace the address of the record.", place=place)


def _delivery(values: Mapping[str, Any], place: str) -> Check:
    ways = {way: values.get(f"{way}emaildeliverymethod") for way in ("incoming", "outgoing")}
    wrong = [f"{way} email: {_METHODS.get(m or 0, str(m))}" for way, m in ways.items() if m != SERVER_SIDE]
    if not wrong:
        return Check("Delivery method", True, "Server-Side Synchronization in both directions.")
    remedy = "Set incoming and outgoing email to Server-Side Synchronization or Email Router."
    return Check("Delivery method", False, f"Not server-side, {', '.join(wrong)}.", remedy, place=place)


def _approved(state: MailboxState, place: str) -> Check:
    address = state.values.get("emailaddress")
    if state.is_approved:
        return Check("Approved", True, f"The address {address} is approved.")
    stands = _APPROVALS.get(int(state.values.get("emailrouteraccessapproval") or 0), "unknown")
    who = f"{APPROVERS} chooses Approve Email on the record."
    if state.approval_waived:
        found = f"The address {address} is not approved ({stands}), yet the organisation lets its mail through."
        return Check("Approved", True, found, who, warns=True, place=place)
    return Check("Approved", False, f"The address {address} is not approved ({stands}).", who, place=place)


def _direction(name: str, state: MailboxState, place: str) -> Check:
    status = state.values.get(f"{name.lower()}emailstatus")
    when = str(state.values.get("testmailboxaccesscompletedon") or "")[:16].replace("T", " ")
    moment = f"{when} UTC" if when else "never"
    if state.is_testing:
        return Check(name, False, "A test is under way.", "Wait for its end; it takes up to some minutes.", place=place)
    if status == MailboxTest.SUCCESS:
        return Check(name, True, f"Success, {moment}.")
    if status == MailboxTest.FAILURE:
        alert = _alert_of(name, state.alerts)
        remedy = "Mend what the alert says, then choose Test & Enable Mailbox."
        return Check(name, False, f"Failure, {moment}. {alert}", remedy, place=place)
    return Check(name, False, "Not run.", "Choose Test & Enable Mailbox.", place=place)


def _alert_of(name: str, alerts: tuple[str, ...]) -> str:
    """The alert about this direction, else the newest one."""
    words = {"Outgoing": ("outgoing", "sending", "sent"), "Incoming": ("incoming", "receiving", "received")}[name]
    fitting = next((a for a in alerts if any(word in a.lower() for word in words) and "succeeded" not in a), "")
    return fitting or (alerts[0] if alerts else "The record shows no alert.")


def _enabled(values: Mapping[str, Any], place: str) -> Check:
    off = [way for way in ("incoming", "outgoing") if values.get(f"enabledfor{way}email") is False]
    if not off:
        return Check("Enabled", True, "Enabled for incoming and outgoing email.")
    found = f"Not enabled for {' and '.join(off)} email."
    return Check("Enabled", False, found, "Choose Test & Enable Mailbox.", place=place)


def _tracked(state: MailboxState, systemuserid: str, place: str, *, by_graph: bool) -> Check:
    """A mail that answers nothing may be the one that asks to be left alone."""
    name, tracks = "Tracked mail", state.tracks
    if by_graph:
        return Check(name, True, "Mail is read through Graph, whatever Dynamics 365 tracks.")
    if tracks == ALL_MAIL:
        return Check(name, True, "All email messages of the application user are tracked.")
    remedy = (
        "A System Administrator signs in under Approve Email here, which sets it; or writes it there, for an "
        f"application user has no page of personal options: PATCH usersettingscollection({systemuserid}) with "
        '{"incomingemailfilteringmethod": 0}.'
    )
    if tracks is None:
        return Check(name, True, "Which mail is tracked cannot be read.", remedy, warns=True, place=place)
    lost = "so that a new mail that asks to be left alone is not seen"
    found = f"Tracked are {TRACKS.get(tracks, str(tracks))} alone, {lost}"
    if tracks in _OF_RECORDS:
        return Check(name, True, f"{found} when it comes from another address.", remedy, warns=True, place=place)
    return Check(name, False, f"{found}.", remedy, place=place)


def _tracks(dataverse: Dataverse, systemuserid: str) -> int | None:
    try:
        found = dataverse.get(f"usersettingscollection({systemuserid})", select=FILTER) if systemuserid else {}
    except CrmError:
        return None
    return int(found[FILTER]) if found.get(FILTER) is not None else None


def _alerts(dataverse: Dataverse, mailboxid: str) -> tuple[str, ...]:
    wanted = f"_regardingobjectid_value eq {mailboxid}"
    try:
        found = dataverse.get("tracelogs", select="text,createdon", filter=wanted, orderby="createdon desc", top=10)
        return tuple(str(row.get("text") or "") for row in found["value"])
    except CrmError:
        return ()


def _approval_waived(dataverse: Dataverse) -> bool:
    try:
        rows = dataverse.get("organizations", select="requireapprovalforuseremail")["value"]
    except CrmError:
        return False
    return bool(rows) and rows[0].get("requireapprovalforuseremail") is False
