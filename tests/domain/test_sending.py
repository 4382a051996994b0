"""Never outside the window, never early, never more than the limits allow, over all zones and changes of the clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadwright.domain.country_gates import AS_OF, RULES, Basis, ConsentBasis, CountryRule, Gate, pass_gate
from leadwright.domain.follow_up import Cadence, Next, next_step, return_of
from leadwright.domain.sending import DAY, Answer, Discipline, Outgoing, Traffic, decide
from leadwright.domain.sending_window import Window, instant_of, is_open, next_opening, read_zone, zones_of
from leadwright.errors import BadInput

ZONES = [
    "UTC", "America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Havana", "Europe/Berlin",
    "Europe/London", "Africa/Casablanca", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "Australia/Lord_Howe",
    "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Apia", "Etc/GMT+12", "Pacific/Pago_Pago",
]  # fmt: skip
NEW_YORK = ZoneInfo("America/New_York")
MOMENTS = st.datetimes(datetime(2011, 12, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
CHANGES = [  # of clocks, of a calendar (Apia skipped a day), and a leap day
    "2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-03-29T01:00Z", "2026-04-04T15:00Z", "2028-02-29T12:00Z",
    "2011-12-30T10:00Z",
]  # fmt: skip
NEAR_CHANGES = st.builds(
    lambda base, minutes: datetime.fromisoformat(base) + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-3000, 3000),
)
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
WINDOWS = st.builds(
    lambda a, b, days: Window(min(a, b), max(a, b) if a != b else time(0), days),
    TIMES,
    TIMES,
    st.frozensets(st.integers(0, 6), min_size=1),
)
ZONE = st.sampled_from(ZONES).map(ZoneInfo)


def mail(**more: object) -> Outgoing:
    given_: dict[str, object] = {"zones": (NEW_YORK,), "postal_address": "1 Main Street", "country": "US", **more}
    return Outgoing(**given_)  # type: ignore[arg-type]


@given(MOMENTS | NEAR_CHANGES, WINDOWS, st.lists(ZONE, min_size=1, max_size=3))
@settings(max_examples=400, deadline=None)
def test_the_next_opening_is_inside_the_window_never_early_and_none_is_missed(
    after: datetime, window: Window, zones: list[ZoneInfo]
) -> None:
    opening = next_opening(after, window, zones)
    end = after + timedelta(days=9)
    if opening is not None:
        assert opening >= after
        for zone in zones:
            wall = opening.astimezone(zone)
            assert wall.weekday() in window.weekdays
            assert window.start <= wall.time()
            assert window.end == time(0) or wall.time() < window.end
        end = min(end, opening)
    step = after + timedelta(minutes=7)
    while step < end:  # nothing in between was open
        assert not is_open(step, window, zones), step
        step += timedelta(minutes=7)


def test_a_time_that_does_not_exist_is_the_moment_of_the_change() -> None:
    assert instant_of(date(2026, 3, 8), time(2, 30), NEW_YORK) == datetime(2026, 3, 8, 7, tzinfo=UTC)
    apia = instant_of(date(2011, 12, 30), time(9), ZoneInfo("Pacific/Apia"))
    assert apia.astimezone(ZoneInfo("Pacific/Apia")).isoformat() == "2011-12-31T00:00:00+14:00"


def test_a_time_that_comes_twice_is_its_first() -> None:
    assert instant_of(date(2026, 11, 1), time(1, 30), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@given(st.dates(date(2011, 12, 1), date(2032, 1, 1)), TIMES, ZONE)
def test_a_daily_time_comes_exactly_once_a_day_and_in_order(day: date, wall: time, zone: ZoneInfo) -> None:
    instants = [instant_of(day + timedelta(days=n), wall, zone) for n in range(3)]
    assert all(earlier <= later for earlier, later in pairwise(instants))
    shown = instants[0].astimezone(zone)
    assert shown.date() >= day
    assert shown.fold == 0


def test_a_window_between_half_past_two_and_three_is_closed_on_the_day_without_that_hour() -> None:
    window = Window(time(2, 30), time(3), frozenset({6}))
    opening = next_opening(datetime(2026, 3, 8, 5, tzinfo=UTC), window, [NEW_YORK])
    assert opening == datetime(2026, 3, 15, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "opens"),
    [
        (time(1, 30), time(1, 45), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),  # its start comes again
        (time(0, 30), time(1, 30), datetime(2026, 11, 1, 6, tzinfo=UTC)),  # the clock goes back into it
    ],
)
def test_an_hour_that_comes_twice_opens_its_window_again(start: time, end: time, opens: datetime) -> None:
    after = datetime(2026, 11, 1, 5, 50, tzinfo=UTC)  # ten to two, for the first time
    assert next_opening(after, Window(start, end, frozenset({6})), [NEW_YORK]) == opens


def test_the_leads_zone_goes_before_the_companys_and_unknown_means_all_that_are_possible() -> None:
    assert zones_of("Asia/Tokyo", "Europe/Berlin") == (ZoneInfo("Asia/Tokyo"),)
    assert zones_of(None, "Europe/Berlin") == (ZoneInfo("Europe/Berlin"),)
    states = zones_of(None, None, ["America/New_York", "America/Los_Angeles"])
    opening = next_opening(datetime(2026, 6, 1, 0, tzinfo=UTC), Window(), states)
    assert opening == datetime(2026, 6, 1, 16, tzinfo=UTC)  # nine on the Pacific, noon in New York
    assert next_opening(datetime(2026, 6, 1, tzinfo=UTC), Window(), zones_of(None, None)) is not None


def test_zones_without_a_common_hour_wait_for_a_person() -> None:
    found = decide(
        mail(zones=zones_of(None, None, ["Pacific/Auckland", "Europe/Berlin"])),
        Discipline(),
        Traffic(),
        datetime(2026, 6, 1, tzinfo=UTC),
    )
    assert found.answer is Answer.WAIT
    assert found.at is None
    assert "time zone" in found.reason


@pytest.mark.parametrize(
    ("more", "answer", "says"),
    [
        ({"never": "The person opted out."}, Answer.CANCEL, "opted out"),
        ({"paused": "The agent is stopped."}, Answer.WAIT, "stopped"),
        ({"postal_address": " "}, Answer.WAIT, "postal address"),
        ({"country": "CA"}, Answer.WAIT, "consent basis"),
        ({"country": None}, Answer.WAIT, "unknown country"),
    ],
)
def test_what_may_not_leave_says_why(more: dict[str, object], answer: Answer, says: str) -> None:
    found = decide(mail(**more), Discipline(), Traffic(), datetime(2026, 6, 1, 15, tzinfo=UTC))
    assert (found.answer, found.at) == (answer, None)
    assert says in found.reason


NOON = datetime(2026, 6, 1, 16, tzinfo=UTC)  # a Monday noon in New York


@pytest.mark.parametrize(
    ("more", "traffic", "at", "says"),
    [
        ({"due_at": NOON + timedelta(hours=1)}, Traffic(), NOON + timedelta(hours=1), "not due"),
        ({"back_at": NOON + timedelta(days=2)}, Traffic(), NOON + timedelta(days=2), "out of office"),
        ({}, Traffic(lead_last=NOON - timedelta(hours=23)), NOON + timedelta(hours=1), "The lead had a mail"),
        ({}, Traffic(company_nth=NOON - timedelta(hours=22)), NOON + timedelta(hours=2), "The company had 3"),
        (
            {"due_at": NOON + timedelta(hours=7)},
            Traffic(),
            datetime(2026, 6, 2, 13, tzinfo=UTC),
            "not due yet. Then it waits for the sending window",
        ),
    ],
)
def test_what_may_leave_later_says_when_and_why(
    more: dict[str, object], traffic: Traffic, at: datetime, says: str
) -> None:
    found = decide(mail(**more), Discipline(), traffic, NOON)
    assert found.answer is Answer.WAIT
    assert found.at is not None
    assert at <= found.at <= at + timedelta(seconds=1)
    assert says in found.reason
    assert decide(mail(**more), Discipline(), Traffic(), found.at).answer is Answer.SEND


def nth(times: list[datetime], n: int) -> datetime | None:
    return times[-n] if len(times) >= n else None


@given(
    st.lists(st.integers(0, 40), min_size=30, max_size=120),
    st.integers(1, 4),
    st.lists(ZONE, min_size=1, max_size=2),
)
@settings(max_examples=60, deadline=None)
def test_no_day_ever_holds_more_mails_to_a_company_than_the_limit(
    gaps: list[int], per_company: int, zones: list[ZoneInfo]
) -> None:
    discipline = Discipline(Window(time(8), time(18), frozenset(range(7))), per_company)
    now = NOON
    companies: dict[int, list[datetime]] = {0: [], 1: [], 2: []}
    for number, gap in enumerate(gaps):
        now += timedelta(seconds=gap)
        company = companies[number % 3]
        traffic = Traffic(nth(company, per_company))
        found = decide(mail(zones=zones), discipline, traffic, now)
        if found.answer is Answer.WAIT and found.at is None:
            return
        if found.at is not None:
            assert found.at > now
            now = found.at
            assert decide(mail(zones=zones), discipline, traffic, now).answer is Answer.SEND
        assert is_open(now, discipline.window, zones)
        company.append(now)
    for times in companies.values():
        for at in times:
            assert sum(at <= other <= at + DAY for other in times) <= per_company


def test_without_an_answer_three_follow_ups_come_and_then_no_response() -> None:
    first, cadence, at, steps = NOON, Cadence(), NOON, []
    for sent in range(1, 5):
        due = next_step(at, sent, cadence)
        at = due.at
        steps.append(((at - first).days, due.what))
    assert steps == [(3, Next.FOLLOW_UP), (7, Next.FOLLOW_UP), (14, Next.FOLLOW_UP), (21, Next.NO_RESPONSE)]


@given(st.lists(st.integers(1, 30), min_size=0, max_size=5), st.integers(0, 60), st.integers(1, 6))
def test_follow_ups_never_come_within_a_day_and_never_before_an_absent_person_is_back(
    gaps: list[int], away: int, sent: int
) -> None:
    days = tuple(sum(gaps[: n + 1]) for n in range(len(gaps)))
    back = return_of(NOON.date() + timedelta(days=away), NEW_YORK)
    due = next_step(NOON, sent, Cadence(days), back)
    assert due.at >= NOON + DAY
    assert due.at >= back
    assert (due.what is Next.NO_RESPONSE) == (sent > len(days))


def test_silence_while_away_is_no_answer() -> None:
    back = return_of(date(2026, 7, 1), NEW_YORK)
    assert next_step(NOON, 4, Cadence(), back).at == back + timedelta(days=7)


@pytest.mark.parametrize("days", [(0,), (3, 3), (7, 3), (-1,)])
def test_a_cadence_that_does_not_rise_is_refused(days: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="rise"):
        Cadence(days)


def test_limits_and_windows_that_cannot_be_are_refused() -> None:
    refused: list[Callable[[], object]] = [
        lambda: Discipline(per_company=0),
        lambda: Discipline(lead_gap=timedelta(hours=2)),
        lambda: Window(time(17), time(9)),
        lambda: Window(weekdays=frozenset()),
        lambda: read_zone("Mars/Base"),
        lambda: read_zone(""),
    ]
    for wrong in refused:
        with pytest.raises(BadInput):
            wrong()


@pytest.mark.parametrize(
    ("country", "basis", "is_open_"),
    [
        ("us", None, True),
        ("CA", None, False),
        ("CA", ConsentBasis(Basis.PUBLISHED, "https://example.com/team", date(2020, 1, 1)), True),
        ("CA", ConsentBasis(Basis.INQUIRY, "web form", date(2026, 3, 1)), True),
        ("CA", ConsentBasis(Basis.INQUIRY, "web form", date(2025, 3, 1)), False),
        ("CA", ConsentBasis(Basis.EXPRESS, " ", date(2026, 3, 1)), False),
        ("CA", ConsentBasis(Basis.EXPRESS, "web form", date(2027, 3, 1)), False),
        ("DE", ConsentBasis(Basis.PUBLISHED, "imprint", date(2026, 1, 1)), False),
        ("DE", ConsentBasis(Basis.EXPRESS, "web form", date(2026, 1, 1)), True),
        ("ZZ", None, False),
        (None, None, False),
    ],
)
def test_a_country_opens_with_what_its_rule_asks_for(
    country: str | None, basis: ConsentBasis | None, is_open_: bool
) -> None:
    found = pass_gate(country, basis, date(2026, 6, 1))
    assert found.is_open is is_open_
    assert is_open_ or (found.why_not.endswith(".") and not found.for_good)


def test_a_blocked_country_cancels_and_rules_are_data() -> None:
    rules = {**RULES, "US": CountryRule(Gate.BLOCK, "our own choice", as_of=AS_OF)}
    found = decide(mail(), Discipline(), Traffic(), NOON, rules)
    assert found.answer is Answer.CANCEL
    assert "switched off" in found.reason
