"""Rules of the outcome: whose turn, rating, decision, and what a draft may say."""

from datetime import date

import pytest

from leadwright.db.sales import Lead
from leadwright.domain.assignment import Seller, Why, choose
from leadwright.domain.evidence import Passage, SourceKind, Statement, quote
from leadwright.domain.fit import Criterion, CriterionKind, Judgement, Verdict, weigh
from leadwright.domain.handover import decide
from leadwright.domain.optionsets import LeadRating, LeadSource
from leadwright.domain.outreach import assemble, fill, subject_line, unsupported
from leadwright.domain.rating import Activity, rate, shown
from leadwright.domain.stage import Stage
from leadwright.workflows.letters import why_they_get_it

TODAY = date(2026, 3, 2)
PASSAGES = {
    "p": Passage("p", SourceKind.WEB, "https://acme.example/about", "About", "Acme Stores runs 1,200 shops in Ohio.")
}


def fit(*verdicts: Verdict) -> object:
    criteria = [Criterion(f"C{n}", CriterionKind.CUSTOM, "") for n in range(len(verdicts))]
    return weigh(criteria, [Judgement(f"C{n}", v, "So it is.") for n, v in enumerate(verdicts)])


MET, MISSED, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN


def test_the_seller_whose_last_turn_is_longest_ago_is_next() -> None:
    sellers = [Seller("a"), Seller("b"), Seller("c")]
    choice = choose(sellers, {"a": 3, "b": 1, "c": 2}, TODAY)
    assert choice
    assert choice.seller.id == "b"
    assert choose([], {}, TODAY) is None


@pytest.mark.parametrize(
    ("away_from", "away_until", "here"),
    [
        (None, None, True),
        (date(2026, 3, 2), date(2026, 3, 2), False),
        (date(2026, 3, 3), None, True),
        (date(2026, 2, 1), None, False),
        (None, date(2026, 3, 1), True),
        (None, date(2026, 3, 2), False),
    ],
)
def test_absence_counts_its_first_and_last_day(away_from: date | None, away_until: date | None, here: bool) -> None:
    seller = Seller("a", away_from=away_from, away_until=away_until)
    choice = choose([seller], {}, TODAY, supervisor=Seller("s"))
    assert choice
    assert choice.why is (Why.TURN if here else Why.SUPERVISOR)


def test_the_reason_of_an_unknown_fit_says_how_much_is_known_and_no_share() -> None:
    rated = rate(fit(MET, MET, UNKNOWN, UNKNOWN, UNKNOWN), Activity(days_old=1))  # type: ignore[arg-type]
    assert rated.reasons[0] == "Fit: Unknown, 2 of 5 criteria known, signal weak."


@pytest.mark.parametrize(
    ("verdicts", "stage", "to_find_out"),
    [
        ((MET, MET, MET), Stage.HANDED_OVER, False),
        ((MET, MISSED), Stage.HANDED_OVER, False),
        ((MISSED, MISSED, MET), Stage.DISQUALIFIED, False),
        ((MISSED, UNKNOWN, UNKNOWN), Stage.HANDED_OVER, True),
        ((UNKNOWN, UNKNOWN), Stage.HANDED_OVER, True),
        ((), Stage.HANDED_OVER, True),
    ],
)
def test_only_a_low_fit_that_is_known_disqualifies(verdicts: tuple, stage: Stage, to_find_out: bool) -> None:  # type: ignore[type-arg]
    decision = decide(fit(*verdicts))  # type: ignore[arg-type]
    assert (decision.stage, decision.to_find_out) == (stage, to_find_out)
    assert decision.reasons


@pytest.mark.parametrize(
    ("verdicts", "days", "rating"),
    [
        ((MET, MET), 0, LeadRating.WARM),
        ((MET, MET), 7, LeadRating.WARM),
        ((MET, MET), 22, LeadRating.WARM),
        ((MET, MISSED), 0, LeadRating.WARM),
        ((MISSED, MISSED), 0, LeadRating.COLD),
        ((UNKNOWN, UNKNOWN), 30, LeadRating.COLD),
    ],
)
def test_fire_rates_by_fit_and_recency_where_nothing_else_is_known(
    verdicts: tuple,
    days: int,
    rating: LeadRating,  # type: ignore[type-arg]
) -> None:
    rated = rate(fit(*verdicts), Activity(days_old=days))  # type: ignore[arg-type]
    assert rated.value is rating
    assert [r.split(":")[0] for r in rated.reasons] == ["Fit", "Intent", "Recency", "Engagement"]


