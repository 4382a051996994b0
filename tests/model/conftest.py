"""A lead to ask about, and an analyst that asks a real loopback server."""

from collections.abc import Callable, Iterator

import pytest
from benchmarks.fake_model import FakeModel

from leadwright.analyst import Brief, MailBrief, Offering, Reading
from leadwright.analyst.model import Journal, ModelAnalyst
from leadwright.db.engine import Database
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.domain.fit import Criterion, CriterionKind
from leadwright.settings import Settings

OFFERING = Offering("Tallyhand Robotics", value_proposition="Robots that bring shelves to people.")
CRITERIA = (
    Criterion("Employee size", CriterionKind.EMPLOYEES, "1,000 to 50,000+ employees"),
    Criterion("Decision maker", CriterionKind.ROLE, "C-suite or supply chain"),
)

MakeAnalyst = Callable[..., ModelAnalyst]


def brief(name: str = "Acme", **changes: object) -> Brief:
    found = (
        Passage("field:lead.jobtitle", SourceKind.FIELD, "lead.jobtitle", "Job title", f"VP Supply Chain at {name}"),
        Passage("w1", SourceKind.WEB, f"http://{name}.example/", "About", f"{name} has about 12,300 employees."),
        Passage("n1", SourceKind.NEWS, f"http://{name}.example/n", "News", f"{name} opens a site.", "2026-11-02"),
        Passage("k1", SourceKind.KNOWLEDGE, "value.md", "Value", "Customers are live within ten weeks."),
    )
    values = {
        "key": f"run-{name}",
        "lead": {"lead.companyname": name},
        "passages": {p.id: p for p in found},
        "criteria": CRITERIA,
        "offering": OFFERING,
        "competitors": ("Gripwell Automation",),
        **changes,
    }
    return Brief(**values)


def mail_brief(read: Brief, reading: Reading, **changes: object) -> MailBrief:
    values = {
        "key": read.key,
        "greeting_name": "Ann",
        "topic": "Faster picking",
        "company": read.lead["lead.companyname"],
        "lead": {},
        "reading": reading,
        "passages": read.passages,
        "offering": OFFERING,
        **changes,
    }
    return MailBrief(**values)


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel() as running:
        yield running


@pytest.fixture(params=["compatible", "providers"])
def address(request: pytest.FixtureRequest, model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> str:
    """The base URL of the settings: that of the fake, or none, so that pydantic-ai's own provider is asked."""
    if request.param == "compatible":
        return model.url
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    return ""


@pytest.fixture
def make(sqlite_database: Database, address: str) -> Iterator[MakeAnalyst]:
    """Analysts of this database and this model by either line, with other settings on wish."""
    made: list[ModelAnalyst] = []
    kind = "openai" if address else "openai-chat"  # the fake speaks chat completions, not the Responses API

    def analyst(**changes: object) -> ModelAnalyst:
        usual = {"model": f"{kind}:fake-1", "model_base_url": address, "model_api_key": "x", "model_timeout_seconds": 1}
        if second := changes.get("model_fallback"):
            changes["model_fallback"] = f"{kind}:{second}"
        made.append(ModelAnalyst(Settings(**{**usual, **changes}), Journal(sqlite_database)))
        return made[-1]

    yield analyst
    for each in made:
        each.close()
