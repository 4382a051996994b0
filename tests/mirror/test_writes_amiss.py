"""What is refused over there never takes a lead away here, and nothing goes to an organisation that is not ours."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.mirror.mirrored import Mirrored
from tests.mirror.test_writes_of_decisions import administrator, ours

from leadwright.actions import mirror_writes
from leadwright.actions.leads import edit_lead
from leadwright.actions.qualify import qualify
from leadwright.db import audit
from leadwright.db.base import new_id, now
from leadwright.db.mirror import MirrorState
from leadwright.db.mirror_writes import MirrorWrite, put_mail, put_news
from leadwright.db.sales import AppNotification, Email, Lead
from leadwright.errors import CrmError
from leadwright.mirror.write_limits import Metadata
from leadwright.sandbox.dynamics.dataverse import roles, seed


def test_an_owner_who_is_not_there_holds_the_write_and_the_lead_stays(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    actor, nobody = administrator(mirrored).actor, new_id()
    with mirrored.database.transaction() as session:
        before = session.get_one(Lead, leadid).ownerid
        after: dict[str, Any] = {"ownerid": nobody}
        audit.record(session, actor, "lead.reassigned", "lead", leadid, before={"ownerid": before}, after=after)
    mirrored.send()
    (held,) = mirrored.writes()
    assert held.state == "held"
    assert "does not know a record that was chosen here" in held.reason
    assert "Does Not Exist. Choose another one" in held.reason
    assert ours(mirrored, leadid).leadid == leadid
    assert mirrored.row("lead", leadid)["ownerid"] == before


def test_an_account_that_is_refused_keeps_the_qualified_lead_and_goes_when_the_right_is_given(
    mirrored: Mirrored,
) -> None:
    (leadid,) = mirrored.leads(1, queued=False, companyname="Acme")
    narrow = [part for part in roles.SEED_ROLES["AISalesPerson"].split(";") if "Account" not in part]
    seed.make_role(mirrored.world, "Without accounts", ";".join(narrow))
    seed.give_role(mirrored.world, mirrored.connected.userid, "Without accounts")
    seed.take_role(mirrored.world, mirrored.connected.userid, "AISalesPerson")
    made = qualify(mirrored.office.services, administrator(mirrored), leadid)
    mirrored.send()
    assert ours(mirrored, leadid).statecode == 1
    assert {w.state for w in mirrored.writes(kind="create", tablename="account")} == {"waiting"}
    seed.give_role(mirrored.world, mirrored.connected.userid, "AISalesPerson")
    for _ in range(3):
        mirrored.again()
        mirrored.send()
    assert mirrored.row("lead", leadid)["statecode"] == 1
    assert mirrored.row("account", str(made.accountid))["name"] == "Acme"
    assert ours(mirrored, leadid).statecode == 1


def test_a_copy_that_takes_the_organisation_s_place_under_its_address_is_noticed(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    with mirrored.database.transaction() as session:
        session.merge(MirrorState(mirrorid="dynamics365", organizationid=mirrored.world.organizationid))
    writer = mirrored.writer()
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "Here Ltd"})
    mirrored.send(writer)
    mirrored.world.organizationid = new_id()
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "There Ltd"})
    mirrored.shift += timedelta(minutes=16)
    with pytest.raises(CrmError, match="another organisation"):
        writer.send_due()
    assert mirrored.row("lead", leadid)["companyname"] == "Here Ltd"


def test_nothing_is_written_to_another_organisation(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    with mirrored.database.transaction() as session:
        session.merge(MirrorState(mirrorid="dynamics365", organizationid=new_id()))
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "Elsewhere Ltd"})
    writer = mirrored.writer()
    with pytest.raises(CrmError, match="another organisation"):
        writer.send_due()
    assert writer.send_due() == 0
    assert mirrored.row("lead", leadid)["companyname"] != "Elsewhere Ltd"
    assert {w.state for w in mirrored.writes()} == {"waiting"}
    with mirrored.database.transaction() as session:
        session.merge(MirrorState(mirrorid="dynamics365", organizationid=mirrored.world.organizationid))
    mirrored.send()
    assert mirrored.row("lead", leadid)["companyname"] == "Elsewhere Ltd"


def test_a_mail_whose_message_id_holds_a_line_break_is_recorded_and_stops_nothing(mirrored: Mirrored) -> None:
    leadid, other = mirrored.leads(2, queued=False)
    strange, emailid = "<x\ry\n%20'&#+?@evil.example>", new_id()
    with mirrored.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        session.add(
            Email(activityid=emailid, regardingobjectid=leadid, subject="Re", description="Hello", statecode=1,
                  statuscode=4, directioncode=False, ownerid=lead.ownerid, owningbusinessunit=lead.owningbusinessunit,
                  createdon=now(), modifiedon=now(), messageid=strange, sender="a@b.example",
                  torecipients="c@d.example", senton=now())
        )  # fmt: skip
        session.flush()
        put_mail(session, emailid)
    edit_lead(mirrored.office.services, administrator(mirrored), other, {"donotemail": True})
    mirrored.send()
    assert mirrored.row("lead", other)["donotemail"] is True
    assert [(w.kind, w.state) for w in mirrored.writes()] == [("mail", "sent"), ("change", "sent")]
    assert [email["activityid"] for email in mirrored.find("email")] == [emailid]


def test_news_of_two_lines_that_may_have_been_told_is_found_and_not_told_twice(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    seller = mirrored.office.sellers[0]
    with mirrored.database.transaction() as session:
        put_news(session, leadid, seller, "two lines", "A lead\r\n50% yours & 'more'", "Call them", 100000000)
    mirrored.send()
    with mirrored.database.transaction() as session:
        (write,) = session.scalars(select(MirrorWrite))
        write.state, write.doubtful, write.answer = "waiting", True, {}
    mirrored.send()
    assert [w.state for w in mirrored.writes()] == ["sent"]
    assert len(mirrored.find("appnotification")) == 1


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        ("notify", {"body": "without a title"}),  # fails when it is planned
        ("change", {"leadqualitycode": {"no": "number"}}),  # when it is held against the choices
    ],
)
def test_what_we_cannot_make_ready_is_held_with_a_sentence_and_everything_else_goes(
    mirrored: Mirrored, kind: str, broken: dict[str, Any]
) -> None:
    leadid, other = mirrored.leads(2, queued=False)
    quality = ours(mirrored, leadid).leadqualitycode
    with mirrored.database.transaction() as session:
        session.add(
            MirrorWrite(lane=leadid, kind=kind, tablename="lead" if kind == "change" else "appnotification",
                        recordid=leadid, changes=broken, known={"leadqualitycode": [quality]})
        )  # fmt: skip
    edit_lead(mirrored.office.services, administrator(mirrored), other, {"donotemail": True})
    mirrored.send()
    assert mirrored.row("lead", other)["donotemail"] is True
    held, sent = mirrored.writes()
    assert (held.state, "The log of the worker says why" in held.reason, held.attempts) == ("held", True, 1)
    assert sent.state == "sent"


def test_what_is_amiss_with_everything_is_told_to_administrators_when_it_lasts(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"donotemail": True})

    def fails(at: str) -> None:
        if at == "sending":
            raise KeyError(at)

    def told() -> set[str]:
        with mirrored.database.reading() as session:
            return {row.body for row in session.scalars(select(AppNotification)) if "does not take" in row.title}

    mirrored.send(mirrored.writer(step=fails))
    assert told() == set()
    mirrored.again()
    mirrored.send(mirrored.writer(step=fails))
    (said,) = told()
    assert "Something is amiss in Leadwright (KeyError)" in said
    mirrored.again()
    mirrored.send()
    assert mirrored.row("lead", leadid)["donotemail"] is True


def body_told(mirrored: Mirrored, body: str) -> str:
    (leadid,) = mirrored.leads(1, queued=False)
    seller = mirrored.office.sellers[0]
    with mirrored.database.transaction() as session:
        put_news(session, leadid, seller, new_id(), "Wrote to us", body, 100000000)
    mirrored.send()
    assert [(w.state, w.reason) for w in mirrored.writes(kind="notify")] == [("sent", "")]
    (told,) = mirrored.find("appnotification", ownerid=seller)
    return str(told["body"])


def test_a_long_notification_is_cut_at_a_word(mirrored: Mirrored) -> None:
    told = body_told(mirrored, "Hello, thank you for writing. " * 20)
    assert 480 <= len(told) <= 500
    assert told.endswith("thank you…")


def test_characters_of_a_notification_count_as_they_do_there(mirrored: Mirrored) -> None:
    told = body_told(mirrored, "\U0001f600" * 400)
    assert told == "\U0001f600" * 249 + "…"


def test_a_notification_that_was_held_for_its_length_goes_with_retry_and_once(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    seller, services, who = mirrored.office.sellers[0], mirrored.office.services, administrator(mirrored)
    with mirrored.database.transaction() as session:
        put_news(session, leadid, seller, new_id(), "Wrote to us", "Hello there. " * 60, 100000000)
        session.execute(update(MirrorWrite).values(state="held", attempts=1, doubtful=True))
    mirror_writes.retry_all(services, who)
    mirrored.send()
    with mirrored.database.transaction() as session:
        session.execute(update(MirrorWrite).values(state="waiting", doubtful=True, answer={}))
    mirrored.send()
    assert [w.state for w in mirrored.writes()] == ["sent"]
    assert len(mirrored.find("appnotification", ownerid=seller)) == 1


def test_the_options_of_a_global_choice_are_known_before_one_is_sent(mirrored: Mirrored) -> None:
    mirrored.add_own_column("cr_region", "choice global 1 North | 2 South; Region", "choice")
    metadata = Metadata()
    metadata.ask(mirrored.dataverse, ["lead"], now())
    limits = metadata.limits("lead")
    assert limits is not None
    assert (limits["cr_region"].choices, limits["leadqualitycode"].choices) == (
        {1: "North", 2: "South"}, {1: "Hot", 2: "Warm", 3: "Cold"},
    )  # fmt: skip
