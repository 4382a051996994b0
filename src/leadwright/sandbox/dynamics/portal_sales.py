"""Sales Hub: the leads of the organisation, what the agent did with each, and what a person changes there."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import samples, showing
from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.portal_access import dataverse_user, signed_route
from leadwright.sandbox.dynamics.world import Refused, World

PATH = "/_portal/sales"
_A_PAGE = 50
_MOST_SAMPLES = 1000
_SEARCHED = ("fullname", "companyname", "emailaddress1")


def routes(world: World) -> list[Route]:
    """The list of leads and one lead."""
    return [signed_route(world, PATH, _list), signed_route(world, PATH + "/leads/{id}", _one)]


def _list(world: World, request: Request, user: User) -> Response:
    by = dataverse_user(world, user, "work in the Sales Hub")
    if request.method == "POST":
        said = _add_samples(world, showing.form(request).get("count", ""), by)
        return showing.see_other(f"{PATH}?{urlencode({'said': said})}")
    wanted = request.query_params.get("q", "").strip()
    rows, more = _leads(world, wanted, request.query_params.get("before", ""))
    context: dict[str, Any] = {
        "rows": rows,
        "wanted": wanted,
        "older": urlencode({"q": wanted, "before": rows[-1]["versionnumber"]}) if more else "",
        "said": request.query_params.get("said", ""),
        **_labels(world),
    }
    return showing.page(world, request, "sales_leads.html", person=user, **context)


def _one(world: World, request: Request, user: User) -> Response:
    by = dataverse_user(world, user, "work in the Sales Hub")
    row = records.read(world, "lead", request.path_params["id"])
    if row is None:
        raise Refused(404, "0x80040217", "There is no lead with this id.")
    wrong = ""
    if request.method == "POST":
        try:
            said = _change(world, row, dict(showing.form(request)), by)
            return showing.see_other(f"{request.url.path}?{urlencode({'said': said})}")
        except Refused as refused:
            wrong = refused.message
    context: dict[str, Any] = {
        "row": row,
        "emails": _about(world, "email", row["leadid"]),
        "notes": _notes(world, row["leadid"]),
        "opportunities": records.find(world, "opportunity", originatingleadid=row["leadid"]),
        "owners": _owners(world),
        "email_statuses": samples.options(world, "email", "statuscode"),
        "wrong": wrong,
        "said": request.query_params.get("said", ""),
        **_labels(world),
    }
    return showing.page(world, request, "sales_lead.html", 400 if wrong else 200, person=user, **context)


def _add_samples(world: World, count: str, by: str) -> str:
    if not count.isdecimal() or not 0 < int(count) <= _MOST_SAMPLES:
        return f"Nothing was added: give a number from 1 to {_MOST_SAMPLES:,}."
    left = samples.who_answer(world)
    added = samples.add_leads(world, int(count), by=by)
    answering = left - samples.who_answer(world)
    if answering:
        return f"{added} sample leads were added; you own them. {answering} of them answer mail."
    return (
        f"{added} sample leads were added; you own them. None of them answers mail by itself: the forty who do were "
        "added before. Answer in their name under People outside, or start the stand-in in another folder."
    )


def _leads(world: World, wanted: str, before: str) -> tuple[list[dict[str, Any]], bool]:
    clauses, values = ["1"], []
    if wanted:
        clauses.append("(" + " OR ".join(f"instr(lower({name}), lower(?))" for name in _SEARCHED) + ")")
        values += [wanted] * len(_SEARCHED)
    if before.isdecimal():
        clauses.append("versionnumber<?")
        values.append(before)
    statement = (
        "SELECT leadid, fullname, companyname, emailaddress1, leadqualitycode, statecode, statuscode, versionnumber, "  # noqa: S608
        "coalesce((SELECT fullname FROM dv_systemuser WHERE systemuserid=dv_lead.ownerid), '') AS owner "
        f"FROM dv_lead WHERE {' AND '.join(clauses)} ORDER BY versionnumber DESC LIMIT {_A_PAGE + 1}"
    )
    with world.reading() as db:
        rows = [dict(row) for row in db.execute(statement, values)]
    return rows[:_A_PAGE], len(rows) > _A_PAGE


def _labels(world: World) -> dict[str, Any]:
    return {
        "ratings": samples.options(world, "lead", "leadqualitycode"),
        "statuses": samples.options(world, "lead", "statuscode"),
    }


def _change(world: World, row: dict[str, Any], given: dict[str, str], by: str) -> str:
    """What the form changes, as this person. The rows of a closed lead are read-only, as in Dynamics."""
    if given.get("what") != "save":
        raise Refused(400, "0x80040203", "Nothing was changed: the form did not come from this page.")
    if row["statecode"]:
        raise Refused(400, "0x80048d0b", "This lead is closed. Reactivate it before you change it.")
    values: dict[str, Any] = {"jobtitle": given.get("jobtitle", "").strip() or None}
    if given.get("rating", "").isdecimal():
        values["leadqualitycode"] = int(given["rating"])
    if given.get("owner"):
        values["ownerid"] = ("systemuser", given["owner"])
    fresh = {name: value for name, value in values.items() if _held(row, name) != value}
    if not fresh:
        return "Nothing was changed."
    records.update(world, "lead", row["leadid"], fresh, by=by)
    return "Saved."


def _held(row: dict[str, Any], name: str) -> Any:
    return (row.get("owneridtype"), row.get("ownerid")) if name == "ownerid" else row.get(name)


def _about(world: World, table: str, leadid: str) -> list[dict[str, Any]]:
    return sorted(
        records.find(world, table, regardingobjectid=leadid), key=lambda row: str(row["createdon"]), reverse=True
    )


def _notes(world: World, leadid: str) -> list[dict[str, Any]]:
    return sorted(
        records.find(world, "annotation", objectid=leadid), key=lambda row: str(row["createdon"]), reverse=True
    )


def _owners(world: World) -> list[dict[str, Any]]:
    found = records.find(world, "systemuser", isdisabled=False)
    return sorted(found, key=lambda row: str(row["fullname"] or ""))
