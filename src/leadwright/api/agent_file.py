"""The agent as a file, its versions, and back-tests over the API."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from leadwright.actions import agent_file as files
from leadwright.actions import backtest as tests
from leadwright.actions import versions as past
from leadwright.actions.agent import MOST_NOTE
from leadwright.actions.agent_plan import Plan, plan_file
from leadwright.agentfile.difference import Line
from leadwright.agentfile.reading import MOST_BYTES
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of, takes
from leadwright.db.backtest import Backtest
from leadwright.domain.backtest import MOST_LEADS
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["agent"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAgent"))]
Editor = Annotated[Principal, Depends(needs("prvReadAgent", "prvConfigureAgent"))]
Applier = Annotated[Principal, Depends(needs("prvReadAgent", "prvConfigureAgent", "prvStartAgent"))]
Tester = Annotated[Principal, Depends(needs("prvReadAgent", "prvConfigureAgent", "prvReadLead"))]
Which = Annotated[str, Query(max_length=20, description="applied, draft, or the number of a version")]
_WIDE = takes(lambda _settings: 2 * MOST_BYTES)


class File(BaseModel):
    """An agent's file, as GET /agent/file gives it."""

    text: str = Field(max_length=MOST_BYTES)


class Taken(File):
    """`against`: the version or the hash of the plan; another state is refused with 409."""

    against: str = Field("", max_length=40)
    sources: bool = False


class Wanted(File):
    """`against` as above; `note`: why."""

    against: str = Field("", max_length=40)
    note: str = Field("", max_length=MOST_NOTE)


class Choice(BaseModel):
    """Which past leads: the newest `leads` of a view, researched in the last `days`. `file`: instead of the draft."""

    leads: int = Field(200, ge=1, le=MOST_LEADS)
    days: int | None = Field(None, ge=1, le=3_650)
    view: str = Field("", max_length=40)
    file: str = Field("", max_length=MOST_BYTES)
    mosttokens: int | None = Field(None, ge=1, le=2**31 - 1)


class Cap(BaseModel):
    """A higher cap of tokens; none: as it was."""

    mosttokens: int | None = Field(None, ge=1, le=2**31 - 1)


@router.get("/agent/file", summary="The agent as one TOML file", response_class=PlainTextResponse)
def export(services: Adapters, who: Reader, version: Which = "applied") -> PlainTextResponse:
    """No secret is in it."""
    return PlainTextResponse(files.export_agent(services, who, version), media_type="application/toml")


@router.post("/agent/file/plan", summary="What a file would change; changes nothing")
@_WIDE
def plan(services: Adapters, who: Reader, body: File) -> dict[str, Any]:
    """Problems with line and key, differences, leads affected, what is missing; and `against` for applying it."""
    return _plan(plan_file(services, who, body.text))


@router.post("/agent/file/draft", summary="Make the draft what a file says")
@_WIDE
def take(services: Adapters, who: Editor, body: Taken) -> dict[str, Any]:
    """Nothing takes effect before Start or Apply, but knowledge sources and mailbox limits where `sources` asks."""
    done = files.take_as_draft(services, who, body.text, against=body.against, sources=body.sources)
    return {"changed": done.changed, "sources": done.sources}


@router.post("/agent/file/apply", summary="Apply a file as the next version")
@_WIDE
def apply(services: Adapters, who: Applier, body: Wanted) -> dict[str, Any]:
    """Creates the agent where there is none."""
    done = files.apply_file(services, who, body.text, against=body.against, note=body.note)
    return {"version": done.version, "changed": done.changed, "sources": done.sources}


@router.get("/agent/versions", summary="Applied versions, newest first")
def versions(services: Adapters, who: Reader) -> list[dict[str, Any]]:
    """When, by whom, why."""
    found = past.versions(services, who, needed_agent(services).agentid)
    return [{"version": v.number, "applied_at": v.applied_at, "by": v.applied_by, "note": v.note} for v in found]


@router.get("/agent/versions/difference", summary="What differs between two versions")
def difference(
    services: Adapters, who: Reader, before: Which = "applied", after: Which = "draft"
) -> list[dict[str, str]]:
    """Each setting that differs, as a person reads it."""
    return [_line(x) for x in past.compare(services, who, needed_agent(services).agentid, before, after)]


