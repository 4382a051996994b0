"""The Knowledge test pane: a company is researched as a lead's would be, its insights kept as JSON. No lead, no mail.

One thread works on one trial; what it does and what came of it is in its row, so that the page can be left.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import structlog

from leadwright.analyst.grounding import grounded
from leadwright.analyst.protocol import Insight, Reading, Section
from leadwright.db.base import now
from leadwright.db.configuration import Configuration
from leadwright.db.insight_trial import InsightTrial
from leadwright.db.sales import Lead
from leadwright.domain.evidence import Passage, Statement
from leadwright.errors import LeadwrightError
from leadwright.research.brief import gather
from leadwright.research.dossier import dossier_of
from leadwright.research.fields import Records
from leadwright.services import Services
from leadwright.workflows.unattended import in_thread

_log = structlog.get_logger(__name__)
_SECTIONS = tuple(s for s in Section if s is not Section.COMPETITORS)


def in_background(services: Services, trialid: str) -> threading.Thread:
    """Work on the trial in a thread of this process."""
    return in_thread(work, services, trialid)


def work(services: Services, trialid: str) -> None:
    """1. Read the web, the competitors and the research knowledge. 2. Ask the analyst. 3. Keep what it found.

    Raises nothing: what went wrong is the trial's reason.
    """
    try:
        _try(services, trialid)
    except LeadwrightError as error:
        _note(services, trialid, state="failed", reason=str(error), finishedon=now())
    except Exception as error:
        _log.exception("trial failed", trial=trialid)
        reason = f"Something unexpected went wrong ({type(error).__name__}). The log has the details; try it again."
        _note(services, trialid, state="failed", reason=reason, finishedon=now())


def _try(services: Services, trialid: str) -> None:
    with services.database.reading() as session:
        trial = session.get(InsightTrial, trialid)
        if trial is None:
            return
        session.expunge(trial)
    configuration = Configuration.model_validate(trial.configuration)
    configuration.criteria = []
    configuration.company.value_proposition = trial.product
    lead = Lead(leadid=trialid, companyname=trial.company, websiteurl=trial.website or None, custom={})
    dossier = dossier_of(trialid, Records(lead, None, None, None), configuration)
    _note(services, trialid, doing="Reading the company's pages, news and your knowledge")
    gathered = gather(services, dossier)
    steps = [
        {k: v for k, v in asdict(s).items() if k in ("name", "state", "detail", "seconds")} for s in gathered.steps
    ]
    _note(services, trialid, doing="Writing the insights", steps=steps)
    reading, _ = grounded(services.analyst.read_lead(gathered.brief), gathered.brief.passages)
    insights = insights_json(reading, gathered.brief.passages)
    _note(services, trialid, state="done", doing="", insights=insights, finishedon=now())


def insights_json(reading: Reading, passages: Mapping[str, Passage]) -> dict[str, Any]:
    """``accountOverview``, ``accountPriorities``, ``accountFinances``, ``accountNews``, ``competitors``, by statement.

    `passages` also lists what was read and not quoted, so that a source that is never used can be told.
    """
    answer: dict[str, Any] = {
        str(section): [_insight(i) for i in reading.insights if i.section is section] for section in _SECTIONS
    }
    answer["competitors"] = [
        {
            "name": c.name,
            "overview": _said(c.overview),
            "swot": {part: _said(said) for part, said in c.swot.items()},
            "talkingPoints": _said(c.talking_points),
        }
        for c in reading.competitors
    ]
    quoted = set(_quoted(reading))
    answer["passages"] = [
        {"id": p.id, "kind": str(p.kind), "source": p.source, "title": p.title, "text": p.text, "used": p.id in quoted}
        for p in sorted(passages.values(), key=lambda p: p.id not in quoted)
    ]
    return answer


def _insight(insight: Insight) -> dict[str, Any]:
    told: dict[str, Any] = {"title": insight.title, "statements": _said(insight.statements)}
    return told | ({"relation": _said([insight.relation])[0]} if insight.relation else {})


def _said(statements: Iterable[Statement]) -> list[dict[str, Any]]:
    return [
        {
            "text": s.text,
            "passages": [{"quote": e.quote, "source": e.source, "title": e.title, "date": e.date} for e in s.evidence],
        }
        for s in statements
    ]


def _quoted(reading: Reading) -> Iterable[str]:
    for insight in reading.insights:
        for said in (*insight.statements, *filter(None, [insight.relation])):
            yield from (e.passage_id for e in said.evidence)
    for c in reading.competitors:
        for said in (*c.overview, *c.talking_points, *(s for part in c.swot.values() for s in part)):
            yield from (e.passage_id for e in said.evidence)


def _note(services: Services, trialid: str, **values: Any) -> None:
    with services.database.transaction() as session:
        trial = session.get(InsightTrial, trialid, with_for_update=True)
        if trial is not None and trial.state == "running":
            for name, value in values.items():
                setattr(trial, name, value)
            trial.seenon = now()
