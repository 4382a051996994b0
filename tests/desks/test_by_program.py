"""What the pages of supervision do, a program does too, with the same refusals."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from tests.web.desk import Desk


def test_supervision_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    program = api()
    assert program.get("approvals").json() == {"mails": [], "next": "", "count": 0}
    assert program.put("oversight", json={"firstmails": True, "hours": 24, "percent": 10}).status_code == 204
    assert program.get("oversight").json()["hours"] == 24
    refused = program.put("oversight", json={"hours": 0})
    assert (refused.status_code, refused.json()["field"]) == (422, "hours")
    nothing = program.post("approvals", json={"mails": [{"outboxid": "x", "contenthash": "y"}]})
    assert nothing.status_code == 404
    assert program.get("rejections").json() == {"reviews": [], "count": 0}
    assert program.get("rejections/rate").json()["share"] is None
    assert program.get("rejections/judged").json() == {"rows": [], "next": ""}
    assert program.get("rejections/none").status_code == 404
    assert {f["group"] for f in program.get("health").json()} >= {"Workers", "Queues", "Storage"}
    assert program.get("inbox", params={"state": "new"}).json()["mails"] == []


def test_disqualified_leads_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    program = api()
    found = program.get("disqualified").json()["leads"]
    assert len(found) == 3
    assert found[0]["reasons"]
    wanted = {"leads": [found[0]["leadid"], desk.lead("queued")], "sellerid": desk.people["seller"]}
    done = program.post("disqualified/reassign", json=wanted).json()
    assert done["given"] == {found[0]["leadid"]: desk.people["seller"]}
    assert list(done["refused"]) == [desk.lead("queued")]


def test_notifications_over_the_api(api: Callable[..., TestClient]) -> None:
    program = api("Salesperson")
    assert program.get("notifications").json() == []
    assert program.put("notifications/choices", json={"lead": "daily"}).status_code == 204
    assert program.get("notifications/choices").json()["lead"] == "daily"
    assert program.put("notifications/choices", json={"weather": "now"}).status_code == 422
    assert program.post("notifications/read").status_code == 204
    assert program.post("notifications/none/read").status_code == 404
    for path in ("approvals", "rejections", "disqualified", "health"):
        assert program.get(path).status_code == 403, path


def test_ones_own_account_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    program = api("Salesperson")
    assert program.put("account/timezone", json={"timezone": "Asia/Tokyo"}).status_code == 204
    assert program.put("account/timezone", json={"timezone": "Mars/Olympus"}).status_code == 422
    away = {"awayfrom": "2027-01-04", "awayuntil": "2027-01-08"}
    assert program.put("account/away", json=away).status_code == 204
    assert program.put("account/away", json={**away, "awayuntil": "2027-01-01"}).status_code == 422
    found = program.get("account").json()
    assert (found["timezone"], found["awayfrom"], found["awayuntil"]) == ("Asia/Tokyo", *away.values())


def test_a_lead_is_closed_and_reopened_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    program, leadid = api(), desk.lead("handed_over")
    assert program.post(f"leads/{leadid}/reopen").status_code == 409
    assert program.post(f"leads/{leadid}/disqualify", json={"reason": "Closed down"}).status_code == 204
    assert program.post(f"leads/{leadid}/reopen").status_code == 204
    assert program.get(f"leads/{leadid}").json()["statecode"] == 0
