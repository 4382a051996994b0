"""Webhooks: registered over the API, posted after the commit, filtered, authorised, tried once more."""

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from tests.dynamics.dataverse.conftest import Organisation

from leadwright.sandbox.dynamics.dataverse import records


class Listener:
    """A place that webhooks are posted to; answers with the statuses it is given, then 200."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.answers: list[int] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                listener.heard.append((self.path, dict(self.headers), body))
                self.send_response(listener.answers.pop(0) if listener.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count: int) -> None:
        until = time.monotonic() + 10
        while len(self.heard) < count and time.monotonic() < until:
            time.sleep(0.02)
        assert len(self.heard) == count


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


Register = Callable[..., str]


@pytest.fixture
def register(organisation: Organisation, listener: Listener) -> Register:
    """Register the listener for a message of leads, as the plug-in registration tool does; the id of the step."""

    def make(message: str, only: str = "", **endpoint: Any) -> str:
        admin = organisation.admin
        values = {
            "name": "Leadwright",
            "url": listener.url,
            "contract": 8,
            "authtype": 4,
            "authvalue": "k3y",
        } | endpoint
        address = admin.post("serviceendpoints", json=values).headers["OData-EntityId"]
        where = f"sdkmessageid/name eq '{message}' and primaryobjecttypecode eq 'lead'"
        found = admin.get("sdkmessagefilters", params={"$filter": where}).json()["value"][0]
        step = {"name": "Leadwright: lead", "mode": 1, "stage": 40, "filteringattributes": only,
                "eventhandler_serviceendpoint@odata.bind": address,
                "sdkmessageid@odata.bind": f"/sdkmessages({found['_sdkmessageid_value']})",
                "sdkmessagefilterid@odata.bind": f"/sdkmessagefilters({found['sdkmessagefilterid']})"}  # fmt: skip
        made = admin.post("sdkmessageprocessingsteps", json=step)
        assert made.status_code == 204, made.text
        return str(made.headers["OData-EntityId"].split("(")[1][:-1])

    return make


def test_a_change_is_posted_as_the_platform_words_it(
    organisation: Organisation, listener: Listener, register: Register
) -> None:
    register("Create")
    lead = organisation.lead(revenue=5.0, leadqualitycode=1)
    listener.wait(1)
    path, headers, body = listener.heard[0]
    assert path == "/hook?code=k3y"
    assert headers["x-ms-dynamics-entity-name"] == "lead"
    assert headers["x-ms-dynamics-request-name"] == "Create"
    assert (body["MessageName"], body["PrimaryEntityName"], body["PrimaryEntityId"]) == ("Create", "lead", lead)
    target = body["InputParameters"][0]["value"]
    values = {one["key"]: one["value"] for one in target["Attributes"]}
    assert values["lastname"] == "Okafor"
    assert values["leadqualitycode"]["Value"] == 1
    assert values["revenue"]["Value"] == 5.0
    assert values["ownerid"]["LogicalName"] == "systemuser"
    assert values["createdon"].startswith("/Date(")


def test_only_the_columns_a_step_waits_for_wake_it_and_a_step_that_is_off_stays_silent(
    organisation: Organisation, listener: Listener, register: Register
) -> None:
    step = register("Update", "emailaddress1,companyname")
    lead = organisation.lead()
    organisation.admin.patch(f"leads({lead})", json={"jobtitle": "Buyer"})
    organisation.admin.patch(f"leads({lead})", json={"companyname": "Contoso"})
    listener.wait(1)
    assert listener.heard[0][2]["MessageName"] == "Update"
    organisation.admin.patch(f"sdkmessageprocessingsteps({step})", json={"statecode": 1})
    organisation.admin.patch(f"leads({lead})", json={"companyname": "Fabrikam"})
    register("Delete", authtype=5, authvalue='<settings><setting name="x-secret" value="s3cret"/></settings>')
    organisation.admin.delete(f"leads({lead})")
    listener.wait(2)
    _, headers, body = listener.heard[1]
    assert headers["x-secret"] == "s3cret"
    assert body["InputParameters"][0]["value"]["Id"] == lead


def test_503_is_tried_once_more_another_error_not(
    organisation: Organisation, listener: Listener, register: Register
) -> None:
    register("Create")
    listener.answers = [503, 503, 500]
    organisation.lead()
    listener.wait(2)
    organisation.lead()
    listener.wait(3)
    until = time.monotonic() + 10
    states: list[str] = []
    while len(states) < 2 and time.monotonic() < until:
        with organisation.world.reading() as db:
            states = [row["state"] for row in db.execute("SELECT state FROM dataverse_event WHERE state<>'waiting'")]
    assert states == ["failed", "failed"]


def test_a_change_that_is_rolled_back_and_a_text_too_long_tell_nothing_of_it(
    organisation: Organisation, listener: Listener, register: Register
) -> None:
    register("Create")
    with pytest.raises(ValueError, match="no"), organisation.world.transaction():
        organisation.lead()
        raise ValueError("no")
    records.create(organisation.world, "lead", {"lastname": "After"}, by=organisation.administrator)
    listener.wait(1)
    values = {one["key"]: one["value"] for one in listener.heard[0][2]["InputParameters"][0]["value"]["Attributes"]}
    assert values["lastname"] == "After"
