"""Sign-in, throttling, sessions and their end."""

import statistics
import time

import pytest
from sqlalchemy import select, text
from tests.identity.conftest import PASSWORD, QUICK, Office

from leadwright.actions import people
from leadwright.db.people import SignInAttempt, Team, TeamMember, WebSession
from leadwright.domain.privileges import AI_SALESPERSON, ROLE_GRANTS
from leadwright.errors import NotAllowed
from leadwright.identity.passwords import Passwords
from leadwright.identity.sessions import (
    SLOW_SECONDS,
    TooManyAttempts,
    forget_ended,
    session_of,
    sign_in,
    sign_out,
    touch,
)

PERSONAL = [role for role in ROLE_GRANTS if role != AI_SALESPERSON]


def enter(office: Office, email: str = "ada@example.com", password: str = PASSWORD, address: str = "10.0.0.1"):  # type: ignore[no-untyped-def]
    return sign_in(office.services, email, password, address=address, passwords=QUICK)


def test_a_person_signs_in_and_their_session_knows_them(office: Office) -> None:
    signed = enter(office, " ADA@example.com ")
    session = session_of(office.services, signed.token)
    assert session is not None
    assert session.principal.name == "Ada Admin"
    assert session.csrf == signed.csrf
    assert len(signed.token) >= 43


def test_the_token_itself_is_not_stored(small_office: Office) -> None:
    signed = enter(small_office)
    with small_office.services.database.reading() as session:
        stored = session.execute(select(WebSession.tokenhash)).scalar_one()
    assert signed.token not in stored


def test_each_sign_in_has_a_new_token_and_ends_the_session_it_replaces(small_office: Office) -> None:
    first = enter(small_office)
    second = sign_in(
        small_office.services, "ada@example.com", PASSWORD, address="x", replaces=first.token, passwords=QUICK
    )
    assert first.token != second.token
    assert session_of(small_office.services, first.token) is None
    assert session_of(small_office.services, second.token) is not None


def test_wrong_password_unknown_email_and_disabled_user_are_refused_in_the_same_words(small_office: Office) -> None:
    gone = small_office.person("Gus Gone", "Salesperson")
    people.disable_user(small_office.services, small_office.admin, gone)
    said = set()
    for email, password in (
        ("ada@example.com", "not the password"),
        ("nobody@example.com", PASSWORD),
        ("gus.gone@example.com", PASSWORD),
    ):
        with pytest.raises(NotAllowed) as refused:
            enter(small_office, email, password)
        said.add(str(refused.value))
    assert len(said) == 1


def test_an_unknown_email_takes_as_long_as_a_wrong_password(small_office: Office) -> None:
    slow = Passwords(time_cost=2, memory_kib=19456, parallelism=1)
    userid = small_office.adminid
    people.set_password(
        small_office.services, small_office.admin, userid, PASSWORD + "!", current=PASSWORD, passwords=slow
    )

    def seconds(email: str, n: int) -> float:
        began = time.process_time()
        with pytest.raises(NotAllowed):
            sign_in(small_office.services, email, "wrong", address=f"a{n}", passwords=slow)
        return time.process_time() - began

    seconds("nobody@example.com", 99)  # the decoy hash is made once
    known = statistics.median(seconds("ada@example.com", n) for n in range(7))
    unknown = statistics.median(seconds("nobody@example.com", n) for n in range(7))
    assert 0.4 < unknown / known < 2.5


def test_ten_tries_close_an_account_to_an_address_even_for_the_right_password_and_time_opens_it(office: Office) -> None:
    for _ in range(10):
        with pytest.raises(NotAllowed):
            enter(office, password="wrong")
    with pytest.raises(TooManyAttempts) as closed:
        enter(office)
    assert 0 < closed.value.retry_after <= 900
    office.clock.move(minutes=16)
    assert enter(office).token


def test_nobody_locks_somebody_else_out(office: Office) -> None:
    for n in range(120):
        with pytest.raises(NotAllowed):
            sign_in(
                office.services,
                "ada@example.com",
                "wrong",
                address=f"10.1.{n}.1",
                passwords=QUICK,
                wait=lambda _s: None,
            )
    waited: list[float] = []
    opened = sign_in(
        office.services, "ada@example.com", PASSWORD, address="10.0.0.1", passwords=QUICK, wait=waited.append
    )
    assert opened.token
    assert waited == [SLOW_SECONDS]


def test_asking_for_a_session_writes_nothing(office: Office) -> None:
    signed, gone = enter(office), enter(office)
    office.clock.move(minutes=30)
    session = session_of(office.services, signed.token)
    assert session is not None
    office.clock.move(minutes=40)
    assert session_of(office.services, gone.token) is None
    with office.services.database.reading() as reading:
        seen = reading.execute(select(WebSession.lastseenon, WebSession.createdon)).all()
    assert len(seen) == 2
    assert all(s.lastseenon == s.createdon for s in seen)


def test_a_touch_never_waits_for_a_writer(small_office: Office) -> None:
    signed = enter(small_office)
    small_office.clock.move(minutes=10)
    session = session_of(small_office.services, signed.token)
    assert session is not None
    with small_office.services.database.transaction() as writing:
        writing.execute(text("UPDATE systemuser SET fullname = fullname"))
        began = time.monotonic()
        assert not touch(small_office.services, session.key)
        assert time.monotonic() - began < 1
    assert touch(small_office.services, session.key)
    again = session_of(small_office.services, signed.token)
    assert again is not None
    assert not again.stale


