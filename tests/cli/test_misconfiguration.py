"""What a person reads when the installation is set up wrongly: a sentence, no traceback, no secret."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import migrated_sqlite

from leadwright.db.engine import Database
from leadwright.db.knowledge import KnowledgeSource
from leadwright.errors import BadInput
from leadwright.settings import load_settings


def said(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    known = {k: v for k, v in os.environ.items() if not k.startswith("LEADWRIGHT_")}
    given = {f"LEADWRIGHT_{k.upper()}": v for k, v in environment.items()}
    done = subprocess.run(
        [sys.executable, "-m", "leadwright", *arguments],
        env={**known, "LEADWRIGHT_DATA_DIR": str(folder / "data"), **given},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def furnish(folder: Path) -> None:
    """The database that a command would make."""
    (folder / "data").mkdir(mode=0o700)
    copied = shutil.copyfile(migrated_sqlite(), folder / "data" / "leadwright.db")
    copied.chmod(0o600)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({"model_concurrency": "0"}, "model_concurrency"),
        ({"database_url": "postgresql://u:pa55word@127.0.0.1:1/x"}, "database_url"),
        ({"database_url": "postgresql://u:pa55word@127.0.0.1:port/x"}, "database_url"),
        ({"database_url": "pa55word"}, "database_url"),
        ({"database_url": "sqlite:////proc/foo/x.db"}, "/proc/foo"),
        ({"data_dir": "/proc/x"}, "/proc/x"),
        ({"log_level": "pa55word"}, "log_level"),
        ({"model_prices": "pa55word"}, "model_prices"),
        ({"public_url": "pa55word"}, "public_url"),
        ({"secret_key": "pa55word"}, "secret_key"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(tmp_path: Path, environment: dict[str, str], names: str) -> None:
    status, text = said(tmp_path, "work", "--until-idle", **environment)
    assert status == 1
    assert names in text
    assert "Traceback" not in text
    assert "pa55word" not in text
    assert len(text.strip().splitlines()) == 1


def test_a_port_that_cannot_be_is_refused_before_the_rest_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")  # each module that is loaded has a line
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for given, says in (("99999", "The setting port cannot be used"), (port, f"Port {port} of 127.0.0.1 cannot")):
            status, text = said(tmp_path, "serve", "--port", given)
            assert (status, says in text, "Traceback" in text) == (1, True, False), text
            assert "leadwright.settings" in text
            assert "leadwright.web" not in text


@pytest.mark.parametrize("command", ["work", "doctor"])
@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('model_apikey = "sk-verysecret123"', "Do you mean model_api_key"),
        ('model_api_key = "sk-verysecret123', "not valid TOML"),
        ('log_level = "sk-verysecret123"\nport = "sk-verysecret123"', "port"),
    ],
)
def test_a_mistake_in_the_file_of_settings_shows_no_secret(tmp_path: Path, command: str, toml: str, says: str) -> None:
    (tmp_path / "leadwright.toml").write_text(toml)
    status, text = said(tmp_path, command)
    assert status == 1
    assert says in text
    assert "verysecret" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("command", ["work", "doctor"])
def test_a_file_that_is_no_database_is_named_so(tmp_path: Path, command: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "leadwright.db").write_text("this is a letter, and no database at all. " * 200)
    status, text = said(tmp_path, command)
    assert status == 1
    assert "not a database" in text
    assert "Traceback" not in text


def test_every_problem_has_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADWRIGHT_WORKERS", "0")
    with pytest.raises(BadInput) as refused:
        load_settings(search_url="ftp://x", model_base_url="http://", port=-1)
    lines = str(refused.value).splitlines()
    assert len(lines) == 4
    assert {line.split()[2] for line in lines} == {"workers", "search_url", "model_base_url", "port"}


def test_several_keys_newest_first_are_a_secret_key() -> None:
    assert load_settings(secret_key=f"{'n' * 32}\n{'o' * 32}").secret_key


def test_what_a_command_makes_is_for_its_user_alone(tmp_path: Path) -> None:
    status, text = said(tmp_path, "work", "--until-idle")
    assert status == 0, text
    made = [tmp_path / "data", *(tmp_path / "data").iterdir()]
    assert {p.name for p in made} >= {"data", "leadwright.db"}
    assert [p for p in made if p.stat().st_mode & 0o077] == []


def test_the_folder_of_the_database_is_made_for_its_user_alone(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path / 'new' / 'x.db'}").close()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_the_doctor_says_when_others_can_read_the_database(tmp_path: Path) -> None:
    furnish(tmp_path)
    folder = tmp_path / "data"
    findings = json.loads(said(tmp_path, "doctor", "--json")[1])
    assert "Privacy" not in {f["what"] for f in findings}
    folder.chmod(0o755)
    (folder / "leadwright.db").chmod(0o644)
    findings = json.loads(said(tmp_path, "doctor", "--json")[1])
    (found,) = [f for f in findings if f["what"] == "Privacy"]
    assert (found["state"], "leadwright.db" in found["detail"]) == ("warn", True)


def test_the_doctor_warns_while_a_source_of_knowledge_fails(tmp_path: Path) -> None:
    furnish(tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'data' / 'leadwright.db'}")
    with database.transaction() as session:
        failing = {"state": "failing", "detail": "There is no folder any more."}
        session.add(KnowledgeSource(purpose="research", kind="folder", location="/papers", title="Papers", **failing))
    database.close()
    findings = json.loads(said(tmp_path, "doctor", "--json")[1])
    (found,) = [f for f in findings if f["what"] == "Knowledge"]
    assert (found["state"], found["detail"]) == ("warn", "a source fails. Papers: There is no folder any more.")


def test_the_doctor_names_an_older_schema_alone_and_does_not_run_what_needs_the_store(tmp_path: Path) -> None:
    furnish(tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'data' / 'leadwright.db'}")
    with database.engine.execution_options(leadwright_writes=True).begin() as connection:
        for table in ("crmconnection", "outbox", "knowledgesource", "executor"):  # as before an upgrade brought them
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO old_{table}")
    database.close()
    status, text = said(tmp_path, "doctor", "--json")
    findings = {f["what"]: f for f in json.loads(text)}
    assert status == 1
    assert [what for what, f in findings.items() if f["state"] == "fail"] == ["Schema"]
    assert "no such table" not in text
    needing = {
        "Writing", "Audit log", "Workers", "Mail to users", "Agent", "Mailboxes", "Senders", "Dynamics 365",
        "Knowledge",
    }  # fmt: skip
    assert {what for what, f in findings.items() if f["detail"].startswith("Not run: the schema is older;")} == needing
    status, text = said(tmp_path, "doctor", "dynamics365", "--json")
    assert (status, [f["what"] for f in json.loads(text)]) == (1, ["Schema"])


def test_the_doctor_finds_a_backup_that_was_put_beside_a_newer_log(tmp_path: Path) -> None:
    furnish(tmp_path)
    file = tmp_path / "data" / "leadwright.db"
    findings = {f["what"]: f for f in json.loads(said(tmp_path, "doctor", "--json")[1])}
    assert findings["Pages"]["state"] == "ok"
    backup = file.read_bytes()
    database = Database(f"sqlite:///{file}")
    for sources in (4000, 10):  # after the first many the log begins anew
        with database.transaction() as session:
            session.add_all(
                KnowledgeSource(purpose="research", kind="folder", location=f"/{sources}/{n}", title="x" * 900)
                for n in range(sources)
            )
    log = file.with_name("leadwright.db-wal").read_bytes()
    database.close()
    file.write_bytes(backup)
    file.with_name("leadwright.db-wal").write_bytes(log)
    status, text = said(tmp_path, "doctor", "--json")
    (found,) = [f for f in json.loads(text) if f["state"] == "fail"]
    assert (status, found["what"]) == (1, "Pages")
    assert "-wal" in found["remedy"]
