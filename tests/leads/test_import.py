"""Importing lists: all rows or none, recognised when they come again, changes noted, on both databases."""

import csv
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, text

from leadwright.actions.import_leads import ImportResult, RowsRefused, import_file, preview
from leadwright.actions.leads import create_lead, delete_lead, edit_lead
from leadwright.db import audit
from leadwright.db.agent import Agent, AgentVersion, LeadChange
from leadwright.db.configuration import Configuration
from leadwright.db.people import CustomColumn
from leadwright.db.sales import Annotation
from leadwright.domain.privileges import PRIVILEGES
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, NotAllowed
from leadwright.identity.access import Principal

from .conftest import Office

Write = Callable[..., Path]
LIST = [
    "First Name,Last Name,Company,Email,No. of Employees,Annual Revenue,Lead Source,Est. Close Date,Email Opt Out",
    'Jane,Doe,Acme,Jane@Acme.example,"1,200",$1.5M,Web,2026-03-31,no',
    "Max,Muster,Beta,max@beta.example,,,,,",
]


def agent(office: Office) -> str:
    """An agent that was started, so that changes are noted for it."""
    with office.services.database.transaction() as session:
        started = Agent(name="A", mode="research", state=AgentState.ON)
        session.add(started)
        session.flush()
        return started.agentid


def changes(office: Office) -> list[Any]:
    with office.services.database.reading() as session:
        return list(session.execute(select(LeadChange.__table__).order_by(LeadChange.id)).all())


ROWS = ["Acme,a@acme.example,1200,North", "Bolt,b@bolt.example,30,East"]


def last_entry(office: Office) -> audit.AuditEntry:
    with office.services.database.reading() as session:
        assert audit.broken_link(session) is None
        return session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.number.desc()).limit(1)).one()


def test_a_list_is_stored_as_typed_leads_of_the_first_administrator(office: Office, as_csv: Write) -> None:
    done = import_file(office.services, office.operator, as_csv(LIST))
    assert (done.created, done.updated, done.unchanged, done.rows) == (2, 0, 0, 2)
    jane, other = office.leads()
    assert (jane.fullname, jane.emailaddress1, jane.companyname) == ("Jane Doe", "jane@acme.example", "Acme")
    assert (jane.numberofemployees, jane.revenue, jane.leadsourcecode) == (1200, 1_500_000.0, 8)
    assert (jane.estimatedclosedate, jane.donotemail, jane.custom) == (date(2026, 3, 31), False, {})
    assert (jane.statecode, jane.statuscode, jane.leadqualitycode, jane.versionnumber) == (0, 1, 3, 1)
    assert (jane.ownerid, jane.owningbusinessunit, jane.createdby) == (office.admin_id, office.unit, None)
    assert jane.createdon == jane.modifiedon
    assert jane.createdon.tzinfo is not None
    assert (other.donotemail, other.revenue) == (False, None)


def test_the_last_audit_entry_of_an_import_has_hash_and_counts(office: Office, as_csv: Write) -> None:
    done = import_file(office.services, office.operator, as_csv(LIST))
    entry = last_entry(office)
    assert (entry.action, entry.recordid, entry.actorname) == ("leads.imported", done.importid, "command line")
    assert (entry.after["created"], entry.after["file"], len(entry.after["sha256"])) == (2, "leads.csv", 64)


def test_the_same_list_again_touches_nothing(office: Office, as_csv: Write) -> None:
    path = as_csv(LIST)
    import_file(office.services, office.operator, path)
    agent(office)
    before = office.leads()
    done = import_file(office.services, office.operator, path)
    assert (done.created, done.updated, done.unchanged) == (0, 0, 2)
    assert office.leads() == before
    assert changes(office) == []


