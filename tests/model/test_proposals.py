"""Generate with a model: paid once a text, and nothing is proposed that the text does not say."""

from benchmarks.fake_model import FakeModel
from tests.model.conftest import MakeAnalyst

from leadwright.analyst import Offering
from leadwright.analyst.builtin.proposing import propose_criteria as by_rule
from leadwright.analyst.model import propose_criteria
from leadwright.analyst.model.answers import ProposalAnswer, ProposalsAnswer
from leadwright.domain.fit import CriterionKind

SOLD = Offering(
    "Northwind", value_proposition="Shelf planning for supermarkets in Germany with 500 to 20,000 employees."
)


def test_the_same_text_is_paid_for_once(make: MakeAnalyst, model: FakeModel) -> None:
    proposed = make().propose_criteria(SOLD)
    assert model.kinds == {"propose_criteria": 1}
    assert make().propose_criteria(SOLD) == proposed
    assert model.calls == 1
    text = SOLD.value_proposition.casefold()
    assert all(p.quote.casefold() in text for p in proposed)


def test_words_that_are_not_in_the_text_are_no_proposal() -> None:
    answer = ProposalsAnswer(
        criteria=[
            ProposalAnswer(kind="employees", details="500 to 20,000 employees", words="500 to 20,000 employees"),
            ProposalAnswer(kind="revenue", details="over $50 million", words="over $50 million in revenue"),
            ProposalAnswer(kind="employees", details="1 to 10 employees", words="supermarkets"),
        ]
    )
    kept = propose_criteria.proposals(SOLD, answer)
    assert [(p.kind, p.details) for p in kept] == [(CriterionKind.EMPLOYEES, "500 to 20,000 employees")]


def test_rules_propose_what_is_said_plainly_and_guess_nothing() -> None:
    found = {p.kind: p.details for p in by_rule(SOLD)}
    assert found[CriterionKind.EMPLOYEES] == "500 to 20,000 employees"
    assert found[CriterionKind.LOCATION] == "Germany"
    assert CriterionKind.REVENUE not in found
    assert by_rule(Offering("Northwind", value_proposition="The best there is.")) == ()
