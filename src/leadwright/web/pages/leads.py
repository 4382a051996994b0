"""The leads grid: four views of the agent's work, all leads, filters, search, sort, key paging."""

import time
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from markupsafe import Markup
from starlette.responses import Response

from leadwright.db.engine import Database
from leadwright.db.pages import leads_grid
from leadwright.db.pages.keys import read_key, write_key
from leadwright.db.pages.leads_grid import GridRow, Question
from leadwright.db.pages.people import owners
from leadwright.domain.evidence import SignalStrength
from leadwright.domain.fit import Band
from leadwright.domain.optionsets import LeadSource, choices
from leadwright.domain.stage import OPEN_STAGES, Stage
from leadwright.errors import BadInput
from leadwright.identity.access import Depth, Principal, owners_reached
from leadwright.web.pages.leads_rows import STAGES, rows_html
from leadwright.web.rendering import zone
from leadwright.web.visit import Pages, Visit

pages = Pages()


@dataclass(frozen=True, slots=True)
class View:
    """One view of product.md 9."""

    label: str
    stages: tuple[Stage, ...]
    teaches: str
    mine: bool = False


VIEWS = {
    "mine": View(
        "Leads from AI agent",
        (Stage.HANDED_OVER,),
        "Leads the agent researched and handed over to you appear here, with the reasons, the evidence and a drafted "
        "first email.",
        mine=True,
    ),
    "processing": View(
        "Being processed",
        tuple(sorted(OPEN_STAGES)),
        "Leads the agent is working on appear here: queued, being researched, in conversation, or waiting for a "
        "person's decision.",
    ),
    "handed-over": View(
        "Handed over", (Stage.HANDED_OVER,), "Every lead the agent handed over appears here, whoever received it."
    ),
    "disqualified": View(
        "Disqualified",
        (Stage.DISQUALIFIED,),
        "Leads whose fit with the ideal customer profile is Low, or who have no interest or do not answer, appear here "
        "with the reasons. "
        "A supervisor may reassign them.",
    ),
    "all": View("All leads", (), "Import a list of leads or add one by hand; the agent takes those that match."),
}
COUNTED = ("mine", "processing", "handed-over", "disqualified")
BANDS = tuple(str(b) for b in Band)
SIGNALS = tuple(str(s) for s in SignalStrength)
SOURCES = choices(LeadSource)
STAGE_LABELS = {stage: text for stage, (text, _) in STAGES.items()}
_KNOWN = {
    "band": frozenset(BANDS),
    "signal": frozenset(SIGNALS),
    "stage": frozenset(map(str, STAGE_LABELS)),
    "source": frozenset(map(str, SOURCES)),
    "sort": frozenset(leads_grid.SORTS),
    "dir": frozenset({"up", "down"}),
}
_ANY = (("", "Any"),)
_BAND_CHOICES = _ANY + tuple((b, b) for b in BANDS)
_SIGNAL_CHOICES = _ANY + tuple((s, s.capitalize()) for s in SIGNALS)
_SOURCE_CHOICES = _ANY + tuple((str(k), text) for k, text in SOURCES.items())
OWNERS_SECONDS = 15
_owner_options: "WeakKeyDictionary[Database, tuple[float, Markup]]" = WeakKeyDictionary()


@pages.get("/leads", "prvReadLead", quick=True)
def grid(visit: Visit) -> Response:
    """One page of fifty leads."""
    asked = _asked(visit)
    question = _question(visit.who, asked)
    page = leads_grid.read(visit.source, question)
    counted = leads_grid.counts(visit.source, {name: _view_question(visit.who, name) for name in COUNTED})
    return visit.page(
        "leads.html",
        asked=asked,
        view=VIEWS[asked["view"]],
        views=VIEWS,
        counted=counted,
        most=leads_grid.MOST_COUNTED,
        rows=rows_html(page.rows, zone(visit.session.timezone)) if visit.session and page.rows else "",
        many=len(page.rows),
        previous=_link(asked, before=_key(question, page.rows[0])) if page.before and page.rows else "",
        following=_link(asked, after=_key(question, page.rows[-1])) if page.after and page.rows else "",
        filtered=any(asked[name] for name in ("q", "band", "signal", "stage", "owner", "source")),
        base=_link(asked, sort="", dir="") + "&",
        retries=visit.who.privileges.get("prvWriteLead", 0) >= Depth.ORGANISATION,
        sources=_SOURCE_CHOICES,
        stages=_stage_choices(asked["view"]),
        bands=_BAND_CHOICES,
        signals=_SIGNAL_CHOICES,
        owners=_owners(visit, asked["owner"]),
    )