def test_a_changed_list_updates_and_notes_what_was_before(office: Office, as_csv: Write) -> None:
    import_file(office.services, office.operator, as_csv(LIST))
    agent(office)
    changed = [LIST[0], LIST[1].replace("1,200", "2,500"), LIST[2]]
    done = import_file(office.services, office.operator, as_csv(changed))
    assert (done.created, done.updated, done.unchanged) == (0, 1, 1)
    jane, other = office.leads()
    assert (jane.numberofemployees, jane.versionnumber, other.versionnumber) == (2500, 2, 1)
    (change,) = changes(office)
    assert (change.leadid, change.kind, change.before) == (jane.leadid, "changed", {"numberofemployees": 1200})


def test_each_lead_an_import_changes_has_its_audit_entry_with_before_and_after(office: Office, as_csv: Write) -> None:
    mapping = {"columns": {"Region": "new_region: text"}}
    import_file(office.services, office.operator, as_csv(["Company,Email,Employees,Region", *ROWS]), mapping)
    again = [ROWS[0].replace("1200,North", "2500,South"), ROWS[1]]
    more = import_file(office.services, office.operator, as_csv(["Company,Email,Employees,Region", *again]), mapping)
    with office.services.database.reading() as session:
        assert audit.broken_link(session) is None
        entries = session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.recordtype == "lead")).all()
    ids = {lead.companyname: lead.leadid for lead in office.leads()}
    (changed,) = entries
    assert (changed.action, changed.recordid, changed.cause) == ("lead.changed", ids["Acme"], f"import {more.importid}")
    assert changed.before == {"numberofemployees": 1200, "new_region": "North"}
    assert changed.after == {"numberofemployees": 2500, "new_region": "South"}


def test_new_leads_are_noted_for_every_started_agent(office: Office, as_csv: Write) -> None:
    agent(office)
    import_file(office.services, office.operator, as_csv(LIST))
    assert [(c.leadid, c.kind, c.before) for c in changes(office)] == [
        (lead.leadid, "created", {}) for lead in office.leads()
    ]


def test_one_bad_row_keeps_every_row_out(office: Office, as_csv: Write) -> None:
    with pytest.raises(RowsRefused) as refused:
        import_file(office.services, office.operator, as_csv([*LIST, "A,B,C,no address,-5,,,,"]))
    assert office.count() == 0
    told = str(refused.value)
    assert "1 of 3 rows" in told
    assert 'Row 4, Email (column D): "no address" is not an email address' in told
    assert "Row 4, No. of Employees (column E)" in told
    with office.services.database.reading() as session:
        assert not session.scalar(select(func.count()).select_from(audit.AuditEntry))


