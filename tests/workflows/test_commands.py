"""The commands `research`, `work` and `doctor` as a person runs them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.conftest import unguard_audit_log
from tests.workflows.office import PlainAnalyst, add_leads, open_office, services_of, stages

from leadwright.db.engine import Database

PROFILE = {
    "icp": [
        {"criteria": "Industry", "details": "Retail companies"},
        {"criteria": "Size", "details": "1000 to 50000+ employees"},
        {"criteria": "Job title", "details": "C-suite"},
    ],
    "company": {"name": "Shelf Makers", "website": "https://shelves.example", "value_proposition": "Shelves."},
}


def command(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    known = {k: v for k, v in os.environ.items() if not k.startswith("LEADWRIGHT_")}
    return subprocess.Popen(
        [sys.executable, "-m", "leadwright", *map(str, arguments)],
        env={**known, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=90)
    assert process.returncode == 0, said
    return said


@pytest.fixture
def companies(tmp_path: Path) -> Path:
    rows = ["name,industry,employees,website"]
    rows += [f"Company {n},{'Retail' if n % 3 else 'Aviation'},{n * 40},https://company{n}.example" for n in range(90)]
    path = tmp_path / "companies.csv"
    path.write_text("\n".join(rows))
    (tmp_path / "profile.json").write_text(json.dumps(PROFILE))
    return path


def test_a_list_killed_three_times_is_complete_each_lead_once_in_its_order(companies: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    arguments = ("research", companies, "--profile", tmp_path / "profile.json", "--output", out, "--sellers", "A,B")
    for wanted in (10, 30, 50):
        process = command(*arguments, LEADWRIGHT_WORKERS="2")
        while process.poll() is None and (not out.exists() or out.read_bytes().count(b"\n") < wanted):
            time.sleep(0.01)
        process.kill()
        process.communicate()
    with out.open("ab") as file:
        file.write(b'{"id": "cut o')
    said = ended(command(*arguments))
    assert "Going on after" in said
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["id"] for line in lines] == [str(n) for n in range(1, 91)]
    assert [line["company"] for line in lines] == [f"Company {n}" for n in range(90)]
    assert [(line["outcome"], line["reasons"]) for line in lines if not line["fit"]] == []
    owners = Counter(line["owner"] for line in lines if line["outcome"] == "handed_over")
    assert abs(owners["A"] - owners["B"]) <= 1
    big = lines[89]
    assert (big["outcome"], big["fit"]["band"], big["fit"]["signal"]) == ("handed_over", "High", "medium")
    assert [c["verdict"] for c in big["fit"]["criteria"]] == ["met", "met", "unknown"]
    assert big["fit"]["criteria"][1]["evidence"][0]["quote"] == "3,560"
    assert {"email address", "name of a person", "job title"} <= set(big["missing"])
    assert big["rating"] in ("Hot", "Warm")
    assert big["draft"]["body"].startswith("Hello")
    assert "90 of 90" in ended(command(*arguments))
    assert len(out.read_text().splitlines()) == 90


def test_a_job_folder_of_another_list_is_refused(companies: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out.jsonl.job"
    folder.mkdir()
    (folder / "job.json").write_text('{"fingerprint": "other"}')
    process = command("research", companies, "--profile", tmp_path / "profile.json", "--output", tmp_path / "out.jsonl")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "another list" in said
    assert "Traceback" not in said


def test_a_worker_ends_cleanly_on_sigterm_and_the_doctor_sees_it(sqlite_database: Database, tmp_path: Path) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    add_leads(office, 5)
    place = {"LEADWRIGHT_DATA_DIR": str(tmp_path), "LEADWRIGHT_DNS_CHECKS": "false"}
    place["LEADWRIGHT_FETCH_COMPANY_SITES"] = "false"
    worker = command("work", **place)
    while stages(office) != {"handed_over": 5}:
        assert worker.poll() is None, worker.communicate()[0]
        time.sleep(0.1)
    findings = {f["what"]: f for f in json.loads(ended(command("doctor", "--json", **place)))}
    assert {f["state"] for f in findings.values()} <= {"ok", "warn"}
    assert "work-1" in findings["Workers"]["detail"]
    assert "signs in as Agent" in findings["Agent"]["detail"]
    worker.send_signal(signal.SIGTERM)
    assert "Finishing the leads in hand" in ended(worker)


def test_the_doctor_names_a_changed_audit_log(sqlite_database: Database, tmp_path: Path) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    add_leads(office, 1, queued=False)
    with sqlite_database.transaction() as session:
        from leadwright.db import audit

        audit.record(session, audit.SYSTEM, "test.done", "lead", "1")
    unguard_audit_log(sqlite_database)
    with sqlite_database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE auditentry SET cause = 'other' WHERE number = 1")
    process = command("doctor", "--json", LEADWRIGHT_DATA_DIR=str(tmp_path))
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    (broken,) = [f for f in json.loads(said) if f["what"] == "Audit log"]
    assert broken["state"] == "fail"
    assert "entry 1" in broken["detail"]
