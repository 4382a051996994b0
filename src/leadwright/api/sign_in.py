"""How people get in, over the API: invitations, links, sessions, apps, connected accounts, providers."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import identity_providers, own_account, sign_in_links
from leadwright.actions.external_sign_in import redirect_uri
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages.person import user_row, ways_in
from leadwright.errors import NotFound
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["people"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Writer = Annotated[Principal, Depends(needs("prvReadUser", "prvWriteUser"))]
Configurer = Annotated[Principal, Depends(needs("prvReadUser", "prvConfigureSignIn"))]


class Invitation(BaseModel):
    """Whom to invite; they choose their own password."""

    fullname: str = Field(max_length=200)
    email: str = Field(max_length=100)
    roles: list[str] = Field(default_factory=list)
    timezone: str = Field("UTC", max_length=64)
    businessunitid: str | None = Field(None, max_length=36)


class Link(BaseModel):
    """`link` is null when it went out by mail; else hand it over in private."""

    id: str
    link: str | None
    endson: datetime


class Connected(BaseModel):
    """An account at a provider."""

    issuer: str = Field(max_length=400)
    subject: str = Field(max_length=255)


class Provider(BaseModel):
    """A provider of OpenID Connect. An empty secret keeps the one there is."""

    name: str = Field(max_length=400)
    issuer: str = Field(max_length=400)
    client_id: str = Field(max_length=400)
    client_secret: str = Field("", max_length=1000)
    create_role: str = Field("", max_length=100)
    domains: str = Field("", max_length=4000)
    links_by_email: bool = False
    is_enabled: bool = True


@router.post("/invitations", status_code=201, summary="Invite a person")
def invite(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadUser", "prvCreateUser"))], body: Invitation
) -> Link:
    """The link is good for seven days, once. Giving roles needs prvAssignRole as well."""
    return _link(sign_in_links.invite(services, who, **body.model_dump()))


@router.post("/people/{systemuserid}/link", status_code=201, summary="Invite again, or let choose a new password")
def send_link(services: Adapters, who: Writer, systemuserid: str) -> Link:
    """A former link is void."""
    return _link(sign_in_links.send_link(services, who, systemuserid))


@router.get("/people/{systemuserid}/sign-in", summary="How a person gets in, and where they are signed in")
def ways(services: Adapters, who: Writer, systemuserid: str) -> dict[str, Any]:
    """Nothing secret: password set or not, app, connected accounts, sessions."""
    with services.database.reading() as session:
        if user_row(session, systemuserid) is None:
            raise NotFound("There is no such user.")
        found = ways_in(session, systemuserid)
    names = ("id", "openedon", "lastusedon", "method", "address", "browser")
    sessions = own_account.sessions_of(services, who, systemuserid)
    return {
        "has_password": found.has_password,
        "app_since": found.app_since,
        "recovery_codes_left": found.codes_left,
        "invited_until": found.invited_until,
        "connected": [dict(each._mapping) for each in found.connected],
        "sessions": [dict(zip(names, each, strict=True)) for each in sessions],
    }


@router.delete("/people/{systemuserid}/sessions", status_code=204, summary="End all sessions of a person")
def end_sessions(services: Adapters, who: Writer, systemuserid: str) -> None:
    """At once."""
    own_account.end_all_sessions(services, who, systemuserid)


@router.delete("/people/{systemuserid}/sessions/{session}", status_code=204, summary="End one session of a person")
def end_session(services: Adapters, who: Writer, systemuserid: str, session: str) -> None:
    """At once."""
    own_account.end_session(services, who, systemuserid, session)


@router.delete("/people/{systemuserid}/app", status_code=204, summary="Remove a person's authenticator app")
def remove_app(services: Adapters, who: Writer, systemuserid: str) -> None:
    """For a lost phone."""
    own_account.remove_app(services, who, systemuserid)


@router.post("/people/{systemuserid}/disconnect", status_code=204, summary="Disconnect an account of a provider")
def disconnect(services: Adapters, who: Writer, systemuserid: str, body: Connected) -> None:
    """It does not open this account any more."""
    own_account.disconnect(services, who, systemuserid, body.issuer, body.subject)


@router.get("/sign-in-providers", summary="Providers people may sign in with")
def providers(services: Adapters, who: Configurer) -> list[dict[str, Any]]:
    """Those entered here; that of the settings is not among them."""
    return [
        {
            "id": row.identityproviderid,
            "name": row.name,
            "issuer": row.issuer,
            "client_id": row.clientid,
            "has_secret": row.sealedclientsecret is not None,
            "create_role": row.createrole,
            "domains": row.domains,
            "links_by_email": row.linksbyemail,
            "is_enabled": row.isenabled,
            "redirect_uri": redirect_uri(services, row.identityproviderid),
        }
        for row in identity_providers.stored_providers(services, who)
    ]


@router.post("/sign-in-providers", status_code=201, summary="Add a provider")
def add_provider(services: Adapters, who: Configurer, body: Provider) -> dict[str, str]:
    """It is asked who it is before anything is kept. Register `redirect_uri` there."""
    made = identity_providers.save_provider(services, who, identity_providers.ProviderForm(**body.model_dump()))
    return {"id": made, "redirect_uri": redirect_uri(services, made)}


@router.put("/sign-in-providers/{providerid}", status_code=204, summary="Change a provider")
def edit_provider(services: Adapters, who: Configurer, providerid: str, body: Provider) -> None:
    """All at once."""
    identity_providers.save_provider(services, who, identity_providers.ProviderForm(**body.model_dump()), providerid)


@router.delete("/sign-in-providers/{providerid}", status_code=204, summary="Remove a provider")
def delete_provider(services: Adapters, who: Configurer, providerid: str) -> None:
    """Sessions that are open stay."""
    identity_providers.delete_provider(services, who, providerid)


def _link(handed: sign_in_links.Handed) -> Link:
    return Link(id=handed.systemuserid, link=handed.link or None, endson=handed.endson)
