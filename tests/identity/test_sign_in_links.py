"""Invitations and forgotten passwords: links by mail or handed over, once, for a while, telling nobody who exists."""

import re
from dataclasses import replace
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import select
from tests.identity.conftest import PASSWORD, QUICK, Office

from leadwright.actions import people
from leadwright.actions import sign_in_links as act
from leadwright.db.people import SystemUser
from leadwright.db.sign_in import SignInLink
from leadwright.db.system_mail import SystemMail
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.secrets import open_vault
from leadwright.identity.sessions import TooManyAttempts, session_of, sign_in

NEW = "seven amber ladders"


def _mailing(office: Office) -> Office:
    settings = office.services.settings.model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_from": "leadwright@example.com"}
    )
    return replace(office, services=replace(office.services, settings=settings))


def _mailed(office: Office, kind: str) -> list[str]:
    """Tokens in the links of the mails of this kind."""
    with office.services.database.reading() as session:
        rows = session.scalars(select(SystemMail).where(SystemMail.kind == kind).order_by(SystemMail.createdon)).all()
        vault = open_vault(office.services.settings)
        texts = [vault.open(r.text, f"systemmail:{r.systemmailid}") if r.issealed else r.text for r in rows]
    return [re.findall(r"/(?:welcome|reset)/(\S+)", text)[0] for text in texts]


def _enter(office: Office, email: str, password: str):  # type: ignore[no-untyped-def]
    return sign_in(office.services, email, password, address="10.0.0.1", passwords=QUICK)


def _token(link: str) -> str:
    return link.rpartition("/")[2]


def test_an_invited_person_chooses_the_password_once_within_seven_days(office: Office) -> None:
    handed = act.invite(
        office.services, office.admin, fullname="Neve New", email="neve@example.com", roles=["Salesperson"]
    )
    assert handed.link.startswith("http://127.0.0.1:8480/welcome/")
    with office.services.database.reading() as session:
        assert _token(handed.link) not in session.scalars(select(SignInLink.tokenhash)).all()
    with pytest.raises(NotAllowed):
        _enter(office, "neve@example.com", "")
    with pytest.raises(BadInput, match="12 characters"):
        act.accept_invitation(office.services, _token(handed.link), "short", passwords=QUICK)
    with pytest.raises(NotFound):
        act.reset_password(office.services, _token(handed.link), NEW, passwords=QUICK)
    assert act.named(office.services, "invitation", _token(handed.link)) == "Neve New"
    assert act.accept_invitation(office.services, _token(handed.link), NEW, passwords=QUICK) == "neve@example.com"
    assert _enter(office, "neve@example.com", NEW).systemuserid == handed.systemuserid
    with pytest.raises(NotFound, match="was used"):
        act.accept_invitation(office.services, _token(handed.link), "another good password", passwords=QUICK)


def test_an_invitation_ends_by_time_by_a_newer_one_and_with_the_user(office: Office) -> None:
    given = {"fullname": "Neve New", "email": "neve@example.com"}
    first = act.invite(office.services, office.admin, **given)
    second = act.send_link(office.services, office.admin, first.systemuserid)
    with pytest.raises(NotFound):
        act.named(office.services, "invitation", _token(first.link))
    people.disable_user(office.services, office.admin, first.systemuserid)
    with pytest.raises(NotFound):
        act.named(office.services, "invitation", _token(second.link))
    with pytest.raises(Conflict, match="Enable"):
        act.send_link(office.services, office.admin, first.systemuserid)
    people.disable_user(office.services, office.admin, first.systemuserid, disabled=False)
    assert act.named(office.services, "invitation", _token(second.link))
    office.clock.move(days=7, seconds=1)
    with pytest.raises(NotFound, match="expired"):
        act.accept_invitation(office.services, _token(second.link), NEW, passwords=QUICK)


def test_where_mail_can_leave_nobody_but_the_invited_sees_the_link(office: Office) -> None:
    office = _mailing(office)
    handed = act.invite(office.services, office.admin, fullname="Neve New", email="neve@example.com")
    assert handed.is_sent
    with office.services.database.reading() as session:
        kept = session.scalars(select(SystemMail)).one()
        assert kept.recipient == "neve@example.com"
        assert "welcome" not in kept.text
    (token,) = _mailed(office, "invitation")
    assert act.accept_invitation(office.services, token, NEW, passwords=QUICK)


