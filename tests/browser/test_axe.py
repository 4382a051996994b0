"""axe on every mounted page: WCAG 2.2 A and AA, wide and light or narrow and dark, opened up, refused and empty."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from starlette.routing import Route
from tests.browser.desk_server import chromium, served
from tests.engage.office import MONDAY, PASSWORD, QUICK, SALES, Clock, Office, open_office, start

from leadwright.actions.personal_tokens import add_token
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.agent import LeadRun
from leadwright.db.backtest import Backtest
from leadwright.db.engine import Database
from leadwright.db.insight_trial import InsightTrial
from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.oversight import Approval, RejectionReview
from leadwright.db.people import BusinessUnit, Team
from leadwright.db.sales import Account, AppNotification, Contact, Email, Lead
from leadwright.db.schema import migrate
from leadwright.db.sign_in import IdentityProvider
from leadwright.db.simulation import SimulationDraft
from leadwright.db.webhooks import Webhook
from leadwright.identity.access import principal
from leadwright.identity.sessions import Device, open_session
from leadwright.sandbox.mail_server import MailServer
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.web.app import create_app

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
EVERYTHING = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
VIEWS: tuple[tuple[int, str], ...] = ((1440, "light"), (390, "dark"))
"""Width and colours; all that folds is opened."""
TURNS = [0, pytest.param(1, marks=pytest.mark.faults)]
"""Pages are looked at in one view or the other by turns, the other way round by `make faults`."""
NO_PAGES = re.compile(r"/static/|\.csv$|/source$|/download$|/image$|/suggest$|/not-imported$|/with/|/welcome/|/reset/")
"""Files, parts of pages, and what answers once to a link."""
FORMS = (
    "/leads/new", "/accounts/new", "/contacts/new", "/people", "/people/teams", "/people/units", "/people/sign-in/new",
    "/webhooks", "/tokens", "/password", "/account/app", "/agent/section/company",
    "/agent/sending", "/agent/backtest", "/usage", "/leads/{leadid}/edit", "/leads/{leadid}/draft",
)  # fmt: skip
"""Pages whose form is sent empty, to look at the refusal."""

UNFOLD = """() => {
    for (const each of document.querySelectorAll("details:not(.who)")) each.open = true
}"""
EMPTIED = """() => {
    const typed = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([type=submit]), textarea"
    const form = [...document.querySelectorAll("main form[method=post]")].find((each) => each.querySelector(typed))
    if (!form) return false
    for (const field of form.querySelectorAll(typed)) field.value = field.type === "number" ? "-5" : ""
    form.noValidate = true
    form.dataset.tried = ""
    return true
}"""
"""Takes everything out of the first form of a page."""


@dataclass
class Shown:
    """A desk that is served, and what it shows.

    Args:
        cookies: of people, by name.
        ids: of records that exist, by the name they have in paths.
    """

    services: Services
    address: str
    browser: Browser
    cookies: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Shown]:
    """An agent that engages has worked for a day: answered, handed over, waits, was told no."""
    folder, clock = tmp_path_factory.mktemp("axe"), Clock(MONDAY)
    database = Database(f"sqlite:///{folder / 'leadwright.db'}", pool_size=20)
    migrate(database)
    with MailServer(clock=clock) as server:
        office = open_office(database, folder, server, clock)
        start(office)
        leadid = _have_worked(office)
        with served(office.services) as address:
            shown = Shown(office.services, address, browser, ids={"leadid": leadid})
            people = {"admin": office.admin.id, "seller": office.sellers[0], "manager": office.supervisor}
            _sign_in(shown, people)
            _add_records(shown, office)
            yield shown
        if office.post:
            office.post.close()
        office.services.reader.close()
    database.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Shown]:
    """Nobody has done anything but create the administrator."""
    from leadwright.actions import people

    folder = tmp_path_factory.mktemp("fresh")
    database = Database(f"sqlite:///{folder / 'leadwright.db'}")
    migrate(database)
    services = Services(Settings(data_dir=folder), database, BuiltinAnalyst())
    admin = people.first_administrator(
        services, fullname="Ola Admin", email="ola@seller.example", password=PASSWORD, passwords=QUICK
    )
    with served(services) as address:
        shown = Shown(services, address, browser)
        _sign_in(shown, {"admin": admin})
        yield shown
    services.reader.close()
    database.close()


def _have_worked(office: Office) -> str:
    """The lead that was handed over."""
    office.lead()
    handed = office.lead(
        firstname="Bo", lastname="Finch", companyname="Harbour Foods", emailaddress1="bo@harbour.example"
    )
    office.lead(firstname="Cy", lastname="Lark", companyname="Larkspur Foods", emailaddress1="cy@larkspur.example")
    office.lead(
        firstname="Di", lastname="Moss", companyname="Moss Mining", emailaddress1="di@mining.example",
        lw_industry="Mining", numberofemployees=12, address1_country="Germany", address1_stateorprovince="",
    )  # fmt: skip
    office.work()
    office.pass_days(1)
    office.answer("ada@northwind.example", "Hello,\n\nhow long does the implementation take?\n\nAda")
    office.answer(
        "bo@harbour.example",
        "Great timing. Please send a quote for 20 robots: we have 200,000 dollars approved and want to start in May. "
        "I decide together with our COO.\n\nBo",
    )
    office.answer("cy@larkspur.example", "We are interested, please call me.", From="cy.lark@private.example")
    stranger = EmailMessage()
    stranger["From"], stranger["To"], stranger["Subject"] = "Zoe New <zoe@new.example>", SALES, "Your robots"
    stranger.set_content("A colleague showed me your mail. Can you call me?\n\nZoe")
    office.server.deliver("zoe@new.example", SALES, stranger.as_bytes())
    office.work()
    return handed


def _sign_in(shown: Shown, people: dict[str, str]) -> None:
    for name, systemuserid in people.items():
        with shown.services.database.transaction() as session:
            now = shown.services.clock()
            opened = open_session(session, systemuserid, Device("127.0.0.1", "Mozilla/5.0"), "password", now)
        shown.cookies[name] = opened.token
    shown.ids["systemuserid"] = people["admin"]


def _add_records(shown: Shown, office: Office) -> None:
    """Of each kind that a page shows and that a day of work does not bring by itself."""
    agentid, now = office.agentid, office.clock()
    with office.services.database.transaction() as session:
        unit = session.scalars(select(BusinessUnit.businessunitid)).first()
        told = session.scalars(select(LeadRun).where(LeadRun.stage == "disqualified")).first()
        first = session.scalars(select(Outbox).order_by(Outbox.createdon)).first()
        owned = {"ownerid": office.sellers[0], "owningbusinessunit": unit}
        assert told is not None
        assert first is not None
        account, contact = (
            Account(name="Harbour Foods", **owned),
            Contact(fullname="Bo Finch", lastname="Finch", **owned),
        )
        provider = IdentityProvider(name="Company", issuer="https://login.example/t", clientid="leadwright")
        hook = Webhook(name="Told", url="https://hooks.example/told", events=["lead.handed_over"], sealed="x")
        backtest = Backtest(agentid=agentid, version=1, configuration={}, state="done", chosen="200 leads")
        trial = InsightTrial(agentid=agentid, company="Contoso", state="failed", reason="Nothing was found.")
        drawn = session.scalar(select(RejectionReview).where(RejectionReview.runid == told.runid))  # one in twenty is
        review = drawn or RejectionReview(
            runid=told.runid, leadid=told.leadid, agentid=agentid, version=1, decidedon=now
        )
        wait = Approval(outboxid=first.outboxid, kind="first_mail", contenthash="0" * 64, requestedon=now)
        session.add_all(
            [account, contact, provider, hook, backtest, trial, review, wait, Team(name="W", businessunitid=unit)]
        )
        session.add(
            AppNotification(ownerid=office.admin.id, title="A secret ends soon", body="Renew it.", link="/agent")
        )
        session.flush()
        lead = session.get_one(Lead, shown.ids["leadid"])
        lead.parentaccountid, lead.parentcontactid = account.accountid, contact.contactid
        mail = select(Email.activityid).where(Email.regardingobjectid == shown.ids["leadid"])
        shown.ids |= {
            "recordid": account.accountid, "providerid": provider.identityproviderid, "webhookid": hook.webhookid,
            "backtestid": backtest.backtestid, "trialid": trial.trialid, "reviewid": review.reviewid,
            "outboxid": wait.outboxid, "hash": "0", "contactid": contact.contactid,
            "emailid": str(session.scalar(mail)),
            "inboundid": str(
                session.scalar(select(InboundMessage.inboundmessageid).where(InboundMessage.state == "unmatched"))
            ),
            "draftid": str(session.scalar(select(SimulationDraft.draftid))),
            "section": "company",
        }  # fmt: skip
    with office.services.database.reading() as session:
        who = principal(session, office.admin.id)
    add_token(office.services, who, "Reports", days=30, readonly=True)


def paths_of(shown: Shown) -> list[str]:
    """Every mounted page; an id that is not known leaves its page out of a fresh desk only."""
    found = []
    for route in create_app(shown.services).router.routes:
        if not isinstance(route, Route) or "GET" not in (route.methods or ()) or NO_PAGES.search(route.path):
            continue
        names = re.findall(r"\{(\w+)", route.path)
        if "token" in names or "upload" in names or not set(names) <= set(shown.ids):
            lacking = set(names) - set(shown.ids) - {"token", "upload"}
            assert not lacking or "leadid" not in shown.ids, f"{route.path}: put {lacking} into _add_records"
            continue
        ids = shown.ids | ({"recordid": shown.ids.get("contactid", "")} if "/contacts/" in route.path else {})
        found.append(re.sub(r"\{(\w+)[^}]*\}", lambda match: ids[match[1]], route.path))  # noqa: B023 used at once
    return found


def opened(shown: Shown, person: str) -> Page:
    context = shown.browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    if person:
        context.add_cookies([{"name": "leadwright-session", "value": shown.cookies[person], "url": shown.address}])
    return context.new_page()


def faults_of(page: Page, where: str, views: tuple[tuple[int, str], ...] = VIEWS) -> list[str]:
    """What axe finds on the page as it stands, in each view."""
    axe, found = Axe(), []
    page.evaluate(axe.axe_script)
    for width, colours in views:
        page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
        page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        page.evaluate(UNFOLD)
        for violation in page.evaluate("rules => axe.run(document, rules).then(r => r.violations)", EVERYTHING):
            for node in violation["nodes"][:3]:
                said = node["failureSummary"].split("\n")[1].strip()[:160]
                found.append(f"{where} {width} {colours}: {violation['id']}: {node['html'][:140]} -- {said}")
    return found


def by_turns(number: int) -> tuple[tuple[int, str], ...]:
    return (VIEWS[number % len(VIEWS)],)


def look_at(shown: Shown, person: str, paths: list[str], turn: int | None = None) -> list[str]:
    page, wrong, refused = opened(shown, person), [], 0
    for place, path in enumerate(paths):
        answer = page.goto(shown.address + path)
        assert answer is not None
        assert answer.status < 500, path
        if "text/html" not in (answer.header_value("content-type") or ""):
            wrong.append(f"{path} is no page: name it in NO_PAGES")
            continue
        refused += answer.status in {403, 404}
        if answer.status not in {403, 404} or refused == 1:  # every refusal is the same page
            wrong += faults_of(page, f"{person} {path}", VIEWS if turn is None else by_turns(place + turn))
    page.context.close()
    return wrong


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize(("person", "first"), [("admin", 0), ("seller", 1)])
def test_axe_finds_nothing_on_any_page(worked: Shown, person: str, first: int, turn: int) -> None:
    wrong = look_at(worked, person, paths_of(worked), first + turn)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("turn", TURNS)
def test_axe_finds_nothing_on_a_desk_where_nothing_has_happened_yet(fresh: Shown, turn: int) -> None:
    wrong = look_at(fresh, "admin", paths_of(fresh), 1 + turn)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("turn", TURNS)
def test_axe_finds_nothing_on_pages_that_refuse_a_form(worked: Shown, turn: int) -> None:
    page, wrong, refused = opened(worked, "admin"), [], 0
    for place, path in enumerate(FORMS, turn):
        page.goto(worked.address + re.sub(r"\{(\w+)\}", lambda match: worked.ids[match[1]], path))
        assert page.evaluate(EMPTIED), f"{path} has no form that can be sent"
        with page.expect_navigation() as sent:
            page.evaluate("document.querySelector('form[data-tried]').requestSubmit()")
        assert sent.value.status < 500, path
        refused += sent.value.status in {409, 422}
        wrong += faults_of(page, f"{path} ({sent.value.status})", by_turns(place))
    assert refused >= len(FORMS) // 2
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "path", ["/sign-in", "/password/forgotten", "/welcome/guessed", "/no-such-page", "/unsubscribe/x"]
)
def test_axe_finds_nothing_on_what_a_stranger_sees(worked: Shown, path: str) -> None:
    wrong = look_at(worked, "", [path])
    assert not wrong, "\n".join(wrong)


def test_axe_finds_nothing_in_the_menus_of_the_frame(worked: Shown) -> None:
    page, wrong = opened(worked, "admin"), []
    for width, colours in ((1440, "light"), (390, "dark")):
        page.goto(f"{worked.address}/leads")
        page.set_viewport_size({"width": width, "height": 844})
        page.locator(".who > summary").click()
        wrong += faults_of(page, "the account's menu", ((width, colours),))
    page.goto(f"{worked.address}/leads")
    page.locator("label.nav-button").click()
    wrong += faults_of(page, "the site map", ((390, "light"),))
    assert not wrong, "\n".join(wrong)
