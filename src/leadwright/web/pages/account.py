"""One's own account: time zone, days away, sessions, authenticator app, connected providers."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from starlette.responses import HTMLResponse, Response

from leadwright.actions import external_sign_in, people
from leadwright.actions import own_account as act
from leadwright.actions.own_proof import prove_again
from leadwright.db.pages.person import user_row, ways_in
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.errors import BadInput
from leadwright.identity.providers import providers
from leadwright.identity.second_factor import address_of
from leadwright.identity.sessions import TooManyAttempts
from leadwright.web.pages.sign_in_with import keep_errand
from leadwright.web.qr import qr_image
from leadwright.web.security import SIGNED_IN
from leadwright.web.visit import Pages, Visit

pages = Pages()
R = TypeVar("R")


@pages.get("/account", SIGNED_IN)
def account(visit: Visit) -> Response:
    """How the person gets in, and where they are signed in."""
    return _page(visit)


@pages.post("/account/timezone", SIGNED_IN)
def timezone(visit: Visit) -> Response:
    """The zone in which times are shown."""
    try:
        people.set_timezone(visit.services, visit.who, visit.text("timezone", most=64))
    except BadInput as error:
        return _page(visit, 422, {"timezone": str(error)})
    return visit.to("/account", "Times are shown in this zone now.")


@pages.post("/account/away", SIGNED_IN)
def away(visit: Visit) -> Response:
    """Days away: leads go to somebody else."""
    try:
        people.set_away(visit.services, visit.who, visit.who.id, day(visit, "awayfrom"), day(visit, "awayuntil"))
    except BadInput as error:
        return _page(visit, 422, {error.field or "": str(error)})
    return visit.to("/account", "The days away are noted. Leads go to the next seller meanwhile.")


@pages.post("/account/sessions/end", SIGNED_IN)
def end_session(visit: Visit) -> Response:
    """End one session."""
    handle = visit.text("session", most=80)
    return _proven(
        visit,
        "current_sessions",
        lambda password: act.end_session(
            visit.services, visit.who, visit.who.id, handle, password, session_key=_key(visit)
        ),
        lambda _: visit.to("/account", "The session is ended."),
    )


@pages.post("/account/sessions/end-others", SIGNED_IN)
def end_others(visit: Visit) -> Response:
    """End every session but this one."""
    return _proven(
        visit,
        "current_sessions",
        lambda password: act.end_all_sessions(visit.services, visit.who, visit.who.id, password, but=_key(visit)),
        lambda ended: visit.to("/account", f"{ended} other session{'s' if ended != 1 else ''} ended."),
    )


@pages.get("/account/app", SIGNED_IN)
def app_page(visit: Visit) -> Response:
    """The picture for the phone, while the app waits for its first code."""
    return _app_page(visit)


@pages.post("/account/app", SIGNED_IN)
def begin_app(visit: Visit) -> Response:
    """Begin to set the app up; nothing counts yet."""
    return _proven(
        visit,
        "current",
        lambda password: act.begin_app(visit.services, visit.who, password, session_key=_key(visit)),
        lambda _: visit.to("/account/app"),
    )


@pages.post("/account/app/confirm", SIGNED_IN)
def confirm_app(visit: Visit) -> Response:
    """The first code makes it count; the recovery codes are shown this once."""
    try:
        codes = act.confirm_app(visit.services, visit.who, visit.text("code", most=100))
    except TooManyAttempts as error:
        return _app_page(visit, 429, str(error))
    except BadInput as error:
        return _app_page(visit, 422, str(error))
    return visit.page("account_codes.html", codes=codes)


@pages.post("/account/app/codes", SIGNED_IN)
def new_codes(visit: Visit) -> Response:
    """Ten new recovery codes; the former are void."""
    return _proven(
        visit,
        "current",
        lambda password: act.renew_recovery_codes(visit.services, visit.who, password, session_key=_key(visit)),
        lambda codes: visit.page("account_codes.html", codes=codes),
    )


@pages.post("/account/app/remove", SIGNED_IN)
def remove_app(visit: Visit) -> Response:
    """Sign in without the app from now on."""
    return _proven(
        visit,
        "current",
        lambda password: act.remove_app(visit.services, visit.who, visit.who.id, password, session_key=_key(visit)),
        lambda _: visit.to("/account", "The authenticator app is removed."),
    )


@pages.post("/account/connect/{providerid}", SIGNED_IN)
def connect(visit: Visit) -> Response:
    """Ask to go on to the provider; a page of ours stands between, for forms may not lead elsewhere."""
    providerid = str(visit.request.path_params["providerid"])
    return _proven(
        visit,
        f"current_{providerid}",
        lambda password: prove_again(visit.services, visit.who, password, session_key=_key(visit)),
        lambda _: _to_provider(visit, providerid),
    )


@pages.post("/account/disconnect", SIGNED_IN)
def disconnect(visit: Visit) -> Response:
    """A provider's account opens this one no longer."""
    issuer, _, subject = visit.text("connected", most=700).partition(" ")
    return _proven(
        visit,
        "current_connected",
        lambda password: act.disconnect(
            visit.services, visit.who, visit.who.id, issuer, subject, password, session_key=_key(visit)
        ),
        lambda _: visit.to("/account", "The account is disconnected."),
    )


