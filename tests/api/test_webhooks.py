"""Webhooks from the act to the receiver: written in the transaction, signed, retried, given up with a notice."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select
from tests.web.conftest import desk, made_desk  # noqa: F401 fixtures
from tests.web.desk import NOW, Desk

from leadwright.actions import outcome, webhooks
from leadwright.db.sales import AppNotification
from leadwright.db.webhooks import Webhook, WebhookDelivery
from leadwright.domain.suppression import Reason
from leadwright.domain.webhooks import FAILING_DAYS, Event
from leadwright.errors import BadInput, NotAllowed
from leadwright.identity.access import Principal, principal
from leadwright.mail.suppression import suppress
from leadwright.research.fetch import Fetcher
from leadwright.services import Services
from leadwright.workflows.webhooks import deliver_due, forget_old

ALL = [str(event) for event in Event if event is not Event.TEST]


@dataclass
class Receiver:
    """What arrived, and what is answered."""

    address: str = ""
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server on loopback that keeps what it is told."""
    known = Receiver()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            known.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(known.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        known.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield known
        server.shutdown()
        thread.join()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(desk: Desk, receiver: Receiver, clock: Clock) -> Services:  # noqa: F811
    allowed = frozenset({receiver.address})
    desk.services.database.clock = clock
    settings = desk.services.settings.model_copy(update={"webhook_private_hosts": allowed})
    return replace(desk.services, settings=settings, webhooks=Fetcher(allowed), clock=clock)


@pytest.fixture
def admin(desk: Desk, services: Services) -> Principal:  # noqa: F811
    with services.database.reading() as session:
        return principal(session, desk.people["admin"])


def registered(services: Services, admin: Principal, receiver: Receiver, events: list[str] = ALL) -> Any:
    return webhooks.register(services, admin, "Hook", f"http://{receiver.address}/hook?x=1", events)


def verified(secret: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """As the receiver's own library does it (standardwebhooks.com)."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{expected}" in headers["webhook-signature"].split()
    found: dict[str, Any] = json.loads(body)
    return found


def test_a_reassigned_lead_is_told_signed_and_without_names(
    services: Services,
    admin: Principal,
    receiver: Receiver,
    desk: Desk,  # noqa: F811
) -> None:
    made = registered(services, admin, receiver)
    leadid = desk.lead("disqualified")
    outcome.reassign(services, admin, leadid, sellerid=desk.people["seller"])
    assert deliver_due(services) == 1
    headers, body = receiver.got[0]
    said = verified(made.secret, headers, body)
    assert said["type"] == "lead.reassigned"
    assert said["data"]["leadid"] == leadid
    assert said["data"]["ownerid"] == desk.people["seller"]
    assert b"@" not in body
    assert deliver_due(services) == 0
    (row,) = webhooks.deliveries(services, admin, made.webhookid)
    assert (row.state, row.status, row.deliveryid) == ("delivered", 204, headers["webhook-id"])


def test_an_opt_out_is_told_once(services: Services, admin: Principal, receiver: Receiver) -> None:
    registered(services, admin, receiver)
    for _ in range(2):
        with services.database.transaction() as session:
            suppress(session, "someone@example.com", reason=Reason.OPT_OUT, source="mail", clock=services.clock)
    deliver_due(services)
    assert [json.loads(body)["type"] for _, body in receiver.got] == ["lead.opted_out"]


def test_what_is_rolled_back_is_never_told(
    services: Services,
    admin: Principal,
    receiver: Receiver,
) -> None:
    registered(services, admin, receiver)
    with pytest.raises(RuntimeError), services.database.transaction() as session:
        suppress(session, "someone@example.com", reason=Reason.OPT_OUT, source="mail", clock=services.clock)
        raise RuntimeError
    assert deliver_due(services) == 0


def test_only_chosen_events_are_told(
    services: Services,
    admin: Principal,
    receiver: Receiver,
    desk: Desk,  # noqa: F811
) -> None:
    registered(services, admin, receiver, ["agent.paused"])
    outcome.reassign(services, admin, desk.lead("disqualified"), sellerid=desk.people["seller"])
    assert deliver_due(services) == 0


def test_a_failing_receiver_is_tried_again_with_the_same_id_until_it_listens(
    services: Services, admin: Principal, receiver: Receiver, clock: Clock
) -> None:
    made = registered(services, admin, receiver)
    receiver.status = 503
    webhooks.send_test(services, admin, made.webhookid)
    for seconds in (0, 5, 300):
        clock.now += timedelta(seconds=seconds)
        assert deliver_due(services) == 1
        assert deliver_due(services) == 0
    receiver.status = 200
    clock.now += timedelta(hours=1)
    assert deliver_due(services) == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == 4
    (row,) = webhooks.deliveries(services, admin, made.webhookid)
    assert (row.state, row.attempts, row.error) == ("delivered", 4, "")


def test_a_receiver_that_fails_for_days_is_disabled_with_a_notice_and_goes_on_when_enabled(
    services: Services, admin: Principal, receiver: Receiver, clock: Clock
) -> None:
    made = registered(services, admin, receiver)
    receiver.status = 500
    for _ in range(FAILING_DAYS + 2):
        webhooks.send_test(services, admin, made.webhookid) if not webhooks.webhooks(services, admin)[
            0
        ].isdisabled else None
        deliver_due(services)
        clock.now += timedelta(days=1)
    shown = webhooks.webhooks(services, admin)[0]
    assert shown.isdisabled
    assert "status 500" in shown.disabledreason
    assert deliver_due(services) == 0
    with services.database.reading() as session:
        titles = session.scalars(select(AppNotification.title).where(AppNotification.ownerid == admin.id)).all()
    assert titles.count("Webhook disabled") == 1
    receiver.status = 200
    webhooks.switch(services, admin, made.webhookid, disabled=False)
    assert deliver_due(services) > 0
    assert not webhooks.webhooks(services, admin)[0].failingsince


def test_a_redirect_is_not_followed_and_counts_as_a_failure(
    services: Services, admin: Principal, receiver: Receiver
) -> None:
    made = registered(services, admin, receiver)
    receiver.status = 302
    webhooks.send_test(services, admin, made.webhookid)
    deliver_due(services)
    (row,) = webhooks.deliveries(services, admin, made.webhookid)
    assert (row.state, row.status) == ("waiting", 302)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://169.254.169.254/latest",
        "https://localhost/hook",
        "https://user@example.com/",
        "ftp://example.com/",
        "https://10.0.0.1/",
        "nonsense",
    ],
)
def test_an_address_that_may_not_be_called_is_refused(services: Services, admin: Principal, url: str) -> None:
    with pytest.raises(BadInput) as refused:
        webhooks.register(services, admin, "Hook", url, ["lead.handed_over"])
    assert refused.value.field == "url"


def test_a_name_that_leads_to_a_private_address_is_never_called(services: Services, admin: Principal) -> None:
    guarded = replace(services, webhooks=Fetcher(resolve=lambda _host, _port: ["127.0.0.1"]))
    made = webhooks.register(guarded, admin, "Hook", "https://rebinding.example/", ["lead.handed_over"])
    webhooks.send_test(guarded, admin, made.webhookid)
    deliver_due(guarded)
    (row,) = webhooks.deliveries(guarded, admin, made.webhookid)
    assert row.status is None
    assert row.error


def test_a_claim_of_a_dead_process_is_taken_over_and_two_never_send_at_once(
    services: Services, admin: Principal, receiver: Receiver, clock: Clock
) -> None:
    made = registered(services, admin, receiver)
    webhooks.send_test(services, admin, made.webhookid)
    with services.database.transaction() as session:
        session.scalars(select(WebhookDelivery)).one().heldto = clock.now + timedelta(seconds=60)
    assert deliver_due(services) == 0
    clock.now += timedelta(seconds=61)
    assert deliver_due(services) == 1


def test_only_who_holds_the_privilege_sees_webhooks_and_the_secret_is_sealed(
    services: Services,
    admin: Principal,
    receiver: Receiver,
    desk: Desk,  # noqa: F811
) -> None:
    made = registered(services, admin, receiver)
    with services.database.reading() as session:
        seller = principal(session, desk.people["manager"])
        assert made.secret not in session.scalars(select(Webhook.sealed)).one()
    for refused in (
        lambda: webhooks.webhooks(services, seller),
        lambda: webhooks.deliveries(services, seller, made.webhookid),
        lambda: webhooks.register(services, seller, "x", "https://example.com", ALL),
        lambda: webhooks.remove(services, seller, made.webhookid),
    ):
        with pytest.raises(NotAllowed, match="prvWriteWebhook"):
            refused()


def test_a_new_secret_signs_the_next_delivery_and_old_deliveries_are_forgotten(
    services: Services, admin: Principal, receiver: Receiver, clock: Clock
) -> None:
    made = registered(services, admin, receiver)
    fresh = webhooks.replace_secret(services, admin, made.webhookid)
    deliveryid = webhooks.send_test(services, admin, made.webhookid)
    deliver_due(services)
    verified(fresh.secret, *receiver.got[0])
    webhooks.send_again(services, admin, made.webhookid, deliveryid)
    deliver_due(services)
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [deliveryid, deliveryid]
    clock.now += timedelta(days=31)
    forget_old(services)
    assert not webhooks.deliveries(services, admin, made.webhookid)
    webhooks.remove(services, admin, made.webhookid)
    assert webhooks.webhooks(services, admin) == []
