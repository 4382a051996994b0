"""`leadwright research` as a person runs it: every row has its line, whatever is wrong with one of its cells."""

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from benchmarks.fake_model import FakeModel

PROFILE = {
    "icp": [
        {"criteria": "Industry", "details": "Retail companies"},
        {"criteria": "Size", "details": "1000 to 50000+ employees"},
    ]
}
LIST = """Company,Name,Email,Employees,Industry,Lead Source,Lead Status,Created Date,Email Opt Out
Acme,Jane Doe,not-an-address,"1,001-5,000 employees",Retail,Carrier pigeon,Open - Not Contacted,2020-01-31,
Beta,,,many,Retail,,Closed - Not Converted,03/04/2026,
,,x@gamma.example,2000,Retail,,,,
,,,3000,Aviation,,,,
Delta,Max Muster,max@delta.example,9000,Retail,Web,,,yes
Epsilon,Joe Roe,joe@epsilon.example,9000,Retail,Web,,,,one cell too many
"""


def research(folder: Path, *more: str) -> tuple[list[dict[str, Any]], str]:
    status, said = run(folder, *more)
    assert status == 0, said
    return [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()], said


def run(
    folder: Path, *more: str, leads: bytes = LIST.encode(), profile: object = PROFILE, **environment: str
) -> tuple[int, str]:
    """Exit status, and what was said."""
    (folder / "leads.csv").write_bytes(leads)
    (folder / "profile.json").write_text(json.dumps(profile))
    out = folder / "out.jsonl"
    arguments = ["research", folder / "leads.csv", "--profile", folder / "profile.json", "--output", out, *more]
    known = {k: v for k, v in os.environ.items() if not k.startswith("LEADWRIGHT_")}
    done = subprocess.run(
        [sys.executable, "-m", "leadwright", *map(str, arguments)],
        env={**known, "COLUMNS": "500", **{f"LEADWRIGHT_{k.upper()}": v for k, v in environment.items()}},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return done.returncode, done.stderr


def test_every_row_is_judged_and_says_what_was_wrong(tmp_path: Path) -> None:
    lines, said = research(tmp_path)
    assert [line["company"] for line in lines] == ["Acme", "Beta", None, None, "Delta", "Epsilon"]
    assert [line["fit"]["band"] for line in lines] == ["High", "High", "High", "Moderate", "High", "High"]
    acme, beta, gamma, nobody, delta, epsilon = (" ".join(line["problems"]) for line in lines)
    assert 'Row 2, Email (column C): "not-an-address" is not an email address' in acme
    assert '"1,001-5,000 employees" is a range and is read as 1,001' in acme
    assert '"Carrier pigeon" is no choice we know' in acme
    assert '"many" is not a number' in beta
    assert "The list says Lost" in beta
    assert gamma == "Row 4: it has neither a company nor a name. Add one of them."
    assert "email address" in lines[0]["missing"]
    assert "company name" in lines[3]["missing"]
    assert "neither a company nor a name" in nobody
    assert "does not allow emails" in delta
    assert "10 cells" in epsilon
    assert "Recency: old" in " ".join(lines[0]["rating_reasons"])
    assert "Recency: recent" in " ".join(lines[1]["rating_reasons"])
    assert "5 rows have something that cannot be used as it stands" in said
    assert [line["draft"] for line in lines] == [None] * 6


def test_the_options_say_who_sells_what_so_that_there_are_drafts(tmp_path: Path) -> None:
    lines, _ = research(tmp_path, "--company", "Shelf Makers", "--offering", "Shelves that stand in an hour.")
    assert [bool(line["draft"]) for line in lines] == [True, True, True, True, False, True]
    assert "Shelf Makers" in lines[0]["draft"]["body"]


@pytest.mark.parametrize(
    ("leads", "profile", "says"),
    [
        (b"", PROFILE, "is empty"),
        (bytes(range(256)) * 40, PROFILE, "leads.csv"),
        (b"SQLite format 3\0", PROFILE, "a database"),
        (b"One,Two\n1,2\n", PROFILE, "Two"),
        (LIST.encode(), {"icp": []}, "has no criteria"),
        (LIST.encode(), {"icp": [{"details": "x"}]}, "has no name"),
        (LIST.encode(), PROFILE | {"company": {"nickname": "Acme"}}, "company may hold"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(tmp_path: Path, leads: bytes, profile: object, says: str) -> None:
    status, said = run(tmp_path, leads=leads, profile=profile)
    assert (status, says in said, "Traceback" in said) == (1, True, False), said
    assert {p.name for p in tmp_path.iterdir()} == {"leads.csv", "profile.json"}


def test_a_folder_that_was_there_before_stays_and_takes_the_corrected_list(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "note.txt").write_text("mine")
    assert run(tmp_path, "--data-dir", str(kept), leads=b"One,Two\n1,2\n")[0] == 1
    assert (kept / "note.txt").exists()
    assert run(tmp_path, "--data-dir", str(kept))[0] == 0


def test_a_list_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "big.csv").write_text(LIST)
    os.truncate(tmp_path / "big.csv", 3_000_000_000)  # sparse: takes no room on disk
    (tmp_path / "profile.json").write_text(json.dumps(PROFILE))
    code = (
        "import resource, sys; from leadwright.cli.app import app; from leadwright.errors import BadInput\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))\n"
        "try: app(sys.argv[1:])\nexcept BadInput as error: print(error)"
    )
    arguments = ["research", "big.csv", "--profile", "profile.json", "--output", "out.jsonl"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert "3,000 MB, one import takes 512 MB" in done.stdout, done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"big.csv", "profile.json"}


SMALL = b"Company,Name,Industry\nAcme,Jane Doe,Retail\nBeta,Joe Roe,Retail\nGamma,Max Muster,Retail\n"


def ask(folder: Path, model: FakeModel) -> tuple[int, str]:
    settings = {"model": "openai:x", "model_base_url": model.url, "model_api_key": "k"}
    return run(folder, "--analyst", "model", leads=SMALL, **settings)


def outcomes(folder: Path) -> list[str]:
    return [json.loads(line)["outcome"] for line in (folder / "out.jsonl").read_text().splitlines()]


def test_a_refused_key_is_the_last_word_and_the_same_command_goes_on_at_once(tmp_path: Path) -> None:
    with FakeModel(misbehave=lambda _number, _prompt: "401") as model:
        status, said = ask(tmp_path, model)
        assert (status, outcomes(tmp_path)) == (1, [])
        assert "3 leads wait: The provider of openai:x refused the key. Check LEADWRIGHT_MODEL_API_KEY." in said
        assert said.rstrip().endswith(
            "Nothing is lost: put that right, then give the same command again, and it goes on."
        )
        model.misbehave = lambda _number, _prompt: None
        assert ask(tmp_path, model)[0] == 0
    assert outcomes(tmp_path) == ["handed_over"] * 3


def test_a_model_that_is_down_is_said_on_the_way_once_and_not_for_each_lead(tmp_path: Path) -> None:
    with FakeModel() as model:
        began: list[float] = []

        def down_for_a_while(_number: int, _prompt: str) -> str | None:
            began.append(time.monotonic())
            return "500" if time.monotonic() - began[0] < 6 else None

        model.misbehave = down_for_a_while
        status, said = ask(tmp_path, model)
    assert (status, outcomes(tmp_path)) == (0, ["handed_over"] * 3)
    told = [line for line in said.splitlines() if "status 500" in line]
    assert len(told) == 1
    assert re.fullmatch(
        r"3 leads wait: The model openai:x is out of order \(status 500\)\. Next try in [2-5] s\.", told[0]
    )


def test_leads_that_could_not_be_worked_are_counted_by_reason_and_tried_again(tmp_path: Path) -> None:
    with FakeModel(misbehave=lambda _number, prompt: "400" if "Beta" in prompt else None) as model:
        status, said = ask(tmp_path, model)
        assert (status, outcomes(tmp_path)) == (0, ["handed_over", "blocked", "handed_over"])
        assert "1 lead could not be worked: The provider of openai:x refused the request (status 400)." in said
        asked, model.misbehave = model.calls, lambda _number, _prompt: None
        assert ask(tmp_path, model)[0] == 0
        assert model.calls == asked + 1
    assert outcomes(tmp_path) == ["handed_over"] * 3


def test_a_second_process_is_kept_off_a_list_that_is_being_worked(tmp_path: Path) -> None:
    answers = Event()

    def waits(_number: int, _prompt: str) -> None:
        answers.wait(60)

    with FakeModel(misbehave=waits) as model, ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, tmp_path, model)
        while not model.calls:
            time.sleep(0.05)
        try:
            status, said = ask(tmp_path, model)
        finally:
            answers.set()
        assert (status, "Another process is working on this list" in said) == (1, True), said
        assert first.result()[0] == 0
    assert outcomes(tmp_path) == ["handed_over"] * 3
