"""The authenticator app: codes count once, guesses are throttled, recovery codes stand in, settings may ask for it."""

from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import func, select
from tests.identity.conftest import PASSWORD, QUICK, Office

from leadwright.actions import own_account as act
from leadwright.db.people import WebSession
from leadwright.db.sign_in import RecoveryCode, SecondFactor
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity import second_step
from leadwright.identity.sessions import Device, SecondStepOwed, SignedIn, TooManyAttempts, session_of, sign_in

HERE = Device("10.0.0.1", "Browser")


def _password(office: Office, email: str = "ada@example.com") -> str:
    """The first step; the token of the second."""
    with pytest.raises(SecondStepOwed) as owed:
        sign_in(office.services, email, PASSWORD, address="10.0.0.1", passwords=QUICK)
    return owed.value.token


def _code(office: Office, secret: str) -> str:
    return pyotp.TOTP(secret).at(office.clock())


def _set_up(office: Office) -> tuple[str, list[str]]:
    secret = act.begin_app(office.services, office.admin, PASSWORD, passwords=QUICK)
    codes = act.confirm_app(office.services, office.admin, _code(office, secret))
    office.clock.move(seconds=30)
    return secret, codes


def _finish(office: Office, code: str) -> SignedIn:
    opened, target = second_step.finish_with_code(office.services, _password(office), code, HERE)
    assert target == "/"
    return opened


def test_the_password_alone_opens_nothing_once_an_app_is_set_up(office: Office) -> None:
    secret, codes = _set_up(office)
    _password(office)
    with office.services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == 0
        sealed = session.scalars(select(SecondFactor.sealed)).one()
        kept = session.scalars(select(RecoveryCode.codehash)).all()
    assert secret not in sealed
    assert not set(codes) & set(kept)
    assert len(set(codes)) == 10
    opened = _finish(office, _code(office, secret))
    assert session_of(office.services, opened.token)
    assert act.sessions_of(office.services, office.admin, office.adminid)[0][3] == "password, app"


def test_a_code_counts_once_even_in_another_sign_in(office: Office) -> None:
    secret, _ = _set_up(office)
    code = _code(office, secret)
    _finish(office, code)
    with pytest.raises(BadInput, match="used before"):
        _finish(office, code)
    office.clock.move(seconds=30)
    assert _finish(office, _code(office, secret))


def test_a_phone_may_be_half_a_minute_off_and_no_more(small_office: Office) -> None:
    secret, _ = _set_up(small_office)
    totp, moment = pyotp.TOTP(secret), small_office.clock()
    small_office.clock.move(seconds=90)
    with pytest.raises(BadInput):
        _finish(small_office, totp.at(moment))
    assert _finish(small_office, totp.at(int(small_office.clock().timestamp()) + 30))
    for wrong in ("", "12345", "1234567", "abcdef", "１２３４５６", "-12345"):
        with pytest.raises(BadInput):
            _finish(small_office, wrong)


def test_a_recovery_code_lets_in_once_however_it_is_typed(office: Office) -> None:
    _, codes = _set_up(office)
    assert _finish(office, f" {codes[0].upper().replace('-', ' ')} ")
    with pytest.raises(BadInput):
        _finish(office, codes[0])
    fresh = act.renew_recovery_codes(office.services, office.admin, PASSWORD, passwords=QUICK)
    with pytest.raises(BadInput):
        _finish(office, codes[1])
    assert _finish(office, fresh[1])


def test_codes_are_guessed_at_ten_times_in_a_quarter_of_an_hour_over_all_sign_ins(office: Office) -> None:
    secret, _ = _set_up(office)
    for _ in range(10):
        with pytest.raises(BadInput):
            _finish(office, "000000")
    with pytest.raises(TooManyAttempts):
        _finish(office, _code(office, secret))
    office.clock.move(minutes=16)
    assert _finish(office, _code(office, secret))


def test_a_half_sign_in_ends_after_ten_minutes_and_with_the_user(office: Office) -> None:
    secret, _ = _set_up(office)
    token = _password(office)
    office.clock.move(minutes=11)
    with pytest.raises(NotAllowed, match="taken too long"):
        second_step.finish_with_code(office.services, token, _code(office, secret), HERE)
    with pytest.raises(NotAllowed):
        second_step.finish_with_code(office.services, "made up", _code(office, secret), HERE)


def test_a_setting_asks_everybody_for_an_app(small_office: Office) -> None:
    settings = small_office.services.settings.model_copy(update={"everyone_needs_app": True})
    office = replace(small_office, services=replace(small_office.services, settings=settings))
    office.person("Sam Seller", "Salesperson")
    token = _password(office, "sam.seller@example.com")
    secret, _ = second_step.app_to_set_up(office.services, token)
    opened, _, codes = second_step.finish_with_new_app(office.services, token, _code(office, secret), HERE)
    assert session_of(office.services, opened.token)
    assert all(len(code.replace("-", "")) == 24 for code in codes)


def test_an_administrator_sets_the_app_up_at_sign_in_where_a_setting_asks_for_it(small_office: Office) -> None:
    settings = small_office.services.settings.model_copy(update={"administrators_need_app": True})
    office = replace(small_office, services=replace(small_office.services, settings=settings))
    office.person("Sam Seller", "Salesperson")
    assert sign_in(office.services, "sam.seller@example.com", PASSWORD, address="10.0.0.1", passwords=QUICK)
    token = _password(office)
    secret, account = second_step.app_to_set_up(office.services, token)
    assert second_step.app_to_set_up(office.services, token) == (secret, account)
    with pytest.raises(BadInput):
        second_step.finish_with_new_app(office.services, token, "000000", HERE)
    opened, _, codes = second_step.finish_with_new_app(office.services, token, _code(office, secret), HERE)
    assert len(codes) == 10
    assert session_of(office.services, opened.token)
    office.clock.move(seconds=30)
    assert _finish(office, _code(office, secret))


def test_removing_the_app_needs_the_password_or_an_administrator(office: Office) -> None:
    _set_up(office)
    with pytest.raises(BadInput, match="current password is wrong"):
        act.remove_app(office.services, office.admin, office.adminid, "guess", passwords=QUICK)
    other = office.who(office.person("Ben Boss", "System Administrator"))
    seller = office.who(office.person("Sam Seller", "Salesperson"))
    with pytest.raises(NotAllowed, match="prvWriteUser"):
        act.remove_app(office.services, seller, office.adminid)
    act.remove_app(office.services, other, office.adminid)
    with pytest.raises(Conflict):
        act.remove_app(office.services, other, office.adminid)
    assert sign_in(office.services, "ada@example.com", PASSWORD, address="10.0.0.1", passwords=QUICK)
