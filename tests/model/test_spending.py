"""Caps of a day: near one the model reads less, at one the built-in analyst stands in or the work waits."""

from datetime import date, timedelta

import pytest
from benchmarks.fake_model import FakeModel
from hypothesis import given
from hypothesis import strategies as st
from tests.model.conftest import brief, mail_brief

from leadwright.actions.spending import set_limits, usage
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.analyst.model import Journal, ModelAnalyst, Spending
from leadwright.analyst.model.journal import Paid
from leadwright.db.engine import Database
from leadwright.db.schema import migrate
from leadwright.domain.spending import AtCap, Level, Limits, Spent, forecast, level_of
from leadwright.errors import BadInput, ModelError, NotAllowed
from leadwright.identity.access import Principal, operator
from leadwright.services import Services
from leadwright.settings import Settings


@pytest.fixture
def services(sqlite_database: Database) -> Services:
    return Services(Settings(), sqlite_database, BuiltinAnalyst())


def _who(services: Services) -> Principal:
    with services.database.reading() as session:
        return operator(session)


def _paid(services: Services, tokens: int, cost: float | None = 0.5, run: str = "earlier") -> None:
    paid = Paid("read_lead", 0, "x", "fake-1", "{}", tokens - 10, 10, cost, 0.1)
    Journal(services.database).record(run, paid)


def _analyst(services: Services, model: FakeModel) -> ModelAnalyst:
    settings = Settings(analyst="model", model="openai:fake-1", model_base_url=model.url, model_api_key="x")
    return ModelAnalyst(settings, Journal(services.database), Spending(services.database))


def test_the_order_of_degrading_is_free_economy_capped() -> None:
    limits = Limits(tokens=1_000, dollars=10.0)
    levels = [level_of(limits, Spent(tokens, 1.0, 10)) for tokens in (0, 799, 800, 999, 1_000)]
    assert levels == [Level.FREE, Level.FREE, Level.ECONOMY, Level.ECONOMY, Level.CAPPED]
    assert level_of(limits, Spent(10, 10.0, 1)) is Level.CAPPED
    assert level_of(limits, Spent(800, 1.0, 8), under_way=2) is Level.CAPPED
    assert level_of(Limits(), Spent(10**9, 10**6, 1)) is Level.FREE


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_spent_never_frees(cap: int, one: int, more: int) -> None:
    order = list(Level)
    limits = Limits(tokens=cap)
    assert order.index(level_of(limits, Spent(one, 0.0, 1))) <= order.index(level_of(limits, Spent(one + more, 0.0, 1)))


def test_the_forecast_adds_the_mean_of_seven_days_for_each_day_left() -> None:
    today = date(2026, 6, 10)
    days = {today - timedelta(days=n): Spent(700, 7.0, 7) for n in range(1, 8)} | {today: Spent(100, 1.0, 1)}
    expected = forecast(days, today)
    assert (expected.tokens, expected.dollars) == (7 * 700 + 100 + 20 * 700, 7 * 7.0 + 1.0 + 20 * 7.0)
    assert forecast({today: Spent(100, 1.0, 1)}, today).tokens == 100 + 20 * 100


def test_at_the_cap_the_built_in_analyst_stands_in(services: Services, model: FakeModel) -> None:
    set_limits(services, _who(services), tokens=1_000, dollars=None, at_cap="builtin")
    _paid(services, 1_000)
    analyst = _analyst(services, model)
    reading = analyst.read_lead(brief())
    assert reading.usage.model == "builtin"
    assert analyst.write_mail(mail_brief(brief(), reading)).usage.model == "builtin"
    assert model.calls == 0
    analyst.close()


def test_near_the_cap_leads_are_read_without_their_competitors(services: Services, model: FakeModel) -> None:
    set_limits(services, _who(services), tokens=None, dollars=10.0, at_cap="pause")
    _paid(services, 1_000, cost=9.0)
    analyst = _analyst(services, model)
    reading = analyst.read_lead(brief())
    assert reading.usage.model != "builtin"
    assert reading.competitors == ()
    analyst.close()


def test_at_the_cap_the_work_waits_where_that_is_chosen(services: Services, model: FakeModel) -> None:
    set_limits(services, _who(services), tokens=1_000, dollars=None, at_cap="pause")
    _paid(services, 2_000)
    analyst = _analyst(services, model)
    with pytest.raises(ModelError, match="raise the cap") as caught:
        analyst.read_lead(brief())
    assert (caught.value.installation, caught.value.permanent) == (True, False)
    assert 0 < (caught.value.retry_after or 0) <= 86_400
    analyst.close()


def test_the_usage_tells_days_models_and_purposes(database: Database) -> None:
    migrate(database)
    services = Services(Settings(), database, BuiltinAnalyst())
    _paid(services, 1_000)
    _paid(services, 500, cost=None, run="other")
    Journal(database).record("third:mail", Paid("read_reply", 0, "x", "fake-2", "{}", 90, 10, 0.25, 0.1))
    found = usage(services, _who(services))
    assert found.today == found.month == Spent(1_600, 0.75, 3, 1)
    assert [(line.name, line.spent.tokens) for line in found.models] == [("fake-1", 1_500), ("fake-2", 100)]
    assert [(line.name, line.spent.calls) for line in found.purposes] == [("Research and fit", 2), ("Replies", 1)]
    assert found.forecast.tokens >= 1_600
    assert sum(spent.tokens for _, spent in found.days) == 1_600


def test_caps_are_checked_audited_and_need_the_right(services: Services) -> None:
    for wrong in ({"tokens": 0}, {"dollars": 0.0}, {"at_cap": "explode"}):
        with pytest.raises(BadInput):
            set_limits(services, _who(services), **{"tokens": None, "dollars": None, "at_cap": "builtin", **wrong})
    nobody = Principal("", "person", "Nobody", "", {})
    with pytest.raises(NotAllowed, match="prvConfigureAgent"):
        set_limits(services, nobody, tokens=1, dollars=None, at_cap="builtin")
    assert set_limits(services, _who(services), tokens=5, dollars=2.5, at_cap="pause") == Limits(5, 2.5, AtCap.PAUSE)
    assert usage(services, _who(services)).limits == Limits(5, 2.5, AtCap.PAUSE)
