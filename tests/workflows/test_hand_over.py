"""Round robin on the database: fair when many do it at once, nobody who is not there, never dropped."""

import threading
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from tests.workflows.office import Office, PlainAnalyst, open_office, services_of

from leadwright.db.base import now
from leadwright.db.configuration import Assignment
from leadwright.db.connection import CrmConnection
from leadwright.db.engine import Database
from leadwright.db.people import RolePrivilege, SystemUser, Team, TeamMember, UserRole
from leadwright.workflows.hand_over import Assigned, next_owner, why_nobody


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(services_of(database, tmp_path, PlainAnalyst()))


def turn(
    office: Office, today: date | datetime | None = None, previous: str | None = None, **rule: object
) -> Assigned | None:
    wanted = Assignment(**{"sellers": list(office.sellers), "supervisor": office.supervisor, **rule})  # type: ignore[arg-type]
    with office.services.database.transaction() as session:
        moment = datetime.combine(today, time(12), UTC) if today and not isinstance(today, datetime) else today
        return next_owner(session, office.agentid, wanted, moment or now(), previous=previous)


@pytest.mark.parametrize("count", [32, 100])
def test_concurrent_handovers_differ_by_at_most_one(office: Office, count: int) -> None:
    barrier = threading.Barrier(count)
    owners: list[str] = []

    def hand_over() -> None:
        barrier.wait()
        assigned = turn(office)
        assert assigned
        owners.append(assigned.ownerid)

    threads = [threading.Thread(target=hand_over) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = Counter(owners)
    assert sum(counts.values()) == count
    assert set(counts) == set(office.sellers)
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_handover_that_is_rolled_back_uses_no_turn(office: Office) -> None:
    rule = Assignment(sellers=list(office.sellers))
    with pytest.raises(ZeroDivisionError), office.services.database.transaction() as session:
        next_owner(session, office.agentid, rule, now())
        raise ZeroDivisionError
    first = turn(office)
    assert first
    assert first.ownerid == office.sellers[0]


def test_a_disabled_seller_is_skipped(office: Office) -> None:
    _set(office, office.sellers[1], isdisabled=True)
    owners = [assigned.ownerid for _ in range(6) if (assigned := turn(office))]
    assert Counter(owners) == {office.sellers[i]: 2 for i in (0, 2, 3)}


def test_a_seller_who_is_away_is_skipped_until_the_day_after_the_last(office: Office) -> None:
    today = now().date()
    _set(office, office.sellers[0], awayfrom=today, awayuntil=today + timedelta(days=2))
    only = {"sellers": [office.sellers[0]]}
    for days in (0, 2):
        assigned = turn(office, today + timedelta(days=days), **only)
        assert assigned
        assert assigned.ownerid == office.supervisor
    back = turn(office, today + timedelta(days=3), **only)
    assert back
    assert back.ownerid == office.sellers[0]


def test_an_empty_team_means_the_supervisor(office: Office) -> None:
    team = _team(office, [])
    assigned = turn(office, sellers=[], team=team)
    assert assigned
    assert assigned.ownerid == office.supervisor
    assert "No seller is available" in assigned.reason


def test_a_team_takes_turns(office: Office) -> None:
    team = _team(office, list(office.sellers[:2]))
    owners = [assigned.ownerid for _ in range(4) if (assigned := turn(office, sellers=[], team=team))]
    assert Counter(owners) == {office.sellers[0]: 2, office.sellers[1]: 2}


def test_a_deleted_seller_is_passed_over(office: Office) -> None:
    assigned = turn(office, sellers=["gone", office.sellers[2]])
    assert assigned
    assert assigned.ownerid == office.sellers[2]


def test_nobody_at_all_is_said(office: Office) -> None:
    _set(office, office.supervisor, isdisabled=True)
    assert turn(office, sellers=[]) is None


def test_a_human_owner_is_preferred_when_the_rule_says_so(office: Office) -> None:
    kept = turn(office, previous=office.owner, keep_human_owner=True)
    assert kept
    assert kept.ownerid == office.owner
    _set(office, office.owner, isdisabled=True)
    next_one = turn(office, previous=office.owner, keep_human_owner=True)
    assert next_one
    assert next_one.ownerid == office.sellers[0]


def _no_roles(office: Office, *ids: str) -> None:
    with office.services.database.transaction() as session:
        session.execute(delete(UserRole).where(UserRole.systemuserid.in_(ids)))


def test_whoever_may_not_open_leads_gets_none(office: Office) -> None:
    first, second, *others = office.sellers
    _no_roles(office, first, *others)
    assert [a.ownerid for _ in range(3) if (a := turn(office))] == [second] * 3
    _no_roles(office, second, office.owner)
    kept = turn(office, previous=office.owner, keep_human_owner=True)
    assert kept
    assert kept.ownerid == office.supervisor
    _no_roles(office, office.supervisor)
    assert turn(office) is None


def why(office: Office, **rule: object) -> str:
    wanted = Assignment(**{"sellers": list(office.sellers[:1]), "supervisor": office.supervisor, **rule})  # type: ignore[arg-type]
    with office.services.database.transaction() as session:
        assert next_owner(session, office.agentid, wanted, now()) is None
        return why_nobody(session, office.agentid, wanted, now())


def test_it_is_said_why_nobody_can_take_a_lead(office: Office) -> None:
    with office.services.database.reading() as session:
        seller, supervisor = (session.get_one(SystemUser, i).fullname for i in (office.sellers[0], office.supervisor))
    add = "Add a seller or a supervisor to the assignment rule."
    assert why(office, sellers=[], supervisor=None) == f"No seller is available and there is no supervisor. {add}"
    _no_roles(office, office.sellers[0], office.supervisor)
    said = why(office)
    assert "there is no supervisor" not in said
    assert f"{seller} and {supervisor} may not receive leads" in said
    assert "An administrator gives them the role Salesperson under People." in said
    _set(office, office.supervisor, isdisabled=True)
    assert f"{supervisor}, the supervisor, is disabled" in why(office)
    with office.services.database.transaction() as session:
        session.add(CrmConnection(dataverseurl="https://contoso.example", tenantid="t", clientid="c"))
    assert "A System Administrator of the organisation gives them a role" in why(office)


def test_reading_without_writing_is_not_enough(office: Office) -> None:
    with office.services.database.transaction() as session:
        session.execute(delete(RolePrivilege).where(RolePrivilege.privilege == "prvWriteLead"))
    assert turn(office) is None


def test_an_absence_is_judged_by_the_day_where_the_seller_is(office: Office) -> None:
    ahead, behind = office.sellers[0], office.sellers[1]
    _set(office, ahead, awayuntil=date(2026, 3, 10), timezone="Pacific/Auckland")
    _set(office, behind, awayuntil=date(2026, 3, 10), timezone="America/Los_Angeles")
    before, later = datetime(2026, 3, 10, 10, tzinfo=UTC), datetime(2026, 3, 10, 18, tzinfo=UTC)
    rule = {"sellers": [ahead, behind]}
    owners = [a.ownerid for at in (before, later, later + timedelta(hours=14)) if (a := turn(office, at, **rule))]
    assert owners == [office.supervisor, ahead, behind]


def _set(office: Office, id_: str, **values: object) -> None:
    with office.services.database.transaction() as session:
        session.execute(update(SystemUser).where(SystemUser.systemuserid == id_).values(**values))


def _team(office: Office, members: list[str]) -> str:
    with office.services.database.transaction() as session:
        unit = session.get_one(SystemUser, office.owner).businessunitid
        team = Team(name="Sellers", businessunitid=unit)
        session.add(team)
        session.flush()
        session.add_all(TeamMember(teamid=team.teamid, systemuserid=m) for m in members)
        return team.teamid
