"""The control page: every request, faults to break and mend, security roles to revoke, mailboxes. Plain forms."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import entra_keys, entra_tokens, faults, showing
from leadwright.sandbox.dynamics.parts import part_named
from leadwright.sandbox.dynamics.world import World

PATH = "/_control"
_A_PAGE = 100
_SUPPORT = 3  # access mode of the users of the platform itself
_GROUPS = (
    ("Network", faults.AT_THE_EDGE),
    ("Entra", faults.OF_ENTRA),
    ("Dataverse, Graph and Exchange", faults.OF_THE_OTHERS),
)
_STATUSES = {
    "ok": "status BETWEEN 200 AND 399",
    "refused": "status BETWEEN 400 AND 499",
    "failed": "status>=500 OR status=0",
}


def routes(world: World) -> list[Route]:
    """The page and what its forms do."""

    def show(request: Request) -> Response:
        return _show(world, request)

    def one(request: Request) -> Response:
        return _one(world, request)

    def change(request: Request) -> Response:
        return _change(world, request)

    return [
        Route(PATH, show),
        Route(f"{PATH}/change", change, methods=["POST"]),
        Route(f"{PATH}/requests/{{id:int}}", one),
    ]


def _show(world: World, request: Request) -> Response:
    given = request.query_params
    wanted = {name: given.get(name, "").strip() for name in ("host", "method", "path", "caller", "status", "before")}
    rows = _rows(world, wanted)
    older = ""
    if len(rows) == _A_PAGE:
        older = urlencode({**{k: v for k, v in wanted.items() if v}, "before": rows[-1]["id"]})
    return showing.page(
        world,
        request,
        "control.html",
        rows=rows,
        wanted=wanted,
        older=older,
        statuses=list(_STATUSES),
        on=world.faults(),
        groups=_GROUPS,
        known={known.name for _, group in _GROUPS for known in group},
        mailboxes=_mailboxes(world),
        **_roles(world),
        said=given.get("said", ""),
    )


def _rows(world: World, wanted: dict[str, str]) -> list[Any]:
    clauses, values = ["1"], []
    for name in ("host", "path", "caller"):
        if wanted[name]:
            clauses.append(f"instr(lower({name}), lower(?))")
            values.append(wanted[name])
    if wanted["method"]:
        clauses.append("method=?")
        values.append(wanted["method"].upper())
    if wanted["status"] in _STATUSES:
        clauses.append(f"({_STATUSES[wanted['status']]})")
    if wanted["before"].isdecimal():
        clauses.append("id<?")
        values.append(wanted["before"])
    statement = f"SELECT * FROM seen WHERE {' AND '.join(clauses)} ORDER BY id DESC LIMIT {_A_PAGE}"  # noqa: S608
    with world.reading() as db:
        return db.execute(statement, values).fetchall()


def _one(world: World, request: Request) -> Response:
    with world.reading() as db:
        row = db.execute("SELECT * FROM seen WHERE id=?", (request.path_params["id"],)).fetchone()
    if row is None:
        wrong = "This request is not kept any more. The newest 5,000 are."
        return showing.page(world, request, "missing.html", 404, wrong=wrong)
    return showing.page(world, request, "control_request.html", row=row)


def _change(world: World, request: Request) -> Response:
    given = showing.form(request)
    what, name = given.get("what", ""), given.get("name", "").strip()
    said = "Nothing was changed: the form did not come from this page."
    if what == "break" and name:
        said = _break(world, name, given)
    elif what == "mend":
        world.mend(name or None)
        said = f"{name or 'Everything'} is mended."
    elif what in ("revoke", "give"):
        said = _change_role(world, given.get("user", ""), given.get("role", ""), revokes=what == "revoke")
    elif what == "expire":
        entra_tokens.expire_all(world)
        said = "Every access token given out so far is expired."
    elif what == "rotate":
        entra_keys.rotate(world)
        said = "Entra signs with a new key; tokens of the old one stay good for a day."
    elif what == "forget":
        with world.transaction() as db:
            db.execute("DELETE FROM seen")
        said = "The list of requests is empty."
    return showing.see_other(f"{PATH}?{urlencode({'said': said})}")


def _break(world: World, name: str, given: Any) -> str:
    times = given.get("times", "").strip()
    if times and not (times.isdecimal() and int(times) > 0):
        return f"{name} was not broken: how often must be a number, or empty for until it is mended."
    value = {k: _number(given[k]) for k in ("ms", "seconds", "status", "requests", "value") if given.get(k, "").strip()}
    value |= {k: given[k].strip() for k in ("path", "method", "host") if given.get(k, "").strip()}
    flat = next(iter(value.values())) if len(value) == 1 and ("value" in value or name == "clock skew") else None
    world.break_it(name, flat if flat is not None else value or True, times=int(times) if times else None)
    return f"{name} is on{f' for the next {times}' if times else ' until it is mended'}."


def _change_role(world: World, userid: str, role: str, *, revokes: bool) -> str:
    from leadwright.sandbox.dynamics.dataverse import seed

    names = {one: name for one, name, _ in _roles(world)["people"]}
    if userid not in names or role not in seed.role_names(world):
        return "Nothing was changed: choose a user and a role of the organisation."
    (seed.take_role if revokes else seed.give_role)(world, userid, role)
    return f"{role} is {'revoked from' if revokes else 'given to'} {names[userid]}."


def _number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text.strip()


def _roles(world: World) -> dict[str, Any]:
    """Users of Dataverse with the roles each holds himself, application users first; and all roles."""
    if part_named("dataverse") is None:
        return {"people": [], "roles": []}
    from leadwright.sandbox.dynamics.dataverse import records, seed

    users = [row for row in records.find(world, "systemuser") if row["accessmode"] != _SUPPORT]
    users.sort(key=lambda row: (not row["applicationid"], str(row["fullname"])))
    people = [(row["systemuserid"], row["fullname"], seed.roles_of(world, row["systemuserid"])) for row in users]
    return {"people": people, "roles": seed.role_names(world)}


def _mailboxes(world: World) -> list[dict[str, Any]]:
    """Mailbox records of Dataverse: address, approval, what the tests said."""
    if part_named("dataverse") is None:
        return []
    from leadwright.sandbox.dynamics.dataverse import records

    return sorted(records.find(world, "mailbox"), key=lambda row: str(row.get("name") or ""))
