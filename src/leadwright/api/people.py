"""People and teams over the API: who there is, roles, days away, passwords, members. As on the People page."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import people as act
from leadwright.actions import teams as teams_act
from leadwright.api import answers
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages import people as read
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["people"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadUser"))]


class NewPerson(BaseModel):
    """Without a password they cannot sign in until one is set."""

    fullname: str = Field(max_length=200)
    email: str = Field(max_length=100)
    password: str | None = Field(None, max_length=1000)
    roles: list[str] = Field(default_factory=list)
    timezone: str = Field("UTC", max_length=64)
    businessunitid: str | None = Field(None, max_length=36)


class Person(BaseModel):
    """Name, sign-in address, time zone and business unit; what the person owns moves with them."""

    fullname: str = Field(max_length=200)
    email: str = Field(max_length=100)
    timezone: str = Field(max_length=64)
    businessunitid: str = Field(max_length=36)


class Roles(BaseModel):
    """Exactly these."""

    roles: list[str]


class Away(BaseModel):
    """First and last day away; both null: here."""

    awayfrom: date | None = None
    awayuntil: date | None = None


class Disabled(BaseModel):
    """Disabling ends every session at once."""

    disabled: bool


class Password(BaseModel):
    """At least twelve characters; tell it to the person in private."""

    password: str = Field(max_length=1000)


class NewTeam(BaseModel):
    """A team and the ids of its members."""

    name: str = Field(max_length=400)
    members: list[str] = Field(default_factory=list)
    businessunitid: str | None = Field(None, max_length=36)


class Team(BaseModel):
    """Name and business unit; what the team owns moves with it."""

    name: str = Field(max_length=400)
    businessunitid: str = Field(max_length=36)


class Members(BaseModel):
    """Ids of exactly the people in the team."""

    members: list[str]


@router.get("/people", summary="Users", response_model=list[answers.PersonRead])
def people(services: Adapters, who: Reader) -> list[dict[str, Any]]:
    """With roles, days away and state; application users too."""
    with services.database.reading() as session:
        held = read.roles_held(session)
        return [{**row._mapping, "roles": sorted(held.get(row.systemuserid, ()))} for row in read.users(session)]


@router.post("/people", status_code=201, summary="Add a person", response_model=answers.Made)
def add_person(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadUser", "prvCreateUser"))], body: NewPerson
) -> dict[str, str]:
    """Giving roles needs prvAssignRole as well."""
    return {"id": act.create_user(services, who, **body.model_dump())}


@router.put("/people/{systemuserid}", status_code=204, summary="Change a person")
def edit_person(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadUser", "prvWriteUser"))],
    systemuserid: str,
    body: Person,
) -> None:
    """All four at once."""
    act.edit_user(services, who, systemuserid, **body.model_dump())


@router.put("/people/{systemuserid}/roles", status_code=204, summary="Give exactly these roles")
def set_roles(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadUser", "prvAssignRole"))],
    systemuserid: str,
    body: Roles,
) -> None:
    """They count from the next request on."""
    act.set_roles(services, who, systemuserid, body.roles)


@router.put("/people/{systemuserid}/away", status_code=204, summary="Days away")
def set_away(services: Adapters, who: Reader, systemuserid: str, body: Away) -> None:
    """Leads go to somebody else meanwhile."""
    act.set_away(services, who, systemuserid, body.awayfrom, body.awayuntil)


@router.put("/people/{systemuserid}/state", status_code=204, summary="Disable or enable a user")
def set_state(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadUser", "prvDisableUser"))],
    systemuserid: str,
    body: Disabled,
) -> None:
    """The last System Administrator stays."""
    act.disable_user(services, who, systemuserid, disabled=body.disabled)


@router.put("/people/{systemuserid}/password", status_code=204, summary="Set a person's password")
def set_password(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadUser", "prvWriteUser"))],
    systemuserid: str,
    body: Password,
) -> None:
    """Their sessions end."""
    act.set_password(services, who, systemuserid, body.password)


@router.get("/teams", summary="Teams with their members", response_model=list[answers.TeamRead])
def teams(services: Adapters, who: Reader) -> list[dict[str, Any]]:
    """By name."""
    with services.database.reading() as session:
        return [asdict(team) for team in read.teams(session)]


@router.post("/teams", status_code=201, summary="Add a team", response_model=answers.Made)
def add_team(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadUser", "prvWriteTeam"))], body: NewTeam
) -> dict[str, str]:
    """Its members see and work the records it owns."""
    return {"id": teams_act.create_team(services, who, **body.model_dump())}


@router.put("/teams/{teamid}", status_code=204, summary="Rename a team or move it")
def edit_team(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadUser", "prvWriteTeam"))],
    teamid: str,
    body: Team,
) -> None:
    """Both at once."""
    teams_act.edit_team(services, who, teamid, body.name, body.businessunitid)


@router.delete("/teams/{teamid}", status_code=204, summary="Remove a team that owns nothing")
def delete_team(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadUser", "prvWriteTeam"))], teamid: str
) -> None:
    """Its members stay."""
    teams_act.delete_team(services, who, teamid)


@router.put("/teams/{teamid}/members", status_code=204, summary="Put exactly these people into the team")
def set_members(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadUser", "prvWriteTeam"))],
    teamid: str,
    body: Members,
) -> None:
    """It counts from their next request on."""
    teams_act.set_team_members(services, who, teamid, body.members)
