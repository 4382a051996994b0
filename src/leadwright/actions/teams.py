"""Teams and who is in them, as a person may change them."""

from collections.abc import Iterable

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.actions.people import existing_business_unit, move_records
from leadwright.db import audit
from leadwright.db.base import Base
from leadwright.db.people import SystemUser, Team, TeamMember
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, require
from leadwright.services import Services


def create_team(
    services: Services, who: Principal, name: str, members: Iterable[str] = (), *, businessunitid: str | None = None
) -> str:
    """Add a team. Its members see and work the records it owns. Returns the team's id."""
    require(who, "prvWriteTeam")
    given = _name(name)
    try:
        with services.database.transaction() as session:
            team = Team(name=given, businessunitid=existing_business_unit(session, businessunitid))
            session.add(team)
            session.flush()
            joined = _set_members(session, team.teamid, members)
            after = {"name": team.name, "members": joined}
            audit.record(session, who.actor, "team.created", "team", team.teamid, after=after)
            return team.teamid
    except IntegrityError as error:
        raise Conflict(f"There is a team called {given} already.") from error


def set_team_members(services: Services, who: Principal, teamid: str, members: Iterable[str]) -> None:
    """Put exactly these people into the team."""
    require(who, "prvWriteTeam")
    with services.database.transaction() as session:
        _team(session, teamid)
        before = sorted(session.scalars(select(TeamMember.systemuserid).where(TeamMember.teamid == teamid)))
        session.execute(delete(TeamMember).where(TeamMember.teamid == teamid))
        joined = _set_members(session, teamid, members)
        audit.record(
            session,
            who.actor,
            "team.members_set",
            "team",
            teamid,
            before={"members": before},
            after={"members": joined},
        )


def edit_team(services: Services, who: Principal, teamid: str, name: str, businessunitid: str) -> None:
    """Rename a team, or put it and its records into another business unit.

    Raises:
        NotAllowed: prvWriteTeam is missing.
        BadInput: the name or the business unit cannot be used.
        Conflict: another team is called so.
    """
    require(who, "prvWriteTeam")
    given = _name(name)
    try:
        with services.database.transaction() as session:
            team = _team(session, teamid)
            before = {"name": team.name, "businessunitid": team.businessunitid}
            unit = existing_business_unit(session, businessunitid)
            if team.businessunitid != unit:
                move_records(session, teamid, unit)
            team.name, team.businessunitid = given, unit
            session.flush()
            after = {"name": given, "businessunitid": unit}
            audit.record(session, who.actor, "team.changed", "team", teamid, before=before, after=after)
    except IntegrityError as error:
        raise Conflict(f"There is a team called {given} already.") from error


def delete_team(services: Services, who: Principal, teamid: str) -> None:
    """Remove a team that owns nothing.

    Raises:
        NotAllowed: prvWriteTeam is missing.
        Conflict: it owns records; they need another owner first.
    """
    require(who, "prvWriteTeam")
    with services.database.transaction() as session:
        team = _team(session, teamid)
        for table in Base.metadata.sorted_tables:
            if "ownerid" in table.c and session.scalar(select(exists().where(table.c.ownerid == teamid))):
                raise Conflict(f"The team owns records ({table.name}). Give them to somebody else first.")
        members = sorted(session.scalars(select(TeamMember.systemuserid).where(TeamMember.teamid == teamid)))
        before = {"name": team.name, "members": members}
        session.delete(team)
        audit.record(session, who.actor, "team.deleted", "team", teamid, before=before)


def _name(name: str) -> str:
    if not name.strip() or len(name) > 160:
        raise BadInput("Give the team a name of at most 160 characters.", field="name")
    return name.strip()


def _team(session: Session, teamid: str) -> Team:
    team = session.get(Team, teamid)
    if team is None:
        raise NotFound("There is no such team.")
    return team


def _is_application(session: Session, systemuserid: str) -> bool:
    user = session.get(SystemUser, systemuserid)
    if user is None:
        raise NotFound("There is no such user.")
    return user.applicationid is not None


def _set_members(session: Session, teamid: str, members: Iterable[str]) -> list[str]:
    joined = sorted(set(members))
    for systemuserid in joined:
        if _is_application(session, systemuserid):
            raise BadInput("Teams have people as members, not application users.", field="members")
        session.add(TeamMember(teamid=teamid, systemuserid=systemuserid))
    session.flush()
    return joined
