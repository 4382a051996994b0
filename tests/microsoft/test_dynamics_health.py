"""The health page has one line about Dynamics 365 where it is connected, and none where it is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.microsoft.organisation import ENDS, Desk

from leadwright.actions.dynamics_connection import connect, switch
from leadwright.actions.health import Finding, examine
from leadwright.db.connection import CrmBudget
from leadwright.microsoft.dataverse import open_dataverse
from leadwright.microsoft.errors import SignInRefused, Throttled


def lines(desk: Desk) -> dict[str, Finding]:
    return {f.what: f for f in examine(desk.services, desk.admin) if f.group == "Dynamics 365"}


def test_each_state_of_the_line_is_one_finding_with_a_remedy(desk: Desk) -> None:
    assert lines(desk) == {}
    connect(desk.services, desk.admin, desk.form())
    assert (lines(desk)["contoso"].state, lines(desk)["contoso"].at) == ("ok", None)
    dataverse = open_dataverse(desk.services).patient(1)
    dataverse.who_am_i()
    found = lines(desk)["contoso"]
    assert (found.state, found.detail) == ("ok", "0 throttled in the last hour; reached last")
    assert found.at is not None
    assert datetime.now(UTC) - found.at < timedelta(seconds=30)
    desk.standin.world.break_it("throttle", {"path": "WhoAmI", "seconds": 90}, times=1)
    with pytest.raises(Throttled):
        dataverse.who_am_i()
    found = lines(desk)["contoso"]
    assert (found.state, "asked us to wait" in found.detail) == ("warn", True)
    with desk.services.database.transaction() as session:
        session.get_one(CrmBudget, "dynamics365").pauseduntil = None
    assert lines(desk)["contoso"].detail.startswith("1 throttled")


def test_what_fails_for_every_call_stands_there_until_it_works_again(desk: Desk) -> None:
    connect(desk.services, desk.admin, desk.form())
    dataverse = open_dataverse(desk.services).patient(1)
    desk.standin.world.break_it("conditional access")
    with pytest.raises(SignInRefused):
        dataverse.who_am_i()
    found = lines(desk)["contoso"]
    assert (found.state, "AADSTS53003" in found.detail) == ("fail", True)
    desk.standin.world.mend()
    dataverse.http.tokens.forget(desk.standin.origin)
    dataverse.who_am_i()
    assert lines(desk)["contoso"].state == "ok"
    switch(desk.services, desk.admin, on=False)
    assert lines(desk) == {}


def test_the_end_of_the_secret_is_warned_of(desk: Desk) -> None:
    connect(desk.services, desk.admin, desk.form())
    at = ENDS - timedelta(days=12)
    early = Desk(replace(desk.services, clock=lambda: at), desk.registered, desk.standin, desk.admin)
    assert lines(early)["Client secret"].state == "warn"
    late = Desk(replace(desk.services, clock=lambda: ENDS), desk.registered, desk.standin, desk.admin)
    assert lines(late)["Client secret"].state == "fail"