def _asked(visit: Visit) -> dict[str, str]:
    """The query as given, with unknown values refused."""
    default = "all" if visit.who.privileges["prvReadLead"] >= Depth.ORGANISATION else "mine"
    asked = {"view": visit.text("view") or default, "q": visit.text("q", most=100)}
    for name, values in _KNOWN.items():
        asked[name] = visit.text(name, most=40)
        if asked[name] and asked[name] not in values:
            raise BadInput(
                f"There is no {name} called {asked[name]!r}. Clear the filters and choose again.", field=name
            )
    asked["owner"] = visit.text("owner", most=36)
    asked["after"], asked["before"] = visit.text("after", most=600), visit.text("before", most=600)
    if asked["view"] not in VIEWS:
        raise BadInput("There is no such view of leads. Choose one of the tabs.", field="view")
    asked["sort"] = asked["sort"] or "created"
    asked["dir"] = asked["dir"] or ("down" if asked["sort"] in {"created", "modified"} else "up")
    return asked


def _question(who: Principal, asked: dict[str, str]) -> Question:
    question = _view_question(who, asked["view"])
    if asked["stage"]:
        stages = question.stages
        question = replace(question, stages=(asked["stage"],) if not stages or asked["stage"] in stages else ("none",))
    key = asked["before"] or asked["after"]
    return replace(
        question,
        band=asked["band"],
        signal=asked["signal"],
        source=int(asked["source"]) if asked["source"] else None,
        owner=asked["owner"],
        search=asked["q"],
        sort=asked["sort"],
        descending=asked["dir"] == "down",
        after=read_key(key, moment=asked["sort"] in {"created", "modified"}) if key else None,
        backwards=bool(asked["before"]),
    )


def _view_question(who: Principal, name: str) -> Question:
    """What the view holds for this reader: never more than their right to read reaches."""
    stages = tuple(str(s) for s in VIEWS[name].stages)
    if VIEWS[name].mine:
        return Question(owners=(who.id, *sorted(who.teams)), stages=stages)
    owners, unit = owners_reached(who, "prvReadLead")
    return Question(owners=owners, unit=unit, stages=stages)


def _link(asked: dict[str, str], **changes: str) -> str:
    """The grid's address with some values changed; another sort, filter or view starts at the first page."""
    kept = {k: v for k, v in asked.items() if v and k not in {"after", "before"}} | changes
    return "/leads?" + urlencode({k: v for k, v in kept.items() if v})


def _key(question: Question, row: GridRow) -> str:
    value: Any = {
        "created": row.createdon,
        "modified": row.modifiedon,
        "name": row.fullname,
        "company": row.companyname,
    }[question.sort]
    return write_key(value, row.leadid)


@cache
def _stage_choices(view: str) -> tuple[tuple[str, str], ...]:
    wanted = VIEWS[view].stages or tuple(STAGE_LABELS)
    return _ANY + tuple((str(s), STAGE_LABELS[s]) for s in wanted)


def _owners(visit: Visit, chosen: str) -> Markup:
    """Options of the owner filter; those who read only their own need none. Read again every few seconds."""
    if visit.who.privileges["prvReadLead"] < Depth.BUSINESS_UNIT and not visit.who.teams:
        return Markup("")
    database = visit.services.database
    at, options = _owner_options.get(database, (0.0, Markup("")))
    if time.monotonic() - at > OWNERS_SECONDS:
        found = owners(visit.source)
        options = Markup("").join(Markup('<option value="{}">{}</option>').format(*each) for each in found)
        _owner_options[database] = time.monotonic(), options
    if not chosen:
        return options
    mark = Markup('value="{}"').format(chosen)
    return options.replace(mark, mark + Markup(" selected"), 1)