def test_bad_rows_can_be_skipped_and_come_back_in_a_file(office: Office, as_csv: Write) -> None:
    path = as_csv([*LIST, 'A,B,C,"=cmd|x",,,,,', "D,E,F,f@g.example,many,,,,"])
    done = import_file(office.services, office.operator, path, skip_bad_rows=True)
    assert (done.created, done.bad_rows) == (2, 2)
    assert done.bad_rows_file == path.with_name("leads-not-imported.csv")
    with done.bad_rows_file.open(encoding="utf-8-sig", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert first["Email"] == "'=cmd|x"
    assert (second["Row"], second["No. of Employees"]) == ("5", "many")
    assert "not a number" in second["Why it was not imported"]


def test_corrected_bad_rows_can_be_imported_from_that_file(small_office: Office, as_csv: Write) -> None:
    path = as_csv([LIST[0], "D,E,F,f@g.example,many,,,,"], "first.csv")
    done = import_file(small_office.services, small_office.operator, path, skip_bad_rows=True)
    assert done.bad_rows_file
    done.bad_rows_file.write_text(done.bad_rows_file.read_text("utf-8-sig").replace("many", "70", 1), "utf-8")
    assert import_file(small_office.services, small_office.operator, done.bad_rows_file).created == 1


def test_a_row_with_too_many_cells_is_told_by_its_cause_alone(office: Office, as_csv: Write) -> None:
    lines = [LIST[0], "Jane,Doe,Acme,Inc.,jane@acme.example,1200,$1.5M,Web,2026-03-31,no", "A,B,C,none,-5,,,,"]
    seen = preview(office.services, office.operator, as_csv(lines))
    assert [(p.row, p.reason[:24]) for p in seen.problems if p.row == 2] == [(2, "it has 10 cells, the hea")]
    assert {p.row for p in seen.problems} == {2, 3}
    kept = import_file(office.services, office.operator, as_csv(lines), keep_bad_rows=True)
    assert [n for n in kept.notes if "not a number" in n] == []


@pytest.mark.parametrize("applied", [False, True])
def test_how_many_rows_the_agent_would_take_is_said_with_the_condition_that_leaves_most_out(
    office: Office, as_csv: Write, applied: bool
) -> None:
    path = as_csv(
        [
            "Company,Email,Rating",
            "A,a@a.example,Hot",
            "B,b@b.example,Warm",
            "C,c@c.example,",
            "D,,Cold",
            "E,e@e.example,",
        ]
    )
    assert not any("would take" in n for n in preview(office.services, office.operator, path).notes), (
        "there is no agent"
    )
    agentid = agent(office)
    if applied:
        with office.services.database.transaction() as session:
            session.get_one(Agent, agentid).appliedversion = 1
            configuration = Configuration().model_dump(mode="json")
            session.add(AgentVersion(agentid=agentid, version=1, configuration=configuration))
    whose = "agent's conditions" if applied else "conditions of the agent's draft"
    why = "What leaves most of the others out: Rating is not Cold (2 of 5 rows)."
    told = f"The {whose} would take 2 of 5 new leads. {why}"
    assert preview(office.services, office.operator, path).notes[0] == told
    assert import_file(office.services, office.operator, path).notes[0] == told
    assert not any("would take" in n for n in preview(office.services, office.operator, path).notes), "none is new"


def test_what_only_a_rule_makes_clear_is_told_with_the_words_of_the_mapping_file(
    small_office: Office, as_csv: Write
) -> None:
    path = as_csv(["Company,Annual Revenue,Est. Close Date", "A,1.200,03/04/2026"])
    with pytest.raises(RowsRefused) as refused:
        import_file(small_office.services, small_office.operator, path)
    assert 'Write 1200 or 1.2, or say in the mapping file: numbers = "comma"' in str(refused.value)
    assert 'Write it as 2026-03-31, or say in the mapping file: dates = "day first"' in str(refused.value)


def test_an_error_while_storing_leaves_nothing_behind(office: Office, as_csv: Write, tmp_path: Path) -> None:
    lines = [LIST[0], *[f"A,B{i},C,b{i}@c.example,,,,," for i in range(5000)], "X,Y,Z,broken,,,,,"]
    nowhere = tmp_path / "no such folder" / "bad.csv"
    with pytest.raises(BadInput, match="Nothing was imported"):
        import_file(office.services, office.operator, as_csv(lines), skip_bad_rows=True, bad_rows_file=nowhere)
    assert office.count() == 0


def test_a_row_twice_in_one_list_is_taken_once_and_reported(office: Office, as_csv: Write) -> None:
    done = import_file(office.services, office.operator, as_csv([*LIST, LIST[1].replace("Jane@", "JANE@")]))
    assert (done.created, done.repeated) == (2, 1)
    assert str(done.repetitions[0]) == ("Row 4 is the same lead as row 2 (email jane@acme.example) and is left out.")


def test_missing_company_and_email_are_warnings_both_names_missing_an_error(office: Office, as_csv: Write) -> None:
    done = import_file(office.services, office.operator, as_csv(["Name,Company,Email,City", "Jane Doe,,,", ",Acme,,"]))
    assert done.created == 2
    assert any("2 leads have no email address" in n for n in done.notes)
    assert any("1 lead has no company" in n for n in done.notes)
    with pytest.raises(RowsRefused, match="Row 2: it has neither a company nor a name"):
        import_file(office.services, office.operator, as_csv(["Name,Company,Email,City", ",,x@y.example,Berlin"]))


@pytest.mark.parametrize("heading", ["(Do Not Modify) Lead", "Record ID"])
def test_an_id_beats_a_changed_address(office: Office, as_csv: Write, heading: str) -> None:
    guid = "0190c8b0-5d4e-7a3b-8c2d-1e0f9a8b7c6d"
    import_file(office.services, office.operator, as_csv([f"{heading},Company,Email", f"{guid},Acme,old@a.example"]))
    done = import_file(
        office.services, office.operator, as_csv([f"{heading},Company,Email", f"{guid.upper()},Acme,new@a.example"])
    )
    assert (done.created, done.updated) == (0, 1)
    (lead,) = office.leads()
    assert lead.emailaddress1 == "new@a.example"
    assert heading == "Record ID" or lead.leadid == guid


def test_a_lead_without_address_is_recognised_when_the_address_comes(office: Office, as_csv: Write) -> None:
    import_file(office.services, office.operator, as_csv(["Name,Company,Email", "Jane Doe,Acme,"]))
    done = import_file(office.services, office.operator, as_csv(["Name,Company,Email", "Jane Doe,ACME,j@a.example"]))
    assert (done.created, done.updated) == (0, 1)
    again = import_file(office.services, office.operator, as_csv(["Name,Company,Email", "Jane Doe,ACME,j@a.example"]))
    assert (again.created, again.unchanged) == (0, 1)
    without = import_file(office.services, office.operator, as_csv(["Name,Company,City", "Jane Doe,ACME,Bonn"]))
    assert (without.created, without.updated) == (0, 1)


def test_a_lead_made_by_hand_is_recognised_by_its_address(office: Office, as_csv: Write) -> None:
    leadid = create_lead(office.services, office.admin, {"companyname": "Acme", "emailaddress1": "j@a.example"})
    edit_lead(office.services, office.admin, leadid, {"emailaddress1": "jane@a.example"})
    done = import_file(office.services, office.operator, as_csv(["Company,Email,City", "Acme,jane@a.example,Bonn"]))
    assert (done.created, done.updated) == (0, 1)


def test_two_people_with_one_address_but_their_own_ids_stay_two(office: Office, as_csv: Write) -> None:
    lines = ["Id,Company,Email", "1,Acme,info@a.example", "2,Acme,info@a.example"]
    assert import_file(office.services, office.operator, as_csv(lines)).created == 2
    assert import_file(office.services, office.operator, as_csv(lines)).unchanged == 2


def test_an_id_that_comes_later_is_remembered(office: Office, as_csv: Write) -> None:
    import_file(office.services, office.operator, as_csv(["Company,Email", "Acme,a@a.example"]))
    import_file(office.services, office.operator, as_csv(["Id,Company,Email", "7,Acme,a@a.example"]))
    done = import_file(office.services, office.operator, as_csv(["Id,Company,Email", "7,Acme,b@a.example"]))
    assert (done.created, done.updated) == (0, 1)
    assert office.leads()[0].versionnumber == 2  # the key alone moved none


def test_a_list_never_reopens_a_lead_or_takes_an_opt_out_back(office: Office, as_csv: Write) -> None:
    lines = ["Company,Email,Status Reason,Rating,Email Opt Out,City", "Acme,a@a.example,New,Cold,no,Bonn"]
    import_file(office.services, office.operator, as_csv(lines))
    (lead,) = office.leads()
    edit_lead(office.services, office.admin, lead.leadid, {"statuscode": 7, "leadqualitycode": 1, "donotemail": True})
    done = import_file(office.services, office.operator, as_csv([lines[0], lines[1].replace("Bonn", "Köln")]))
    assert done.updated == 1
    (lead,) = office.leads()
    assert (lead.statecode, lead.statuscode, lead.leadqualitycode, lead.donotemail) == (2, 7, 1, True)
    assert lead.address1_city == "Köln"


def test_an_empty_cell_clears_nothing(office: Office, as_csv: Write) -> None:
    import_file(office.services, office.operator, as_csv(["Company,Email,City", "Acme,a@a.example,Bonn"]))
    done = import_file(office.services, office.operator, as_csv(["Company,Email,City", "Acme,a@a.example,"]))
    assert (done.unchanged, office.leads()[0].address1_city) == (1, "Bonn")


def test_a_changed_address_forgets_what_was_found_out_about_the_old_one(office: Office, as_csv: Write) -> None:
    import_file(office.services, office.operator, as_csv(["Id,Company,Email", "1,Acme,bad@a.example"]))
    with office.services.database.transaction() as session:
        session.execute(text("UPDATE lead SET lw_emailstate = 'invalid'"))
    agent(office)
    import_file(office.services, office.operator, as_csv(["Id,Company,Email", "1,Acme,good@a.example"]))
    assert office.leads()[0].lw_emailstate is None
    assert changes(office)[0].before["lw_emailstate"] == "invalid"


def test_unknown_headings_become_columns_of_our_own(office: Office, as_csv: Write) -> None:
    mapping = {
        "columns": {
            "Firma": "companyname",
            "Region": "new_region: text",
            "Score": "new_score: number",
            "Since": "new_since: date",
            "VIP": "new_vip: yes/no",
            "Junk": "ignore",
        }
    }
    lines = ["Firma,Region,Score,Since,VIP,Junk,Other", "Acme,North,7.5,2026-01-31,yes,x,y"]
    done = import_file(office.services, office.operator, as_csv(lines), mapping)
    assert done.created == 1
    assert office.leads()[0].custom == {
        "new_region": "North",
        "new_score": 7.5,
        "new_since": "2026-01-31",
        "new_vip": True,
    }
    with office.services.database.reading() as session:
        assert len(session.scalars(select(CustomColumn)).all()) == 4
    agent(office)
    lines[1] = lines[1].replace("North", "South")
    again = import_file(office.services, office.operator, as_csv([lines[0], lines[1]]), {"Firma": "companyname"})
    assert again.updated == 1  # now the heading Region is known
    (lead,) = office.leads()
    assert (lead.custom["new_region"], lead.custom["new_score"]) == ("South", 7.5)
    assert changes(office)[0].before == {"new_region": "North"}


def test_two_columns_of_one_meaning_are_refused_with_both_names(small_office: Office, as_csv: Write) -> None:
    with pytest.raises(BadInput, match=r'"Email" \(column B\) and "E-mail" \(column C\)'):
        import_file(small_office.services, small_office.operator, as_csv(["Company,Email,E-mail", "A,b@c.de,"]))


def test_two_equal_headings_are_refused_by_their_letters_and_one_can_be_left_out(
    small_office: Office, as_csv: Write
) -> None:
    path = as_csv(["Company,Phone,Email,Phone", "A,1,b@c.de,2"])
    with pytest.raises(BadInput, match=r'"Phone" \(column B\) and "Phone" \(column D\).*"column D" = "ignore"'):
        import_file(small_office.services, small_office.operator, path)
    import_file(small_office.services, small_office.operator, path, {"column D": "ignore"})
    assert small_office.leads()[0].telephone1 == "1"
    with pytest.raises(BadInput, match='"column E", which'):
        import_file(small_office.services, small_office.operator, path, {"column E": "ignore"})


def test_amounts_in_another_currency_are_stored_as_their_number_with_one_warning(office: Office, as_csv: Write) -> None:
    lines = ["Company,Email,Annual Revenue", "A,a@a.example,€5M", "B,b@b.example,€800k", "C,c@c.example,$1M"]
    done = import_file(office.services, office.operator, as_csv(lines))
    assert (done.created, done.bad_rows, done.remarked) == (3, 0, 2)
    (warned,) = [note for note in done.notes if "US dollars" in note]
    assert warned.startswith("Annual Revenue (column C): the amount is in EUR, not in US dollars")
    assert warned.endswith("(2 rows).")
    assert {lead.companyname: lead.revenue for lead in office.leads()} == {"A": 5e6, "B": 8e5, "C": 1e6}


def test_unknown_choices_and_ranges_are_warnings_and_stay_with_the_lead_as_a_note(
    office: Office, as_csv: Write
) -> None:
    lines = [
        "Company,Email,Lead Source,Employees,Lead Status",
        "A,a@a.example,Carrier pigeon,51-200,Recycled",
        "B,b@b.example,Carrier pigeon,40,Closed - Duplicate",
        "C,c@c.example,Web,40,New",
    ]
    seen = preview(office.services, office.operator, as_csv(lines))
    assert (seen.new, seen.bad_rows) == (3, 0)
    assert seen.originals[0] == {
        "leadsourcecode": "Carrier pigeon",
        "numberofemployees": "51-200",
        "statuscode": "Recycled",
    }
    done = import_file(office.services, office.operator, as_csv(lines))
    assert (done.created, done.remarked) == (3, 2)
    said = "\n".join(done.notes)
    assert 'Lead Source (column C): "Carrier pigeon" is no choice we know, so it is left empty (2 rows).' in said
    assert '"51-200" is a range and is read as 51, its lower end (1 row).' in said
    assert "the lead is taken as open" in said
    leads = sorted(office.leads(), key=lambda lead: lead.companyname)
    assert [(x.leadsourcecode, x.numberofemployees, x.statecode) for x in leads] == [
        (None, 51, 0),
        (None, 40, 2),
        (8, 40, 0),
    ]
    with office.services.database.reading() as session:
        notes = session.scalars(select(Annotation.notetext).where(Annotation.objectid == leads[0].leadid)).all()
    assert len(notes) == 1
    assert "Carrier pigeon" in notes[0]
    again = import_file(office.services, office.operator, as_csv(lines))
    assert (again.created, again.unchanged) == (0, 3)
    delete_lead(office.services, office.admin, leads[0].leadid)
    with office.services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Annotation)) == 1


