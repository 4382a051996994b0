"""Mail of Graph: messages, drafts, sending, answering, folders, files. What may be done is asked in graph_access.py."""

from typing import Any

from leadwright.sandbox.dynamics import exchange, exchange_messages, exchange_transport, graph_messages
from leadwright.sandbox.dynamics.exchange import Folder, Mailbox
from leadwright.sandbox.dynamics.exchange_messages import Message
from leadwright.sandbox.dynamics.graph_access import READ, SEND, WRITE, mailbox_for
from leadwright.sandbox.dynamics.graph_calls import Answer, Call, Handler, answer_json, bad, lowered
from leadwright.sandbox.dynamics.graph_query import one, page
from leadwright.sandbox.dynamics.world import Refused

_ALWAYS = ("id",)


def _found(call: Call, user: str, id: str, permissions: tuple[str, ...] = READ) -> tuple[Mailbox, Message]:
    mailbox = mailbox_for(call, user, permissions)
    return mailbox, exchange_messages.message_of(call.world, mailbox, id)


def _shown(call: Call, mailbox: Mailbox, message: Message, status: int = 200) -> Answer:
    row = _expanded(call, mailbox, graph_messages.shown(call, message))
    return one(call, row, f"users('{mailbox.id}')/messages", status, graph_messages.HIDDEN, **_applied(call))


def _applied(call: Call) -> dict[str, str]:
    kinds = [f'outlook.body-content-type="{kind}"' for kind in [call.prefers("outlook.body-content-type")] if kind]
    kinds += ['IdType="ImmutableId"'] if call.immutable else []
    return {"Preference-Applied": ", ".join(kinds)} if kinds else {}


def _expanded(call: Call, mailbox: Mailbox, row: dict[str, Any]) -> dict[str, Any]:
    row = graph_messages.with_size(call, mailbox, row)
    if "attachments" not in call.options.get("$expand", "").lower():
        return row
    message = exchange_messages.message_of(call.world, mailbox, row["id"])
    files = exchange_messages.files_of(call.world, message)
    return {**row, "attachments": [graph_messages.shown_file(message, id, file) for id, file in files]}


def _list(call: Call, user: str, folder: str = "") -> Answer:
    mailbox = mailbox_for(call, user, READ)
    where = exchange.folder_of(call.world, mailbox, folder) if folder else None
    rows = [graph_messages.shown(call, one) for one in exchange_messages.messages(call.world, mailbox, where)]
    words = call.options.get("$search", "").strip('"').lower()
    if words:
        rows = [row for row in rows if words in f"{row['subject']} {row['body']['content']} {row['from']}".lower()]
    context = f"users('{mailbox.id}')/" + (f"mailFolders('{folder}')/messages" if folder else "messages")

    def expand(row: dict[str, Any]) -> dict[str, Any]:
        return _expanded(call, mailbox, row)

    answer = page(call, rows, context, size=10, hidden=graph_messages.HIDDEN, expand=expand)
    answer.headers |= _applied(call)
    return answer


def _create(call: Call, user: str, folder: str = "drafts") -> Answer:
    mailbox = mailbox_for(call, user, WRITE)
    exchange.folder_of(call.world, mailbox, folder)
    return _shown(call, mailbox, _draft(call, mailbox, call.json, folder), 201)


def _draft(call: Call, mailbox: Mailbox, read: Any, folder: str = "drafts") -> Message:
    """A draft out of the body: JSON, or base64 MIME where the content type is text/plain."""
    if call.headers.get("content-type", "").lower().startswith("text/plain"):
        item, files, parents, messageid = graph_messages.taken_mime(call.body)
        return exchange_messages.create_draft(
            call.world, mailbox, item, files, folder=folder, messageid=messageid, parents=parents
        )
    item, files = graph_messages.taken(call, read())
    messageid = str(item.pop("internetMessageId", "") or "")
    item.pop("isRead", None)
    return exchange_messages.create_draft(call.world, mailbox, item, files, folder=folder, messageid=messageid)


def _read(call: Call, user: str, id: str) -> Answer:
    return _shown(call, *_found(call, user, id))


def _change(call: Call, user: str, id: str) -> Answer:
    _, message = _found(call, user, id, WRITE)
    tag, etag = call.headers.get("if-match"), graph_messages.shown(call, message)["@odata.etag"]
    if tag and tag not in {"*", etag}:
        message_text = (
            "The send or update operation could not be performed because the change key passed in the request does "
            "not match the current change key for the item."
        )
        raise Refused(412, "ErrorIrresolvableConflict", message_text)
    item, files = graph_messages.taken(call, call.json())
    isread = item.pop("isRead", None)
    if files or (not message.isdraft and set(item) - {"categories", "flag", "importance", "inferenceClassification"}):
        raise bad("Property cannot be changed: the message is not a draft.", "ErrorInvalidPropertySet")
    exchange_messages.change(call.world, message, item, isread=isread)
    return _shown(call, *_found(call, user, id, WRITE))


