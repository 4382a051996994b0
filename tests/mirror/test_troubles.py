"""What goes wrong over there is told in a sentence, nothing is lost, nothing comes twice, and it goes on by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from tests.mirror.organisation import Office, SameTime, connect_office

from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorRow, MirrorState
from leadwright.db.mirror_waking import wake_mirror
from leadwright.db.people import UserRole
from leadwright.errors import CrmError
from leadwright.mirror.following import FORGOTTEN, NO_TRACKING
from leadwright.mirror.incoming import FOREIGN
from leadwright.mirror.mirror import Asked, Page, Stretch
from leadwright.mirror.phases import Phase
from leadwright.mirror.tables import TABLES
from leadwright.sandbox.dynamics.dataverse import roles, seed, store
from leadwright.sandbox.dynamics.world import World


def whole(office: Office) -> MirrorState:
    with office.database.reading() as session:
        return session.get_one(MirrorState, "dynamics365")


def hidden(office: Office) -> int:
    with office.database.reading() as session:
        query = select(func.count()).where(MirrorRow.tablename == "lead", MirrorRow.hidden.is_(True))
        return session.scalar(query) or 0


def make_role(world: World, name: str, leads: str) -> str:
    """AISalesPerson with other rights on leads."""
    line = roles.SEED_ROLES["AISalesPerson"].replace("Global Read Write Append AppendTo Assign: Lead", leads)
    seed.make_role(world, name, line)
    return name


def test_a_forgotten_token_is_told_and_everything_is_compared(office: Office) -> None:
    stays, changes, goes = office.lead(), office.lead(), office.lead()
    office.round()
    office.change("lead", changes, companyname="Southwind")
    office.delete("lead", goes)
    new = office.lead()
    office.forget_requests()
    office.world.break_it("delta token expired", times=20)
    office.round()
    office.world.mend()
    office.round()
    assert {key: lead.companyname for key, lead in office.leads().items()} == {
        stays: "Northwind",
        changes: "Southwind",
        new: "Northwind",
    }
    assert office.state().trouble == FORGOTTEN
    assert office.state().phase == Phase.FOLLOWING
    versions = {lead.versionnumber for key, lead in office.leads().items() if key == stays}
    assert versions == {1}
    office.change("lead", stays, jobtitle="Buyer")
    assert office.round() == 1


def test_a_role_taken_away_while_it_runs_deletes_nothing_and_names_the_privilege(office: Office) -> None:
    lead = office.lead()
    office.make("account", name="Northwind")
    office.round()
    make_role(office.world, "Without leads", "User Share: Lead")
    seed.give_role(office.world, office.agent.userid, "Without leads")
    seed.take_role(office.world, office.agent.userid, "AISalesPerson")
    office.round()
    office.round()
    assert "prvReadLead" in office.state().trouble
    assert set(office.leads()) == {lead}
    assert office.state("account").failures == 0
    office.change("lead", lead, companyname="Southwind")
    seed.give_role(office.world, office.agent.userid, "AISalesPerson")
    office.round(minutes=20)
    office.round(minutes=61)
    assert office.leads()[lead].companyname == "Southwind"
    assert office.state().trouble == ""


def test_a_moment_without_any_role_says_so_and_nothing_about_change_tracking(office: Office) -> None:
    lead = office.lead()
    office.round()
    seed.take_role(office.world, office.agent.userid, "AISalesPerson")
    with pytest.raises(CrmError, match="no security role"):
        office.round()
    assert "no security role" in whole(office).trouble
    assert (office.state().tracked, office.state().trouble) == (True, "")
    with pytest.raises(CrmError, match="no security role"):
        office.mirror.rows(_asked(office), [lead])
    office.change("lead", lead, companyname="Southwind")
    seed.give_role(office.world, office.agent.userid, "AISalesPerson")
    office.round(minutes=20)
    assert office.leads()[lead].companyname == "Southwind"
    assert (whole(office).trouble, office.state().trouble, hidden(office)) == ("", "", 0)


def _asked(office: Office) -> Asked:
    return Asked(TABLES["lead"], "leads", ("leadid",))


def test_that_change_tracking_does_not_work_is_told_until_it_works_again(office: Office) -> None:
    office.lead()
    office.round()
    seed.give_role(office.world, office.agent.userid, make_role(office.world, "Narrow", "Local Read: Lead"))
    seed.take_role(office.world, office.agent.userid, "AISalesPerson")
    office.round()
    office.round()
    assert (office.state().tracked, office.state().trouble) == (False, NO_TRACKING)
    seed.give_role(office.world, office.agent.userid, "AISalesPerson")
    office.round(minutes=61)
    assert (office.state().tracked, office.state().trouble) == (True, "")


def test_rows_that_a_narrower_role_hides_are_counted_not_deleted(office: Office) -> None:
    unit = office.make("businessunit", name="North", parentbusinessunitid=seed.root_unit(office.world))
    other = office.person("Nora North", "Salesperson", unit=unit)
    near, far = office.lead(), office.lead(ownerid=other, owneridtype="systemuser")
    office.round()
    seed.give_role(office.world, office.agent.userid, make_role(office.world, "Narrow", "Local Read: Lead"))
    seed.take_role(office.world, office.agent.userid, "AISalesPerson")
    office.round()
    office.round(minutes=61)
    assert set(office.leads()) == {near, far}
    assert hidden(office) == 1
    assert not office.state().tracked
    seed.give_role(office.world, office.agent.userid, "AISalesPerson")
    office.round(minutes=61)
    assert hidden(office) == 0
    assert office.state().tracked


def test_half_the_organisation_invisible_from_the_start_is_a_figure(world: World, database: Database) -> None:
    make_role(world, "Narrow", "Local Read: Lead")
    office = connect_office(world, database, "Narrow")
    unit = office.make("businessunit", name="North", parentbusinessunitid=seed.root_unit(world))
    other = office.person("Nora North", "Salesperson", unit=unit)
    for _ in range(3):
        office.lead(ownerid=other, owneridtype="systemuser")
    near = office.lead()
    office.round()
    assert set(office.leads()) == {near}
    assert office.state().total == 4


def test_a_long_retry_after_is_kept_to(office: Office) -> None:
    lead = office.lead()
    office.round()
    office.world.break_it("throttle", {"seconds": 600, "path": "/leads"}, times=1)
    office.change("lead", lead, companyname="Southwind")
    with pytest.raises(CrmError, match="wait"):
        office.round()
    due = whole(office).dueat
    assert due is not None
    assert timedelta(minutes=9) < due - office.clock() <= timedelta(minutes=10)
    office.forget_requests()
    assert office.round(minutes=5) == 0
    assert office.asked() == []
    office.round(minutes=6)
    assert office.leads()[lead].companyname == "Southwind"
    assert whole(office).trouble == ""


def test_a_clock_that_was_ahead_and_comes_back_stops_no_look(office: Office) -> None:
    lead = office.lead()
    office.clock.forward(hours=5)
    office.round()
    with office.database.transaction() as session:
        session.get_one(MirrorState, "dynamics365").dueat = office.clock() + timedelta(minutes=10)
    office.clock.forward(hours=-5)
    office.change("lead", lead, companyname="Southwind")
    assert office.incoming.is_due()
    office.round()
    assert office.leads()[lead].companyname == "Southwind"
    office.round(seconds=1)  # it is looked at once more, as after a webhook
    assert not office.incoming.is_due()
    readon = office.state().readon
    assert readon is not None
    assert readon <= office.clock()


def test_a_clock_that_was_ahead_and_comes_back_stops_no_comparison(world: World, database: Database) -> None:
    make_role(world, "Narrow", "Local Read: Lead")
    office = connect_office(world, database, "Narrow")
    kept, gone = office.lead(), office.lead()
    office.round()
    office.round(days=1)
    assert not office.state().tracked
    office.clock.forward(days=-1)
    office.delete("lead", gone)
    store.add_column(world, "lead", "cr_region", "string 100; Region")
    office.round(minutes=16)
    office.round(minutes=61)
    assert set(office.leads()) == {kept}
    assert "cr_region" in office.incoming.described["lead"].own
    compared = office.state().comparedon
    assert compared is not None
    assert compared <= office.clock()


def test_an_application_that_is_no_user_any_more_is_told_once_for_all_tables(office: Office) -> None:
    lead = office.lead()
    office.round()
    office.change("systemuser", office.agent.userid, isdisabled=True)
    with pytest.raises(CrmError, match=r"enables it|adds it"):
        office.round()
    assert "Application users" in whole(office).trouble
    assert set(office.leads()) == {lead}
    office.change("systemuser", office.agent.userid, isdisabled=False)
    office.change("lead", lead, companyname="Southwind")
    office.round(minutes=20)
    assert office.leads()[lead].companyname == "Southwind"
    assert whole(office).trouble == ""


def test_who_mended_the_cause_wakes_it_and_what_still_fails_is_waited_for_from_a_short_wait_on(office: Office) -> None:
    lead = office.lead()
    office.round()
    office.change("systemuser", office.agent.userid, isdisabled=True)
    for _ in range(6):
        with pytest.raises(CrmError):
            office.round(minutes=16)
    began = whole(office).troubledon
    assert office.round(minutes=2) == 0, "it sleeps"
    _wake(office)
    with pytest.raises(CrmError):
        office.round(seconds=1)
    assert whole(office).troubledon == began
    assert (whole(office).dueat or office.clock()) - office.clock() < timedelta(seconds=61)
    office.change("systemuser", office.agent.userid, isdisabled=False)
    office.change("lead", lead, companyname="Southwind")
    _wake(office)
    assert "Application users" in whole(office).trouble, "it is no news before it works"
    office.round(seconds=1)
    assert office.leads()[lead].companyname == "Southwind"
    assert (whole(office).trouble, whole(office).failures) == ("", 0)


def _wake(office: Office) -> None:
    with office.database.transaction() as session:
        wake_mirror(session, office.clock())


def test_another_organisation_is_never_mixed_with_the_first(office: Office) -> None:
    office.lead()
    office.round()
    with office.database.transaction() as session:
        session.get_one(MirrorState, "dynamics365").organizationid = "11111111-1111-1111-1111-111111111111"
    with pytest.raises(CrmError, match="another organisation"):
        office.round(minutes=16)
    assert whole(office).trouble == FOREIGN
    assert office.round(seconds=1) == 0


def test_a_large_table_is_read_in_stretches_by_several_hands(world: World, database: Database) -> None:
    office = connect_office(world, database, page=10, most_at_once=3)
    keys = {office.lead(lastname=f"L{n}") for n in range(95)}
    with world.transaction() as db:
        for n, key in enumerate(sorted(keys)):
            db.execute(
                "UPDATE dv_lead SET createdon=? WHERE leadid=?", (f"2025-0{1 + n % 9}-11T10:{n % 60:02}:00Z", key)
            )
    office.round()
    assert set(office.leads()) == keys
    assert office.state().tracked
    assert any("createdon%20ge" in line or "createdon ge" in line for line in office.asked())
    new = office.lead()
    office.delete("lead", min(keys))
    office.round()
    assert set(office.leads()) == (keys | {new}) - {min(keys)}


class Circling(SameTime):
    """Leads to two pages of leads for ever, while it is told to."""

    circles, asked = False, 0

    def _round(self, page: Page, asked: Asked, link: str) -> Page:
        if not self.circles or asked.table.name != "lead":
            return page
        self.asked += 1
        assert self.asked < 20, "it goes round for ever"
        return replace(page, link="two" if link == "one" else "one")

    def stretch(self, asked: Asked, stretch: Stretch) -> Page:
        real = replace(stretch, link=self._real(stretch.link))
        return self._round(super().stretch(asked, real), asked, stretch.link)

    def everything(self, asked: Asked, link: str = "", *, tracked: bool) -> Page:
        return self._round(super().everything(asked, self._real(link), tracked=tracked), asked, link)

    def changed(self, asked: Asked, token: str, link: str = "") -> Page:
        return self._round(super().changed(asked, token, self._real(link)), asked, link)

    def modified(self, asked: Asked, since: datetime, link: str = "") -> Page:
        return self._round(super().modified(asked, since, self._real(link)), asked, link)

    def _real(self, link: str) -> str:
        return "" if link in ("one", "two") else link


@pytest.mark.parametrize("way", ["loading", "stretches", "tracking", "polling", "comparing"])
def test_pages_that_go_round_in_a_circle_come_to_an_end_and_it_goes_on_when_they_do_not(
    world: World, database: Database, way: str
) -> None:
    make_role(world, "Narrow", "Local Read: Lead")
    role = "Narrow" if way == "polling" else "AISalesPerson"
    office = connect_office(world, database, role, wrap=lambda mirror: Circling(mirror._dataverse))  # type: ignore[attr-defined]
    circling = office.mirror
    assert isinstance(circling, Circling)
    lead = office.lead()
    if way == "stretches":
        office.incoming.page = 1
        other = office.lead()
    if way not in ("loading", "stretches"):
        office.round()
        office.change("lead", lead, companyname="Southwind")
    circling.circles = True
    office.round(minutes=24 * 60 + 1 if way == "comparing" else 1)
    assert circling.asked > 1
    assert "back to an earlier one" in office.state().trouble
    circling.circles = False
    office.round(minutes=20)
    assert office.state().trouble == ""
    assert set(office.leads()) == ({lead, other} if way == "stretches" else {lead})


def roles_of(office: Office, user: str) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).where(UserRole.systemuserid == user)) or 0


def give_less(office: Office, *read: str) -> None:
    """Our application user gets AISalesPerson with only these rights to read users and teams instead."""
    line = roles.SEED_ROLES["AISalesPerson"].replace("Global Read: User Team ", "Global Read: ")
    line = line.replace("Global Read AppendTo: User Team", "Global AppendTo: User Team")
    seed.make_role(office.world, "Less", "; ".join((line, *read)))
    seed.give_role(office.world, office.agent.userid, "Less")
    seed.take_role(office.world, office.agent.userid, "AISalesPerson")


def test_roles_through_a_team_that_may_not_be_read_any_more_stay_and_it_is_told(office: Office) -> None:
    seller, other = office.person("Sam Seller"), office.person("Nora North", "Salesperson", "Sales Manager")
    team = office.make("team", name="North", businessunitid=seed.root_unit(office.world))
    with office.world.transaction() as db:
        db.execute("INSERT INTO teammembership (teamid, systemuserid) VALUES (?,?)", (team, seller))
        role = db.execute("SELECT roleid FROM dv_role WHERE name='Salesperson'").fetchone()["roleid"]
        db.execute("INSERT INTO teamroles (teamid, roleid) VALUES (?,?)", (team, role))
    office.round()
    assert (roles_of(office, seller), roles_of(office, other)) == (1, 2)
    give_less(office, "Global Read: User")
    seed.take_role(office.world, other, "Sales Manager")
    new = office.person("Nils New", "Salesperson")
    office.round(minutes=11)
    assert (roles_of(office, seller), roles_of(office, new)) == (1, 1), "what can be told comes in"
    assert roles_of(office, other) == 2, "it may be held through a team"
    assert "Sales Manager, Salesperson" in office.state("systemuserroles").trouble
    assert "prvReadTeam" in office.state("systemuserroles").trouble
    seed.give_role(office.world, office.agent.userid, "AISalesPerson")
    with office.world.transaction() as db:
        db.execute("DELETE FROM teammembership WHERE teamid=?", (team,))
    office.round(minutes=16)
    assert (roles_of(office, seller), roles_of(office, other)) == (0, 1)
    assert office.state("systemuserroles").trouble == ""


@pytest.mark.parametrize("users", ["Local Read: User", "User Read: UserSettings"])
def test_a_user_whom_our_role_hides_keeps_the_roles(office: Office, users: str) -> None:
    unit = office.make("businessunit", name="North", parentbusinessunitid=seed.root_unit(office.world))
    seller = office.person("Nora North", "Salesperson", unit=unit)
    office.round()
    give_less(office, users, "Global Read: Team")
    office.round(minutes=11)
    assert roles_of(office, seller) == 1