def test_zone_and_consent_come_in_and_a_day_that_is_yet_to_come_keeps_the_list_out(
    office: Office, as_csv: Write
) -> None:
    headings = "Company,Email,Zeitzone,Rechtsgrundlage,Consent source,Consent date"
    good = ["Acme,a@acme.example,europe/berlin,Bestandskunde,Order 1,2026-01-05", "Bolt,b@bolt.example,Mars,maybe,,"]
    done = import_file(office.services, office.admin, as_csv([headings, *good]))
    assert done.created == 2
    assert any("Mars" in note and "no time zone" in note for note in done.notes)
    first, second = sorted(office.leads(), key=lambda lead: lead.companyname)
    assert (first.lw_timezone, first.lw_consentbasis) == ("Europe/Berlin", "customer")
    assert (first.lw_consentsource, first.lw_consenton) == ("Order 1", date(2026, 1, 5))
    assert (second.lw_timezone, second.lw_consentbasis) == (None, None)
    ahead = ["Cord,c@cord.example,,Consent,Form,2199-01-05"]
    with pytest.raises(RowsRefused, match="yet to come"):
        import_file(office.services, office.admin, as_csv([headings, *ahead]))
    assert len(office.leads()) == 2


def test_a_second_import_waits_for_the_first(office: Office, as_csv: Write) -> None:
    first = as_csv(["Company,Email", *[f"Firm {i},a{i}@b.example" for i in range(4000)]], "first.csv")
    second = as_csv(["Company,Email", *[f"Firm {i},a{i}@b.example" for i in range(3990, 4020)]], "second.csv")
    storing, done = threading.Event(), dict[str, ImportResult]()

    def work(name: str, path: Path, slow: bool) -> None:
        def progress(stage: str, _share: float) -> None:
            if stage == "Storing":
                storing.set()
                time.sleep(0.5 if slow else 0)

        done[name] = import_file(office.services, office.operator, path, None, progress)

    slow = threading.Thread(target=work, args=("first", first, True))
    slow.start()
    assert storing.wait(60)
    work("second", second, slow=False)
    slow.join()
    assert done["first"].created + done["second"].created == 4020
    assert office.count() == 4020