def _delete(call: Call, user: str, id: str) -> Answer:
    mailbox, message = _found(call, user, id, WRITE)
    exchange_messages.delete(call.world, mailbox, message)
    return Answer(204)


def _mime(call: Call, user: str, id: str) -> Answer:
    _, message = _found(call, user, id)
    return Answer(200, exchange_messages.raw_of(call.world, message), {"Content-Type": "text/plain"})


def _send(call: Call, user: str, id: str) -> Answer:
    mailbox, message = _found(call, user, id, SEND)
    if not message.isdraft:
        raise bad("The operation can't be performed: the message is not a draft.", "ErrorInvalidOperation")
    graph_messages.check_sender(mailbox, message.item)
    exchange_transport.send(call.world, mailbox, message)
    return Answer(202)


def _send_mail(call: Call, user: str) -> Answer:
    mailbox = mailbox_for(call, user, SEND)
    given: dict[str, Any] = {}
    if not call.headers.get("content-type", "").lower().startswith("text/plain"):
        given = lowered(call.json())
        if not isinstance(given.get("message"), dict):
            raise bad("The parameter 'Message' is required.", "ErrorInvalidRequest")
    with call.world.transaction():
        draft = _draft(call, mailbox, lambda: given["message"])
        graph_messages.check_sender(mailbox, draft.item)
        exchange_transport.send(call.world, mailbox, draft, save=given.get("savetosentitems") is not False)
    return Answer(202)


def _move(call: Call, user: str, id: str) -> Answer:
    mailbox, message = _found(call, user, id, WRITE)
    wanted = lowered(call.json()).get("destinationid")
    if not wanted:
        raise bad("The parameter 'DestinationId' is required.", "ErrorInvalidRequest")
    exchange_messages.move(call.world, message, exchange.folder_of(call.world, mailbox, str(wanted)))
    return _shown(call, mailbox, exchange_messages.message_of(call.world, mailbox, message.id), 201)


def _answers(kind: str, *, sends: bool) -> Handler:
    """Handlers of createReply and reply and their like."""

    def answer(call: Call, user: str, id: str) -> Answer:
        mailbox, message = _found(call, user, id, SEND if sends else WRITE)
        with call.world.transaction():
            item, files = graph_messages.answering(call, message, mailbox, kind)
            draft = exchange_messages.create_draft(
                call.world, mailbox, item, files, answers=None if kind == "forward" else message
            )
            if sends:
                graph_messages.check_sender(mailbox, draft.item)
                exchange_transport.send(call.world, mailbox, draft)
        return Answer(202) if sends else _shown(call, mailbox, draft, 201)

    return answer


def _files(call: Call, user: str, id: str) -> Answer:
    mailbox, message = _found(call, user, id)
    found = exchange_messages.files_of(call.world, message)
    rows = [graph_messages.shown_file(message, key, file) for key, file in found]
    return page(call, rows, f"users('{mailbox.id}')/messages('{id}')/attachments", always=("id", "@odata.type"))


def _add_file(call: Call, user: str, id: str) -> Answer:
    mailbox, message = _found(call, user, id, WRITE)
    if not message.isdraft:
        raise bad("Files can only be added to a draft.", "ErrorInvalidOperation")
    file = graph_messages.read_file(call.json())
    made = exchange_messages.add_file(call.world, message, file)
    context = f"users('{mailbox.id}')/messages('{id}')/attachments"
    return one(call, graph_messages.shown_file(message, made, file), context, 201)


def _file(call: Call, user: str, id: str, key: str, *rest: str) -> Answer:
    mailbox, message = _found(call, user, id, READ if call.method == "GET" else WRITE)
    file = dict(exchange_messages.files_of(call.world, message)).get(key)
    if file is None:
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    if call.method == "DELETE":
        exchange_messages.remove_file(call.world, message, key)
        return Answer(204)
    context = f"users('{mailbox.id}')/messages('{id}')/attachments"
    return one(call, graph_messages.shown_file(message, key, file), context)


def _file_content(call: Call, user: str, id: str, key: str) -> Answer:
    _, message = _found(call, user, id)
    file = dict(exchange_messages.files_of(call.world, message)).get(key)
    if file is None:
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return Answer(200, file.content, {"Content-Type": file.contenttype})


