"""Money that is there beside money that is gone, in either order and in every language."""

import pytest
from tests.analyst.test_replies import read

from leadwright.domain.bant import Factor, Score
from leadwright.domain.interest import Polarity


def score_of(text: str) -> Score:
    return next(j.score for j in read(text).bant if j.factor is Factor.BUDGET)


@pytest.mark.parametrize(
    "text",
    [
        "Wir haben 80.000 Euro für 2027 eingeplant. Das Budget 2026 ist bereits aufgebraucht. Bitte ein Angebot.",
        "We have 90,000 EUR set aside for this in 2027. Our IT budget is frozen, but that does not matter here.",
        "The board approved 400k for automation. Other budgets were cut.",
        "For 2027 we have 80k approved. This year's budget is frozen.",
        "Yes, we have 80k for 2027. The 2026 budget is spent.",
        "We have a budget of 50k. Last year's budget was cut.",
        "Interesting! 90k are planned for January. Until then all budgets are frozen.",
        "Send me a quote, we have 80k for 2027. The budget for 2026 is frozen.",
        "Für 2027 haben wir 80.000 Euro. Das Budget für 2026 ist eingefroren.",
        "Nous avons 80.000 euros pour 2027. Le budget 2026 est gelé.",
        "Tenemos 80.000 euros para 2027. El presupuesto de 2026 está congelado.",
        "Abbiamo 80.000 euro per il 2027. Il budget 2026 è bloccato.",
        "We hebben 80.000 euro voor 2027. Het budget voor 2026 is bevroren.",
        "This year's budget is frozen. For 2027 we have 80k approved.",
        "No budget this year. Next year we get 80k for it, so please send the quote now.",
        "We set 120,000 USD aside for robots. The marketing budget has been cut, ours has not.",
        "Das Projekt ist mit 250.000 Euro genehmigt. Andere Budgets wurden gestrichen.",
        "Für die Automatisierung stehen 150.000 Euro bereit. Das Reisebudget wurde gestrichen.",
        "Le comité a validé 200.000 euros pour ce projet. Le budget marketing a été supprimé.",
        "Pour 2027, 90 000 euros sont prévus. Le budget de cette année est épuisé.",
        "La dirección aprobó 200.000 euros para esto. Otros presupuestos fueron recortados.",
        "Il consiglio ha approvato 200.000 euro. Gli altri budget sono stati tagliati.",
        "De directie heeft 200.000 euro goedgekeurd. Andere budgetten zijn geschrapt.",
        "Für 2027 sind 120.000 Euro bewilligt. Das diesjährige Budget ist verbraucht.",
        "2027 stehen 80.000 Euro bereit. Das Budget für 2026 ist aufgebraucht.",
        "En 2027 nous disposons de 80.000 euros. Le budget 2026 est épuisé.",
        "Para 2027 hay 90.000 euros. El presupuesto 2026 está agotado.",
        "Per il 2027 sono stanziati 90.000 euro. Il budget 2026 è esaurito.",
        "Voor 2027 is 90.000 euro gereserveerd. Het budget 2026 is bevroren.",
        "In 2027 we have 90,000 USD for it. The current budget is exhausted.",
        "We got 60k granted for this. All other budgets are frozen.",
    ],
)
def test_whoever_has_money_is_not_turned_down_for_another_budget_that_is_gone(text: str) -> None:
    assert read(text).interest.polarity is not Polarity.NEGATIVE


@pytest.mark.parametrize(
    "text",
    [
        "Wir haben 80.000 Euro für 2027 eingeplant. Das Budget 2026 ist bereits aufgebraucht. Bitte ein Angebot.",
        "Send me a quote, we have 80k for 2027. The budget for 2026 is frozen.",
        "Für 2027 haben wir 80.000 Euro. Das Budget für 2026 ist eingefroren.",
        "Nous avons 80.000 euros pour 2027. Le budget 2026 est gelé.",
        "Tenemos 80.000 euros para 2027. El presupuesto de 2026 está congelado.",
        "Abbiamo 80.000 euro per il 2027. Il budget 2026 è bloccato.",
        "We hebben 80.000 euro voor 2027. Het budget voor 2026 is bevroren.",
        "Pour 2027, 90 000 euros sont prévus. Le budget de cette année est épuisé.",
        "The board approved 400k for automation. Other budgets were cut.",
    ],
)
def test_a_budget_of_another_year_that_is_gone_takes_nothing_away(text: str) -> None:
    assert score_of(text) is Score.MEDIUM


@pytest.mark.parametrize(
    "text",
    [
        "Our budget of 80,000 euros is frozen.",
        "Our budget for 2026 was 80,000 euros and it is spent.",
        "We had 80,000 euros. The budget is frozen.",
        "The budget is frozen.",
        "All budgets are frozen until further notice.",
        "Das Budget von 80.000 Euro ist gestrichen.",
        "Unser Budget ist aufgebraucht.",
        "Notre budget de 80.000 euros est gelé.",
        "Le budget est épuisé.",
        "El presupuesto de 80.000 euros está congelado.",
        "Il budget di 80.000 euro è bloccato.",
        "Het budget van 80.000 euro is bevroren.",
        "No budget, sorry. The 2026 budget is spent.",
        "Das Budget 2026 ist bereits aufgebraucht.",
        "We have 80k for 2026. The 2026 budget is spent.",
        "We have no budget. Your price is 80,000 EUR.",
        "We had 90,000 EUR for 2026. The budget for 2026 is gone.",
        "We paid 90,000 EUR last year. The budget is frozen.",
        "Our revenue was 80 million EUR. Our budget is frozen.",
        "We have 400 people in 3 halls. The budget is frozen.",
        "Wir haben 80.000 Euro für 2026. Das Budget 2026 ist gestrichen.",
        "Ihr Angebot über 80.000 Euro liegt vor. Unser Budget ist eingefroren.",
        "Wir hatten 2025 noch 80.000 Euro. Das Budget 2026 ist gestrichen.",
        "Votre prix est de 80.000 euros. Le budget est gelé.",
        "Su precio es de 80.000 euros. El presupuesto está congelado.",
        "Il vostro prezzo è di 80.000 euro. Il budget è bloccato.",
        "Uw prijs is 80.000 euro. Het budget is bevroren.",
    ],
)
def test_a_price_of_ours_or_what_they_had_is_no_money(text: str) -> None:
    assert score_of(text) is Score.LOW
