"""Who may receive leads here: by the security roles held over there, whatever the organisation calls them."""

import pytest
from sqlalchemy import select
from tests.mirror.organisation import Office

from leadwright.db.agent import Agent
from leadwright.db.configuration import Assignment
from leadwright.db.people import Role, UserRole, entitled
from leadwright.domain.privileges import SALES_MANAGER, SALESPERSON, SYSTEM_ADMINISTRATOR
from leadwright.sandbox.dynamics.dataverse import roles, seed
from leadwright.workflows.hand_over import next_owner

EVERYTHING = "Global Create Read Write Append AppendTo Assign Share Delete: Lead Account Contact Opportunity"
LATER = {"minutes": 11}


def own_role(office: Office, name: str, line: str = "User Read Write: Lead") -> str:
    """A role of the organisation's own."""
    return seed.make_role(office.world, name, line)


def held(office: Office, user: str) -> set[str]:
    """Names of the roles somebody holds here."""
    with office.database.reading() as session:
        query = select(Role.name).join(UserRole, UserRole.roleid == Role.roleid).where(UserRole.systemuserid == user)
        return set(session.scalars(query))


def test_standard_roles_are_known_in_any_language(office: Office) -> None:
    names = {"Salesperson": "Vertriebsmitarbeiter", "Sales Manager": "Vertriebsmanager"}
    with office.world.transaction() as db:
        for name, translated in names.items():
            db.execute("UPDATE dv_role SET name=? WHERE name=?", (translated, name))
    unit = office.make("businessunit", name="Süd", parentbusinessunitid=seed.root_unit(office.world))
    seller, boss = office.person("Sam Seller", "Vertriebsmitarbeiter", unit=unit), office.person("Bea Boss")
    seed.give_role(office.world, boss, "Vertriebsmanager")
    office.round()
    assert (held(office, seller), held(office, boss)) == ({SALESPERSON}, {SALES_MANAGER})
    assert held(office, office.admin) == {SYSTEM_ADMINISTRATOR}


def test_whoever_opens_and_changes_leads_by_a_role_of_the_organisations_own_may_receive_them(office: Office) -> None:
    own_role(office, "Contoso Seller")
    own_role(office, "Contoso Reader", "Global Read: Lead")
    seller, reader = office.person("Sam Seller", "Contoso Seller"), office.person("Rita Reader", "Contoso Reader")
    office.round()
    assert (held(office, seller), held(office, reader)) == ({SALESPERSON}, set())
    with office.database.transaction() as session:
        assert entitled(session, [seller, reader]) == {seller}
        agent = Agent(name="Anna", mode="research", state="on", draft={})
        session.add(agent)
        session.flush()
        given = next_owner(session, agent.agentid, Assignment(sellers=[reader, seller]), office.clock())
    assert given
    assert given.ownerid == seller


def test_a_role_of_the_organisations_own_never_counts_for_more_than_salesperson(office: Office) -> None:
    own_role(office, "Contoso Sales Lead", EVERYTHING)
    boss = office.person("Bea Boss", "Contoso Sales Lead")
    office.round()
    assert held(office, boss) == {SALESPERSON}


def test_it_counts_through_a_team_and_in_each_business_unit(office: Office) -> None:
    own_role(office, "Contoso Seller")
    unit = office.make("businessunit", name="North", parentbusinessunitid=seed.root_unit(office.world))
    direct, member = office.person("Nora North", "Contoso Seller", unit=unit), office.person("Mia Member")
    team = office.make("team", name="Sellers", businessunitid=unit)
    with office.world.transaction() as db:
        copy = seed.role_named(office.world, "Contoso Seller", unit)
        db.execute("INSERT INTO teammembership (teamid, systemuserid) VALUES (?,?)", (team, member))
        db.execute("INSERT INTO teamroles (teamid, roleid) VALUES (?,?)", (team, copy))
    office.round()
    assert (held(office, direct), held(office, member)) == ({SALESPERSON}, {SALESPERSON})


def test_copies_count_where_only_the_root_role_is_told_of(office: Office) -> None:
    own_role(office, "Contoso Seller")
    unit = office.make("businessunit", name="North", parentbusinessunitid=seed.root_unit(office.world))
    seller = office.person("Nora North", "Contoso Seller", unit=unit)
    with office.world.transaction() as db:
        copy = seed.role_named(office.world, "Contoso Seller", unit)
        db.execute("DELETE FROM dv_roleprivileges WHERE roleid=?", (copy,))
    office.round()
    assert held(office, seller) == {SALESPERSON}


def test_no_application_is_a_seller(office: Office) -> None:
    own_role(office, "Contoso Integration", EVERYTHING)
    seed.give_role(office.world, office.agent.userid, "Contoso Integration")
    support = office.person("Ina Integration", "Contoso Integration")
    office.change("systemuser", support, accessmode=4)
    office.round()
    assert held(office, office.agent.userid) == {"AISalesPerson"}
    assert held(office, support) == set()


def test_what_is_taken_over_there_is_taken_here_and_what_was_given_by_hand_stays(office: Office) -> None:
    role = own_role(office, "Contoso Seller")
    first, second = office.person("Sam Seller", "Contoso Seller"), office.person("Nora North", "Contoso Seller")
    office.round()
    with office.database.transaction() as session:
        manager = session.scalars(select(Role.roleid).where(Role.name == SALES_MANAGER)).one()
        session.add(UserRole(systemuserid=first, roleid=manager))
    seed.take_role(office.world, first, "Contoso Seller")
    office.round(**LATER)
    assert (held(office, first), held(office, second)) == ({SALES_MANAGER}, {SALESPERSON})
    with office.world.transaction() as db:
        roles.set_privileges(db, role, {"prvWriteLead": 0}, "2026-01-01T00:00:00Z")
    office.round(**LATER)
    assert held(office, second) == set()


def test_while_it_cannot_be_told_which_roles_open_leads_the_others_come_in_and_none_is_taken(office: Office) -> None:
    own_role(office, "Contoso Seller")
    seller = office.person("Sam Seller", "Contoso Seller")
    office.round()
    office.world.break_it("server error", {"status": 400, "path": "/privileges"})
    boss = office.person("Bea Boss", "Sales Manager")
    office.round(**LATER)
    assert (held(office, seller), held(office, boss)) == ({SALESPERSON}, {SALES_MANAGER})
    assert "Salesperson" in office.state("systemuserroles").trouble
    office.world.mend()
    seed.take_role(office.world, seller, "Contoso Seller")
    office.round(minutes=20)
    assert held(office, seller) == set()
    assert office.state("systemuserroles").trouble == ""


@pytest.mark.parametrize("many", [1, 40])
def test_however_many_roles_there_are_it_takes_few_requests(office: Office, many: int) -> None:
    for number in range(many):
        own_role(office, f"Contoso Seller {number}")
    office.round()
    office.forget_requests()
    office.mirror.roles(["Salesperson"])
    assert len([line for line in office.asked() if "$batch" in line or "roles" in line or "privileges" in line]) <= 6
