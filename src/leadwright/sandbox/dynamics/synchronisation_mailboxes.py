"""Test & Enable Mailbox: what a queued test looks at, its result, its alerts; which mailboxes are synchronised."""

from datetime import timedelta
from typing import Any

from leadwright.sandbox.dynamics import exchange, exchange_messages, exchange_mime, exchange_transport
from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.dataverse.seed import system_user
from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.dataverse.values import moment
from leadwright.sandbox.dynamics.world import World

Row = dict[str, Any]
NOT_RUN, SUCCESS, FAILURE = 0, 1, 2
SERVER_SIDE, APPROVED = 2, 1
TEST_HEADER = "X-MS-Dynamics-Test"
_MOST_TRIES = 3
_PAUSE = timedelta(seconds=3)
_LEVELS = {"Information": 1, "Warning": 2, "Error": 3}


def test_what_is_queued(world: World) -> None:
    """Run each test that is due. One that meets a fault of the server is tried three times, then it fails."""
    for row in records.find(world, "mailbox", testemailconfigurationscheduled=True):
        later = moment(row["postponetestemailconfigurationuntil"] or "")
        wait = exchange_transport.number(world.faults().get("slow mailbox test", (None,))[0], "seconds")
        queued = moment(row["modifiedon"]) or world.clock()
        if (later and later > world.clock()) or queued + timedelta(seconds=wait) > world.clock():
            continue
        with world.transaction():
            _test(world, row)


def is_synchronised(world: World, row: Row, direction: str) -> bool:
    """Whether mail of a mailbox flows: tested, enabled, still approved. `direction` is incoming or outgoing."""
    return bool(
        row["statecode"] == 0
        and row[f"{direction}emaildeliverymethod"] == SERVER_SIDE
        and row[f"{direction}emailstatus"] == SUCCESS
        and row[f"enabledfor{direction}email"]
        and _is_approved(world, row)
    )


def alert(world: World, row: Row, text: str, level: str = "Error") -> None:
    """An alert on the page of a mailbox; the same one is not said twice in a row."""
    before = records.find(world, "tracelog", regardingobjectid=row["mailboxid"])
    if before and before[-1]["text"] == text and level != "Information":
        return
    values = {"text": text[:4000], "level": _LEVELS[level], "regardingobjectid": ("mailbox", row["mailboxid"])}
    records.create(world, "tracelog", {**values, "machinename": "Server-Side Synchronization"}, by=system_user(world))


def _test(world: World, row: Row) -> None:
    fault = exchange_transport.concerns(world, "fail mailbox test", row["emailaddress"] or "", row["name"] or "")
    tries = (row["testemailconfigurationretrycount"] or 0) + 1
    if fault and tries < _MOST_TRIES:
        again = {"testemailconfigurationretrycount": tries}
        _write(world, row, {**again, "postponetestemailconfigurationuntil": stamp(world.clock() + _PAUSE)})
        return
    values: Row = {
        "testemailconfigurationscheduled": False,
        "testemailconfigurationretrycount": tries if fault else 0,
        "postponetestemailconfigurationuntil": None,
        "testmailboxaccesscompletedon": stamp(world.clock()),
    }
    for direction in ("incoming", "outgoing"):
        values |= _result(world, row, direction, fault=fault)
    states = {values["incomingemailstatus"], values["outgoingemailstatus"]}
    values["mailboxstatus"] = FAILURE if FAILURE in states else SUCCESS if SUCCESS in states else NOT_RUN
    if values["incomingemailstatus"] == SUCCESS and not row["processemailreceivedafter"]:
        values["processemailreceivedafter"] = stamp(world.clock())
    _write(world, row, values)
    if values["outgoingemailstatus"] == SUCCESS:
        _say_connected(world, row)


def _result(world: World, row: Row, direction: str, *, fault: bool) -> Row:
    if row[f"{direction}emaildeliverymethod"] != SERVER_SIDE:
        return {f"{direction}emailstatus": NOT_RUN, f"enabledfor{direction}email": False}
    wrong = _wrong(world, row, direction, fault=fault)
    if wrong:
        alert(world, row, wrong)
    else:
        alert(world, row, f"The {direction} email test of mailbox {row['name']} succeeded.", "Information")
    state = FAILURE if wrong else SUCCESS
    return {f"{direction}emailstatus": state, f"enabledfor{direction}email": not wrong}


def _wrong(world: World, row: Row, direction: str, *, fault: bool) -> str:
    """Why a test fails, in the words of the alert; empty where it does not."""
    name, address = row["name"], row["emailaddress"]
    if row["statecode"] != 0:
        return f"The mailbox {name} is inactive. Activate it and test it again."
    if not address:
        return f"The mailbox {name} has no email address. Enter one and test it again."
    if not _is_approved(world, row):
        return (
            f"Email cannot be {'received' if direction == 'incoming' else 'sent'} for the mailbox {name} because the "
            f"email address {address} requires approval by an Office 365 tenant administrator. Approve it and test "
            "the mailbox again."
        )
    if not row["emailserverprofile"]:
        return f"The mailbox {name} is not associated with an email server profile. Choose one and test it again."
    if exchange.mailbox_at(world, address) is None:
        return (
            f'The mailbox location could not be determined while sending/receiving the email message "Your mailbox is '
            f"now connected to Dynamics 365\". Mailbox {name} didn't synchronize. The owner of the associated email "
            f"server profile Microsoft Exchange Online has been notified. No mailbox {address} exists in Exchange."
        )
    if fault:
        return (
            f"An unknown error occurred while {'receiving email through' if direction == 'incoming' else 'sending'} "
            f"the mailbox {name}. The owner of the associated email server profile has been notified. The system will "
            "try again later. Email Server Error Code: Exchange server returned ServerBusy exception."
        )
    return ""


def _is_approved(world: World, row: Row) -> bool:
    if row["emailrouteraccessapproval"] == APPROVED:
        return True
    organisation = records.read(world, "organization", world.organizationid) or {}
    kind = "queue" if row["regardingobjectidtype"] == "queue" else "user"
    return organisation.get(f"requireapprovalfor{kind}email") is False


def _write(world: World, row: Row, values: Row) -> None:
    records.update(world, "mailbox", row["mailboxid"], values, by=system_user(world))


def _say_connected(world: World, row: Row) -> None:
    """The mail that Test & Enable sends to the mailbox itself."""
    subject = "Your mailbox is now connected to Dynamics 365"
    own = exchange_mime.recipient(row["emailaddress"], row["name"])
    item = {
        "subject": subject,
        "body": {"contentType": "text", "content": "The test of this mailbox succeeded. You need not do anything."},
        "from": own,
        "toRecipients": [own],
        "internetMessageHeaders": [{"name": TEST_HEADER, "value": row["mailboxid"]}],
    }
    thread, now = exchange_mime.new_thread(world.clock()), world.clock()
    raw = exchange_mime.write_mime(item, exchange_messages.new_messageid(), thread, now)
    mailbox = exchange.need_mailbox(world, row["emailaddress"])
    exchange_messages.receive(world, mailbox, raw)
