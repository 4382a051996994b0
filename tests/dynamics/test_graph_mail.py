"""Graph's mail: drafts that are sent, answers, folders, delta, and the mailboxes an application may not open."""

import base64
import email
from collections.abc import Iterator
from contextlib import AbstractContextManager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.dynamics.mailing import AGENT, PROSPECT, Agent

from leadwright.sandbox.dynamics import (
    entra_principals,
    entra_tokens,
    entra_users,
    exchange,
    exchange_transport,
    graph_limits,
    synchronisation,
)
from leadwright.sandbox.dynamics.entra_resources import GRAPH, GRAPH_PERMISSIONS
from leadwright.sandbox.dynamics.graph_calls import Call
from leadwright.sandbox.dynamics.serving import application
from leadwright.sandbox.dynamics.world import Caller, World

HOST = "graph.microsoft.com"
BASE = f"https://{HOST}/v1.0/"
ME = f"users/{AGENT}"
INBOX = f"{ME}/mailFolders/inbox/messages"
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}
OTHER = "seller@contoso.onmicrosoft.com"


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    made = Agent(tmp_path / "dynamics")
    yield made
    made.world.close()


def calling(world: World, appid: str, *permissions: str) -> TestClient:
    """A client of an application that was granted these permissions."""
    principal, graph = entra_principals.principal_of(world, appid), entra_principals.principal_of(world, GRAPH)
    assert principal
    assert graph
    for permission in GRAPH_PERMISSIONS:
        if permission.value in permissions:
            entra_principals.grant(world, principal.objectid, graph.objectid, permission.id)
    token = entra_tokens.application_token(world, appid, f"https://{HOST}", HOST, by_certificate=False)
    return TestClient(application(world), base_url=BASE, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def graph(agent: Agent) -> TestClient:
    return calling(agent.world, agent.appid, "Mail.ReadWrite", "Mail.Send", "MailboxSettings.Read", "User.Read.All")


def to(*addresses: str) -> list[dict[str, Any]]:
    return [{"emailAddress": {"address": address}} for address in addresses]


def a_mail(subject: str = "Conveyors", **more: Any) -> dict[str, Any]:
    body = {"contentType": "HTML", "content": "<p>Hello</p>"}
    return {"subject": subject, "body": body, "toRecipients": to(PROSPECT)} | more


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_draft_keeps_its_message_id_when_it_is_sent_and_gets_another_id(agent: Agent, graph: TestClient) -> None:
    answer = graph.post(f"{ME}/messages", json=a_mail(internetMessageHeaders=[{"name": "x-lead", "value": "7"}]))
    draft = answer.json()
    assert (answer.status_code, draft["isDraft"], draft["internetMessageId"][0]) == (201, True, "<")
    assert "internetMessageHeaders" not in draft
    sent = graph.post(f"{ME}/messages/{draft['id']}/send")
    assert (sent.status_code, sent.content) == (202, b"")
    assert error(graph.get(f"{ME}/messages/{draft['id']}")) == (404, "ErrorItemNotFound")
    rows = graph.get(f"{ME}/mailFolders/SentItems/messages?$select=internetMessageId,isDraft").json()["value"]
    assert [(row["internetMessageId"], row["isDraft"]) for row in rows] == [(draft["internetMessageId"], False)]
    agent.tick()
    (out,) = agent.went_out
    message = email.message_from_bytes(out.raw)
    assert (message["Message-ID"], message["x-lead"], message["To"]) == (draft["internetMessageId"], "7", PROSPECT)


def test_an_immutable_id_survives_sending_and_moving(agent: Agent, graph: TestClient) -> None:
    id = graph.post(f"{ME}/messages", json=a_mail(), headers=IMMUTABLE).json()["id"]
    assert graph.post(f"{ME}/messages/{id}/send").status_code == 202
    assert graph.get(f"{ME}/messages/{id}", headers=IMMUTABLE).json()["isDraft"] is False
    assert error(graph.post(f"{ME}/messages/{id}/send")) == (400, "ErrorInvalidOperation")
    moved = graph.post(f"{ME}/messages/{id}/move", json={"destinationId": "archive"}, headers=IMMUTABLE)
    assert (moved.status_code, moved.json()["id"]) == (201, id)


@pytest.mark.parametrize("names", [("message", "saveToSentItems"), ("Message", "SaveToSentItems")])
def test_send_mail_takes_its_parameters_in_any_case(agent: Agent, graph: TestClient, names: tuple[str, str]) -> None:
    answer = graph.post(f"{ME}/sendMail", json={names[0]: a_mail(), names[1]: False})
    assert (answer.status_code, answer.content) == (202, b"")
    assert graph.get(f"{ME}/messages").json()["value"] == []
    agent.tick()
    assert [out.recipient for out in agent.went_out] == [PROSPECT]


def test_send_mail_takes_mime_as_well(agent: Agent, graph: TestClient) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Message-ID"] = (
        AGENT,
        PROSPECT,
        "Mime",
        "<a@contoso.com>",
    )
    message.set_content("Hello")
    text = {"Content-Type": "text/plain"}
    encoded = base64.b64encode(message.as_bytes()).decode()
    assert graph.post(f"{ME}/sendMail", content=encoded, headers=text).status_code == 202
    assert error(graph.post(f"{ME}/sendMail", content="%%", headers=text))[0] == 400
    agent.tick()
    assert [email.message_from_bytes(out.raw)["Message-ID"] for out in agent.went_out] == ["<a@contoso.com>"]


