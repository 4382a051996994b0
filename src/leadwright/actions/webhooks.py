"""Webhooks: registered with a secret shown once, changed, tried, sent again, removed. Needs prvWriteWebhook."""

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.base import new_id
from leadwright.db.webhooks import Webhook, WebhookDelivery, test_delivery
from leadwright.domain.webhooks import EVENTS, SECRET_BYTES, SECRET_PREFIX, Standing
from leadwright.errors import BadInput, Conflict, FetchError, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.secrets import open_vault
from leadwright.research import addresses
from leadwright.services import Services

NEEDED = "prvWriteWebhook"
MOST_WEBHOOKS = 20
SHOWN_DELIVERIES = 50


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook just made, or its new secret. `secret` is shown once."""

    webhookid: str
    secret: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A webhook with how many deliveries wait and failed."""

    webhookid: str
    name: str
    url: str
    events: list[str]
    isdisabled: bool
    disabledreason: str
    failingsince: datetime | None
    lastsuccesson: datetime | None
    createdon: datetime
    waiting: int
    failed: int


def register(services: Services, who: Principal, name: str, url: str, events: Collection[str]) -> NewWebhook:
    """Tell an address of events from now on.

    Raises:
        NotAllowed.
        BadInput: no name, an address that may not be called, no or unknown events.
        Conflict: there are `MOST_WEBHOOKS` already.
    """
    require(who, NEEDED)
    name, url, chosen = _checked(services, name, url, events)
    webhookid, secret = new_id(), _new_secret()
    with services.database.transaction() as session:
        if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST_WEBHOOKS:
            raise Conflict(f"There are {MOST_WEBHOOKS} webhooks. Remove one that is not needed any more.")
        sealed = _seal(services, webhookid, secret)
        session.add(
            Webhook(
                webhookid=webhookid,
                name=name,
                url=url,
                events=chosen,
                sealed=sealed,
                createdby=who.id or None,
                createdon=services.clock(),
            )
        )
        after = {"name": name, "url": url, "events": chosen}
        audit.record(session, who.actor, "webhook.registered", "webhook", webhookid, after=after)
    return NewWebhook(webhookid, secret)


def change(services: Services, who: Principal, webhookid: str, name: str, url: str, events: Collection[str]) -> None:
    """Another name, address or choice of events. What waits goes to the new address.

    Raises:
        NotFound, NotAllowed, BadInput.
    """
    require(who, NEEDED)
    name, url, chosen = _checked(services, name, url, events)
    with services.database.transaction() as session:
        hook = _one(session, webhookid)
        before = {"name": hook.name, "url": hook.url, "events": hook.events}
        hook.name, hook.url, hook.events = name, url, chosen
        after = {"name": name, "url": url, "events": chosen}
        audit.record(session, who.actor, "webhook.changed", "webhook", webhookid, before=before, after=after)


def replace_secret(services: Services, who: Principal, webhookid: str) -> NewWebhook:
    """Sign with a new secret from the next delivery on.

    Raises:
        NotFound, NotAllowed.
    """
    require(who, NEEDED)
    secret = _new_secret()
    with services.database.transaction() as session:
        _one(session, webhookid).sealed = _seal(services, webhookid, secret)
        audit.record(session, who.actor, "webhook.secret_replaced", "webhook", webhookid)
    return NewWebhook(webhookid, secret)


def switch(services: Services, who: Principal, webhookid: str, *, disabled: bool) -> None:
    """Disable a webhook, or enable it again with a clean slate; what waits is sent then.

    Raises:
        NotFound, NotAllowed.
    """
    require(who, NEEDED)
    with services.database.transaction() as session:
        hook = _one(session, webhookid)
        if hook.isdisabled == disabled:
            return
        hook.isdisabled, hook.failingsince = disabled, None
        hook.disabledreason = f"Disabled by {who.name}." if disabled else ""
        action = "webhook.disabled" if disabled else "webhook.enabled"
        audit.record(session, who.actor, action, "webhook", webhookid)


def remove(services: Services, who: Principal, webhookid: str) -> None:
    """Remove a webhook with its deliveries.

    Raises:
        NotFound, NotAllowed.
    """
    require(who, NEEDED)
    with services.database.transaction() as session:
        hook = _one(session, webhookid)
        before = {"name": hook.name, "url": hook.url, "events": hook.events}
        session.delete(hook)
        audit.record(session, who.actor, "webhook.removed", "webhook", webhookid, before=before)