def day(visit: Visit, name: str) -> date | None:
    """A day of a form.

    Raises:
        BadInput: it is none.
    """
    text = visit.text(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("Write the day as year-month-day, for example 2026-12-24.", field=name) from None


def _page(visit: Visit, status: int = 200, problems: dict[str, str] | None = None) -> HTMLResponse:
    services, who = visit.services, visit.who
    with services.database.reading() as session:
        row, ways = user_row(session, who.id), ways_in(session, who.id)
        connectable = [(each.id, each.name) for each in providers(session, services.settings)]
    return visit.page(
        "account.html",
        status,
        person=row,
        ways=ways,
        sessions=act.sessions_of(services, who, who.id),
        here=_key(visit)[: act.SHORT],
        providers=connectable,
        must_have_app=_must_have_app(visit),
        problems=problems or {},
    )


def _must_have_app(visit: Visit) -> bool:
    settings, roles = visit.services.settings, visit.who.roles
    return settings.everyone_needs_app or (settings.administrators_need_app and SYSTEM_ADMINISTRATOR in roles)


def _app_page(visit: Visit, status: int = 200, problem: str = "") -> Response:
    secret = act.begun_app(visit.services, visit.who)
    if secret is None:
        return visit.to("/account")
    with visit.services.database.reading() as session:
        row = user_row(session, visit.who.id)
    image = qr_image(address_of(secret, row.internalemailaddress or row.fullname))
    return visit.page("account_app.html", status, secret=secret, image=image, problem=problem)


def _to_provider(visit: Visit, providerid: str) -> Response:
    begun = external_sign_in.start(visit.services, providerid, target="/account", connects=visit.who.id)
    with visit.services.database.reading() as session:
        name = next(each.name for each in providers(session, visit.services.settings) if each.id == providerid)
    return keep_errand(visit, begun, visit.page("account_connect.html", url=begun.url, name=name))


def _proven(visit: Visit, field: str, work: Callable[[str], R], then: Callable[[R], Response]) -> Response:
    """Do the work with the current password typed into this field; what is wrong with it stands beside it."""
    try:
        done = work(str(visit.form.get(field, ""))[:1000])
    except (TooManyAttempts, BadInput) as error:
        status = 429 if isinstance(error, TooManyAttempts) else 422
        answer = _page(visit, status, {field: str(error)})
        if isinstance(error, TooManyAttempts):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    return then(done)


def _key(visit: Visit) -> str:
    return visit.session.key if visit.session else ""