def test_what_cannot_be_sent_is_refused_in_the_words_of_graph(graph: TestClient) -> None:
    def post(**more: Any) -> tuple[int, str]:
        return error(graph.post(f"{ME}/sendMail", json={"message": a_mail(**more)}))

    assert post(toRecipients=[]) == (400, "ErrorInvalidRecipients")
    assert post(toRecipients=to("nonsense")) == (400, "ErrorInvalidRecipients")
    assert post(**{"from": to(OTHER)[0]}) == (403, "ErrorSendAsDenied")
    assert post(internetMessageHeaders=[{"name": "Lead", "value": "7"}]) == (400, "InvalidInternetMessageHeader")
    many = [{"name": f"x-{n}", "value": "1"} for n in range(6)]
    assert post(internetMessageHeaders=many) == (400, "InvalidInternetMessageHeaderCollection")
    assert post(colour="red") == (400, "RequestBodyRead")
    assert error(graph.post(f"{ME}/sendMail", content=b"{")) == (400, "BadRequest")
    assert graph.get(f"{ME}/messages").json()["value"] == []


def test_an_answer_arrives_in_the_conversation_and_is_answered_with_threading(agent: Agent, graph: TestClient) -> None:
    draft = graph.post(f"{ME}/messages", json=a_mail()).json()
    graph.post(f"{ME}/messages/{draft['id']}/send")
    agent.comes(Subject="Re: Conveyors", In_Reply_To=draft["internetMessageId"])
    row = graph.get(INBOX).json()["value"][0]
    assert (row["conversationId"], row["isRead"]) == (draft["conversationId"], False)
    assert row["from"]["emailAddress"] == {"name": "Pat Okafor", "address": PROSPECT}
    assert row["bodyPreview"].startswith("Tell me more")
    made = graph.post(f"{ME}/messages/{row['id']}/createReply", json={"comment": "Gladly"}).json()
    assert made["subject"] == "RE: Conveyors"
    assert [one["emailAddress"]["address"] for one in made["toRecipients"]] == [PROSPECT]
    assert "Gladly" in made["body"]["content"]
    assert graph.post(f"{ME}/messages/{row['id']}/reply", json={"comment": "At once"}).status_code == 202
    agent.tick()
    sent = email.message_from_bytes(agent.went_out[-1].raw)
    assert sent["In-Reply-To"] == row["internetMessageId"]
    assert draft["internetMessageId"] in sent["References"]
    assert graph.patch(f"{ME}/messages/{row['id']}", json={"isRead": True}).json()["isRead"] is True
    raw = graph.get(f"{ME}/messages/{row['id']}/$value")
    assert email.message_from_bytes(raw.content)["Subject"] == "Re: Conveyors"


def test_text_is_shown_where_it_is_preferred_and_headers_where_they_are_selected(
    agent: Agent, graph: TestClient
) -> None:
    agent.comes(Auto_Submitted="auto-replied")
    text = {"Prefer": 'outlook.body-content-type="text"'}
    answer = graph.get(f"{INBOX}?$select=body,internetMessageHeaders", headers=text)
    (row,) = answer.json()["value"]
    assert {header["name"]: header["value"] for header in row["internetMessageHeaders"]}[
        "Auto-Submitted"
    ] == "auto-replied"
    assert row["body"]["contentType"] == "text"
    assert "outlook.body-content-type" in answer.headers["Preference-Applied"]


