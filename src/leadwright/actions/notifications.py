"""What a person does with their own notifications, and how they want to be told of them by mail."""

from collections.abc import Mapping

from sqlalchemy import select, update

from leadwright.db import audit
from leadwright.db.oversight import NotificationChoice
from leadwright.db.sales import AppNotification
from leadwright.domain.notices import DEFAULTS, How, Kind
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import Principal
from leadwright.services import Services
from leadwright.workflows.notices import choices_of


def mark_read(services: Services, who: Principal, notificationid: str | None = None) -> str | None:
    """Mark one notification of `who` as read, or all of them.

    Returns:
        The path the one leads to, if it has one.

    Raises:
        NotFound: there is no such notification of theirs.
    """
    change = update(AppNotification).where(AppNotification.ownerid == who.id).values(readon=services.clock())
    with services.database.transaction() as session:
        if notificationid is None:
            session.execute(change.where(AppNotification.readon.is_(None)))
            return None
        one = change.where(AppNotification.appnotificationid == notificationid).returning(AppNotification.link)
        found = session.execute(one).first()
    if found is None:
        raise NotFound("This notification is no longer there.")
    link: str | None = found[0]
    return link


def choices(services: Services, who: Principal) -> dict[Kind, How]:
    """How `who` wants to be told of each kind by mail."""
    with services.database.reading() as session:
        return choices_of(session, who.id)


def choose(services: Services, who: Principal, chosen: Mapping[str, str]) -> None:
    """Keep how `who` wants to be told: kind -> now, daily or never. Kinds left out stay as they are.

    Raises:
        BadInput: no such kind, or no such way.
    """
    for kind, how in chosen.items():
        if kind not in set(Kind):
            raise BadInput(f"There is no kind of news called {kind!r}.", field="kind")
        if how not in set(How):
            raise BadInput("Choose at once, once a day, or never.", field=kind)
    with services.database.transaction() as session:
        before = choices_of(session, who.id)
        rows = {
            row.kind: row
            for row in session.scalars(select(NotificationChoice).where(NotificationChoice.systemuserid == who.id))
        }
        for kind, how in chosen.items():
            if kind in rows:
                rows[kind].how = how
            elif how != DEFAULTS[Kind(kind)]:
                session.add(NotificationChoice(systemuserid=who.id, kind=kind, how=how))
        session.flush()
        after = choices_of(session, who.id)
        if before != after:
            changed = [kind for kind in Kind if before[kind] != after[kind]]
            audit.record(
                session,
                who.actor,
                "user.notices_chosen",
                "systemuser",
                who.id,
                before={str(k): str(before[k]) for k in changed},
                after={str(k): str(after[k]) for k in changed},
            )
