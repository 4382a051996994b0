"""Tables of webhooks and their deliveries. A delivery is written in the transaction that decided what it tells."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from leadwright.db.base import Base, Id, new_id, now
from leadwright.domain.webhooks import Event, Standing, event_of, told


class Webhook(Base):
    """An address that is told of events. The secret that signs is sealed."""

    __tablename__ = "webhook"
    webhookid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(1000))
    events: Mapped[list[Any]] = mapped_column(default=list)
    sealed: Mapped[str] = mapped_column(String(400))
    isdisabled: Mapped[bool] = mapped_column(Boolean, default=False)
    disabledreason: Mapped[str] = mapped_column(String(500), default="")
    failingsince: Mapped[datetime | None]
    lastsuccesson: Mapped[datetime | None]
    createdby: Mapped[str | None] = mapped_column(Id)
    createdon: Mapped[datetime] = mapped_column(default=now)


class WebhookDelivery(Base):
    """One event for one webhook. Its id is the `webhook-id` of every try."""

    __tablename__ = "webhookdelivery"
    deliveryid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    webhookid: Mapped[str] = mapped_column(ForeignKey("webhook.webhookid", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(12), default=Standing.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    dueat: Mapped[datetime | None]
    heldto: Mapped[datetime | None]
    status: Mapped[int | None] = mapped_column(Integer)  # HTTP status of the last try
    error: Mapped[str] = mapped_column(Text, default="")
    createdon: Mapped[datetime] = mapped_column(default=now)
    triedon: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_webhookdelivery_due", "state", "dueat"),
        Index("ix_webhookdelivery_webhook", "webhookid", "createdon"),
    )


def announce_act(session: Session, action: str, recordtype: str, changed: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the deliveries of an audited act, if webhooks are told of such acts.

    Args:
        action: as the audit log calls it.
        changed: record id -> what it was changed to.
    """
    event = event_of(action)
    if event is not None:
        announce(session, event, recordtype, changed)


def announce(session: Session, event: Event, recordtype: str, changed: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the deliveries of an event, in the transaction that decided it; nothing when no webhook asks for it."""
    wanted = _asking_for(session, event)
    if not wanted:
        return
    moment = session.info.get("clock", now)()
    rows = [
        {"deliveryid": new_id(), "webhookid": webhookid, **_fresh(event, told(event, recordtype, id_, after), moment)}
        for id_, after in changed.items()
        for webhookid in wanted
    ]
    session.execute(insert(WebhookDelivery), rows)


def _fresh(event: Event, data: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    payload = {"type": str(event), "timestamp": moment.isoformat(), "data": dict(data)}
    return {"event": str(event), "payload": payload, "state": Standing.WAITING, "dueat": moment, "createdon": moment}


def test_delivery(webhookid: str, moment: datetime) -> WebhookDelivery:
    """A delivery that only shows whether the receiver listens."""
    return WebhookDelivery(webhookid=webhookid, **_fresh(Event.TEST, {"text": "It works."}, moment))


def _asking_for(session: Session, event: Event) -> list[str]:
    rows = session.execute(select(Webhook.webhookid, Webhook.events).where(Webhook.isdisabled.is_(False)))
    return [row.webhookid for row in rows if str(event) in row.events]