def test_of_a_draft_and_of_what_was_sent_no_header_is_shown_and_the_mail_has_them(
    agent: Agent, graph: TestClient
) -> None:
    headers = "?$select=internetMessageHeaders"
    text = (
        "From: agent@contoso.com\nTo: pat@example.net\nSubject: x\nList-Unsubscribe: <https://x.example/1>\n\nHello\n"
    )
    mime = {"Content-Type": "text/plain"}
    id = graph.post(f"{ME}/messages", content=base64.b64encode(text.encode()), headers=mime).json()["id"]
    assert "internetMessageHeaders" not in graph.get(f"{ME}/messages/{id}{headers}").json()
    graph.post(f"{ME}/messages/{id}/send")
    (row,) = graph.get(f"{ME}/mailFolders/sentitems/messages{headers}").json()["value"]
    assert "internetMessageHeaders" not in row
    raw = graph.get(f"{ME}/messages/{row['id']}/$value").content
    assert email.message_from_bytes(raw)["List-Unsubscribe"] == "<https://x.example/1>"


def test_lists_are_filtered_ordered_and_paged(agent: Agent, graph: TestClient) -> None:
    for n in range(5):
        agent.hands.on(minutes=1)
        agent.comes(Subject=f"Mail {n}", Message_ID=f"<{n}@example.net>")
    first = graph.get(f"{INBOX}?$top=2&$count=true&$orderby=receivedDateTime asc&$select=subject").json()
    assert (first["@odata.count"], [row["subject"] for row in first["value"]]) == (5, ["Mail 0", "Mail 1"])
    second = graph.get(first["@odata.nextLink"]).json()
    assert [row["subject"] for row in second["value"]] == ["Mail 2", "Mail 3"]
    assert "@odata.nextLink" not in graph.get(second["@odata.nextLink"]).json()
    for condition, count in [
        ("internetMessageId eq '<3@example.net>'", 1),
        ("isRead eq false and receivedDateTime ge 2026-03-02T09:04:00Z", 2),
        ("from/emailAddress/address eq 'PAT@example.net'", 5),
        ("toRecipients/any(r:r/emailAddress/address eq 'agent@contoso.com')", 5),
        ("startswith(subject,'Mail 4') or contains(subject,'0')", 2),
        ("not(isRead eq false)", 0),
    ]:
        assert len(graph.get(INBOX, params={"$filter": condition}).json()["value"]) == count, condition
    assert error(graph.get(INBOX, params={"$filter": "subject eq"})) == (400, "BadRequest")
    assert error(graph.get(INBOX, params={"$top": "many"})) == (400, "BadRequest")


def test_files_are_added_to_a_draft_and_read_from_what_came(agent: Agent, graph: TestClient) -> None:
    id = graph.post(f"{ME}/messages", json=a_mail(), headers=IMMUTABLE).json()["id"]
    file = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentBytes": "SGk="}
    made = graph.post(f"{ME}/messages/{id}/attachments", json=file)
    assert made.status_code == 201
    assert graph.get(f"{ME}/messages/{id}/attachments/{made.json()['id']}/$value").content == b"Hi"
    graph.post(f"{ME}/messages/{id}/send")
    agent.tick()
    names = [part.get_filename() for part in email.message_from_bytes(agent.went_out[0].raw).walk()]
    assert "a.txt" in names
    row = graph.get(f"{ME}/messages/{id}?$expand=attachments&$select=hasAttachments").json()
    assert (row["hasAttachments"], row["attachments"][0]["contentBytes"]) == (True, "SGk=")


def test_delta_tells_what_came_changed_and_left(agent: Agent, graph: TestClient) -> None:
    for n in range(3):
        agent.comes(Subject=f"Mail {n}", Message_ID=f"<{n}@example.net>")
    small = {"Prefer": "odata.maxpagesize=2"}
    first = graph.get(f"{INBOX}/delta()?$select=subject", headers=small).json()
    assert len(first["value"]) == 2
    rest = graph.get(first["@odata.nextLink"], headers=small).json()
    assert (len(rest["value"]), set(rest["value"][0])) == (1, {"@odata.etag", "id", "subject"})
    again = graph.get(rest["@odata.deltaLink"]).json()
    assert again["value"] == []
    one, two, _ = [*first["value"], *rest["value"]]
    graph.patch(f"{ME}/messages/{one['id']}", json={"isRead": True})
    graph.delete(f"{ME}/messages/{two['id']}")
    agent.comes(Subject="New", Message_ID="<new@example.net>")
    rows = graph.get(again["@odata.deltaLink"]).json()["value"]
    assert [row.get("subject") or row["@removed"] for row in rows] == ["Mail 0", "New", {"reason": "changed"}]
    assert rows[2]["id"] == two["id"]


