"""The audit log as an administrator reads it."""

import re
from collections.abc import Callable

from sqlalchemy import text
from tests.web.conftest import Browser
from tests.web.desk import Desk

from leadwright.db import audit
from leadwright.db.base import new_id
from leadwright.db.people import SystemUser
from leadwright.db.sales import Lead


def _numbers(page: str) -> list[int]:
    return [int(n) for n in re.findall(r"<td>(\d+)</td>", page)]


def test_the_log_is_walked_from_the_newest_entry_to_the_first(desk: Desk, browser: Callable[..., Browser]) -> None:
    with desk.services.database.transaction() as session:
        for n in range(230):
            audit.record(session, audit.SYSTEM, "lead.changed", "lead", f"record-{n}", after={"companyname": "<b>"})
    client = browser("admin")
    path, seen = "/audit", []
    while path:
        page = client.get(path).text
        assert "<b>" not in page
        seen += _numbers(page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == list(range(max(seen), 0, -1))
    assert len(seen) > 230


def test_entries_are_found_by_record_and_by_action(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, leadid = browser("admin"), desk.lead("handed_over")
    by_record = client.get(f"/audit?record={leadid}").text
    assert len(_numbers(by_record)) == 2
    assert "lead.handed_over" in by_record
    assert len(_numbers(client.get(f"/audit?record={leadid}&action=lead.created").text)) == 1
    assert "No entry matches" in client.get("/audit?action=lead.never").text
    assert client.get("/audit?before=99999999999999999999").status_code == 200


def test_records_and_people_are_called_by_their_names(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, leadid = browser("admin"), desk.lead("handed_over")
    with desk.services.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        name, owner = str(lead.fullname), session.get_one(SystemUser, lead.ownerid).fullname
        gone = new_id()
        audit.record(session, audit.SYSTEM, "lead.reassigned", "lead", leadid, before={"ownerid": gone},
                     after={"ownerid": lead.ownerid})  # fmt: skip
    page = client.get(f"/audit?record={leadid}&action=lead.reassigned").text
    assert f'<a href="/leads/{leadid}">{name}</a>' in page
    assert f"{gone} → {owner}" in page


def test_a_changed_entry_is_told(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("admin")
    assert "The chain holds" in client.get("/audit").text
    with desk.services.database.transaction() as session:
        guards = session.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='auditentry'"))
        for guard in guards.all():  # whoever owns the file can do this; that is what the chain is for
            session.execute(text(f"DROP TRIGGER {guard}"))
        session.execute(text("UPDATE auditentry SET actorname = 'Nobody' WHERE number = 3"))
    assert "broken at entry 3" in client.get("/audit").text


def test_only_who_may_read_the_log_is_shown_the_way(browser: Callable[..., Browser]) -> None:
    assert 'href="/audit"' in browser("admin").get("/notifications").text
    manager = browser("manager")
    assert 'href="/audit"' not in manager.get("/notifications").text
    assert manager.get("/audit").status_code == 403
