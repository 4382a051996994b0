"""The forty prospects: who they are, that each reacts as declared, once, by SMTP, and is read as it is meant."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.browser.desk_server import served
from tests.sandbox.rehearsed import LEAVE, SALES, START, Rehearsed, followup_papers, one, rehearse, thread_of

from leadwright.analyst import Offering, ReplyBrief
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.engine import Database
from leadwright.domain.engagement import Outcome
from leadwright.domain.replies import ReplyClass
from leadwright.identity.secrets import open_vault
from leadwright.identity.seed import seed_directory
from leadwright.mail.authentication import Verdict, read_authentication
from leadwright.mail.bounce import Kind
from leadwright.mail.reading import Reading
from leadwright.mail.suppression import why_suppressed
from leadwright.mail.unsubscribe import link
from leadwright.sandbox import errands, seller
from leadwright.sandbox.answers import links_in
from leadwright.sandbox.characters import ENDS, Act, AtServer, End, Prospect, factor_asked, prospects
from leadwright.sandbox.clock import VirtualClock
from leadwright.sandbox.companies import company
from leadwright.sandbox.mail_faults import Fault, Step, Times
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.mail_stamps import AUTHSERV_ID
from leadwright.sandbox.people import HEADINGS
from leadwright.sandbox.prospects import Prospects
from leadwright.services import Services
from leadwright.settings import Settings


@pytest.fixture
def rehearsed() -> Iterator[Rehearsed]:
    clock = VirtualClock(START)
    with MailServer(clock=clock) as server:
        yield rehearse(server, clock)


def test_there_are_forty_with_addresses_of_their_own_at_companies_that_do_not_exist() -> None:
    everybody = prospects()
    assert len(everybody) == len({p.address for p in everybody}) == len({p.company.slug for p in everybody}) == 40
    for who in everybody:
        assert who.company.is_invented
        assert who.address.endswith(".example")
        assert who.why
        assert {step.to for step in who.script} or who.expected is End.NO_RESPONSE or who.server is AtServer.UNKNOWN


def test_their_companies_suit_the_profile_of_the_seller() -> None:
    for who in prospects():
        firm = company(who.company.slug)
        assert firm is not None
        assert 1_000 <= firm.employees <= 80_000
        assert 500_000_000 <= firm.revenue <= 40_000_000_000
        assert firm.country == "United States"
        assert firm.state != "New York"


def test_their_lines_are_those_of_a_lead_list(rehearsed: Rehearsed) -> None:
    rows = rehearsed.prospects.rows(8080)
    assert [tuple(row) for row in rows] == [HEADINGS] * 40
    assert rows[0]["Website"] == "http://marrowfield-kitchenware.localhost:8080/"
    assert rows[0]["Email"] == "wystan.ambervale@marrowfield-kitchenware.example"
    assert all(row["Job Title"] and row["State/Province"] and row["Rating"] == "Cold" for row in rows)


@pytest.mark.parametrize("who", prospects(), ids=lambda p: f"{p.character}: {p.name}")
def test_each_reacts_to_each_mail_as_its_script_says_and_once(rehearsed: Rehearsed, who: Prospect) -> None:
    done: list[Act] = []
    for number in range(1, 5):
        said = rehearsed.mail(who)
        if who.server is AtServer.GREYLISTS and number == 1:
            assert said == "451"
            said = rehearsed.mail(who)
        assert said == ("550" if who.server is AtServer.UNKNOWN else "")
        rehearsed.play()
        steps = [step for step in who.script if number in step.to or not step.to]
        expected = [step.act for step in steps for _ in range(1 + step.twice)]
        acts = [deed.act for deed in rehearsed.prospects.deeds[len(done) :]]
        assert Counter(acts) == Counter(expected)
        done += acts
        assert rehearsed.prospects.answer_due(rehearsed.clock()) == 0
        assert rehearsed.prospects.next_at() is None
    written = [act for act in done if act not in (Act.CLICK, Act.SCAN)]
    assert len(rehearsed.answers()) == len(written)
    assert {deed.prospect for deed in rehearsed.prospects.deeds} <= {who}


def test_the_same_seed_gives_the_same_mails_at_the_same_moments_and_another_seed_other_moments() -> None:
    def played(seed: int) -> list[tuple[str, str, str]]:
        clock = VirtualClock(START)
        with MailServer(clock=clock) as server:
            rehearsed = rehearse(server, clock, seed)
            for who in prospects():
                rehearsed.mail(who)
            rehearsed.play()
            readings = [r.message for r in rehearsed.readings()]
            return [(m.value("date"), m.message_id or "", m.subject) for m in readings]

    assert played(1) == played(1)
    assert played(1) != played(2)


def test_answers_stand_in_the_thread_and_quote_the_mail(rehearsed: Rehearsed) -> None:
    who = one("eager")
    rehearsed.mail(who)
    rehearsed.play()
    [reading] = rehearsed.readings()
    first = rehearsed.prospects.received(who)[0]
    assert reading.message.in_reply_to == (first.messageid,)
    assert reading.message.references == (first.messageid,)
    assert reading.message.subject == "Re: Faster order picking"
    assert "> We make robots." in reading.message.text
    assert reading.new_text.endswith("Could we set up a call this week?")
    assert [m.text for m in rehearsed.prospects.sent(who)] == [reading.message.text]


def test_nobody_answers_before_the_hours_are_over(rehearsed: Rehearsed) -> None:
    rehearsed.mail(one("eager"))
    assert rehearsed.prospects.answer_due(rehearsed.clock()) == 0
    due = rehearsed.prospects.next_at()
    assert due is not None
    assert timedelta(hours=1) <= due - START <= timedelta(hours=4)
    assert rehearsed.prospects.answer_due(due - timedelta(seconds=1)) == 0
    assert rehearsed.prospects.answer_due(due) == 1


def test_a_mail_the_server_does_not_take_is_handed_in_again(rehearsed: Rehearsed) -> None:
    rehearsed.mail(one("eager"))
    due = rehearsed.prospects.next_at()
    assert due is not None
    rehearsed.server.faults.script = Times(Step.DATA, Fault(answer="451 4.3.0 try later"))
    assert rehearsed.prospects.answer_due(due) == 0
    assert rehearsed.answers() == []
    rehearsed.play()
    assert len(rehearsed.answers()) == 1


@pytest.mark.parametrize(
    ("character", "n", "mails", "classes"),
    [
        ("eager", 0, 1, {"interested"}),
        ("curious", 0, 1, {"question"}),
        ("curious", 1, 1, {"question"}),
        ("asks for a price", 0, 1, {"question"}),
        ("asks what nobody knows", 0, 1, {"question"}),
        ("needs several exchanges", 0, 1, {"interested"}),
        ("needs several exchanges", 1, 1, {"interested"}),
        ("busy", 0, 3, {"interested"}),
        ("away", 0, 1, {"out_of_office", "interested"}),
        ("leaving", 0, 1, {"left_company_or_dead_mailbox"}),
        ("referring", 0, 1, {"wrong_person"}),
        ("not now", 0, 1, {"not_now"}),
        ("not interested", 0, 1, {"not_interested"}),
        ("hostile", 0, 1, {"not_interested"}),
        ("lawyer", 0, 1, {"escalate"}),
        ("complaint", 0, 1, {"escalate"}),
        ("opts out in words", 0, 1, {"unsubscribe"}),
        ("opts out in words", 1, 1, {"unsubscribe"}),
        ("opts out in words", 2, 2, {"unsubscribe"}),
        ("other language", 0, 1, {"interested"}),
        ("other language", 2, 1, {"interested"}),
        ("other language", 3, 1, {"interested"}),
        ("other language", 4, 1, {"not_interested"}),
        ("auto-responder", 0, 1, {"auto_reply"}),
        ("gives orders to the machine", 0, 1, {"other"}),
        ("two words on the phone", 0, 1, {"interested"}),
        ("hidden text", 0, 1, {"not_interested"}),
        ("mailbox full", 0, 2, {"bounce", "interested"}),
    ],
)
def test_the_builtin_analyst_reads_each_as_it_is_meant(
    rehearsed: Rehearsed, character: str, n: int, mails: int, classes: set[str]
) -> None:
    who = one(character, n)
    for _ in range(mails):
        rehearsed.mail(who)
    rehearsed.play()
    assert {_read(reading, who).value for reading in rehearsed.readings()} == classes


def test_a_request_in_french_is_read_as_interest_or_as_a_question(rehearsed: Rehearsed) -> None:
    who = one("other language", 1)
    rehearsed.mail(who)
    rehearsed.play()
    [reading] = rehearsed.readings()
    assert _read(reading, who) in {ReplyClass.INTERESTED, ReplyClass.QUESTION}


def test_every_end_is_met_by_the_outcomes_it_means_and_by_no_other() -> None:
    assert all(end.is_met_by(outcome) for end, outcomes in ENDS.items() for outcome in outcomes)
    assert set(ENDS) == set(End)
    assert not End.HANDED_OVER.is_met_by(Outcome.CLARIFY)
    assert not End.DISQUALIFIED.is_met_by(None)


def _read(reading: Reading, who: Prospect) -> ReplyClass:
    brief = ReplyBrief(
        "run",
        reading.new_text,
        START.date(),
        reading.message.subject,
        {name.lower(): value for name, value in reading.message.headers},
        lead={"lead.emailaddress1": who.address},
        knowledge=followup_papers(),
        offering=Offering(seller.NAME),
    )
    return BuiltinAnalyst().read_reply(brief).kind


@pytest.mark.parametrize(("character", "n"), [("curious", 0), ("curious", 1), ("asks for a price", 0)])
def test_what_the_curious_ask_stands_in_the_follow_up_papers(rehearsed: Rehearsed, character: str, n: int) -> None:
    questions = [s.says for s in one(character, n).script if "?" in s.says]
    assert questions
    for text in questions:
        offering = Offering(seller.NAME, value_proposition=seller.VALUE, benefits=seller.BENEFITS)
        brief = ReplyBrief("run", text, knowledge=followup_papers(), offering=offering)
        assert BuiltinAnalyst().read_reply(brief).answer


def test_what_nobody_knows_stands_in_no_paper() -> None:
    [step] = one("asks what nobody knows").script
    reading = BuiltinAnalyst().read_reply(ReplyBrief("run", step.says, knowledge=followup_papers()))
    assert reading.question
    assert reading.answer == ()


@pytest.mark.parametrize(
    ("question", "factor"),
    [
        ("What would you need such robots for?", "need"),
        ("Which problem in your warehouse would you like to solve first?", "need"),
        ("By when would you like the robots to be in use?", "timeline"),
        ("Do you have a budget in mind for this year?", "budget"),
        ("Who else is involved in the decision?", "authority"),
        ("Here is what we do. Have you set a budget aside? Our price list is attached.", "budget"),
        ("We make robots.", ""),
    ],
)
def test_one_who_needs_several_exchanges_answers_what_is_asked(
    rehearsed: Rehearsed, question: str, factor: str
) -> None:
    assert factor_asked(question) == factor
    who = one("needs several exchanges")
    rehearsed.mail(who)
    rehearsed.play()
    rehearsed.mail(who, question, answers=thread_of(rehearsed.readings()[0]))
    rehearsed.play()
    step = next(s for s in who.script if 2 in s.to)
    said = step.asked.get(factor, step.says).replace("{deadline}", "March 2027")
    assert rehearsed.readings()[1].new_text == said.strip()


@pytest.mark.parametrize(
    ("character", "n", "kind", "hard"),
    [
        ("hard bounce", 0, Kind.BOUNCE, True),
        ("hard bounce", 1, Kind.BOUNCE, True),
        ("mailbox full", 0, Kind.BOUNCE, False),
        ("greylisting", 0, Kind.DELAYED, False),
    ],
)
def test_reports_are_read_with_the_mail_they_are_about(
    rehearsed: Rehearsed, character: str, n: int, kind: Kind, hard: bool
) -> None:
    who = one(character, n)
    if rehearsed.mail(who):
        rehearsed.mail(who)
    rehearsed.play(0.2)
    [reading] = rehearsed.readings()
    report = reading.report
    assert report is not None
    assert (report.kind, report.hard) == (kind, hard)
    assert report.original_message_id == rehearsed.prospects.received(who)[0].messageid
    assert report.failures[0].recipient == who.address
    assert reading.message.return_path == ""


def test_our_server_says_who_is_genuine_whatever_a_mail_says_of_itself(rehearsed: Rehearsed) -> None:
    for who in prospects():
        rehearsed.mail(who)
    rehearsed.play()
    spoofed = one("spoofed")
    verdicts: dict[str, set[Verdict]] = {}
    for reading in rehearsed.readings():
        sender = reading.message.sender
        assert sender is not None
        found = read_authentication(reading.message, AUTHSERV_ID).dmarc
        verdicts.setdefault(sender.address, set()).add(found)
    assert verdicts.pop(spoofed.address) == {Verdict.FAIL}
    assert verdicts["isolde.kettlebeck@freemail.example"] == {Verdict.PASS}
    assert set().union(*verdicts.values()) == {Verdict.PASS}
    [forged] = [
        r.message for r in rehearsed.readings() if r.message.sender and r.message.sender.address == spoofed.address
    ]
    assert "dmarc=pass" in forged.values("authentication-results")[1]


def test_hidden_words_are_not_read(rehearsed: Rehearsed) -> None:
    rehearsed.mail(one("hidden text"))
    rehearsed.play()
    [reading] = rehearsed.readings()
    assert "display:none" in " ".join(reading.message.hidden)
    assert "budget is approved" not in reading.message.text


def test_the_same_words_come_twice_under_two_ids(rehearsed: Rehearsed) -> None:
    rehearsed.mail(one("two words on the phone"))
    rehearsed.play()
    first, second = (r.message for r in rehearsed.readings())
    assert first.text == second.text
    assert first.message_id != second.message_id


def test_only_addresses_on_this_machine_are_opened(rehearsed: Rehearsed) -> None:
    rehearsed.mail(one("link scanner"), "See https://tallyhand-robotics.example/ and http://127.0.0.1:9/x.")
    rehearsed.mail(one("opts out by click"), leave="https://desk.example/unsubscribe/token")
    rehearsed.play(0.9)
    assert ("GET", LEAVE) in rehearsed.opened
    assert {method for method, _ in rehearsed.opened} == {"GET"}
    assert not [address for _, address in rehearsed.opened if "example" in address]
    [deed] = [d for d in rehearsed.prospects.deeds if d.act is Act.CLICK]
    assert deed.about == "no link to post to on this machine"


def test_a_click_unsubscribes_and_a_scanner_that_opens_every_link_does_not(
    sqlite_database: Database, tmp_path: Path
) -> None:
    services = Services(Settings(data_dir=tmp_path, dns_checks=False), sqlite_database, BuiltinAnalyst())
    with sqlite_database.transaction() as session:
        seed_directory(session)
    clock = VirtualClock(START)
    clicks, scans = one("opts out by click"), one("link scanner")
    with served(services) as desk, MailServer(clock=clock) as server:
        rehearsed = rehearse(server, clock)
        rehearsed.prospects = Prospects(server, prospects(), clock, visit=errands.visit)
        for who in (clicks, scans):
            leave = link(desk, open_vault(services.settings), who.address, "outreach:1:1:1")
            rehearsed.mail(who, leave=leave)
            assert leave in links_in(rehearsed.prospects.received(who)[0].raw)
        rehearsed.play(2)
        about = {deed.act: deed.about for deed in rehearsed.prospects.deeds}
        assert about[Act.CLICK] == "POST 200"
        assert about[Act.SCAN].startswith("GET 200")
    with sqlite_database.reading() as session:
        assert why_suppressed(session, clicks.address, "outreach")
        assert not why_suppressed(session, scans.address, "outreach")


def test_anybody_at_a_companys_domain_gets_a_folder_but_unknown_people(rehearsed: Rehearsed) -> None:
    colleague = "zelda.yarrowby@norrick-auto-parts.example"
    store = rehearsed.server.store
    assert store.takes(colleague)
    assert store.account(colleague) is None
    rehearsed.server.deliver(SALES, colleague, b"Subject: hello\r\n\r\nhello\r\n")
    assert len(rehearsed.server.folder(colleague).messages) == 1
    assert not store.takes(one("unknown address").address)
    assert not store.takes("somebody@elsewhere.test")