def test_delta_of_what_was_created_leaves_changes_out(agent: Agent, graph: TestClient) -> None:
    agent.comes()
    link = graph.get(f"{INBOX}/delta?changeType=created").json()["@odata.deltaLink"]
    row = graph.get(INBOX).json()["value"][0]
    graph.patch(f"{ME}/messages/{row['id']}", json={"isRead": True})
    agent.comes(Subject="New", Message_ID="<new@example.net>")
    assert [row["subject"] for row in graph.get(link).json()["value"]] == ["New"]


def test_a_delta_token_expires_and_a_spoilt_one_is_refused(agent: Agent, graph: TestClient) -> None:
    link = graph.get(f"{INBOX}/delta").json()["@odata.deltaLink"]
    agent.world.break_it("mail delta expired", times=1)
    assert error(graph.get(link)) == (410, "SyncStateNotFound")
    assert graph.get(link).status_code == 200
    agent.hands.on(minutes=40)
    assert error(graph.get(f"{INBOX}/delta?$deltatoken=nonsense")) == (400, "ErrorInvalidSyncStateData")
    assert error(graph.get(f"{INBOX}/delta?$filter=isRead eq false")) == (400, "ErrorInvalidUrlQueryFilter")
    assert graph.get(f"{INBOX}/delta?$filter=receivedDateTime ge 2026-01-01T00:00:00Z").status_code == 200


def test_an_access_policy_leaves_one_mailbox_open(agent: Agent, graph: TestClient) -> None:
    assert graph.get(f"users/{OTHER}/messages").status_code == 200
    exchange.restrict(agent.world, agent.appid, [AGENT])
    assert graph.get(f"{ME}/messages").status_code == 200
    assert error(graph.get(f"users/{OTHER}/messages")) == (403, "ErrorAccessDenied")
    assert error(graph.post(f"users/{OTHER}/sendMail", json={"message": a_mail()})) == (403, "ErrorAccessDenied")
    assert error(graph.get("users/nobody@contoso.com/messages")) == (404, "ErrorInvalidUser")


def test_roles_of_exchange_open_a_mailbox_to_a_token_without_any(agent: Agent) -> None:
    client = calling(agent.world, agent.appid)
    assert error(client.get(f"{ME}/messages")) == (403, "ErrorAccessDenied")
    exchange.assign_role(agent.world, agent.appid, "Application Mail.Read", AGENT)
    assert client.get(f"{ME}/messages").status_code == 200
    assert error(client.get(f"users/{OTHER}/messages")) == (403, "ErrorAccessDenied")
    assert error(client.post(f"{ME}/sendMail", json={"message": a_mail()})) == (403, "ErrorAccessDenied")


def test_reading_does_not_allow_sending(agent: Agent) -> None:
    client = calling(agent.world, agent.appid, "Mail.Read")
    assert client.get(f"{ME}/messages").status_code == 200
    assert error(client.post(f"{ME}/messages", json=a_mail())) == (403, "ErrorAccessDenied")
    assert error(client.get(f"{ME}/mailboxSettings")) == (403, "ErrorAccessDenied")


def test_a_shared_mailbox_is_told_by_its_purpose_and_its_blocked_account(graph: TestClient) -> None:
    assert graph.get(f"{ME}/mailboxSettings/userPurpose").json()["value"] == "shared"
    assert graph.get(f"users/{OTHER}/mailboxSettings").json()["userPurpose"] == "user"
    row = graph.get(f"{ME}?$select=id,mail,userPrincipalName,accountEnabled").json()
    assert (row["mail"], row["accountEnabled"]) == (AGENT, False)
    assert "accountEnabled" not in graph.get(ME).json()
    assert error(graph.get("users/nobody@contoso.com")) == (404, "Request_ResourceNotFound")
    found = graph.get("users", params={"$filter": f"mail eq '{AGENT}'", "$select": "id", "$top": "5"}).json()["value"]
    assert [one["id"] for one in found] == [row["id"]]