def send_test(services: Services, who: Principal, webhookid: str) -> str:
    """Send a test event; the worker does it within a second. Returns the delivery's id.

    Raises:
        NotFound, NotAllowed.
        Conflict: it is disabled.
    """
    require(who, NEEDED)
    with services.database.transaction() as session:
        _enabled(_one(session, webhookid))
        delivery = test_delivery(webhookid, services.clock())
        session.add(delivery)
        session.flush()
        audit.record(session, who.actor, "webhook.tested", "webhook", webhookid)
        return delivery.deliveryid


def send_again(services: Services, who: Principal, webhookid: str, deliveryid: str) -> None:
    """Send a delivery once more, now; the receiver knows it again by its id.

    Raises:
        NotFound, NotAllowed.
        Conflict: the webhook is disabled.
    """
    require(who, NEEDED)
    with services.database.transaction() as session:
        _enabled(_one(session, webhookid))
        found = session.get(WebhookDelivery, deliveryid, with_for_update=True)
        if found is None or found.webhookid != webhookid:
            raise NotFound("There is no such delivery any more.")
        found.state, found.dueat = str(Standing.WAITING), services.clock()
        found.attempts, found.heldto = 0, None
        after = {"delivery": deliveryid, "event": found.event}
        audit.record(session, who.actor, "webhook.sent_again", "webhook", webhookid, after=after)


def webhooks(services: Services, who: Principal) -> list[Shown]:
    """All of them, by name.

    Raises:
        NotAllowed.
    """
    require(who, NEEDED)
    with services.database.reading() as session:
        d = WebhookDelivery
        query = select(d.webhookid, d.state, func.count()).group_by(d.webhookid, d.state)
        counts = {(hook, state): count for hook, state, count in session.execute(query.where(d.state != "delivered"))}
        hooks = session.scalars(select(Webhook).order_by(Webhook.name, Webhook.webhookid)).all()
        return [_shown(hook, counts) for hook in hooks]


def deliveries(services: Services, who: Principal, webhookid: str) -> Sequence[Any]:
    """The newest deliveries of one webhook.

    Returns:
        rows of deliveryid, event, payload, state, attempts, dueat, status, error, createdon, triedon.

    Raises:
        NotFound, NotAllowed.
    """
    require(who, NEEDED)
    d = WebhookDelivery
    columns = (d.deliveryid, d.event, d.payload, d.state, d.attempts, d.dueat, d.status, d.error, d.createdon)
    with services.database.reading() as session:
        _one(session, webhookid)
        query = select(*columns, d.triedon).where(d.webhookid == webhookid)
        newest = query.order_by(d.createdon.desc(), d.deliveryid.desc()).limit(SHOWN_DELIVERIES)
        return session.execute(newest).all()


def _shown(hook: Webhook, counts: dict[tuple[str, str], int]) -> Shown:
    own = {name: getattr(hook, name) for name in Shown.__dataclass_fields__ if name not in ("waiting", "failed")}
    return Shown(
        **own,
        waiting=counts.get((hook.webhookid, str(Standing.WAITING)), 0),
        failed=counts.get((hook.webhookid, str(Standing.FAILED)), 0),
    )


def _one(session: Session, webhookid: str) -> Webhook:
    found = session.get(Webhook, webhookid)
    if found is None:
        raise NotFound("There is no such webhook any more.")
    return found


def _enabled(hook: Webhook) -> None:
    if hook.isdisabled:
        raise Conflict("This webhook is disabled. Enable it first.")


def _new_secret() -> str:
    return f"{SECRET_PREFIX}{base64.b64encode(token_bytes(SECRET_BYTES)).decode()}"


def _seal(services: Services, webhookid: str, secret: str) -> str:
    return open_vault(services.settings).seal(secret, f"webhook:{webhookid}")


def _checked(services: Services, name: str, url: str, events: Collection[str]) -> tuple[str, str, list[str]]:
    name, url = " ".join(name.split()), url.strip()
    if not name or len(name) > 120:
        raise BadInput("Give the webhook a name of at most 120 characters.", field="name")
    if len(url) > 1000:
        raise BadInput("The address is too long; 1,000 characters are the most.", field="url")
    allowed = services.settings.webhook_private_hosts
    try:
        found = addresses.target(url, allowed)
    except FetchError as error:
        raise BadInput(f"{error} Give an address such as https://example.com/hook.", field="url") from error
    if found.scheme != "https" and not found.private:
        raise BadInput("Give an address that begins with https://, so that nobody reads along.", field="url")
    known = [str(event) for event in EVENTS if str(event) in events]
    if not known or set(events) - set(known):
        raise BadInput(f"Choose at least one event: {', '.join(EVENTS)}.", field="events")
    return name, url, known
