"""What goes out to Dynamics 365 on its page and over the API: who sees it, what is said, Retry and Drop."""

from collections.abc import Callable

from sqlalchemy import select
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.desk import Desk

from leadwright.db.audit import AuditEntry
from leadwright.db.connection import CrmConnection
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.db.sales import Lead
from leadwright.domain.outgoing import WriteKind, WriteState

PAGE = "/settings/mirror/writes"


def put_in(desk: Desk) -> dict[str, int]:
    """A connection, and writes of every state."""
    with desk.services.database.transaction() as session:
        session.add(
            CrmConnection(connectionid="dynamics365", dataverseurl="https://contoso.crm.dynamics.com", tenantid="t",
                          clientid="c")
        )  # fmt: skip
        lead = session.scalars(select(Lead.leadid).order_by(Lead.leadid).limit(1)).one()
        row = {"lane": lead, "tablename": "lead", "recordid": lead, "kind": WriteKind.CHANGE}
        rows = {
            "held": MirrorWrite(**row, changes={"jobtitle": "Buyer"}, state=WriteState.HELD, inconflict=True,
                                conflicts={"jobtitle": ["Buyer", "Head of buying"]}, actorkind="person",
                                actorname="Ada Administrator", reason="A person changed it in Dynamics 365 too."),
            "waiting": MirrorWrite(**row, changes={"leadqualitycode": 1}, reason="prvWriteLead is missing."),
            "sent": MirrorWrite(**row, changes={"leadqualitycode": 2}, state=WriteState.SENT),
            "sending": MirrorWrite(**row, changes={"companyname": "A"}, state=WriteState.SENDING, holder="w"),
        }  # fmt: skip
        session.add_all(rows.values())
        session.flush()
        return {name: one.number for name, one in rows.items()}


def state(desk: Desk, number: int) -> str:
    with desk.services.database.reading() as session:
        return session.get_one(MirrorWrite, number).state


def test_without_a_connection_the_page_says_so(browser: Callable[[str], Browser]) -> None:
    page = browser("admin").get(PAGE).text
    assert "Dynamics 365 is not connected" in page
    assert "Nothing is held" in page


def test_each_tab_shows_its_writes_in_words(desk: Desk, browser: Callable[[str], Browser]) -> None:
    put_in(desk)
    admin = browser("admin")
    held = admin.get(PAGE).text
    assert "in Dynamics 365: Head of buying" in held
    assert "Held (1)" in held
    assert "by Ada Administrator" in held
    waiting = admin.get(f"{PAGE}?shown=waiting").text
    assert "prvWriteLead is missing" in waiting
    assert "Rating:</span> Hot" in waiting
    assert "Being sent" in waiting
    assert "Warm" in admin.get(f"{PAGE}?shown=done").text
    assert "Head of buying" in admin.get(f"{PAGE}?shown=conflicts").text
    assert admin.get(f"{PAGE}?shown=else").status_code == 422


def test_retry_and_drop_by_the_page_are_audited(desk: Desk, browser: Callable[[str], Browser]) -> None:
    numbers = put_in(desk)
    admin = browser("admin")
    assert admin.submit(f"{PAGE}/{numbers['held']}/retry").status_code == 303
    assert state(desk, numbers["held"]) == "waiting"
    with desk.services.database.reading() as session:
        assert session.get_one(MirrorWrite, numbers["held"]).known == {"jobtitle": ["Head of buying"]}
    assert admin.submit(f"{PAGE}/{numbers['waiting']}/drop").status_code == 303
    assert state(desk, numbers["waiting"]) == "dropped"
    assert admin.submit(f"{PAGE}/{numbers['sending']}/drop").status_code == 409
    assert admin.submit(f"{PAGE}/{10**20}/retry").status_code == 404
    with desk.services.database.reading() as session:
        actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.recordtype == "mirrorwrite")))
    assert actions == {"mirror.write_retried", "mirror.write_dropped"}


def test_the_same_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    numbers = put_in(desk)
    client = api()
    found = client.get("/mirror/writes").json()
    assert (found["connected"], found["counts"]["held"], len(found["writes"])) == (True, 1, 1)
    assert found["writes"][0]["columns"] == [["Job Title", "Buyer", "Head of buying"]]
    assert client.post("/mirror/writes/retry").json() == {"count": 0}
    assert client.post(f"/mirror/writes/{numbers['held']}/retry").status_code == 204
    assert client.post(f"/mirror/writes/{numbers['held']}/drop").status_code == 204
    assert client.post(f"/mirror/writes/{numbers['sent']}/drop").status_code == 409
    assert client.get("/mirror/writes", params={"shown": "done"}).json()["following"] is None


def test_a_place_that_is_no_number_is_the_beginning(desk: Desk, browser: Callable[[str], Browser]) -> None:
    put_in(desk)
    page = browser("admin").get(PAGE, params={"start": "²"})
    assert (page.status_code, "Held (1)" in page.text) == (200, True)