def test_double_slashes_do_not_count_and_unknown_addresses_are_refused(graph: TestClient) -> None:
    assert graph.get(f"https://{HOST}/v1.0//users/{AGENT}").status_code == 200
    assert error(graph.get("nonsense")) == (400, "BadRequest")
    assert graph.put(f"{ME}/messages").status_code == 405
    assert error(graph.get("me")) == (400, "BadRequest")
    answer = graph.get("me", headers={"Authorization": "", "client-request-id": "abc"})
    assert error(answer) == (401, "InvalidAuthenticationToken")
    assert answer.headers["client-request-id"] == "abc"


def test_folders_are_listed_and_made(graph: TestClient) -> None:
    names = [row["displayName"] for row in graph.get(f"{ME}/mailFolders?$top=50").json()["value"]]
    assert {"Inbox", "Sent Items", "Deleted Items", "Drafts"} <= set(names)
    made = graph.post(f"{ME}/mailFolders/inbox/childFolders", json={"displayName": "Agent"})
    assert made.status_code == 201
    assert error(graph.post(f"{ME}/mailFolders/inbox/childFolders", json={"displayName": "agent"})) == (
        409, "ErrorFolderExists")  # fmt: skip
    assert graph.get(f"{ME}/mailFolders/inbox").json()["childFolderCount"] == 1
    assert error(graph.get(f"{ME}/mailFolders/nowhere/messages")) == (404, "ErrorItemNotFound")


def test_too_many_requests_for_a_mailbox_are_throttled(agent: Agent, graph: TestClient) -> None:
    agent.world.break_it("mailbox throttled", {"seconds": 7}, times=1)
    answer = graph.get(f"{ME}/messages")
    assert error(answer) == (429, "ApplicationThrottled")
    assert answer.headers["Retry-After"] == "7"
    assert graph.get(f"{ME}/messages").status_code == 200


def test_a_fifth_request_at_a_time_to_a_mailbox_is_refused(agent: Agent, graph: TestClient) -> None:
    caller = Caller(agent.world.tenantid, agent.appid, "", f"https://{HOST}")

    def running(user: str) -> AbstractContextManager[None]:
        path = ["users", user, "messages"]
        return graph_limits.entered(Call(agent.world, caller, "GET", path, {}, {}, b"", BASE))

    with running(AGENT), running(AGENT.upper()), running(agent.mailbox.id), running(AGENT):
        assert error(graph.get(f"{ME}/messages")) == (429, "ApplicationThrottled")
        assert graph.get(f"users/{OTHER}/messages").status_code == 200
    assert graph.get(f"{ME}/messages").status_code == 200


def test_a_mailbox_sends_no_more_in_a_minute_than_its_rate_allows(agent: Agent, graph: TestClient) -> None:
    agent.world.break_it("message rate", 2)
    for _ in range(5):
        graph.post(f"{ME}/sendMail", json={"message": a_mail()})
    counts = []
    for _ in range(3):
        agent.tick(seconds=5)
        counts.append(len(agent.went_out))
        agent.hands.on(seconds=60)
    assert counts == [2, 4, 5]


def test_a_member_of_a_shared_mailbox_reads_and_writes_there(agent: Agent) -> None:
    person = entra_users.user(agent.world, OTHER)
    assert person
    scopes = ["Mail.ReadWrite", "Mail.Send"]
    token = entra_tokens.user_token(agent.world, person, agent.appid, f"https://{HOST}", scopes, public=True)
    client = TestClient(application(agent.world), base_url=BASE, headers={"Authorization": f"Bearer {token}"})
    assert client.get("me").json()["userPrincipalName"] == OTHER
    assert client.get("me/messages").status_code == 200
    assert error(client.get(f"{ME}/messages")) == (403, "ErrorAccessDenied")
    exchange.add_member(agent.world, AGENT, person.objectid)
    assert client.get(f"{ME}/messages").status_code == 200
    assert client.post(f"{ME}/sendMail", json={"message": a_mail()}).status_code == 202


def test_a_mail_to_nobody_here_comes_back(agent: Agent, graph: TestClient) -> None:
    graph.post(f"{ME}/sendMail", json={"message": a_mail(toRecipients=to("nobody@contoso.com"))})
    exchange_transport.run(agent.world)
    synchronisation.tick(agent.world)
    rows = graph.get(INBOX).json()["value"]
    assert [row["subject"] for row in rows] == ["Undeliverable: Conveyors"]
