"""The four factors from mails, calls, fields and knowledge; every score has its quotes, and silence is unknown."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright.analyst.builtin.bant import PriceList, judge_bant, read_prices
from leadwright.domain.bant import Factor, FactorJudgement, Score, is_met
from leadwright.domain.evidence import Passage, SourceKind, is_quoted

PRICES = read_prices("product,list_price_usd\nHydroPump 300,500\nValve Master,120\n")
POLICY = Passage(
    "k:1",
    SourceKind.KNOWLEDGE,
    "timelines.md",
    "Installation timeline",
    "Installation takes 2 days for up to 4 units, one week for 5 to 9 units and two weeks for 10 or more units.",
)
DISCOUNT = Passage(
    "k:2", SourceKind.KNOWLEDGE, "discounts.md", "Volume discounts", "10% discount for 10 or more units."
)
H, M, L, U = Score.HIGH, Score.MEDIUM, Score.LOW, Score.UNKNOWN


def judge(
    text: str, *, prices: PriceList = PRICES, knowledge: bool = True, **fields: str
) -> dict[Factor, FactorJudgement]:
    passages = (POLICY, DISCOUNT) if knowledge else ()
    named = {f"lead.{name}": value for name, value in fields.items()}
    found = judge_bant(text, fields=named, passages=passages, prices=prices)
    assert [j.factor for j in found] == list(Factor)
    stored = {p.id: p for p in passages} | {p.passage.id: p.passage for p in prices.prices}
    stored["said"] = Passage("said", SourceKind.SAID, "said", "", text)
    stored |= {f"field:{n}": Passage(f"field:{n}", SourceKind.FIELD, n, n, v) for n, v in named.items()}
    for judgement in found:
        assert judgement.score is U or judgement.evidence, judgement
        assert all(is_quoted(e, stored) for e in judgement.evidence), judgement
    return {j.factor: j for j in found}


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("I have the final say on this.", H),
        ("I'm the decision maker here.", H),
        ("I can make the decision myself.", H),
        ("We are ready to move forward.", U),
        ("I don't have the final say.", L),
        ("I’m not the one who signs off on this.", L),
        ("I'd need to run this by our CFO before we buy.", L),
        ("We may need approval from higher up for the purchase.", L),
        ("The final decision rests with our board.", L),
        ("I can influence the decision but not take it.", L),
        ("My boss makes the final decision on the budget.", L),
        ("Our CEO signs all contracts.", L),
        ("I'd have to check with my manager before committing.", L),
        ("This is ultimately Maria's decision.", L),
        ("I don't need approval for this.", H),
        ("I've got approval from my boss.", H),
        ("We haven't got the approval from our board.", L),
        ("I'm the owner of the company.", H),
        ("I report to the CFO.", U),
        ("I will talk to my team about it.", U),
        ("We improve our circuit management and make better decisions with data.", U),
        ("Thanks for the information.", U),
        ("Jane Roe is the decision maker, I only collect offers.", L),
        ("The decision maker is our head of operations.", L),
        ("Jane has the final say on this.", L),
        ("Someone else has the authority to buy.", L),
        ("Our parent company has the final say.", L),
        ("The security team has the final say.", U),
        ("The decision maker is me.", H),
        ("I am one of the three decision makers.", H),
        ("I'm the CTO and decision maker.", H),
        ("You are talking to the decision maker.", H),
        ("Our team has the final say.", H),
        ("I was the decision maker until last year.", U),
        ("I had the final say until recently.", U),
        ("I used to sign off on such purchases.", U),
        ("I do not make the purchasing decisions.", U),
        ("I am asking the decision maker.", U),
        ("The decision makers for this are our plant manager and me.", U),
        ("The decision makers are our head of operations, our CFO and I.", U),
        ("My business partner and myself are the decision makers.", U),
        ("Each branch has its own purchasing authority, so I can sign this.", U),
        ("Our clinic has the final say, not the group.", H),
        ("The plant in Ohio has its own purchasing authority and I run it.", U),
        ("The decision makers are our CEO and our CFO, and I collect offers.", L),
        ("The decision makers are Tom and Anna, not me.", L),
        ("The decision maker is our COO, who asked me to write.", L),
        ("The plant manager has the final say.", L),
        ("Our other plant has the final say.", L),
    ],
)
def test_authority_is_read_from_what_the_lead_says(said: str, score: Score) -> None:
    assert judge(said)[Factor.AUTHORITY].score is score


@pytest.mark.parametrize(
    ("seller", "lead", "score"),
    [
        ("Do you have the authority to make the purchase?", "Yes, that is right.", H),
        ("As you have the financial authority, shall we go on?", "What colours are there?", M),
        ("Do you have the authority to make the purchase?", "What colours are there?", U),
        ("I will send the proposal today.", "Sounds good, thanks.", M),
    ],
)
def test_authority_the_seller_names_needs_the_leads_answer(seller: str, lead: str, score: Score) -> None:
    call = "Sam: Hi, this is Sam from Pumps, our products are good.\nAda: Hello Sam.\n"
    call += f"Sam: {seller}\nAda: {lead}\nSam: Our team is glad."
    assert judge(call)[Factor.AUTHORITY].score is score


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("We need reliable pumps. Downtime is a big concern for us.", H),
        ("We're looking to improve our water treatment.", M),
        ("I'm not sure how this would fit our needs.", L),
        ("We are just exploring options.", L),
        ("Honestly, our current pumps work fine.", L),
        ("I wonder whether this is really necessary for us.", L),
        ("We haven't figured out what we need.", L),
        ("We don't really need new pumps.", L),
        ("Our pump doesn't do what we need.", M),
        ("Our pumps are not working well.", M),
        ("We had three outages last month.", M),
        ("I'm not sure about the price.", U),
        ("Hello Sam.", U),
        ("It is good that help is there if needed.", U),
        ("I need them installed by Monday.", U),
        ("We do not need it by June.", U),
        ("We don't need it until the end of next year.", U),
        ("Bis Juni brauchen wir das nicht.", U),
        ("Wir brauchen das nicht.", L),
    ],
)
def test_need_is_told_from_curiosity(said: str, score: Score) -> None:
    assert judge(said)[Factor.NEED].score is score


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("We want three HydroPump 300 installed within two days.", H),
        ("We want three HydroPump 300 installed within a day.", L),
        ("We want 6 HydroPump 300, up and running within 3 days.", L),
        ("We want 6 HydroPump 300, up and running within two weeks.", H),
        ("We want HydroPump 300 and Valve Master installed within 3 days.", M),
        ("We want HydroPump 300 and Valve Master installed within a day.", L),
        ("We'd like 12 HydroPump 300 in three weeks.", H),
        ("We want three HydroPump 300, our contract runs for two years.", U),
        ("We want three HydroPump 300. The training takes 3 days. We must be live in one day.", L),
        ("We want 6 HydroPump 300 as soon as possible.", M),
        ("We want 6 HydroPump 300. There is no rush.", L),
        ("We want 6 HydroPump 300. Please send the proposal within a day.", U),
        ("We want 6 HydroPump 300.", U),
    ],
)
def test_the_timeline_is_judged_against_our_policy(said: str, score: Score) -> None:
    assert judge(said)[Factor.TIMELINE].score is score


def test_a_promise_of_the_seller_does_not_change_the_policy_and_both_are_quoted() -> None:
    call = (
        "Sam: Hi, this is Sam from Pumps. You are interested in six units of the HydroPump 300?\n"
        "Ada: Yes. We need them installed within two days.\n"
        "Sam: We can certainly do that in two days, and our price is $100 each.\nAda: Perfect, our budget is $700."
    )
    found = judge(call)
    assert found[Factor.TIMELINE].score is L
    assert {e.passage_id for e in found[Factor.TIMELINE].evidence} == {"said", "k:1"}
    assert found[Factor.BUDGET].score is L
    assert {e.passage_id for e in found[Factor.BUDGET].evidence} == {"said", "price:HydroPump 300"}


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("We plan to buy next month.", H),
        ("We plan to decide in six months.", M),
        ("We have no timeline for a purchase.", L),
        ("Nice weather.", U),
    ],
)
def test_without_a_policy_the_wish_alone_counts(said: str, score: Score) -> None:
    assert judge(said, knowledge=False)[Factor.TIMELINE].score is score


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("We do not have to go live by June.", U),
        ("It doesn't have to be installed by June.", U),
        ("Nobody needs it installed by June.", U),
        ("We can't decide before June.", U),
        ("Bis Juni brauchen wir das nicht.", U),
        ("Wir müssen nicht bis Juni starten.", U),
        ("We don't have to go live by June, but by September.", M),
        ("We need it installed by June, not by September.", H),
        ("We do not want it installed later than by June.", H),
        ("Wir wollen nicht länger warten und bis Juni starten.", H),
        ("It is not urgent.", U),
        ("We can't start soon enough.", M),
    ],
)
def test_a_date_that_is_denied_is_no_wish(said: str, score: Score) -> None:
    judged = judge_bant(said, fields={}, passages=(), prices=PriceList(), today=date(2026, 5, 4))
    assert judged[1].score is score


@pytest.mark.parametrize(
    ("said", "score", "amount"),
    [
        ("The budget of 50,000 EUR is already spent.", L, ""),
        ("Our budget of 50k is frozen until 2028.", L, ""),
        ("Our budget of 50k was cut.", L, ""),
        ("Our budget (50k) is gone.", L, ""),
        ("The 50k budget has been withdrawn.", L, ""),
        ("We lost our budget of 80,000 USD.", L, ""),
        ("Our budget of 50k has not been approved yet.", L, ""),
        ("Unlike our parent company, which has a budget of 2 million, we have none.", L, ""),
        ("Das Budget von 50.000 EUR ist schon weg.", L, ""),
        ("Notre budget de 50 000 euros est épuisé.", L, ""),
        ("We had a budget of 50k last year.", U, ""),
        ("We have a budget for 2027.", U, ""),
        ("We had a budget of 50k approved.", M, "50,000"),
        ("Our budget of 50k was cut to 40k.", M, "40,000"),
        ("The budget of 50k is spent, but we have 30k for next year.", M, "30,000"),
        ("Unser Budget von 50.000 EUR ist noch nicht verplant.", M, "50,000"),
        ("We have not spent our budget of 50k.", M, "50,000"),
        ("Das Budget für dieses Jahr ist ausgegeben.", L, ""),
        ("Nous avons déjà dépensé tout notre budget.", L, ""),
        ("Our budget is frozen. It was 50k.", L, ""),
        ("We have a budget of 120k that has to be spent by March.", M, "120,000"),
        ("Our budget (110k) can be spent any time now.", M, "110,000"),
        ("The budget of 150k will be lost if we do not order this year.", M, "150,000"),
        ("Das Budget von 100.000 Euro muss dieses Jahr ausgegeben werden.", M, "100,000"),
        ("Le budget de 70 000 euros doit être dépensé avant mars.", M, "70,000"),
        ("Il budget va speso entro dicembre.", U, ""),
        ("Het budget dient dit jaar uitgegeven te worden.", U, ""),
        ("Sinon le budget est perdu.", U, ""),
        ("Nous avons perdu un client mais le budget est validé.", M, ""),
        ("The 2026 budget is spent. For 2027 we have 250k approved.", M, "250,000"),
        ("No budget this year, but 140k is approved for 2027.", M, "140,000"),
        ("We have no budget. 50k is too much for us.", L, ""),
        ("We have no budget set aside for this.", L, ""),
        ("Too expensive. We have a budget of 20k.", L, ""),
        ("We don't have budget issues.", U, ""),
        ("We have no budget constraints.", U, ""),
        ("Kein Problem mit dem Budget.", U, ""),
        ("Pas de budget fixe.", U, ""),
        ("Our budget is gone, 2027 looks better.", L, ""),
        ("Das Budget kommt 2027.", U, ""),
        ("Nuovo budget: 2027.", U, ""),
        ("Our budget is 2,027 dollars.", M, "2,027"),
    ],
)
def test_a_budget_that_is_gone_is_none(said: str, score: Score, amount: str) -> None:
    judged = judge(said, prices=PriceList(), knowledge=False)[Factor.BUDGET]
    assert judged.score is score
    assert amount in judged.reason


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("We want two HydroPump 300 and our budget is $1,000.", H),
        ("We want two HydroPump 300 and our budget is $999.", L),
        ("We want 10 HydroPump 300 with a budget of 4500 dollars.", H),
        ("We want 10 HydroPump 300 with a budget of 4499 dollars.", L),
        ("We want two HydroPump 300 and our budget is 1,000 EUR.", U),
        ("We want two HydroPump 300, our budget is between $900 and $1,100.", H),
        ("We want two HydroPump 300. We have $900 for it.", L),
        ("We want two HydroPump 300. We spend $4,000 a month on repairs.", U),
        ("We want two HydroPump 300.", U),
        ("We want two HydroPump 300, but we have no budget.", L),
        ("We have set aside $5,000.", U),
    ],
)
def test_the_budget_is_judged_against_list_price_less_our_discount(said: str, score: Score) -> None:
    assert judge(said)[Factor.BUDGET].score is score


@pytest.mark.parametrize(
    ("prices", "scores"),
    [
        (
            "HydroPump 300,500\nA,400\nValve Master,550\nFlow Desk,600\n",
            [L, U, M],
        ),  # an unlisted product costs 400 to 550
        ("HydroPump 300,500\nSpare Seal,2\n", [U, U, U]),  # it may cost anything
    ],
)
def test_a_product_without_list_price_leaves_the_budget_open_unless_any_usual_price_would_do(
    prices: str, scores: list[Score]
) -> None:
    knowledge = Passage("k:3", SourceKind.KNOWLEDGE, "x.md", "AquaSense Pro", "AquaSense Pro measures flow.")
    listed = read_prices(f"product,price\n{prices}")

    def budget(amount: str) -> FactorJudgement:
        text = f"We want a HydroPump 300 and an AquaSense Pro, our budget is {amount}."
        return judge_bant(text, fields={}, passages=(knowledge,), prices=listed)[2]

    assert [budget(a).score for a in ("$850", "$1,000", "$1,050")] == scores
    assert "AquaSense Pro not on the price list" in budget("$1,000").reason


def test_fields_speak_where_the_lead_was_silent_and_what_is_said_goes_first() -> None:
    silent = judge("Hello.", jobtitle="Chief Financial Officer", purchasetimeframe="This Quarter", need="Must have")
    assert [j.score for j in silent.values()] == [H, H, U, H]
    said = judge("I don't have the final say. We are just exploring options.", jobtitle="CEO", need="Must have")
    assert (said[Factor.AUTHORITY].score, said[Factor.NEED].score) == (L, L)
    field = judge("We want two HydroPump 300.", budgetamount="1200", decisionmaker="Yes")
    assert (field[Factor.BUDGET].score, field[Factor.AUTHORITY].score) == (H, H)


@given(st.text(max_size=300))
def test_any_text_is_judged_with_real_quotes(text: str) -> None:
    judge(text)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "words",
    ["HydroPump 300 ", "approval from from the the ", "not sure how ", "A b C d ", "3 units of the ", "Ada: yes\n"],
)
def test_a_long_text_is_judged_in_time(words: str) -> None:
    judge(words * (150_000 // len(words)))


def test_calls_of_others_are_judged_as_well_as_the_documentation_says(shared_data: Path) -> None:
    folder = shared_data / "bant_crmarena"
    if not folder.is_dir():
        pytest.skip("the calls are not at hand")
    prices = read_prices((folder / "price_list.csv").read_text())
    articles = [json.loads(line) for line in (folder / "knowledge_articles.jsonl").read_text().splitlines()]
    passages = [Passage(a["id"], SourceKind.KNOWLEDGE, a["id"], a["title"], a["text"]) for a in articles]
    rows = [json.loads(line) for line in (folder / "lead_qualification.jsonl").read_text().splitlines()]
    wrong = dict.fromkeys(Factor, 0)
    exact = 0
    for row in rows:
        found = {j.factor: is_met(j) for j in judge_bant(row["text"], fields={}, passages=passages, prices=prices)}
        exact += all(found[f] is row[f"{f}_met"] for f in Factor)
        for factor in Factor:
            wrong[factor] += found[factor] not in (None, row[f"{factor}_met"])
    assert exact >= 0.55 * len(rows)
    assert all(number <= 0.05 * len(rows) for number in wrong.values()), wrong


def test_a_step_towards_the_purchase_tells_who_decides_in_a_call_but_not_in_a_mail() -> None:
    turns = ("Sam Lee: Shall we go on?", "Ada Miller: We are ready to move forward.", "Sam Lee: Great.")
    call = "\n".join(f"[2026-03-01T10:00:0{n}] {turn}" for n, turn in enumerate(turns))
    assert judge(call, fullname="Ada Miller")[Factor.AUTHORITY].score is M
    assert judge("We are ready to move forward.")[Factor.AUTHORITY].score is U


def test_a_stated_budget_counts_where_we_keep_no_price_list() -> None:
    assert judge("Our budget is 30,000 USD.", prices=PriceList())[Factor.BUDGET].score is M
    assert judge("Our budget is 30,000 USD.")[Factor.BUDGET].score is U
