"""The providers of OpenID Connect people may sign in with: adding, changing, switching off, removing one."""

from starlette.responses import Response

from leadwright.actions import identity_providers as act
from leadwright.actions.external_sign_in import redirect_uri
from leadwright.db.base import new_id
from leadwright.db.pages.people import role_names
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.providers import FROM_SETTINGS
from leadwright.web.visit import Pages, Visit

pages = Pages()
_FIELDS = ("name", "issuer", "client_id", "create_role", "domains", "links_by_email", "is_enabled")


@pages.get("/people/sign-in", "prvReadUser", "prvConfigureSignIn")
def providers_page(visit: Visit) -> Response:
    """Those there are, and that of the settings."""
    settings = visit.services.settings
    return visit.page(
        "sign_in_providers.html",
        providers=act.stored_providers(visit.services, visit.who),
        settings=settings,
        settings_uri=redirect_uri(visit.services, FROM_SETTINGS),
    )


@pages.get("/people/sign-in/new", "prvReadUser", "prvConfigureSignIn")
def new_provider(visit: Visit) -> Response:
    """The form. Its redirect address is known before, for the registration at the provider."""
    return _form(visit, new_id(), {"is_enabled": "1"}, is_new=True)


@pages.get("/people/sign-in/{providerid}", "prvReadUser", "prvConfigureSignIn")
def provider_page(visit: Visit) -> Response:
    """One of them."""
    for row in act.stored_providers(visit.services, visit.who):
        if row.identityproviderid == _id(visit):
            values = {
                "name": row.name,
                "issuer": row.issuer,
                "client_id": row.clientid,
                "create_role": row.createrole,
                "domains": row.domains,
                "links_by_email": "1" if row.linksbyemail else "",
                "is_enabled": "1" if row.isenabled else "",
            }
            return _form(visit, _id(visit), values, has_secret=bool(row.sealedclientsecret))
    raise NotFound("There is no such provider.")


@pages.post("/people/sign-in/{providerid}", "prvReadUser", "prvConfigureSignIn")
def save(visit: Visit) -> Response:
    """Ask the provider who it is, then keep what was entered."""
    values = {name: visit.text(name, most=2000) for name in (*_FIELDS, "new")}
    form = act.ProviderForm(
        name=values["name"],
        issuer=values["issuer"],
        client_id=values["client_id"],
        client_secret=str(visit.form.get("client_secret", ""))[:1000].strip(),
        create_role=values["create_role"],
        domains=values["domains"],
        links_by_email=values["links_by_email"] == "1",
        is_enabled=values["is_enabled"] == "1",
    )
    is_new = values["new"] == "1"
    try:
        act.save_provider(visit.services, visit.who, form, _id(visit), is_new=is_new)
    except BadInput as error:
        return _form(visit, _id(visit), values, {error.field or "": str(error)}, 422, is_new=is_new)
    except Conflict as error:
        return _form(visit, _id(visit), values, {"": str(error)}, 409, is_new=is_new)
    return visit.to("/people/sign-in", f"{form.name} is saved. It answered as a provider of OpenID Connect.")


@pages.post("/people/sign-in/{providerid}/delete", "prvReadUser", "prvConfigureSignIn")
def delete(visit: Visit) -> Response:
    """Nobody signs in with it any more."""
    act.delete_provider(visit.services, visit.who, _id(visit))
    return visit.to("/people/sign-in", "The provider is removed.")


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["providerid"])


def _form(
    visit: Visit,
    providerid: str,
    values: dict[str, str],
    problems: dict[str, str] | None = None,
    status: int = 200,
    *,
    is_new: bool = False,
    has_secret: bool = False,
) -> Response:
    with visit.services.database.reading() as session:
        roles = [name for name in role_names(session) if name != AI_SALESPERSON]
    return visit.page(
        "sign_in_provider.html",
        status,
        providerid=providerid,
        values=dict.fromkeys(_FIELDS, "") | values,
        problems=problems or {},
        role_choices=[(name, f"become {name}") for name in roles],
        redirect=redirect_uri(visit.services, providerid),
        is_new=is_new,
        has_secret=has_secret,
    )
