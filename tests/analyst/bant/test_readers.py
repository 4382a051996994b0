"""Prices, policies, spans and orders as people write them."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright.analyst.builtin.bant.conversation import read_talk
from leadwright.analyst.builtin.bant.order import read_order
from leadwright.analyst.builtin.bant.policy import band_for, discounts_of
from leadwright.analyst.builtin.bant.prices import PriceList, read_prices
from leadwright.analyst.builtin.bant.spans import spans
from leadwright.analyst.builtin.numbers import digits_for_words
from leadwright.analyst.builtin.words import fold
from leadwright.domain.evidence import Passage, SourceKind, is_quoted
from leadwright.errors import BadInput

PRICES = read_prices("product,list_price_usd\nHydroPump 300,499.99\nValve Master,120\nFlow Desk,80\n")
TODAY = date(2026, 2, 10)


def article(text: str, title: str = "Delivery times", source: str = "policy.md") -> Passage:
    return Passage(f"k:{source}:{len(text)}", SourceKind.KNOWLEDGE, source, title, text)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("Product;List price (EUR)\nHydroPump 300;1.499,00\n", 1499.0, "EUR"),
        ("Item,MSRP\nHydroPump 300,$499.99\n", 499.99, "USD"),
        ("sku,Product name,Currency,Unit price\nA1,HydroPump 300,GBP,420\n", 420.0, "GBP"),
        ("Artikel\tPreis\nHydroPump 300\t1 200 €\n", 1200.0, "EUR"),
        ("\ufeffname,discount price,list_price\nHydroPump 300,1,2\n", 2.0, "USD"),
    ],
)
def test_price_lists_with_usual_headings_are_read(text: str, amount: float, currency: str) -> None:
    price = read_prices(text).find("hydropump 300")
    assert price is not None
    assert (price.amount, price.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "first line"),
        ("a,b\n1,2\n", "first line"),
        ("product,price\n", "holds no price"),
        ("product,price\nPump,cheap\n", "line 2"),
    ],
)
def test_a_price_list_that_cannot_be_read_says_what_to_do(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_prices(text, source="prices.csv")


@pytest.mark.parametrize("name", ["HydroPump 300", "hydropump 300", "HydroPump 300s", "HydroPmp 300"])
def test_a_product_is_found_as_people_type_it(name: str) -> None:
    found = PRICES.find(name)
    assert found is not None
    assert found.product == "HydroPump 300"


@pytest.mark.parametrize("name", ["HydroLift", "Valve", "", "Flow"])
def test_another_product_is_not_taken_for_a_listed_one(name: str) -> None:
    assert PRICES.find(name) is None


POLICIES = {
    "Installation takes 2 days for up to 4 units, one week for 5 to 9 units and two weeks for 10 or more units.": (
        2,
        7,
        14,
    ),
    "| Units | Installation time |\n|---|---|\n| 1-4 | 2 days |\n| 5-9 | 1 week |\n| 10+ | 2 weeks |": (2, 7, 14),
    "quantity,installation days\n1-4,2 days\n5-9,1 week\n10+,2 weeks": (2, 7, 14),
    "Units, Installation time 1-4, 2 days 5-9, 1 week 10+, 2 weeks": (2, 7, 14),
    "Implementation\n- 1 to 4 seats: within two days\n- 5 to 9 seats: a week\n- more than 9 seats: two weeks": (
        2,
        7,
        14,
    ),
    "1. **One (Volume: 1)**  \n   Deployed in 2 days.\n\n2. **Some (Volume: 5)**  \n   Deployed in 7 days.\n\n"
    "3. **Many (Volume: 10)**  \n   Deployed in 14 days.": (2, 7, 14),
    "Delivery: 2 days for a single unit. 7 days for 5 units. Two weeks for 10 units.": (2, 7, 14),
}


@pytest.mark.parametrize("text", POLICIES)
def test_a_timeline_policy_is_read_as_prose_list_and_table(text: str) -> None:
    passage = article(text)
    found = [band_for(n, [article("Nothing here.", source="x"), passage]) for n in (3, 5, 9, 10, 40)]
    few, some, many = POLICIES[text]
    assert [b and b.days for b in found] == [few, some, some, many, many]
    assert all(b and is_quoted(b.evidence, {passage.id: passage}) for b in found)


def test_a_policy_cut_into_passages_is_read_as_one() -> None:
    parts = [
        article("Deployed in 2 days for a single unit."),
        article("Deployed within 7 days for 5 units, as planned."),
    ]
    assert [b and b.days for b in (band_for(1, parts), band_for(8, parts))] == [2, 7]


@pytest.mark.parametrize(
    "text",
    ["Support answers within 3 days. Last year 24 units were sold.", "We deliver fast.", "Delivery takes 3 days.", ""],
)
def test_a_text_without_bands_is_no_policy(text: str) -> None:
    assert band_for(5, [article(text)]) is None


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("Volume discounts: 5% for 10+ units and 10% for 50 units or more.", [(10, False, 5), (50, False, 10)]),
        ("Orders over $10,000 get a 5% discount. Orders over $50k get 8%.", [(10_000, True, 5), (50_000, True, 8)]),
        ("| Units | Discount |\n|---|---|\n| 10-49 | 5% |\n| 50+ | 10 % |", [(10, False, 5), (50, False, 10)]),
        ("Buy 10 or more licences and get a discount of 12.5 percent.", [(10, False, 12.5)]),
        ("Up 40% in efficiency.", []),
    ],
)
def test_discount_steps_are_read(text: str, steps: list[tuple[float, bool, float]]) -> None:
    found = discounts_of([article(text, "Prices")])
    assert [(d.threshold, d.money, d.percent) for d in found] == steps


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("within three days", [3]),
        ("in a couple of weeks", [14]),
        ("two to three weeks", [21]),
        ("a 3-day timeline", [3]),
        ("within the next day", [1]),
        ("ten business days", [14]),
        ("by 15 March", [33]),
        ("by March 15, 2027", [398]),
        ("by 2026-02-20", [10]),
        ("by end of Q2", [140]),
        ("by the end of the month", [18]),
        ("tomorrow", [1]),
        ("three days ago", []),
        ("$3 day rate", []),
        ("24/7 support", []),
    ],
)
def test_spans_and_target_dates_are_read(text: str, days: list[float]) -> None:
    assert [round(s.days) for s in spans(digits_for_words(fold(text)), TODAY)] == days


@given(
    st.text(st.sampled_from("1234 5-daysweekmonthbyof q.,/"), max_size=60), st.dates(date(1999, 1, 1), date(2099, 1, 1))
)
def test_any_text_gives_spans_in_order_that_lie_ahead(text: str, today: date) -> None:
    found = spans(digits_for_words(fold(text)), today)
    assert all(s.days > 0 for s in found)
    assert all(one.end <= two.start for one, two in pairwise(found))


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("We want four HydroPump 300 and a couple of Valve Masters.", {"HydroPump 300": 4, "Valve Master": 2}),
        (
            "We need 3 units of the HydroPump 300, 4 of Valve Master, and a Flow Desk.",
            {"HydroPump 300": 3, "Valve Master": 4, "Flow Desk": 1},
        ),
        (
            "Please quote three units each of HydroPump 300, Valve Master, and Flow Desk.",
            {"HydroPump 300": 3, "Valve Master": 3, "Flow Desk": 3},
        ),
        ("We look at HydroPump 300 and Valve Master, 6 of each.", {"HydroPump 300": 6, "Valve Master": 6}),
        ("3x HydroPump 300, 2 x Valve Master please.", {"HydroPump 300": 3, "Valve Master": 2}),
        ("HydroPump 300 (qty 4)", {"HydroPump 300": 4}),
        ("Please install 5-6 Valve Masters.", {"Valve Master": 6}),
        ("I want the HydroPump 300. We would need five units.", {"HydroPump 300": 5}),
        ("We want the Valve Master. Currently we use Flow Desk.", {"Valve Master": 1}),
        ("Hello, how are you?", {}),
    ],
)
def test_an_order_is_read_with_its_quantities(text: str, order: dict[str, int]) -> None:
    assert {line.product: line.quantity for line in read_order(read_talk(text), PRICES, ())} == order


def test_the_leads_correction_counts() -> None:
    call = (
        "Sam: Hi, this is Sam from Pumps. You are interested in three units of the Valve Master, correct?\n"
        "Ada: Yes, but make that 7 Valve Masters.\nSam: Great, we can arrange that."
    )
    assert [line.quantity for line in read_order(read_talk(call), PRICES, ())] == [7]


def test_a_product_of_ours_without_a_list_price_is_part_of_the_order() -> None:
    order = read_order(
        read_talk("We want two AquaSense Pro and a Valve Master."), PRICES, (article("AquaSense Pro measures."),)
    )
    assert {line.product: line.quantity for line in order} == {"AquaSense Pro": 2, "Valve Master": 1}


def test_the_speakers_of_a_call_are_told_apart_and_a_mail_is_all_the_leads() -> None:
    call = "[2026-03-01T10:00:00] Sam: Our team can install it.\n"
    call += "[2026-03-01T10:00:05] Ada: Sounds good. We need it.\nSam: Our offer stands."
    talk = read_talk(call)
    assert [s.text for s in talk.of_lead] == ["Sounds good.", "We need it."]
    assert talk.day == date(2026, 3, 1)
    assert all(s.by_lead for s in read_talk("Hello Sam,\nwe need pumps.\nSubject: none").sentences)
    swapped = read_talk(
        "Ada: We offer our products to clients.\nSam: We need it.\nAda: Our team is ready.", lead_name="Ada"
    )
    assert {s.text for s in swapped.of_lead} == {"We offer our products to clients.", "Our team is ready."}


@given(st.text(max_size=200))
def test_any_text_is_read_and_every_sentence_occurs_in_it(text: str) -> None:
    talk = read_talk(text)
    assert all(s.text in text for s in talk.sentences)
    read_order(talk, PRICES, ())
    band_for(3, [article(text)])
    discounts_of([article(text, "discount")])


def test_an_empty_price_list_has_no_prices() -> None:
    assert PriceList().find("anything") is None
    assert PriceList().lowest == 0
