"""Who may own records of an outside CRM: its own users alone."""

from sqlalchemy.orm import Session

from leadwright.db.mirror_seen import last_seen
from leadwright.db.mirror_writes import goes_out
from leadwright.errors import BadInput


def refuse_who_is_here_alone(session: Session, systemuserid: str | None, name: str, instead: str) -> None:
    """Nothing over there can belong to somebody who exists in Leadwright only, as its first administrator does.

    Args:
        instead: what else to do, beside signing in as a user of the organisation.

    Raises:
        BadInput.
    """
    if systemuserid and goes_out(session) and last_seen(session, "systemuser", systemuserid) is None:
        raise BadInput(
            f"{name} exists in Leadwright only, so no record in Dynamics 365 can belong to them. Sign in as a user of "
            f"the organisation, or {instead}.",
            field="owner",
        )
