"""SendEmail and SendAppNotification. A mail is only made Pending Send here; server-side synchronisation takes it on."""

from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse import parties, records
from leadwright.sandbox.dynamics.dataverse.calls import Answer, answer_json
from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.world import Refused, World

if TYPE_CHECKING:
    import sqlite3

    from leadwright.sandbox.dynamics.dataverse.entities import Entities

PENDING_SEND, SENT, COMPLETED = 6, 3, 1


def send_email(entities: "Entities", table: Table, key: str, given: dict[str, Any]) -> Answer:
    """Queue a mail for sending, or record with `IssueSend: false` that it was sent elsewhere.

    Raises:
        Refused: 400 of a mail that cannot be sent, 403 of a sender the caller may not send as.
    """
    if not isinstance(given.get("IssueSend"), bool):
        raise Refused(400, "0x80040203", "Required field 'IssueSend' is missing for the action SendEmail.")
    world, rights = entities.world, entities.rights
    with world.transaction() as db:
        rights.check("Write", table, key)
        mail = records.read(world, "email", key)
        assert mail is not None
        if mail["statecode"] != 0:
            message = "The e-mail is not in the correct state to be sent. Only drafts and failed mails can be sent."
            raise Refused(400, "0x80040415", message)
        if not mail["directioncode"]:
            raise Refused(400, "0x80040416", "An incoming e-mail cannot be sent.")
        sender = _sender(entities, db, key)
        _recipients(db, key)
        values: dict[str, Any] = {"statecode": COMPLETED}
        if given["IssueSend"]:
            values |= {"statuscode": PENDING_SEND, "sendermailboxid": _mailbox(db, sender)}
            token = given.get("TrackingToken") or mail["trackingtoken"] or next_token(world)
            values |= {"trackingtoken": token, "subject": _with_token(mail["subject"] or "", token)}
        else:
            now = stamp(world.clock())
            values |= {"statuscode": SENT, "senton": now, "actualend": now}
        records.update(world, "email", key, values, by=rights.user)
    subject = values.get("subject", mail["subject"])
    context = f"{entities.asked.base}$metadata#Microsoft.Dynamics.CRM.SendEmailResponse"
    return answer_json({"@odata.context": context, "Subject": subject})


def next_token(world: World) -> str:
    """A new tracking token, such as CRM:0000417."""
    with world.transaction() as db:
        row = db.execute("SELECT * FROM dv_organization").fetchone()
        number = (row["trackingtokenidbase"] or 0) + 1
        db.execute("UPDATE dv_organization SET trackingtokenidbase=?", (number,))
    return f"{row['trackingprefix'] or ''}{number:0{row['trackingtokeniddigits'] or 7}d}"


def _with_token(subject: str, token: str) -> str:
    return subject if not token or token in subject else f"{subject} {token}".strip()[:800]


def _sender(entities: "Entities", db: "sqlite3.Connection", key: str) -> tuple[str, str]:
    found = [one for one in parties.of_activity(db, key) if one["participationtypemask"] == parties.SENDER]
    if len(found) != 1 or found[0]["partyidtype"] not in {"systemuser", "queue"}:
        raise Refused(400, "0x80040417", "Invalid sender party. The sender must be one user or queue.")
    kind, who = found[0]["partyidtype"], found[0]["partyid"]
    if kind == "systemuser" and who != entities.rights.user:
        entities.rights.need("prvSendAsUser")
    return kind, who


def _recipients(db: "sqlite3.Connection", key: str) -> None:
    found = [one for one in parties.of_activity(db, key)
             if one["participationtypemask"] in {parties.TO, parties.CC, parties.BCC}]  # fmt: skip
    if not found:
        raise Refused(400, "0x80040418", "The e-mail must have at least one recipient before it can be sent.")
    for one in found:
        if not one["addressused"]:
            raise Refused(400, "0x80040419", "The e-mail has a recipient without an e-mail address.")
        if one["donotemail"]:
            message = f"The recipient {one['addressused']} is marked as Do not allow Emails. The e-mail was not sent."
            raise Refused(400, "0x8004041a", message)


def _mailbox(db: "sqlite3.Connection", sender: tuple[str, str]) -> str | None:
    source = f'SELECT defaultmailbox FROM "dv_{sender[0]}" WHERE "{sender[0]}id"=?'  # noqa: S608
    mailbox = db.execute(source, (sender[1],)).fetchone()["defaultmailbox"]
    row = db.execute("SELECT * FROM dv_mailbox WHERE mailboxid=?", (mailbox,)).fetchone()
    if row is None or row["outgoingemaildeliverymethod"] == 0 or row["statecode"] != 0:
        message = "The sender has no mailbox that delivers outgoing e-mail. Set its outgoing delivery method."
        raise Refused(400, "0x8004041b", message)
    return str(mailbox)


def send_notification(entities: "Entities", given: dict[str, Any]) -> Answer:
    """An in-app notification for one person.

    Raises:
        Refused: 400 of what lacks, 403 of somebody who may notify only himself.
    """
    import json

    for name in ("Title", "Recipient", "Body"):
        if not given.get(name):
            raise Refused(400, "0x80040203", f"Required field '{name}' is missing for the action SendAppNotification.")
    other, key = entities.target(str(given["Recipient"]))
    if other.name != "systemuser":
        raise Refused(400, "0x80040203", "The recipient of a notification must be a user.")
    table = entities.schema.tables["appnotification"]
    values = {"title": given["Title"], "body": given["Body"], "ownerid@odata.bind": f"/systemusers({key})"}
    names = {"IconType": "icontype", "ToastType": "toasttype", "Priority": "priority", "Expiry": "ttlinseconds"}
    values |= {column: given[name] for name, column in names.items() if given.get(name) is not None}
    if given.get("Actions"):
        values["data"] = json.dumps(_plain(given["Actions"]), separators=(",", ":"))
    made = entities.create(table, values)
    context = f"{entities.asked.base}$metadata#Microsoft.Dynamics.CRM.SendAppNotificationResponse"
    return answer_json({"@odata.context": context, "NotificationId": made})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if "@odata" not in name}
    return [_plain(one) for one in value] if isinstance(value, list) else value
