"""A random share of rejections is judged blind; the rate of wrong ones, with its interval, and the way back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.desks.handed_over import hand_over, person
from tests.engage.office import Office

from leadwright.actions import outcome, oversight, rejections
from leadwright.actions.oversight import Watch
from leadwright.domain.rejection import is_drawn, rate
from leadwright.domain.stage import Stage
from leadwright.errors import BadInput, Conflict, NotAllowed

POOR = {
    "companyname": "Tiny Garage", "emailaddress1": "bo@garage.example", "lw_industry": "Car repair",
    "numberofemployees": 3, "address1_country": "France", "address1_city": "Lyon", "address1_stateorprovince": None,
    "firstname": "Bo", "lastname": "Small",
}  # fmt: skip


def test_a_rejection_is_judged_without_its_verdict_and_given_back_when_it_was_wrong(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, Watch(percent=100))
    leadid = office.lead(**POOR)
    office.work()
    assert office.run_of(leadid).stage == Stage.DISQUALIFIED
    handed, _ = hand_over(office)
    boss, since = person(office, office.supervisor), office.clock() - timedelta(days=7)
    until = office.clock() + timedelta(seconds=1)
    rows, count = rejections.waiting_reviews(office.services, boss)
    assert count == 2
    mixed = {rejections.review_of(office.services, boss, r.reviewid).leadid: r.reviewid for r in rows}
    assert set(mixed) == {leadid, handed}
    shown = rejections.review_of(office.services, boss, mixed[leadid])
    assert shown.revealed is None
    assert "Low" not in str(shown.fields)
    with pytest.raises(BadInput):
        rejections.judge(office.services, boss, mixed[leadid], "maybe")
    said = rejections.judge(office.services, boss, mixed[leadid], "pursue", "They asked for it.")
    assert said.revealed is not None
    assert (said.revealed.stage, said.revealed.wrong) == ("disqualified", True)
    with pytest.raises(Conflict, match="judged"):
        rejections.judge(office.services, boss, mixed[leadid], "drop")
    control = rejections.judge(office.services, boss, mixed[handed], "pursue")
    assert control.revealed is not None
    assert not control.revealed.wrong
    report = rejections.report(office.services, boss, since, until)
    assert (report.rate.wrong, report.rate.judged) == (1, 1)
    assert [version for version, _ in report.versions] == [1]
    assert [row.leadid for row in rejections.report(office.services, boss, since, until, wrong=True).rows] == [leadid]
    outcome.reassign(office.services, boss, leadid)
    assert office.run_of(leadid).stage == Stage.HANDED_OVER
    assert rejections.report(office.services, boss, since, until).rate.wrong == 1


def test_only_supervisors_judge_and_a_share_of_nothing_draws_nothing(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, Watch(percent=0))
    office.lead(**POOR)
    office.work()
    assert rejections.waiting_reviews(office.services, person(office, office.supervisor))[1] == 0
    with pytest.raises(NotAllowed):
        rejections.waiting_reviews(office.services, person(office, office.sellers[0]))


def test_the_share_that_is_drawn_is_the_share_that_was_set() -> None:
    drawn = sum(is_drawn(f"run {n}", 5) for n in range(20_000))
    assert 900 < drawn < 1_100
    assert not any(is_drawn(f"run {n}", 0) for n in range(1_000))
    assert all(is_drawn(f"run {n}", 100) for n in range(1_000))


def test_the_interval_is_wilsons() -> None:
    found = rate(1, 10)
    assert found.low == pytest.approx(0.01788, abs=1e-4)  # as in R: binom::binom.wilson(1, 10)
    assert found.high == pytest.approx(0.40415, abs=1e-4)
    assert rate(0, 0).share is None


@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(counted: tuple[int, int]) -> None:
    found = rate(*counted)
    assert found.low is not None
    assert found.share is not None
    assert found.high is not None
    assert 0 <= found.low <= found.share + 1e-12
    assert found.share - 1e-12 <= found.high <= 1
