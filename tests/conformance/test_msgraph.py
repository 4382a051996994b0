"""Microsoft's own Graph client for Python, unmodified: at the stand-in's address and through its proxy."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadwright.sandbox.dynamics import entra_applications, entra_principals, exchange, exchange_transport
from leadwright.sandbox.dynamics.entra_resources import GRAPH, GRAPH_PERMISSIONS
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World

sdk = pytest.importorskip("msgraph")
identity = pytest.importorskip("azure.identity")
pytestmark = pytest.mark.filterwarnings("default")
AGENT, PROSPECT = "agent@contoso.com", "pat@example.net"
Ask = Callable[[Callable[[Any], Awaitable[Any]]], Any]


@pytest.fixture(scope="module", params=["direct", "proxy"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Ask]]:
    """A world with a shared mailbox, and a way to ask it with the client of an application that may everything."""
    world = World(tmp_path_factory.mktemp(request.param) / "dynamics")
    exchange.create_shared_mailbox(world, AGENT, "Sales agent")
    registered = entra_applications.create_application(world, "Conformance", by="a test")
    principal = entra_principals.create_principal(world, registered.appid)
    graph = entra_principals.principal_of(world, GRAPH)
    assert graph
    for permission in GRAPH_PERMISSIONS:
        entra_principals.grant(world, principal.objectid, graph.objectid, permission.id)
    _, secret = entra_applications.add_secret(world, registered.objectid)
    with StandIn(world) as served, pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        direct = request.param == "direct"
        for name, value in served.environment().items():
            if not (direct and "proxy" in name.lower()):
                patch.setenv(name, value)
        more: dict[str, Any] = {"authority": served.origin, "disable_instance_discovery": True} if direct else {}
        scope = f"{served.origin if direct else 'https://graph.microsoft.com'}/.default"

        def ask(what: Callable[[Any], Awaitable[Any]]) -> Any:
            async def run() -> Any:
                credential = identity.ClientSecretCredential(world.tenantid, registered.appid, secret, **more)
                client = sdk.GraphServiceClient(credential, scopes=[scope])
                if direct:
                    client.request_adapter.base_url = f"{served.origin}/v1.0"
                try:
                    return await what(client)
                finally:
                    credential.close()
                    await _close(client)

            return asyncio.run(run())

        yield world, ask
    world.close()


async def _close(client: Any) -> None:
    """Close the connections, which the client itself has no way to close."""
    http = client.request_adapter._http_client
    for held in filter(None, (http._transport, *http._mounts.values())):
        await getattr(held, "transport", held).aclose()


def a_message(subject: str) -> Any:
    from msgraph.generated.models.body_type import BodyType
    from msgraph.generated.models.email_address import EmailAddress
    from msgraph.generated.models.item_body import ItemBody
    from msgraph.generated.models.message import Message
    from msgraph.generated.models.recipient import Recipient

    to = Recipient(email_address=EmailAddress(address=PROSPECT))
    body = ItemBody(content_type=BodyType.Html, content="<p>Hello</p>")
    return Message(subject=subject, body=body, to_recipients=[to])


def test_an_application_is_registered_given_a_secret_and_consent(place: tuple[World, Ask]) -> None:
    from msgraph.generated.applications.item.add_password.add_password_post_request_body import (
        AddPasswordPostRequestBody,
    )
    from msgraph.generated.models.app_role_assignment import AppRoleAssignment
    from msgraph.generated.models.application import Application
    from msgraph.generated.models.password_credential import PasswordCredential
    from msgraph.generated.models.service_principal import ServicePrincipal

    world, ask = place

    async def register(client: Any) -> Any:
        made = await client.applications.post(Application(display_name="SQA", sign_in_audience="AzureADMyOrg"))
        body = AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name="s"))
        secret = await client.applications.by_application_id(made.id).add_password.post(body)
        principal = await client.service_principals.post(ServicePrincipal(app_id=made.app_id))
        role = AppRoleAssignment(
            principal_id=principal.id, resource_id=_graph(world), app_role_id="b633e1c5-b582-4048-a93e-9f11b44c7e96"
        )
        given = client.service_principals.by_service_principal_id(principal.id).app_role_assignments
        return made, secret, await given.post(role)

    made, secret, granted = ask(register)
    assert (made.display_name, bool(secret.secret_text)) == ("SQA", True)
    assert granted.resource_display_name == "Microsoft Graph"
    assert entra_principals.permissions_of(world, made.app_id) == {"Mail.Send"}


def _graph(world: World) -> str:
    found = entra_principals.principal_of(world, GRAPH)
    assert found
    return found.objectid


def test_mail_is_sent_both_ways_and_arrives_outside(place: tuple[World, Ask]) -> None:
    from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody

    world, ask = place

    async def send(client: Any) -> Any:
        user = client.users.by_user_id(AGENT)
        body = SendMailPostRequestBody(message=a_message("At once"), save_to_sent_items=True)
        await user.send_mail.post(body)
        draft = await user.messages.post(a_message("From a draft"))
        await user.messages.by_message_id(draft.id).send.post()
        return draft.internet_message_id

    messageid = ask(send)
    exchange_transport.run(world)
    raws = [out.raw for out in exchange_transport.sent_outside(world)]
    assert sum(messageid.encode() in raw for raw in raws) == 1
    assert sum(b"Subject: At once" in raw for raw in raws) == 1


def test_delta_pages_and_says_what_left(place: tuple[World, Ask]) -> None:
    world, ask = place
    for n in range(12):
        exchange.deliver(world, f"From: {PROSPECT}\r\nTo: {AGENT}\r\nSubject: {n}\r\n\r\nHi\r\n".encode(), [AGENT])

    async def follow(client: Any) -> Any:
        delta = client.users.by_user_id(AGENT).mail_folders.by_mail_folder_id("inbox").messages.delta
        found = await delta.get()
        rows = list(found.value)
        while found.odata_next_link:
            found = await delta.with_url(found.odata_next_link).get()
            rows += found.value
        await client.users.by_user_id(AGENT).messages.by_message_id(rows[0].id).delete()
        return rows, await delta.with_url(found.odata_delta_link).get()

    rows, later = ask(follow)
    assert len(rows) >= 12
    assert later.value[0].additional_data["@removed"] == {"reason": "changed"}


def test_filters_and_errors_are_understood(place: tuple[World, Ask]) -> None:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

    _, ask = place
    parameters = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        filter=f"mail eq '{AGENT}'", select=["id", "mail"], top=5
    )

    async def users(client: Any) -> Any:
        return await client.users.get(request_configuration=RequestConfiguration(query_parameters=parameters))

    async def nobody(client: Any) -> Any:
        return await client.users.by_user_id("nobody@contoso.com").get()

    assert [user.mail for user in ask(users).value] == [AGENT]
    with pytest.raises(ODataError) as raised:
        ask(nobody)
    assert raised.value.error.code == "Request_ResourceNotFound"


def test_a_purpose_is_read_and_an_address_nobody_listens_at_gets_no_subscription(place: tuple[World, Ask]) -> None:
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.models.subscription import Subscription

    _, ask = place

    async def purpose(client: Any) -> Any:
        return await client.users.by_user_id(AGENT).mailbox_settings.get()

    async def subscribe(client: Any) -> Any:
        ends = datetime.now(UTC) + timedelta(hours=1)
        wanted = Subscription(
            change_type="created",
            notification_url="https://localhost:9/nobody",
            resource=f"users/{AGENT}/messages",
            expiration_date_time=ends,
        )
        return await client.subscriptions.post(wanted)

    assert str(ask(purpose).user_purpose.value) == "shared"
    with pytest.raises(ODataError) as raised:
        ask(subscribe)
    assert raised.value.error.code == "ValidationError"
