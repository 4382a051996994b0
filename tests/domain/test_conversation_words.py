"""A conversation in plain sentences: every state, class, move and phase has words."""

from leadwright.domain.bant import Factor
from leadwright.domain.conversation_words import (
    CLASSES,
    kind_of_ours,
    phase_in_words,
    what_comes_next,
    what_was_decided,
    where_it_stands,
)
from leadwright.domain.engagement import Outcome, State, Step
from leadwright.domain.mail_phase import Phase
from leadwright.domain.replies import Move, ReplyClass


def test_every_state_step_class_move_and_phase_has_words() -> None:
    assert all(where_it_stands(state, step, None) for state in State for step in Step)
    assert all(what_comes_next(state, step, 1) for state in State for step in Step if state is not State.ENDED)
    assert all(what_was_decided(move, None) for move in Move)
    assert all(phase_in_words(phase) for phase in (*Phase, None))
    assert set(CLASSES) == set(ReplyClass)
    assert "again" in what_was_decided(Move.STORE, None, ReplyClass.UNSUBSCRIBE)


def test_what_comes_next_names_the_follow_up() -> None:
    assert what_comes_next(State.DUE, Step.FOLLOW_UP, 2) == "Follow-up 2 goes out, if no answer comes before"
    assert what_comes_next(State.ENDED, Step.FOLLOW_UP, 2) == ""
    assert where_it_stands(State.ENDED, Step.ANSWER, Outcome.BLOCKED) == "Ended: Open question"


def test_a_mail_of_ours_is_called_by_its_place() -> None:
    assert [kind_of_ours("outreach", n) for n in (0, 1, 2)] == ["First mail", "Follow-up 1", "Follow-up 2"]
    assert kind_of_ours("answer", 0) == "Answer"
    assert phase_in_words(Phase.SENT, bounced=True) == "Sent, and came back"


def test_an_answer_says_what_it_asked_for() -> None:
    assert what_was_decided(Move.ANSWER, Factor.BUDGET) == "Answered from the knowledge, and asked about budget."
    assert what_was_decided(Move.ASK, Factor.NEED) == "Answered, and asked about need."


def test_what_was_not_done_is_not_claimed() -> None:
    said = [what_was_decided(move, None, done=False) for move in (Move.ASK, Move.ANSWER, Move.RETRY, Move.WAIT)]
    assert said[:3] == ["No answer went out to it.", "No answer went out to it.", "The mail is not sent again."]
    assert "what was planned stays" in said[3]


def test_a_mail_held_for_a_person_waits_for_a_person() -> None:
    assert where_it_stands(State.SENDING, Step.ANSWER, None, person=True) == "Waits for a person"
    for state in (State.SENDING, State.PERSON):
        assert "in the outbox" in what_comes_next(state, Step.ANSWER, 1, person=True, held=True)
