"""Which passwords are taken, that they stay as they are, and that no way around the second factor exists."""

from hashlib import sha256

import pyotp
import pytest
from tests.identity.conftest import PASSWORD, QUICK, Office

from leadwright.actions import own_account, sign_in_links
from leadwright.actions.own_proof import prove_again
from leadwright.db import audit
from leadwright.db.people import SystemUser
from leadwright.errors import BadInput
from leadwright.identity import oidc
from leadwright.identity.links import make_link
from leadwright.identity.passwords import _common, check_strength
from leadwright.identity.sessions import Device, SecondStepOwed, SignedIn, enter, open_session, sign_in

HERE = Device("10.0.0.1", "Browser")


def test_twelve_characters_are_the_least() -> None:
    check_strength("rope lantern")
    with pytest.raises(BadInput, match="at least 12"):
        check_strength("rope lanter")


@pytest.mark.parametrize(
    "password",
    [
        "onlysmallletters",
        "ONLYCAPITALSHERE",
        "8315 0274 9931",
        "パスワードは秘密の言葉です",
        "~!@#$%^&*()_+{}",
        "xyz t-" * 42,
    ],
)
def test_any_characters_make_a_password(password: str) -> None:
    check_strength(password)
    assert QUICK.verify(QUICK.hash(password), password)


@pytest.mark.parametrize(
    "password", ["1qaz2wsx3edc", "QWERTY123456", "passwordpassword", "123456789012", "aaaabbbbcccc"]
)
def test_the_most_frequent_passwords_of_breaches_are_refused(password: str) -> None:
    with pytest.raises(BadInput, match="first that are guessed"):
        check_strength(password)


def test_the_list_holds_more_than_three_thousand_that_are_long_enough_here() -> None:
    assert len(_common()) == 10_000


@pytest.mark.parametrize(
    "password",
    ["Leadwright2026!", "salesagent-2026", "Welcome to CRM 1", "ada.admin.1984", "Lovelace1815!!", "example-leads-7"],
)
def test_words_around_us_and_ones_own_are_no_password(password: str) -> None:
    with pytest.raises(BadInput, match="few other words"):
        check_strength(password, personal=("Ada Lovelace", "ada.admin@example.com"))


def test_such_words_among_others_are_fine() -> None:
    for password in ("ada leads a quiet life", "sales of blue lamps", "welcome back herons"):
        check_strength(password, personal=("Ada Lovelace", "ada.admin@example.com"))


def test_a_password_is_checked_as_it_was_typed() -> None:
    stored = QUICK.hash("  Rope Lantern  ")
    assert QUICK.verify(stored, "  Rope Lantern  ")
    for other in ("Rope Lantern", "  rope lantern  ", "  Rope Lantern"):
        assert not QUICK.verify(stored, other)
    long = "x" * 256
    assert not QUICK.verify(QUICK.hash(long), long + "y")


def test_a_password_is_good_for_years(small_office: Office) -> None:
    small_office.clock.move(days=2_000)
    assert sign_in(small_office.services, "ada@example.com", PASSWORD, address="10.0.0.1", passwords=QUICK)


def _with_app(office: Office) -> str:
    secret = own_account.begin_app(office.services, office.admin, PASSWORD, passwords=QUICK)
    own_account.confirm_app(office.services, office.admin, pyotp.TOTP(secret).at(office.clock()))
    return secret


def test_a_new_password_by_link_does_not_take_the_app_away(small_office: Office) -> None:
    _with_app(small_office)
    with small_office.services.database.transaction() as session:
        link = make_link(session, small_office.adminid, "reset", small_office.clock())
    sign_in_links.reset_password(small_office.services, link.token, "seven slow barges", passwords=QUICK)
    with pytest.raises(SecondStepOwed):
        sign_in(small_office.services, "ada@example.com", "seven slow barges", address="10.0.0.1", passwords=QUICK)


def test_only_a_provider_that_asked_for_two_factors_spares_the_app(small_office: Office) -> None:
    provider = oidc.Provider("x", "Contoso", "https://login.contoso.example", "client", None)
    for methods, strong in ((None, False), ([], False), (["pwd"], False), ("mfa", False), (["pwd", "mfa"], True)):
        assert oidc._subject(provider, {"sub": "1", "amr": methods}).is_strong is strong
    _with_app(small_office)
    actor = audit.Actor(small_office.adminid, "person", "Ada Admin")
    for strong, owed in ((False, SecondStepOwed), (True, SignedIn)):
        with small_office.services.database.transaction() as session:
            found = enter(session, small_office.services, actor, HERE, "Contoso", "/", strong=strong)
        assert isinstance(found, owed)


def test_who_has_no_password_proves_it_by_a_sign_in_just_now(small_office: Office) -> None:
    services, clock, who = small_office.services, small_office.clock, small_office.admin
    sam = small_office.person("Sam Seller")
    with services.database.transaction() as session:
        opened = open_session(session, who.id, HERE, "Contoso", clock())
        other = open_session(session, sam, HERE, "Contoso", clock())
        session.get_one(SystemUser, who.id).passwordhash = None
    keys = [sha256(each.token.encode()).hexdigest() for each in (opened, other)]
    prove_again(services, who, "", session_key=keys[0])
    for key in ("", keys[1]):
        with pytest.raises(BadInput, match="with your provider again"):
            prove_again(services, who, "", session_key=key)
    clock.move(minutes=16)
    with pytest.raises(BadInput, match="with your provider again"):
        own_account.begin_app(services, who, "", session_key=keys[0])