@pytest.mark.parametrize(
    ("topic", "source", "verdict", "rating"),
    [
        ("Asked for a demo of the robots", None, MET, LeadRating.HOT),
        ("Asked for a demo of the robots", None, MISSED, LeadRating.WARM),
        ("Warehouse robots", LeadSource.WEB, MET, LeadRating.WARM),
        ("Warehouse robots", LeadSource.WEB, MISSED, LeadRating.COLD),
    ],
)
def test_only_a_lead_that_asked_is_hot_and_one_who_does_not_decide_is_a_step_lower(
    topic: str, source: int | None, verdict: Verdict, rating: LeadRating
) -> None:
    judged = fit(verdict, MET, MET, MET, MET)
    assert rate(judged, shown(0, topic=topic, source=source), roles=["C0"]).value is rating


def test_reasons_tell_misses_first_then_unknowns_and_actions_ask_each_thing_once() -> None:
    decision = decide(fit(MET, UNKNOWN, MISSED, MET), missing=("C1",))
    assert [r.split(".")[0] for r in decision.reasons[1:]] == ["C2: not met", "C1: unknown", "C0: met", "C3: met"]
    assert decision.next_actions == ("Check the drafted email and send it.", "Find out: C1.")
    thin = decide(fit(MET, UNKNOWN, UNKNOWN), missing=("industry",))
    assert thin.next_actions[0] == "Find out: C1 and C2."
    assert thin.next_actions[-1].startswith("Then check the drafted email")


def said(text: str, *, quoted: bool = True) -> Statement:
    return Statement(text, (quote(PASSAGES["p"]),) if quoted else ())


KNOWN = ["Ann", "Acme Stores", "Shelf Makers", "Shelves that hold 200 kg"]


@pytest.mark.parametrize(
    "text",
    [
        "With 1200 shops in Ohio, Acme Stores needs shelves that hold.",
        "Would you have 15 minutes on Tuesday?",
        "Our shelves hold 200 kg.",
        "I saw that Acme Stores runs shops.",
    ],
)
def test_what_the_sources_say_may_be_said(text: str) -> None:
    assert unsupported("Shelves for Acme Stores", [said(text)], PASSAGES, KNOWN) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Acme Stores runs 1,300 shops.", "1,300"),
        ("We helped Globex with this.", "Globex"),
        ("We guarantee a lower cost.", "guarantee"),
        ("You opened shops in Texas.", "Texas"),
        ("It saves 30 %.", "30"),
    ],
)
def test_a_number_name_or_claim_that_no_source_supports_is_found(text: str, found: str) -> None:
    problems = unsupported("Shelves", [said(text)], PASSAGES, KNOWN)
    assert len(problems) == 1
    assert found in problems[0]


def test_a_paragraph_without_a_quote_may_not_use_the_facts_of_another() -> None:
    problems = unsupported("Shelves", [said("Acme Stores grows."), said("1,200 shops!", quoted=False)], PASSAGES, KNOWN)
    assert problems == ('The paragraph 2 says "1,200", which no source supports.',)


def test_an_invented_quote_is_found() -> None:
    statement = Statement("Acme Stores grows.", (quote(PASSAGES["p"], "runs 5 ships"),))
    assert "not in the source" in unsupported("Shelves", [statement], PASSAGES, KNOWN)[0]


def test_parts_of_a_mail_come_in_order_and_a_subject_is_one_line() -> None:
    assert assemble(["Hello,", "", "Bye."], signature="Ann", disclaimer="By AI.") == "Hello,\n\nBye.\n\nAnn\n\nBy AI."
    assert subject_line("a\r\nBcc: b") == "a Bcc: b"
    assert len(subject_line("word " * 100)) <= 200


def test_a_template_says_which_variable_has_no_value() -> None:
    text, empty = fill("Dear {{Lead.First Name}}, {{ Lead.Region }}", {"lead.first name": "Ann"})
    assert (text, empty) == ("Dear Ann, ", ("Lead.Region",))


@pytest.mark.parametrize(
    ("company", "where"),
    [
        ("Contoso Ltd.", " at Contoso Ltd"),
        ("Contoso (do not contact)", " at Contoso"),
        ("N/A", ""),
        ("{{company}}", ""),
        (None, ""),
    ],
)
def test_a_mail_says_why_it_came_without_a_placeholder(company: str | None, where: str) -> None:
    lead = Lead(companyname=company)
    assert why_they_get_it(lead, "Fabrikam") == f"You get this email from Fabrikam because of your role{where}."
