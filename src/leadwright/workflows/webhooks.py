"""Tells webhooks what waits for them: signed, retried, given up after days without a success. Decides nothing else."""

import json
import threading
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.audit import Actor
from leadwright.db.webhooks import Webhook, WebhookDelivery
from leadwright.domain.optionsets import NotificationIcon
from leadwright.domain.webhooks import KEPT_DAYS, Standing, is_given_up, signature, wait_after
from leadwright.errors import Conflict, FetchError
from leadwright.identity.announcements import tell_administrators
from leadwright.identity.secrets import open_vault
from leadwright.services import Services

PAGE = "/webhooks"
_HELD = timedelta(seconds=60)  # longer than one try takes
_AT_ONCE = 20
_OURSELVES = Actor(None, "system", "Leadwright")
_log = structlog.get_logger(__name__)


def deliver_due(services: Services, stopping: threading.Event | None = None) -> int:
    """Try everything that is due once. How many deliveries were tried; any number of processes may do it at once."""
    tried = 0
    for deliveryid in _due(services):
        if stopping is not None and stopping.is_set():
            break
        tried += _try(services, deliveryid)
    return tried


def forget_old(services: Services) -> None:
    """Drop deliveries that are over since `KEPT_DAYS`."""
    old = services.clock() - timedelta(days=KEPT_DAYS)
    with services.database.transaction(repeatable=True) as session:
        over = (WebhookDelivery.state != Standing.WAITING) & (WebhookDelivery.createdon < old)
        session.execute(delete(WebhookDelivery).where(over))


def _due(services: Services) -> list[str]:
    moment, d = services.clock(), WebhookDelivery
    query = (
        select(d.deliveryid)
        .join(Webhook, Webhook.webhookid == d.webhookid)
        .where(d.state == Standing.WAITING, d.dueat <= moment, Webhook.isdisabled.is_(False))
        .where(or_(d.heldto.is_(None), d.heldto <= moment))
        .order_by(d.dueat, d.deliveryid)
        .limit(_AT_ONCE)
    )
    with services.database.reading() as session:
        return list(session.scalars(query))


def _try(services: Services, deliveryid: str) -> bool:
    """One try of one delivery; False when another process has it."""
    held = services.clock() + _HELD
    found = _claim(services, deliveryid, held)
    if found is None:
        return False
    hook, delivery = found
    moment = services.clock()
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    status, error = None, ""
    try:
        secret = open_vault(services.settings).open(hook.sealed, f"webhook:{hook.webhookid}")
        headers = {
            "content-type": "application/json",
            "webhook-id": deliveryid,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": signature(secret, deliveryid, moment, body),
        }
        status = services.webhooks.post(hook.url, body, headers)
    except (FetchError, Conflict) as failure:
        error = str(failure)
    if status is not None and not 200 <= status < 300:
        error = f"The receiver answered with status {status}."
    _note(services, deliveryid, held, status, error)
    return True


def _claim(services: Services, deliveryid: str, held: datetime) -> tuple[Webhook, WebhookDelivery] | None:
    moment, d = services.clock(), WebhookDelivery
    free = or_(d.heldto.is_(None), d.heldto <= moment)
    with services.database.transaction() as session:
        mine = (
            update(d)
            .where(d.deliveryid == deliveryid, d.state == Standing.WAITING, free)
            .values(heldto=held, attempts=d.attempts + 1, triedon=moment)
        )
        if session.execute(mine).rowcount != 1:  # type: ignore[attr-defined]
            return None
        delivery = session.get_one(d, deliveryid, populate_existing=True)
        hook = session.get_one(Webhook, delivery.webhookid)
        session.expunge_all()
        return hook, delivery


def _note(services: Services, deliveryid: str, held: datetime, status: int | None, error: str) -> None:
    """What came of a try; a process that lost its claim meanwhile notes nothing."""
    moment = services.clock()
    with services.database.transaction() as session:
        delivery = session.get(WebhookDelivery, deliveryid, with_for_update=True)
        if delivery is None or delivery.heldto != held:
            return
        hook = session.get_one(Webhook, delivery.webhookid, with_for_update=True)
        delivery.heldto, delivery.status, delivery.error = None, status, error
        if not error:
            delivery.state, delivery.dueat = str(Standing.DELIVERED), None
            hook.failingsince, hook.lastsuccesson = None, moment
            return
        wait = wait_after(delivery.attempts)
        delivery.dueat = moment + wait if wait else None
        delivery.state = str(Standing.WAITING if wait else Standing.FAILED)
        hook.failingsince = hook.failingsince or moment
        _log.info("webhook failed", webhook=hook.webhookid, attempt=delivery.attempts, reason=error)
        if is_given_up(hook.failingsince, moment) and not hook.isdisabled:
            _give_up(session, hook, error, moment)


def _give_up(session: Session, hook: Webhook, error: str, moment: datetime) -> None:
    since = f"{hook.failingsince:%Y-%m-%d}"
    hook.isdisabled = True
    hook.disabledreason = f"Nothing arrived since {since}. {error}"[:500]
    key = f"webhook.given_up:{hook.webhookid}:{since}"
    body = f"{hook.name} is disabled. {hook.disabledreason} Mend it, then enable it again."
    icon = NotificationIcon.FAILURE
    tell_administrators(session, key, "Webhook disabled", body, icon=icon, link=PAGE, moment=moment)
    after = {"reason": hook.disabledreason}
    audit.record(session, _OURSELVES, "webhook.given_up", "webhook", hook.webhookid, after=after)