@router.post("/agent/versions/{number}/restore", summary="Make an old version the draft")
def restore(services: Adapters, who: Editor, number: int) -> dict[str, bool]:
    """Nothing takes effect before Apply."""
    return {"changed": past.restore_version(services, who, needed_agent(services).agentid, number)}


@router.get("/agent/backtests", summary="Back-tests that are kept, newest first")
def backtests(services: Adapters, who: Reader) -> list[dict[str, Any]]:
    """With their state and progress."""
    return [_test(t) for t in tests.backtests(services, who, needed_agent(services).agentid)]


@router.post("/agent/backtests/estimate", summary="What a back-test would cost")
def estimate(services: Adapters, who: Tester, body: Choice) -> dict[str, Any]:
    """Leads, tokens and US dollars; null where the price is not known."""
    found = tests.estimate(services, who, needed_agent(services).agentid, _choice(body))
    return {"leads": found.leads, "tokens": found.tokens, "cost": found.cost, "analyst": found.analyst}


@router.post("/agent/backtests", status_code=201, summary="Judge past leads again by the draft or a file")
@_WIDE
def start(services: Adapters, who: Tester, body: Choice) -> dict[str, str]:
    """Goes on in the background; GET /agent/backtests/{backtestid} shows progress."""
    agentid = needed_agent(services).agentid
    testid = tests.start_backtest(services, who, agentid, _choice(body), file=body.file, mosttokens=body.mosttokens)
    return {"backtestid": testid}


@router.get("/agent/backtests/{backtestid}", summary="One back-test with the verdicts that flip")
def read_backtest(
    services: Adapters,
    who: Reader,
    backtestid: str,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
    first: Annotated[int, Query(ge=0, le=20_000)] = 0,
) -> dict[str, Any]:
    """Counts by direction, then each flip with the criteria that did it. Leads out of reach are left out."""
    agentid = needed_agent(services).agentid
    found = tests.read_backtest(services, who, agentid, backtestid, most=limit, first=first)
    names = ("leadid", "fullname", "companyname", "kind", "before", "after", "outcome", "causes", "anyway", "overruled")
    return {
        **_test(found.test),
        "lost": found.lost,
        "directions": [
            {"before": d.before, "after": d.after, "count": d.count, "outcome": d.outcome} for d in found.directions
        ],
        "flips": [{n: getattr(f, n) for n in names} for f in found.flips],
    }


@router.post("/agent/backtests/{backtestid}/continue", summary="Go on with a back-test that was stopped")
def go_on(services: Adapters, who: Editor, backtestid: str, body: Cap) -> dict[str, bool]:
    """From where it was."""
    agentid = needed_agent(services).agentid
    tests.continue_backtest(services, who, agentid, backtestid, mosttokens=body.mosttokens)
    return {"running": True}


@router.post("/agent/backtests/{backtestid}/stop", summary="Stop a back-test")
def stop(services: Adapters, who: Editor, backtestid: str) -> dict[str, bool]:
    """What is found stays."""
    tests.stop_backtest(services, who, needed_agent(services).agentid, backtestid)
    return {"running": False}


def _choice(body: Choice) -> tests.Choice:
    return tests.Choice(body.leads, body.days, body.view)


def _line(line: Line) -> dict[str, str]:
    return {
        "section": line.section,
        "setting": line.setting,
        "before": line.before,
        "after": line.after,
        "key": line.key,
    }


def _plan(found: Plan) -> dict[str, Any]:
    chosen = found.selected
    return {
        "problems": [{"line": p.line, "key": p.key, "message": p.message} for p in found.problems],
        "version": found.version,
        "against": found.against,
        "creates": found.creates,
        "lines": [_line(x) for x in found.lines],
        "draft_lines": [_line(x) for x in found.draft_lines],
        "missing": list(found.missing),
        "selected": {"now": chosen.now, "then": chosen.then, "more": chosen.more, "fewer": chosen.fewer}
        if chosen
        else None,
        "open_conversations": dict(found.conversations),
        "feel_at_once": found.feel,
    }


def _test(test: Backtest) -> dict[str, Any]:
    names = (
        "backtestid", "version", "source", "chosen", "state", "reason", "done", "same", "skipped", "analyst",
        "mosttokens", "tokensin", "tokensout", "cost", "seconds", "startedon", "finishedon",
    )  # fmt: skip
    return {**{n: getattr(test, n) for n in names}, "leads": len(test.runs)}
