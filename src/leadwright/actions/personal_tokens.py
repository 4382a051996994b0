"""A person's own access tokens: made for a program of theirs, listed without their values, revoked. Never another's."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select

from leadwright.db import audit
from leadwright.db.people import SystemUser
from leadwright.db.programs import PersonalToken
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal
from leadwright.identity.personal_tokens import MOST_DAYS, NewToken, make_token
from leadwright.services import Services

MOST_TOKENS = 20


def add_token(services: Services, who: Principal, name: str, *, days: int, readonly: bool) -> NewToken:
    """Make a token with the person's rights, or with their reading rights only. Its value is shown once.

    Args:
        days: 1 to 365 until it ends.

    Raises:
        NotAllowed: not a person.
        BadInput: no name, or another time.
        Conflict: they have `MOST_TOKENS` already.
    """
    if who.kind != "person":
        raise NotAllowed("Only a person has personal access tokens. An application asks the token endpoint.")
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise BadInput("Name the program that will use it, in at most 120 characters.", field="name")
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(f"A token is valid for 1 to {MOST_DAYS} days.", field="days")
    moment = services.clock()
    with services.database.transaction() as session:
        session.execute(select(SystemUser.systemuserid).where(SystemUser.systemuserid == who.id).with_for_update())
        mine = PersonalToken.systemuserid == who.id
        session.execute(delete(PersonalToken).where(mine, PersonalToken.endson <= moment))
        if (session.scalar(select(func.count()).select_from(PersonalToken).where(mine)) or 0) >= MOST_TOKENS:
            raise Conflict(f"You have {MOST_TOKENS} tokens. Revoke one that is not used any more.")
        made = make_token(session, who.id, name=name, days=days, readonly=readonly, moment=moment)
        after = {"name": name, "token": made.hint, "readonly": readonly, "endson": made.endson}
        audit.record(session, who.actor, "token.created", "personaltoken", made.tokenid, after=after)
        return made


def revoke_token(services: Services, who: Principal, tokenid: str) -> None:
    """Delete a token of one's own; it is refused at its next call.

    Raises:
        NotFound: the person has no such token.
    """
    with services.database.transaction() as session:
        found = session.scalar(
            select(PersonalToken).where(PersonalToken.tokenid == tokenid, PersonalToken.systemuserid == who.id)
        )
        if found is None:
            raise NotFound("You have no such token any more.")
        before = {"name": found.name, "token": found.hint, "readonly": found.readonly, "endson": found.endson}
        session.delete(found)
        audit.record(session, who.actor, "token.revoked", "personaltoken", tokenid, before=before)


def tokens_of(services: Services, who: Principal) -> Sequence[Any]:
    """The person's tokens, newest first, without their values.

    Returns:
        rows of tokenid, name, hint, readonly, createdon, endson, lastusedon.
    """
    t = PersonalToken
    query = select(t.tokenid, t.name, t.hint, t.readonly, t.createdon, t.endson, t.lastusedon)
    with services.database.reading() as session:
        return session.execute(query.where(t.systemuserid == who.id).order_by(t.createdon.desc(), t.tokenid)).all()