def _folder(call: Call, mailbox: Mailbox, folder: Folder) -> dict[str, Any]:
    held = exchange_messages.messages(call.world, mailbox, folder)
    return {
        "id": folder.id,
        "displayName": folder.displayname,
        "parentFolderId": folder.parent or "AQMkADmsgfolderroot",
        "childFolderCount": len(exchange.folders(call.world, mailbox, folder.id)),
        "unreadItemCount": sum(not message.isread for message in held),
        "totalItemCount": len(held),
        "sizeInBytes": sum(len(str(message.item)) for message in held),
        "isHidden": False,
    }


def _folders(call: Call, user: str, parent: str = "") -> Answer:
    mailbox = mailbox_for(call, user, READ)
    above = exchange.folder_of(call.world, mailbox, parent).id if parent else ""
    rows = [_folder(call, mailbox, folder) for folder in exchange.folders(call.world, mailbox, above)]
    return page(call, rows, f"users('{mailbox.id}')/mailFolders", size=10)


def _read_folder(call: Call, user: str, id: str) -> Answer:
    mailbox = mailbox_for(call, user, READ)
    row = _folder(call, mailbox, exchange.folder_of(call.world, mailbox, id))
    return one(call, row, f"users('{mailbox.id}')/mailFolders")


def _create_folder(call: Call, user: str, parent: str = "") -> Answer:
    mailbox = mailbox_for(call, user, WRITE)
    above = exchange.folder_of(call.world, mailbox, parent).id if parent else ""
    made = exchange.create_folder(call.world, mailbox, str(lowered(call.json()).get("displayname") or ""), above)
    return one(call, _folder(call, mailbox, made), f"users('{mailbox.id}')/mailFolders", 201)


def _settings(call: Call, user: str) -> Answer:
    from leadwright.sandbox.dynamics.graph_access import SETTINGS

    mailbox = mailbox_for(call, user, SETTINGS)
    settings = {
        "archiveFolder": exchange.folder_of(call.world, mailbox, "archive").id,
        "timeZone": "UTC",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "userPurpose": mailbox.purpose,
        "language": {"locale": "en-US", "displayName": "English (United States)"},
        "automaticRepliesSetting": {"status": "disabled", "externalAudience": "all"},
    }
    context = f"{call.base}/$metadata#users('{mailbox.id}')/mailboxSettings"
    return answer_json({"@odata.context": context, **settings})


def _purpose(call: Call, user: str) -> Answer:
    purpose = _settings(call, user).json()["userPurpose"]
    context = f"{call.base}/$metadata#users('{user}')/mailboxSettings/userPurpose"
    return answer_json({"@odata.context": context, "value": purpose})


_ONE = "users/{}/messages/{}"
HANDLERS: list[tuple[str, str, Handler]] = [
    ("POST", "users/{}/sendMail", _send_mail),
    ("GET", "users/{}/messages", _list),
    ("POST", "users/{}/messages", _create),
    ("GET", _ONE, _read),
    ("PATCH", _ONE, _change),
    ("DELETE", _ONE, _delete),
    ("GET", f"{_ONE}/$value", _mime),
    ("POST", f"{_ONE}/send", _send),
    ("POST", f"{_ONE}/move", _move),
    ("GET", f"{_ONE}/attachments", _files),
    ("POST", f"{_ONE}/attachments", _add_file),
    ("GET", f"{_ONE}/attachments/{{}}", _file),
    ("DELETE", f"{_ONE}/attachments/{{}}", _file),
    ("GET", f"{_ONE}/attachments/{{}}/$value", _file_content),
    *(("POST", f"{_ONE}/{kind}", _answers(kind, sends=True)) for kind in ("reply", "replyAll", "forward")),
    *(
        ("POST", f"{_ONE}/create{kind[0].upper()}{kind[1:]}", _answers(kind, sends=False))
        for kind in ("reply", "replyAll", "forward")
    ),
    ("GET", "users/{}/mailFolders", _folders),
    ("POST", "users/{}/mailFolders", _create_folder),
    ("GET", "users/{}/mailFolders/{}", _read_folder),
    ("GET", "users/{}/mailFolders/{}/childFolders", _folders),
    ("POST", "users/{}/mailFolders/{}/childFolders", _create_folder),
    ("GET", "users/{}/mailFolders/{}/messages", _list),
    ("POST", "users/{}/mailFolders/{}/messages", _create),
    ("GET", "users/{}/mailboxSettings", _settings),
    ("GET", "users/{}/mailboxSettings/userPurpose", _purpose),
]
