"""$batch: several requests in one, change sets that hold or fail together, references, errors that stop or do not."""

import json
import re
from typing import Any

from starlette.testclient import TestClient
from tests.dynamics.dataverse.conftest import BASE, Organisation, Refusal

from leadwright.sandbox.dynamics.dataverse import records

Request = tuple[str, str, dict[str, Any] | None]


def part(method: str, address: str, body: dict[str, Any] | None, content_id: int | None = None) -> str:
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    head += f"Content-ID: {content_id}\r\n" if content_id else ""
    text = f"{head}\r\n{method} {address} HTTP/1.1\r\n"
    if body is None:
        return f"{text}Accept: application/json\r\n\r\n"
    return f"{text}Content-Type: application/json; type=entry\r\n\r\n{json.dumps(body)}"


def changes(*requests: Request) -> str:
    inner = "".join(f"\r\n--changeset_1\r\n{part(*one, n)}" for n, one in enumerate(requests, 1))
    return f'Content-Type: multipart/mixed; boundary="changeset_1"\r\n{inner}\r\n--changeset_1--\r\n'


def send(client: TestClient, *parts: str, go_on: bool = False) -> Any:
    body = "".join(f"--batch_1\r\n{one}\r\n" for one in parts) + "--batch_1--\r\n"
    headers = {"Content-Type": 'multipart/mixed; boundary="batch_1"'}
    headers |= {"Prefer": "odata.continue-on-error"} if go_on else {}
    return client.post("$batch", content=body.encode(), headers=headers)


def statuses(answer: Any) -> list[int]:
    return [int(one) for one in re.findall(r"HTTP/1.1 (\d+)", answer.text)]


def test_each_part_is_answered_in_order_in_multipart(organisation: Organisation) -> None:
    admin, lead = organisation.admin, organisation.lead()
    answer = send(
        admin,
        part("GET", f"leads({lead})?$select=fullname", None),
        part("PATCH", f"{BASE}leads({lead})", {"jobtitle": "Buyer"}),
        part("GET", f"/api/data/v9.2/leads({lead})?$select=jobtitle", None),
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert statuses(answer) == [200, 204, 200]
    assert '"fullname":"Pat Okafor"' in answer.text
    assert '"jobtitle":"Buyer"' in answer.text
    boundary = answer.headers["Content-Type"].split("boundary=")[1]
    assert answer.text.endswith(f"--{boundary}--\r\n")


def test_a_change_set_refers_to_what_it_made_before(organisation: Organisation) -> None:
    answer = send(
        organisation.admin,
        changes(
            ("POST", "accounts", {"name": "Contoso"}),
            ("POST", f"{BASE}contacts", {"lastname": "A", "parentcustomerid_account@odata.bind": "$1"}),
            ("PATCH", "$1", {"telephone1": "+1 555 0100"}),
        ),
    )
    assert statuses(answer) == [204, 204, 204]
    assert re.findall(r"Content-ID: (\d)", answer.text) == ["1", "2", "3"]
    (account,) = records.find(organisation.world, "account", name="Contoso")
    (contact,) = records.find(organisation.world, "contact", lastname="A")
    assert contact["parentcustomerid"] == account["accountid"]
    assert account["telephone1"] == "+1 555 0100"


def test_a_change_set_that_fails_leaves_nothing_of_it(organisation: Organisation) -> None:
    lead = organisation.lead()
    answer = send(
        organisation.admin,
        changes(
            ("POST", "accounts", {"name": "Contoso"}),
            ("PATCH", f"leads({lead})", {"jobtitle": "Buyer"}),
            ("POST", "contacts", {"lastname": "x" * 99}),
        ),
        part("GET", f"leads({lead})?$select=jobtitle", None),
        go_on=True,
    )
    assert statuses(answer) == [400, 200]
    assert "Content-ID: 3" in answer.text
    assert '"jobtitle":null' in answer.text
    assert records.find(organisation.world, "account", name="Contoso") == []


def test_an_error_stops_the_batch_unless_it_is_told_to_go_on(organisation: Organisation) -> None:
    requests = [part("GET", "nonsense", None), part("POST", "accounts", {"name": "After"})]
    assert statuses(send(organisation.admin, *requests)) == [404]
    assert records.find(organisation.world, "account", name="After") == []
    assert statuses(send(organisation.admin, *requests, go_on=True)) == [404, 204]
    assert len(records.find(organisation.world, "account", name="After")) == 1


def test_what_is_no_batch_is_refused(admin: TestClient, refusal: Refusal) -> None:
    assert refusal(admin.post("$batch", json={}))[0] == 415
    assert refusal(send(admin, *[part("GET", "WhoAmI", None)] * 1001))[0] == 400
    answer = send(admin, changes(("GET", "WhoAmI", None)))
    assert "GET requests are not allowed inside a change set" in answer.text
    wrong = admin.post("$batch", content=b"x", headers={"Content-Type": "multipart/mixed; boundary=a"})
    assert refusal(wrong)[0] == 400


def test_etags_work_inside_a_batch(organisation: Organisation) -> None:
    admin, lead = organisation.admin, organisation.lead()
    text = part("PATCH", f"leads({lead})", {"jobtitle": "x"}).replace("Content-Type: application/json", "If-Match: W/\"1\"\r\nContent-Type: application/json")  # fmt: skip  # noqa: E501
    answer = send(admin, text)
    assert statuses(answer) == [412]
    assert "0x80060882" in answer.text
