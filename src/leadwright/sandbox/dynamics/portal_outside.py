"""People outside: what left the tenant, person by person, and a form to answer as any of them."""

from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import outside, showing
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.portal_access import signed_route
from leadwright.sandbox.dynamics.world import Refused, World

PATH = "/_portal/outside"
WORDS = {
    "Ready to buy": "Thanks, this is what we need. We have set aside about 400,000 dollars for it, I decide myself, "
    "and we want it in place within the next three months. When can we talk?",
    "Curious": "Interesting. What does it cost, and how long does it take to put in place?",
    "Not interested": "Thank you, but we are not interested.",
    "Remove me": "Please remove me from your list and do not write to me again.",
    "Out of office": "I am out of the office and back in a week.",
}


def routes(world: World) -> list[Route]:
    """The list and one conversation."""
    return [signed_route(world, PATH, _list), signed_route(world, PATH + "/{address}", _one)]


def _list(world: World, request: Request, user: User) -> Response:
    if request.method == "POST":
        said = _pace(world, showing.form(request).get("seconds", ""))
        return showing.see_other(f"{PATH}?{urlencode({'said': said})}")
    context: dict[str, Any] = {
        "people": outside.persons(world),
        "seconds": outside.hour(world),
        "quote": quote,
        "said": request.query_params.get("said", ""),
    }
    return showing.page(world, request, "outside_people.html", person=user, **context)


def _one(world: World, request: Request, user: User) -> Response:
    address, wrong, text = request.path_params["address"], "", ""
    if request.method == "POST":
        text = showing.form(request).get("text", "")
        try:
            outside.answer(world, address, text)
            said = "The answer is in the shared mailbox; server-side synchronization tracks it within seconds."
            return showing.see_other(f"{PATH}/{quote(address)}?{urlencode({'said': said})}")
        except Refused as refused:
            wrong = refused.message
    posts = outside.conversation(world, address)
    if not posts:
        raise Refused(404, "NotFound", "Nothing reached this address.")
    text = text or WORDS.get(request.query_params.get("words", ""), "")
    context: dict[str, Any] = {"address": address, "posts": posts, "words": WORDS, "text": text, "wrong": wrong}
    said = request.query_params.get("said", "")
    return showing.page(world, request, "outside_person.html", 400 if wrong else 200, person=user, said=said, **context)


def _pace(world: World, seconds: str) -> str:
    try:
        value = float(seconds or "0")
    except ValueError:
        return "Nothing was changed: give a number of seconds, 0 for by hand only."
    if not 0 <= value <= 3600:
        return "Nothing was changed: give a number of seconds from 0 to 3,600."
    outside.set_hour(world, value)
    if not value:
        return "The forty sample prospects answer by hand only."
    return f"The forty sample prospects answer by themselves; an hour of theirs lasts {value:g} seconds."