def test_an_import_tries_again_while_another_program_writes(small_office: Office, as_csv: Write) -> None:
    other = sqlite3.connect(small_office.services.database.engine.url.database or "", isolation_level=None)
    with small_office.services.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=100")
    other.execute("BEGIN IMMEDIATE")
    told: list[str] = []

    def progress(stage: str, _share: float) -> None:
        told.append(stage)
        if stage.startswith("Waiting") and other.in_transaction:
            other.execute("ROLLBACK")

    done = import_file(small_office.services, small_office.operator, as_csv(LIST), None, progress)
    other.close()
    assert done.created == 2
    assert "Waiting for another import" in told


def test_every_row_can_be_kept_without_its_bad_cells(office: Office, as_csv: Write) -> None:
    lines = [
        "Company,Email,Employees,Created Date",
        "A,nobody,51-200,2020-01-31",
        "B,b@b.example,many,03/04/2026",
        ",,7,2999-01-01",
        ",,8,",
        "C,c@c.example,9,,too much",
    ]
    done = import_file(office.services, office.operator, as_csv(lines), keep_bad_rows=True)
    assert (done.created, done.bad_rows, done.remarked) == (5, 0, 5)
    leads = {lead.numberofemployees: lead for lead in office.leads()}
    assert set(leads) == {51, None, 7, 8, 9}
    assert leads[51].createdon.date() == date(2020, 1, 31)
    assert leads[7].createdon == leads[7].modifiedon
    assert import_file(office.services, office.operator, as_csv(lines), keep_bad_rows=True).unchanged == 5


