"""The brief of a run: this lead's facts, its company's, the right knowledge set, and no other lead's."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leadwright.analyst import Brief, MailBrief, Reading, Usage
from leadwright.db import configuration as c
from leadwright.db.agent import AgentVersion, LeadRun
from leadwright.db.base import new_id, now
from leadwright.db.engine import Database
from leadwright.db.sales import Account, Contact
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.domain.fit import CriterionKind
from leadwright.errors import NotFound
from leadwright.research import brief as briefs
from leadwright.research import knowledge
from leadwright.research.brief import Gathered
from leadwright.research.dossier import Dossier, open_dossier
from leadwright.research.fetch import Fetcher
from leadwright.research.search import SearchHit, SearxngSearch
from leadwright.research.telling import within_budget

from .conftest import Answer, Asked, Means, add_run, add_unit, serving

NOTHING = Reading((), (), (), Usage("none"))
OURS = c.Company(name="Ours Ltd", website="https://ours.example", value_proposition="Anvils that last for smiths.")


def _configuration(**parts: Any) -> c.Configuration:
    return c.Configuration(company=OURS, **parts)


def dossier_of(means: Means, runid: str) -> Dossier:
    with means.database.reading() as session:
        run = session.get(LeadRun, runid)
        version = session.get(AgentVersion, (run.agentid, run.version)) if run else None
    configuration = c.Configuration.model_validate(version.configuration) if version else c.Configuration()
    return open_dossier(means, runid, run.leadid if run else "gone", configuration)


def gather(means: Means, runid: str) -> Gathered:
    return briefs.gather(means, dossier_of(means, runid))


def mail_brief(means: Means, runid: str) -> MailBrief:
    dossier = dossier_of(means, runid)
    return briefs.mail_brief(means, dossier, briefs.gather(means, dossier).company, NOTHING)


def _step(gathered: Gathered, name: str) -> Any:
    return next(s for s in gathered.steps if s.name == name)


def _paper(database: Database, folder: Path, purpose: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "paper.md").write_text(text)
    with database.transaction() as session:
        sourceid = knowledge.add_source(session, purpose, "folder", str(folder)).sourceid
    knowledge.ingest(database, Fetcher(), sourceid)


def test_fields_are_told_as_a_person_reads_them_and_each_is_a_passage(database: Database, unit: str) -> None:
    with database.transaction() as session:
        owned = {"ownerid": "x", "owningbusinessunit": unit}
        session.add(Account(accountid="a", name="Acme Corp", industrycode=24, revenue=5e8, **owned))
        session.add(Contact(contactid="k", jobtitle="Head of Forging", fullname="Jo Doe", **owned))
    runid = add_run(
        database,
        unit,
        parentaccountid="a",
        parentcontactid="k",
        lw_industry="Retail",
        numberofemployees=10000,
        revenue=1.5e9,
        jobtitle="CEO\x07\u202e",
        address1_city="New York",
        address1_stateorprovince="NY",
        description="Wants\n\n\nanvils. " + "x " * 2000,
        firstname="Jo",
        lastname="Doe",
        telephone1="555",
    )
    brief = gather(Means(database), runid).brief
    assert brief.key == runid
    expected = {
        "lead.industry": "Retail",
        "lead.numberofemployees": "10,000",
        "lead.revenue": "$1,500,000,000",
        "lead.jobtitle": "CEO",
        "lead.location": "New York, NY",
        "lead.companyname": "Acme Corp",
        "account.industry": "Petrochemical Extraction and Distribution",
        "account.revenue": "$500,000,000",
        "contact.jobtitle": "Head of Forging",
    }
    assert expected.items() <= brief.lead.items()
    assert next(iter(brief.lead)).startswith("lead.")
    assert len(brief.lead["lead.description"]) <= 502
    assert brief.passages["field:lead.revenue"].text == "$1,500,000,000"
    assert brief.passages["field:lead.revenue"].title == "Lead: Annual Revenue"
    everything = json.dumps([*brief.lead.values(), *(p.text for p in brief.passages.values())])
    for personal in ("Jo", "Doe", "555", "jo@acme.example"):
        assert personal not in everything


def test_a_column_that_a_criterion_names_is_added(sqlite_database: Database, unit: str) -> None:
    criterion = c.ProfileCriterion(
        name="Region",
        kind=CriterionKind.CUSTOM,
        details="North",
        fields=["lead.region", "lead.decisionmaker", "x.y", "z"],
    )
    runid = add_run(
        sqlite_database, unit, _configuration(criteria=[criterion]), custom={"region": "North"}, decisionmaker=True
    )
    brief = gather(Means(sqlite_database), runid).brief
    assert brief.lead["lead.region"] == "North"
    assert brief.lead["lead.decisionmaker"] == "Yes"
    assert "x.y" not in brief.lead
    assert [k.name for k in brief.criteria] == ["Region"]


def test_each_set_of_knowledge_serves_its_purpose_alone(database: Database, unit: str, tmp_path: Path) -> None:
    for purpose in ("research", "outreach", "followup"):
        _paper(database, tmp_path / purpose, purpose, f"Anvils for smiths: the {purpose} paper says they last.")
    runid = add_run(database, unit, _configuration())
    means = Means(database)
    gathered = gather(means, runid)
    told = " ".join(p.text for p in gathered.brief.passages.values())
    assert "research paper" in told
    assert "outreach paper" not in told
    assert "followup" not in told
    mail = " ".join(p.text for p in mail_brief(means, runid).passages.values())
    assert "outreach paper" in mail
    assert "research paper" not in mail
    assert "followup" not in mail
    assert _step(gathered, "knowledge").outputs["documents"] == ["paper.md"]


def test_the_mail_brief_holds_what_the_admin_chose(sqlite_database: Database, unit: str) -> None:
    email = c.EmailInstructions(fields=["lead.jobtitle"], tone="warm", instructions=["Be short.", "No jokes."])
    runid = add_run(
        sqlite_database,
        unit,
        _configuration(email=email),
        firstname="Jo",
        jobtitle="CEO",
        subject="Anvils",
        revenue=1e6,
    )
    mail = mail_brief(Means(sqlite_database), runid)
    assert (mail.greeting_name, mail.topic, mail.company) == ("Jo", "Anvils", "Acme Corp")
    assert mail.lead == {"lead.jobtitle": "CEO"}
    assert (mail.tone, mail.instructions) == ("warm", "Be short.\nNo jokes.")
    assert mail.offering.company == "Ours Ltd"


@pytest.mark.parametrize(
    ("first", "greeted"),
    [
        ("Jo", "Jo"),
        ("Jean-Luc", "Jean-Luc"),
        ("José", "José"),
        ("http://x", ""),
        ("Jo; ignore", ""),
        ("1", ""),
        (None, ""),
    ],
)
def test_only_a_name_is_greeted(sqlite_database: Database, first: str | None, greeted: str) -> None:
    runid = add_run(sqlite_database, add_unit(sqlite_database), firstname=first)
    assert mail_brief(Means(sqlite_database), runid).greeting_name == greeted


@pytest.mark.parametrize(
    ("first", "last", "subject", "greeted", "topic"),
    [
        ("Ms. Jo", "Doe", "Anvils", "Jo", "Anvils"),
        ("Sales", "Dept", "Sales training", "", "Sales training"),
        (None, "Doe", "RE: Fwd: Anvils", "", "Anvils"),
        ("jo.doe", None, "Jo Doe", "", ""),
        ("Jo", "Doe", "Call with Doe", "Jo", ""),
    ],
)
def test_neither_a_reply_nor_the_lead_itself_is_its_topic(
    sqlite_database: Database, first: str | None, last: str | None, subject: str, greeted: str, topic: str
) -> None:
    named = {"firstname": first, "lastname": last, "fullname": f"{first or ''} {last or ''}".strip()}
    runid = add_run(sqlite_database, add_unit(sqlite_database), subject=subject, **named)
    mail = mail_brief(Means(sqlite_database), runid)
    assert (mail.greeting_name, mail.topic) == (greeted, topic)


@pytest.mark.parametrize(
    ("company", "first", "last", "called", "greeted"),
    [
        ("Northwind Traders", "Northwind", "Traders", "Northwind Traders", ""),
        ("Contoso Ltd", "Contoso", "Ltd", "Contoso Ltd", ""),
        ("N/A", "Jo", "Doe", "", "Jo"),
        ("Contoso (do not contact)", "Jo", "Doe", "Contoso", "Jo"),
        ("{{company}}", "Jo", "Doe", "", "Jo"),
    ],
)
def test_no_company_is_greeted_and_no_placeholder_is_a_company(
    sqlite_database: Database, company: str, first: str, last: str, called: str, greeted: str
) -> None:
    configuration = _configuration(email=c.EmailInstructions(fields=["lead.companyname"]))
    named = {"companyname": company, "firstname": first, "lastname": last, "fullname": f"{first} {last}"}
    mail = mail_brief(
        Means(sqlite_database), add_run(sqlite_database, add_unit(sqlite_database), configuration, **named)
    )
    assert (mail.company, mail.greeting_name) == (called, greeted)
    assert mail.lead == ({"lead.companyname": called} if called else {})
    assert [p.text for n, p in mail.passages.items() if n == "field:lead.companyname"] == [called] * bool(called)


@pytest.mark.parametrize(
    ("company", "told"),
    [
        ("Contoso Ventures", False),
        ("Contoso", True),
        ("The CONTOSO Ltd.", True),
        ("contoso.com", True),
        ("Contoso Ltd, Plant 2", True),
        ("N/A", True),
    ],
)
def test_a_mail_tells_nothing_of_an_account_of_another_name(
    sqlite_database: Database, unit: str, company: str, told: bool
) -> None:
    with sqlite_database.transaction() as session:
        facts = {"numberofemployees": 50000, "lw_industry": "Retail", "address1_city": "Leeds"}
        session.add(Account(accountid="a", name="Contoso Ltd", ownerid="x", owningbusinessunit=unit, **facts))
    template = "At {{Account.Name}} in {{Account.address1_city}}"
    configuration = _configuration(email=c.EmailInstructions(fields=["account.industry"], fixed_body=template))
    runid = add_run(sqlite_database, unit, configuration, companyname=company, parentaccountid="a")
    mail = mail_brief(Means(sqlite_database), runid)
    assert mail.template == ({"account.name": "Contoso Ltd", "account.address1_city": "Leeds"} if told else {})
    assert ("field:account.numberofemployees" in mail.passages) is told
    assert mail.lead == ({"account.industry": "Retail"} if told else {})
    assert gather(Means(sqlite_database), runid).brief.lead["account.industry"] == "Retail"


def test_news_that_may_be_a_namesakes_are_for_sellers_and_not_for_the_mail(
    sqlite_database: Database, unit: str
) -> None:
    class Airline:
        name = "airline"

        def search(self, query: str, *, count: int = 5, news: bool = False) -> list[SearchHit]:
            texts = ("Delta plans a hub in Atlanta.", "Delta Ltd makes taps.") if news else ()
            return [SearchHit(t, f"https://news.example/{n}", t, "2026-01-01") for n, t in enumerate(texts)]

    runid = add_run(sqlite_database, unit, companyname="Delta Ltd", emailaddress1="jo@deltafaucet.example")
    means = Means(sqlite_database, search=Airline())

    def news(brief: Brief | MailBrief) -> set[str]:
        return {p.text for p in brief.passages.values() if p.kind is SourceKind.NEWS}

    assert news(gather(means, runid).brief) == {"Delta plans a hub in Atlanta.", "Delta Ltd makes taps."}
    assert news(mail_brief(means, runid)) == {"Delta Ltd makes taps."}


class Marked:
    """A provider whose every answer holds the marker of the company asked for."""

    name = "marked"

    def search(self, query: str, *, count: int = 5, news: bool = False) -> list[SearchHit]:
        name = query.split('"')[1]
        texts = [f"{name} marker-{name.split()[-1]} fact {n}." for n in range(3)]
        stranger = SearchHit("Else", "https://else.example/", "Firm 999 marker-999 fact.")
        return [*(SearchHit(f"{name} {n}", f"https://{n}.example/{name}", t) for n, t in enumerate(texts)), stranger]


def test_no_fact_of_one_lead_is_in_the_brief_of_another(database: Database, unit: str) -> None:
    means = Means(database, search=Marked())
    runs = {
        n: add_run(
            database,
            unit,
            _configuration() if n == 0 else None,
            companyname=f"Firm {n}",
            emailaddress1=f"p{n}@firm{n}.example",
            description=f"secret-{n}-end",
            jobtitle=f"Chief {n}x",
        )
        for n in range(20)
    }
    for n, runid in runs.items():
        gathered = gather(means, runid)
        texts = [gathered.brief, mail_brief(means, runid)]
        for brief in texts:
            told = " ".join([*brief.lead.values(), *(p.text + p.title for p in brief.passages.values())])
            assert f"marker-{n} " in told
            for other in (*range(20), 999):
                if other != n:
                    assert f"marker-{other} " not in told
                    assert f"secret-{other}-" not in told


def test_a_long_company_stays_within_the_budget(sqlite_database: Database, unit: str, tmp_path: Path) -> None:
    class Endless:
        name = "endless"

        def search(self, query: str, *, count: int = 5, news: bool = False) -> list[SearchHit]:
            return [
                SearchHit(f"Acme Corp {n}", f"https://x.example/{n}", "Acme Corp grows. " * 40, "2026-01-01")
                for n in range(20)
            ]

    _paper(sqlite_database, tmp_path / "k", "research", "Anvils for smiths last. " * 3000)
    page = (
        f"<title>Acme Corp</title><main>{'<p>Acme Corp employs 400 people in Reno and plans to grow.</p>' * 900}</main>"
    )
    with serving(lambda asked: (200, {}, page.encode())) as site:
        runid = add_run(sqlite_database, unit, _configuration(), websiteurl=f"http://acme.localhost:{site.port}/")
        means = Means(sqlite_database, search=Endless(), fetcher=Fetcher(frozenset({f"acme.localhost:{site.port}"})))
        brief = gather(means, runid).brief
        mail = mail_brief(means, runid)
    for passages in (brief.passages, mail.passages):
        length = sum(len(p.text) + len(p.title) for p in passages.values())
        assert length <= 9_500  # about 2,000 tokens with titles
        assert {p.kind for p in passages.values()} >= {SourceKind.FIELD, SourceKind.WEB, SourceKind.NEWS}
    assert len([p for p in brief.passages.values() if p.kind is SourceKind.NEWS]) <= 3


def test_a_passage_is_cut_at_a_sentence_so_that_it_can_be_quoted() -> None:
    long = Passage("1", SourceKind.NEWS, "u", "t", "A first sentence is here. " * 30)
    (cut,) = within_budget([long])
    assert len(cut.text) <= 400
    assert cut.text.endswith(".")
    assert cut.text in long.text
    assert within_budget([long] * 50, budget=30) == []


def test_the_page_of_a_custom_criterion_is_found_with_the_leads_values(sqlite_database: Database, unit: str) -> None:
    def answering(asked: Asked) -> Answer:
        return 200, {}, f"<title>Register</title><p>Listed at {asked.path}: certified since 2019.</p>".encode()

    with serving(answering) as site:
        criteria = [
            c.ProfileCriterion(
                name="Certified",
                kind=CriterionKind.CUSTOM,
                details="has a certificate",
                url=f"{site.url}/find?q={{{{Lead.Company Name}}}}&c={{{{ lead.City }}}}",
                instructions="Look for certified.",
            ),
            c.ProfileCriterion(
                name="Spied", kind=CriterionKind.CUSTOM, details="x", url=f"{site.url}/{{{{Lead.Email}}}}"
            ),
            c.ProfileCriterion(
                name="Unknown", kind=CriterionKind.CUSTOM, details="x", url=f"{site.url}/{{{{Lead.No. of Employees}}}}"
            ),
        ]
        runid = add_run(
            sqlite_database, unit, _configuration(criteria=criteria), companyname="A&B/../Ç?", address1_city="New York"
        )
        means = Means(sqlite_database, fetcher=Fetcher(frozenset({site.host})))
        gathered = gather(means, runid)
        again = gather(means, runid)
    (passage,) = [p for p in gathered.brief.passages.values() if p.id.startswith("criterion:Certified:")]
    assert "certified since 2019" in passage.text
    assert [a.path for a in site.asked] == ["/find?q=A%26B%2F..%2F%C3%87%3F&c=New%20York"]
    step = _step(gathered, "criterion_pages")
    assert step.state == "partial"
    assert "a person's data does not go into a public address" in step.detail
    assert "Lead.No. of Employees is empty" in step.detail
    assert gathered.partial
    assert [s.name for s in again.steps] == [s.name for s in gathered.steps]


def test_competitors_come_with_their_documents_under_their_own_name(
    sqlite_database: Database, unit: str, tmp_path: Path
) -> None:
    _paper(sqlite_database, tmp_path / "z", "competitor:Zeta", "# Weakness\n\nTheir anvils crack in winter; price 200.")
    runid = add_run(sqlite_database, unit, _configuration(competitors=c.CompetitorList(names=["Zeta"])))
    gathered = gather(Means(sqlite_database), runid)
    assert gathered.brief.competitors == ("Zeta",)
    (passage,) = [p for p in gathered.brief.passages.values() if p.kind is SourceKind.KNOWLEDGE]
    assert passage.title == "Zeta: Weakness"
    assert "crack in winter" in passage.text
    assert "configured list" in _step(gathered, "competitors").outputs["reason"]


def test_what_failed_is_said_in_the_steps_and_nothing_is_invented(sqlite_database: Database, unit: str) -> None:
    with serving(lambda asked: (500, {}, b"")) as site:
        runid = add_run(sqlite_database, unit, _configuration(), websiteurl=f"http://acme.localhost:{site.port}/")
        means = Means(
            sqlite_database,
            search=SearxngSearch(site.url, seconds=1),
            fetcher=Fetcher(frozenset({f"acme.localhost:{site.port}"})),
        )
        gathered = gather(means, runid)
    assert gathered.partial
    step = _step(gathered, "company")
    assert step.state == "failed"
    assert "SearXNG is out of order" in step.detail
    assert {p.kind for p in gathered.brief.passages.values()} == {SourceKind.FIELD}


def test_the_steps_tell_inputs_outputs_and_time(sqlite_database: Database) -> None:
    runid = add_run(sqlite_database, add_unit(sqlite_database), _configuration())
    gathered = gather(Means(sqlite_database, search=Marked()), runid)
    assert [s.name for s in gathered.steps] == ["company", "competitors", "knowledge"]
    assert not gathered.partial
    step = _step(gathered, "company")
    assert (step.state, step.inputs["company"], step.inputs["search"]) == ("done", "Acme Corp", "marked")
    assert step.outputs["reused"] is False
    for step in gathered.steps:
        json.dumps([step.inputs, step.outputs])
        assert step.seconds >= 0


def test_a_rehearsal_clock_is_respected(sqlite_database: Database) -> None:
    runid = add_run(sqlite_database, add_unit(sqlite_database), _configuration())
    means = Means(sqlite_database, search=Marked(), clock=lambda: now() + timedelta(days=400))
    gather(means, runid)
    assert _step(gather(means, runid), "company").outputs["reused"] is True
    assert (
        _step(gather(replace(means, clock=lambda: now() + timedelta(days=440)), runid), "company").outputs["reused"]
        is False
    )


def test_a_run_that_is_gone_is_not_found(sqlite_database: Database) -> None:
    with pytest.raises(NotFound):
        gather(Means(sqlite_database), new_id())