def test_a_session_knows_exactly_what_access_knows(office: Office) -> None:
    everything = office.person("Eve Everything", *PERSONAL)
    team = Team(name="West", businessunitid=office.admin.businessunitid)
    with office.services.database.transaction() as session:
        session.add(team)
        session.flush()
        session.add(TeamMember(teamid=team.teamid, systemuserid=everything))
    emails = {"eve.everything@example.com": everything}
    for n, role in enumerate(PERSONAL):
        emails[f"p{n}.person@example.com"] = office.person(f"P{n} Person", role)
    for email, userid in emails.items():
        session_now = session_of(office.services, enter(office, email).token)
        assert session_now is not None
        assert session_now.principal == office.who(userid)


def test_an_unknown_account_is_closed_just_the_same(small_office: Office) -> None:
    for _ in range(10):
        with pytest.raises(NotAllowed):
            enter(small_office, "nobody@example.com", "wrong")
    with pytest.raises(TooManyAttempts):
        enter(small_office, "nobody@example.com", "wrong")


def test_fifty_tries_close_an_address_whatever_the_account(small_office: Office) -> None:
    for n in range(50):
        with pytest.raises(NotAllowed):
            enter(small_office, f"p{n}@example.com", "wrong")
    with pytest.raises(TooManyAttempts):
        enter(small_office)
    assert enter(small_office, address="10.9.9.9").token


def test_a_burst_of_guesses_does_not_slip_through(office: Office) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def guess(n: int) -> str:
        try:
            enter(office, password=f"wrong {n}")
        except TooManyAttempts:
            return "closed"
        except NotAllowed:
            return "refused"
        return "in"

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(30)))
    assert answers.count("refused") == 10
    assert answers.count("closed") == 20


def test_a_right_password_forgets_the_failed_tries_before_it(small_office: Office) -> None:
    for _ in range(9):
        with pytest.raises(NotAllowed):
            enter(small_office, password="wrong")
    enter(small_office)
    with small_office.services.database.reading() as session:
        assert session.scalars(select(SignInAttempt)).all() == []


def test_a_session_ends_after_idle_time_and_after_the_absolute_time(office: Office) -> None:
    idle = enter(office)
    office.clock.move(minutes=61)
    assert session_of(office.services, idle.token) is None
    used = enter(office)
    for _ in range(13):
        office.clock.move(minutes=55)
        session = session_of(office.services, used.token)
        assert session is not None
        assert session.stale
        assert touch(office.services, session.key)
    office.clock.move(minutes=55)
    assert session_of(office.services, used.token) is None


def test_disabling_a_user_ends_their_sessions_with_the_next_request(office: Office) -> None:
    userid = office.person("Sam Seller", "Salesperson")
    signed = enter(office, "sam.seller@example.com")
    people.disable_user(office.services, office.admin, userid)
    assert session_of(office.services, signed.token) is None
    people.disable_user(office.services, office.admin, userid, disabled=False)
    assert session_of(office.services, signed.token) is None


def test_a_user_disabled_behind_our_back_is_out_as_well(small_office: Office) -> None:
    signed = enter(small_office)
    with small_office.services.database.transaction() as session:
        session.execute(text("UPDATE systemuser SET isdisabled = 1"))
    assert session_of(small_office.services, signed.token) is None


def test_a_new_password_ends_the_other_sessions_and_the_old_password(small_office: Office) -> None:
    here, there = enter(small_office), enter(small_office)
    kept = session_of(small_office.services, here.token)
    assert kept is not None
    people.set_password(
        small_office.services,
        small_office.admin,
        small_office.adminid,
        "seven green kettles",
        current=PASSWORD,
        keep_session=kept.key,
        passwords=QUICK,
    )
    assert session_of(small_office.services, here.token) is not None
    assert session_of(small_office.services, there.token) is None
    with pytest.raises(NotAllowed):
        enter(small_office)


def test_signing_out_ends_the_session_and_may_be_repeated(small_office: Office) -> None:
    signed = enter(small_office)
    sign_out(small_office.services, signed.token)
    sign_out(small_office.services, signed.token)
    assert session_of(small_office.services, signed.token) is None
    assert session_of(small_office.services, "") is None


def test_what_has_ended_is_forgotten(office: Office) -> None:
    enter(office)
    with pytest.raises(NotAllowed):
        enter(office, password="wrong")
    office.clock.move(days=1)
    assert forget_ended(office.services) == 1
    with office.services.database.reading() as session:
        assert session.scalars(select(SignInAttempt)).all() == []


def test_an_application_user_never_signs_in_by_password(small_office: Office) -> None:
    _, user = small_office.identity(small_office.agent())
    with small_office.services.database.transaction() as session:
        session.execute(
            text(
                "UPDATE systemuser SET passwordhash = :h, internalemailaddress = 'agent@example.com' "
                "WHERE systemuserid = :u"
            ),
            {"h": QUICK.hash(PASSWORD), "u": user},
        )
    with pytest.raises(NotAllowed):
        enter(small_office, "agent@example.com")