def test_a_forgotten_password_is_chosen_anew_within_half_an_hour_and_ends_every_session(office: Office) -> None:
    office = _mailing(office)
    opened = _enter(office, "ada@example.com", PASSWORD)
    assert act.mail_reset_link(office.services, "ADA@example.com ")
    assert act.mail_reset_link(office.services, "ada@example.com")
    old, token = _mailed(office, "reset")
    with pytest.raises(NotFound):
        act.reset_password(office.services, old, NEW, passwords=QUICK)
    office.clock.move(minutes=29)
    act.reset_password(office.services, token, NEW, passwords=QUICK)
    assert session_of(office.services, opened.token) is None
    assert _enter(office, "ada@example.com", NEW)
    with pytest.raises(NotAllowed):
        _enter(office, "ada@example.com", PASSWORD)
    with office.services.database.reading() as session:
        told = session.scalars(select(SystemMail).where(SystemMail.kind == "security")).one()
    assert "your password was changed" in told.subject
    act.mail_reset_link(office.services, "ada@example.com")
    token = _mailed(office, "reset")[-1]
    office.clock.move(minutes=31)
    with pytest.raises(NotFound):
        act.reset_password(office.services, token, NEW, passwords=QUICK)


def test_nobody_learns_from_the_request_who_exists(small_office: Office) -> None:
    office = _mailing(small_office)
    assert not act.mail_reset_link(office.services, "nobody@example.com")
    people.disable_user(office.services, office.admin, office.person("Sam Seller"))
    assert not act.mail_reset_link(office.services, "sam.seller@example.com")
    times: dict[str, list[float]] = {"ada@example.com": [], "nobody@example.com": []}
    for n in range(9):
        for email, taken in times.items():
            began = perf_counter()
            act.count_request(office.services, email, f"10.0.{n}.{len(taken)}")
            taken.append(perf_counter() - began)
    fast, slow = sorted(median(taken) for taken in times.values())
    assert slow < fast * 3 + 0.005


def test_asking_again_and_again_is_throttled_for_known_and_unknown_alike(small_office: Office) -> None:
    for email in ("ada@example.com", "nobody@example.com"):
        for _ in range(10):
            act.count_request(small_office.services, email, "10.0.0.9")
        with pytest.raises(TooManyAttempts):
            act.count_request(small_office.services, email, "10.0.0.9")


def test_only_administrators_invite_and_send_links(small_office: Office) -> None:
    seller = small_office.who(small_office.person("Sam Seller", "Salesperson"))
    with pytest.raises(NotAllowed, match="prvCreateUser"):
        act.invite(small_office.services, seller, fullname="X", email="x@example.com")
    with pytest.raises(NotAllowed, match="prvWriteUser"):
        act.send_link(small_office.services, seller, small_office.adminid)
    with pytest.raises(Conflict, match="already"):
        act.invite(small_office.services, small_office.admin, fullname="Ada", email="ada@example.com")
    with small_office.services.database.reading() as session:
        assert len(session.scalars(select(SystemUser.systemuserid)).all()) == 2


def test_nobody_fills_an_inbox_with_links(small_office: Office) -> None:
    office = _mailing(small_office)
    assert [act.mail_reset_link(office.services, "ada@example.com") for _ in range(7)] == [True] * 5 + [False] * 2
    office.clock.move(minutes=61)
    assert act.mail_reset_link(office.services, "ada@example.com")


def test_a_link_sent_to_a_wrong_address_is_void_once_the_address_is_corrected(small_office: Office) -> None:
    services, admin = small_office.services, small_office.admin
    handed = act.invite(services, admin, fullname="Neve New", email="nvee@example.com")
    given = {"fullname": "Neve New", "timezone": "UTC", "businessunitid": admin.businessunitid}
    people.edit_user(services, admin, handed.systemuserid, email="neve@example.com", **given)
    with pytest.raises(NotFound):
        act.named(services, "invitation", _token(handed.link))
    again = act.send_link(services, admin, handed.systemuserid)
    people.edit_user(services, admin, handed.systemuserid, email="neve@example.com", **given | {"fullname": "Neve"})
    assert act.named(services, "invitation", _token(again.link)) == "Neve"
