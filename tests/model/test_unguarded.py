"""The faults of a model, on naive builds: a guard of the real one is taken out, and its test must fail."""

import pytest
from benchmarks.fake_model import FakeModel
from tests.model import test_questions, test_replies
from tests.model.conftest import MakeAnalyst
from tests.unguarded import harm_is_found

from leadwright.analyst.model import question


def test_without_a_second_try_one_500_loses_the_lead(
    make: MakeAnalyst, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F25"""
    monkeypatch.setattr("leadwright.analyst.model.connection.TRIES", 1)
    with pytest.raises(test_questions.ModelError):
        test_questions.test_a_model_out_of_order_is_tried_again_and_then_may_be_later(make, model)


def test_without_a_reservation_the_budget_is_spent_before_it_is_looked_at(
    make: MakeAnalyst, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F25 and F27"""
    monkeypatch.setattr(question.Desk, "_reserve", lambda *_: None)
    with harm_is_found():
        test_questions.test_the_budget_of_a_lead_is_reserved_before_the_call(make, model)
    with harm_is_found():
        test_questions.test_an_endless_answer_counts_against_the_budget_of_its_lead(make, model)


@pytest.mark.parametrize("wrong", ["wrong_enum", "extra_key", "truncated", "empty", "refusal"])
def test_without_a_limit_of_repairs_nonsense_is_paid_for_again_and_again(
    make: MakeAnalyst, model: FakeModel, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """F26 and F27"""
    monkeypatch.setattr(question, "REPAIRS", 9)
    with harm_is_found():
        test_questions.test_a_model_that_only_answers_nonsense_is_given_up_after_two_repairs(make, model, wrong)


def test_without_a_check_of_its_draft_an_invented_link_comes_out(
    make: MakeAnalyst, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F27 and F28"""
    monkeypatch.setattr("leadwright.analyst.model.write_mail._check", lambda *_: None)
    with harm_is_found():
        test_questions.test_a_draft_with_invented_quotes_or_links_never_comes_out(make, model, "hostile")


def test_a_build_that_takes_the_models_quotes_on_trust_finds_interest_where_none_is(
    make: MakeAnalyst, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F28"""
    monkeypatch.setattr("leadwright.analyst.model.read_reply.in_whole_words", lambda *_: True)
    monkeypatch.setattr("leadwright.analyst.model.read_reply._ordered", lambda *_: False)
    with harm_is_found():
        test_replies.test_an_order_to_the_machine_is_no_interest_even_when_the_model_obeys(make, model)