def test_a_list_without_company_and_name_is_refused_with_its_headings(small_office: Office, as_csv: Write) -> None:
    with pytest.raises(BadInput, match="Colour, Size"):
        import_file(small_office.services, small_office.operator, as_csv(["Colour,Size", "red,2"]))


def test_headings_without_rows_are_refused(small_office: Office, as_csv: Write) -> None:
    for lines in (["Company,Email"], ["Company,Email", ",", " ,  "]):
        with pytest.raises(BadInput, match="no rows"):
            import_file(small_office.services, small_office.operator, as_csv(lines))


def test_a_heading_of_the_mapping_that_is_not_there_is_named(small_office: Office, as_csv: Write) -> None:
    with pytest.raises(BadInput, match='"Frima"'):
        import_file(small_office.services, small_office.operator, as_csv(["Firma", "A"]), {"Frima": "companyname"})


def test_states_that_do_not_fit_are_named(small_office: Office, as_csv: Write) -> None:
    with pytest.raises(RowsRefused, match="Qualified does not go with the status Open"):
        import_file(
            small_office.services, small_office.operator, as_csv(["Company,Status,Status Reason", "A,Open,Qualified"])
        )


def test_formula_cells_of_a_workbook_are_named(small_office: Office, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Company", "Employees", "Website"], ["Acme", "=1+1", '=HYPERLINK("http://x","y")'], ["B", 3, None]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(RowsRefused, match=r"Row 2, Employees .column B.: cell B2 holds a formula"):
        import_file(small_office.services, small_office.operator, tmp_path / "a.xlsx")
    done = import_file(small_office.services, small_office.operator, tmp_path / "a.xlsx", skip_bad_rows=True)
    assert (done.created, done.bad_rows) == (1, 1)


def test_control_characters_of_a_hostile_list_never_reach_the_database(office: Office, as_csv: Write) -> None:
    import_file(office.services, office.operator, as_csv(["Company,Notes", "Ac\0me\x1b[31m,one\0two\u202e"]))
    (lead,) = office.leads()
    assert (lead.companyname, lead.description) == ("Acme[31m", "onetwo")


def test_a_preview_tells_everything_and_stores_nothing(office: Office, as_csv: Write) -> None:
    import_file(office.services, office.operator, as_csv(LIST))
    lines = [
        LIST[0] + ",Colour",
        LIST[1] + ",red",
        LIST[2].replace("Beta", "Beta2") + ",",
        "New,One,C,n@o.example,,,,,,",
        "New,One,C,n@o.example,,,,,,",
        "Bad,One,C,x,,,,,,",
    ]
    seen = preview(office.services, office.operator, as_csv(lines))
    assert (seen.new, seen.updated, seen.unchanged, seen.bad_rows, seen.repeated) == (1, 1, 1, 1, 1)
    assert [h.text for h in seen.headings if h.fate == "not mapped"] == ["Colour"]
    assert seen.first[0]["emailaddress1"] == "jane@acme.example"
    assert office.count() == 2


def test_many_blocks_are_one_import(office: Office, as_csv: Write) -> None:
    agent(office)
    lines = ["Company,Email,No. of Employees", *[f"Firm {i},a{i}@b.example,{i}" for i in range(7001)]]
    told: list[tuple[str, float]] = []
    done = import_file(office.services, office.operator, as_csv(lines), None, lambda s, x: told.append((s, x)))
    assert (done.created, office.count(), len(changes(office))) == (7001, 7001, 7001)
    assert told[-1] == ("Storing", 1.0)
    assert {s for s, _ in told} == {"Reading", "Storing"}
    lines = [lines[0], *[line + "0" for line in lines[1:]]]
    assert import_file(office.services, office.operator, as_csv(lines)).updated == 7000  # "00" is 0
    assert office.count() == 7001


def test_whoever_may_not_import_is_told_the_privilege(small_office: Office, as_csv: Write) -> None:
    with pytest.raises(NotAllowed, match="prvImportLead"):
        import_file(small_office.services, small_office.seller, as_csv(LIST))


def test_a_list_cannot_change_a_lead_that_belongs_to_someone_else(small_office: Office, as_csv: Write) -> None:
    import_file(small_office.services, small_office.operator, as_csv(LIST))
    shallow = Principal(
        small_office.seller_id, "person", "Sam", small_office.unit, dict.fromkeys(PRIVILEGES, 1), frozenset()
    )
    with pytest.raises(RowsRefused, match="Row 2: Your privilege prvWriteLead does not reach"):
        import_file(small_office.services, shallow, as_csv([LIST[0], LIST[1].replace("Acme,", "Acne,")]))


def test_the_owner_can_be_chosen(small_office: Office, as_csv: Write) -> None:
    import_file(small_office.services, small_office.operator, as_csv(LIST), owner="Sam@Seller.example")
    assert {lead.ownerid for lead in small_office.leads()} == {small_office.seller_id}
    with pytest.raises(BadInput, match="No active user"):
        import_file(small_office.services, small_office.operator, as_csv(LIST), owner="nobody@x.example")


def test_an_import_after_a_deletion_brings_the_lead_back(office: Office, as_csv: Write) -> None:
    import_file(office.services, office.operator, as_csv(LIST))
    delete_lead(office.services, office.admin, office.leads()[0].leadid)
    done = import_file(office.services, office.operator, as_csv(LIST))
    assert (done.created, done.unchanged) == (1, 1)


def test_the_real_companies_all_come_in(small_office: Office, shared_data: Path) -> None:
    done = import_file(small_office.services, small_office.operator, shared_data / "companies" / "companies.csv")
    assert done.created == done.rows == 2378
