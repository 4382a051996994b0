"""Passwords and teams, on the desk and over the API; deleting a lead with a confirmation."""

from collections.abc import Callable

from sqlalchemy import func, select
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.desk import PASSWORD, Desk

from leadwright.db import changes
from leadwright.db.agent import Agent, AgentVersion, LeadChange, LeadRun, ModelAnswer, Segment, SegmentMember
from leadwright.db.audit import AuditEntry, broken_link
from leadwright.db.base import new_id
from leadwright.db.people import Team, TeamMember
from leadwright.db.sales import Annotation, AppNotification, Email, Lead
from leadwright.db.segments import refill

NEW = "nineteen grey herons"


def _sign_in(client: Browser, person: str, password: str) -> int:
    data = {"email": f"{person}@seller.example", "password": password, "next": "/"}
    status: int = client.submit("/sign-in", data, form="/sign-in").status_code
    return status


def test_a_person_changes_the_own_password_and_stays_signed_in_here_only(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    here, elsewhere = browser("seller"), browser("seller")
    good = {"current": PASSWORD, "password": NEW, "again": NEW}
    for wrong, field in (
        ({"current": "guess"}, "current"),
        ({"again": "other"}, "again"),
        ({"password": "x"}, "again"),
    ):
        refused = here.submit("/password", good | wrong)
        assert refused.status_code == 422
        assert f'id="{field}-bad"' in refused.text
    assert here.submit("/password", good | {"password": "short", "again": "short"}).status_code == 422
    assert here.submit("/password", good).status_code == 303
    assert here.get("/leads", follow_redirects=False).status_code == 200
    assert elsewhere.get("/leads", follow_redirects=False).status_code == 303
    assert _sign_in(browser(None), "seller", PASSWORD) == 403
    assert _sign_in(browser(None), "seller", NEW) == 303


def test_who_guesses_at_the_current_password_is_told_when_to_try_again(browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    wrong = {"current": "guess", "password": NEW, "again": NEW}
    assert [client.submit("/password", wrong).status_code for _ in range(10)] == [422] * 10
    closed = client.submit("/password", wrong | {"current": PASSWORD})
    assert closed.status_code == 429
    assert 0 < int(closed.headers["Retry-After"]) <= 900
    assert "Too many attempts. Try again in 15 minutes." in closed.text


def test_an_administrator_sets_the_password_of_somebody_else(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, signed_in = browser("admin"), browser("seller")
    path = f"/people/{desk.people['seller']}/password"
    weak = client.submit(path, {"newpassword": "short"})
    assert weak.status_code == 422
    assert "12 characters" in weak.text
    assert client.submit(path, {"newpassword": NEW}).status_code == 303
    assert signed_in.get("/leads", follow_redirects=False).status_code == 303
    assert _sign_in(browser(None), "seller", NEW) == 303
    assert browser("manager").submit(path, {"newpassword": NEW}).status_code == 403
    own = client.submit(f"/people/{desk.people['admin']}/password", {"newpassword": NEW})
    assert own.headers["location"] == "/password"
    assert NEW not in client.get("/audit").text


def _members(desk: Desk, name: str) -> set[str]:
    with desk.services.database.reading() as session:
        query = select(TeamMember.systemuserid).join(Team, Team.teamid == TeamMember.teamid).where(Team.name == name)
        return set(session.scalars(query))


def test_a_team_is_added_and_its_members_are_changed(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("admin")
    assert 'href="/people/teams"' in client.get("/people").text
    page = client.get("/people/teams").text
    assert "West" in page
    assert "1 member" in page
    both = [desk.people["seller"], desk.people["other"]]
    assert client.submit("/people/teams", {"name": "East", "members": both}).status_code == 303
    assert _members(desk, "East") == set(both)
    taken = client.submit("/people/teams", {"name": "East"})
    assert taken.status_code == 409
    assert "a team called East already" in taken.text
    assert client.submit("/people/teams", {"name": " "}).status_code == 422
    with desk.services.database.reading() as session:
        teamid = session.scalars(select(Team.teamid).where(Team.name == "East")).one()
    assert client.submit(f"/people/teams/{teamid}", {"members": both[1:]}).status_code == 303
    assert _members(desk, "East") == {both[1]}
    looking = browser("manager")
    assert "Add a team" not in looking.get("/people/teams").text
    assert looking.submit(f"/people/teams/{teamid}", {"members": []}).status_code == 403


def test_people_and_teams_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    client = api()
    person = {"fullname": "Neve New", "email": "neve@seller.example", "roles": ["Salesperson"]}
    made = client.post("people", json=person)
    assert made.status_code == 201
    neve = made.json()["id"]
    assert client.post("people", json=person).status_code == 409
    assert client.put(f"people/{neve}/password", json={"password": NEW}).status_code == 204
    assert client.put(f"people/{neve}/password", json={"password": "short"}).status_code == 422
    assert client.put(f"people/{neve}/roles", json={"roles": ["Sales Manager"]}).status_code == 204
    assert client.put(f"people/{neve}/away", json={"awayfrom": "2026-12-24"}).status_code == 204
    assert client.put(f"people/{neve}/state", json={"disabled": True}).status_code == 204
    (line,) = [p for p in client.get("people").json() if p["systemuserid"] == neve]
    assert (line["roles"], line["isdisabled"], line["awayfrom"]) == (["Sales Manager"], True, "2026-12-24")
    assert "passwordhash" not in line
    team = client.post("teams", json={"name": "North", "members": [neve]}).json()["id"]
    assert client.put(f"teams/{team}/members", json={"members": []}).status_code == 204
    (line,) = [t for t in client.get("teams").json() if t["teamid"] == team]
    assert (line["name"], line["members"]) == ("North", {})
    assert client.put("teams/none/members", json={"members": []}).status_code == 404
    assert api("Sales Manager").post("teams", json={"name": "South"}).status_code == 403


def test_a_lead_is_deleted_after_a_confirmation_with_all_that_is_about_it(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    leadid = desk.lead("handed_over")
    with desk.services.database.transaction() as session:
        runid = session.scalars(select(LeadRun.runid).where(LeadRun.leadid == leadid)).one()
        for key in (f"{runid}:read:1", f"{new_id()}:read:1"):
            session.add(ModelAnswer(key=key, contenthash="x", model="m", answer="about the lead"))
        session.add(Annotation(objectid=leadid, objecttypecode="lead", notetext="about the lead"))
        agent = session.get_one(Agent, desk.agentid)
        session.add(AgentVersion(agentid=agent.agentid, version=1, configuration=agent.draft))
        session.get_one(Lead, leadid).leadqualitycode = 3
        session.flush()
        refill(session, desk.agentid)
        changes.record(session, leadid, "changed", {})
        before = session.get_one(Segment, desk.agentid).members
        assert session.get(SegmentMember, (desk.agentid, leadid))
    assert "Delete" not in browser("manager").get(f"/leads/{leadid}").text.split("</nav>", 1)[1].split("Timeline")[0]
    assert browser("manager").get(f"/leads/{leadid}/delete").status_code == 403
    client = browser("admin")
    assert f'href="/leads/{leadid}/delete"' in client.get(f"/leads/{leadid}").text
    asked = client.get(f"/leads/{leadid}/delete").text
    assert "are removed for good" in asked
    assert client.get(f"/leads/{leadid}").status_code == 200
    assert client.submit(f"/leads/{leadid}/delete").headers["location"] == "/leads?view=all"
    assert client.get(f"/leads/{leadid}").status_code == 404
    with desk.services.database.reading() as session:
        for table, column in (
            (LeadRun, LeadRun.leadid),
            (Email, Email.regardingobjectid),
            (Annotation, Annotation.objectid),
            (LeadChange, LeadChange.leadid),
        ):
            assert session.scalar(select(func.count()).select_from(table).where(column == leadid)) == 0, table
        assert session.scalar(select(func.count()).where(AppNotification.link == f"/leads/{leadid}")) == 0
        assert len(session.scalars(select(ModelAnswer.key)).all()) == 1
        assert session.get_one(Segment, desk.agentid).members == before - 1
        assert session.scalars(select(AuditEntry.recordid).where(AuditEntry.action == "lead.deleted")).all() == [leadid]
        assert broken_link(session) is None


def test_a_lead_is_deleted_over_the_api_by_whoever_may(desk: Desk, api: Callable[..., TestClient]) -> None:
    leadid = desk.lead("disqualified")
    assert api("Sales Manager").delete(f"leads/{leadid}").status_code == 403
    client = api()
    assert client.delete(f"leads/{leadid}").status_code == 204
    assert client.delete(f"leads/{leadid}").status_code == 404


def test_time_and_cost_open_the_leads_they_are_taken_over(
    desk: Desk, browser: Callable[..., Browser], api: Callable[..., TestClient]
) -> None:
    client = browser("manager")
    client_board = browser("admin").get("/dashboard?days=30").text
    for figure, words in (("time_to_qualify", "Mean from the start of research"), ("cost", "the dearest come first")):
        assert f"/dashboard/leads?figure={figure}&amp;days=30" in client_board
        page = client.get(f"/dashboard/leads?figure={figure}&days=30").text
        assert words in page
        assert 'aria-sort="descending"' in page
        rows = api().get("dashboard/leads", params={"figure": figure, "days": 30}).json()
        assert rows
        assert page.count("<tr>") == len(rows) + 1
    assert client.get("/dashboard/leads?figure=cost&page=9").status_code == 200
    assert client.get("/dashboard/leads?figure=nothing").status_code == 422
