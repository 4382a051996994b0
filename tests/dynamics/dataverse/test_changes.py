"""Change tracking: first load, changes, deletions, tokens that expire, who may."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient
from tests.dynamics.dataverse.conftest import BASE, Organisation, Refusal

from leadwright.sandbox.dynamics.dataverse import seed
from leadwright.sandbox.dynamics.world import World

TRACKED = {"Prefer": "odata.track-changes"}


def load(client: TestClient, address: str, size: int = 5000) -> tuple[list[dict[str, str]], str]:
    """All rows over all pages and the delta link."""
    rows: list[dict[str, str]] = []
    while True:
        answer = client.get(address, headers={"Prefer": f"odata.track-changes,odata.maxpagesize={size}"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["Preference-Applied"] == "odata.track-changes"
        body = answer.json()
        rows += body["value"]
        if "@odata.deltaLink" in body:
            return rows, body["@odata.deltaLink"]
        address = body["@odata.nextLink"]


def test_the_first_load_gives_everything_then_only_what_changed_and_was_deleted(organisation: Organisation) -> None:
    admin = organisation.admin
    keys = [organisation.lead(lastname=f"L{n}") for n in range(5)]
    rows, link = load(admin, "leads?$select=lastname", size=2)
    assert sorted(row["leadid"] for row in rows) == sorted(keys)
    assert load(admin, link)[0] == []
    admin.patch(f"leads({keys[0]})", json={"jobtitle": "Buyer"})
    admin.delete(f"leads({keys[1]})")
    new = organisation.lead(lastname="New")
    changed, second = load(admin, link)
    assert {row["leadid"] for row in changed if "leadid" in row} == {keys[0], new}
    context = f"{BASE}$metadata#leads/$deletedEntity"
    assert [row for row in changed if "leadid" not in row] == [
        {"@odata.context": context, "id": keys[1], "reason": "deleted"}
    ]
    assert load(admin, second)[0] == []
    assert len(load(admin, link)[0]) == 3


def test_what_changes_between_the_pages_comes_with_the_next_token(organisation: Organisation) -> None:
    admin = organisation.admin
    keys = sorted(organisation.lead(lastname=f"L{n}") for n in range(4))
    page = admin.get("leads?$select=lastname", headers={"Prefer": "odata.track-changes,odata.maxpagesize=2"}).json()
    admin.patch(f"leads({keys[3]})", json={"jobtitle": "Buyer"})
    rest, link = load(admin, page["@odata.nextLink"])
    assert keys[3] not in {row["leadid"] for row in rest}
    assert [row["leadid"] for row in load(admin, link)[0]] == [keys[3]]


def test_options_that_tracking_forbids_and_tables_without_it_are_refused(
    organisation: Organisation, refusal: Refusal
) -> None:
    admin = organisation.admin
    for option in ("$filter=statecode eq 0", "$orderby=lastname", "$expand=createdby", "$top=5"):
        status, code, words = refusal(admin.get(f"leads?{option}", headers=TRACKED))
        assert (status, code) == (400, "0x80060888")
        assert "is not supported with the odata.track-changes" in words
    assert "Change tracking is not enabled" in refusal(admin.get("tracelogs", headers=TRACKED))[2]
    assert refusal(admin.get("leads?$deltatoken=nonsense"))[:2] == (400, "0x80060888")
    known = admin.get("EntityDefinitions?$select=SchemaName&$filter=ChangeTrackingEnabled eq true").json()["value"]
    assert {"Lead", "Account", "Contact"} <= {one["SchemaName"] for one in known}


def test_tracking_needs_organisation_wide_reading(organisation: Organisation, refusal: Refusal) -> None:
    seed.make_role(organisation.world, "Narrow", "Deep Read: Lead")
    _, client = organisation.user("narrow@contoso.com", "Narrow")
    assert client.get("leads").status_code == 200
    status, code, words = refusal(client.get("leads", headers=TRACKED))
    assert (status, code) == (403, "0x80040220")
    assert "prvReadLead" in words


def test_a_token_expires_after_the_days_the_organisation_says(tmp_path: Path, refusal: Refusal) -> None:
    moment = [datetime(2026, 3, 1, tzinfo=UTC)]
    organisation = Organisation(World(tmp_path / "dated", clock=lambda: moment[0]))
    organisation.lead()
    _, link = load(organisation.admin, "leads?$select=lastname")
    moment[0] += timedelta(days=6, hours=23)
    again = organisation.person("admin@contoso.onmicrosoft.com")
    assert load(again, link)[0] == []
    moment[0] += timedelta(days=1)
    later = organisation.person("admin@contoso.onmicrosoft.com")
    status, code, words = refusal(later.get(link))
    assert (status, code) == (400, "0x80044352")
    assert "Please perform a full sync" in words
    assert len(load(later, "leads?$select=lastname")[0]) == 1
    organisation.world.close()


def test_who_follows_the_tokens_while_others_write_misses_nothing(organisation: Organisation) -> None:
    admin = organisation.admin

    def write(number: int) -> None:
        for n in range(10):
            made = admin.post("leads", json={"lastname": f"W{number}-{n}"})
            address = made.headers["OData-EntityId"]
            if n % 3 == 0:
                admin.patch(address, json={"jobtitle": "Buyer"})
            if n % 5 == 0:
                admin.delete(address)

    mirror: dict[str, str] = {}
    link = "leads?$select=lastname,jobtitle"
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, number) for number in range(4)]
        while True:
            over = all(writer.done() for writer in writers)
            rows, link = load(admin, link, size=7)
            for row in rows:
                if row.get("reason") == "deleted":
                    mirror.pop(row["id"], None)
                else:
                    mirror[row["leadid"]] = row["@odata.etag"]
            if over:
                break
    for writer in writers:
        writer.result()
    there = admin.get("leads?$select=lastname").json()["value"]
    assert mirror == {row["leadid"]: row["@odata.etag"] for row in there}
    assert len(there) == 32
