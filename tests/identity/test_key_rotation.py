"""A new key for stored secrets: nothing unreadable, nobody refused meanwhile, and killed it goes on."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, inspect, select
from tests.identity.conftest import Office

from leadwright.db.audit import AuditEntry
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.people import SigningKey
from leadwright.db.programs import KeptAnswer
from leadwright.db.system_mail import SystemMail
from leadwright.db.tables import metadata
from leadwright.errors import Conflict
from leadwright.identity.directory import directory_of
from leadwright.identity.key_rotation import SEALED, seal_again
from leadwright.identity.secrets import KEY_FILE, Vault, add_key, open_vault, replacing_keys, retire_keys
from leadwright.mail.system_mail import queue_system_mail
from leadwright.mail.unsubscribe import link, read_token
from leadwright.settings import Settings

MAILS = 230


def _mails(database: Database, vault: Vault, count: int = MAILS) -> None:
    with database.transaction() as session:
        for n in range(count):
            queue_system_mail(
                session, to=f"p{n}@example.com", subject="Link", text=f"secret {n}", vault=vault, moment=now()
            )


def _texts(database: Database, vault: Vault) -> set[str]:
    with database.reading() as session:
        rows = session.execute(select(SystemMail.systemmailid, SystemMail.text)).all()
    return {vault.open(text, f"systemmail:{key}") for key, text in rows}


def test_every_column_with_sealed_texts_is_sealed_again() -> None:
    known = {one.name for one in SEALED}
    named = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.c if "sealed" in c.name} - {
        "systemmail.issealed"
    }
    assert named <= known, "a new column with sealed texts belongs into identity/key_rotation.py"
    single = [one for one in SEALED if len(inspect(one.column.class_).primary_key) == 1]
    assert all(inspect(one.column.class_).primary_key[0].name == one.key.key for one in single)
    assert {one.name for one in SEALED} - {one.name for one in single} == {"keptanswer.answer"}


def test_a_kept_answer_of_the_api_is_opened_with_the_new_key_alone(database: Database, tmp_path: Path) -> None:
    settings, path = Settings(data_dir=tmp_path), tmp_path / KEY_FILE
    old = open_vault(settings)
    with database.transaction() as session:
        session.add(
            KeptAnswer(callerid="c", key="a:b", requesthash="h", holder="o", answer=old.seal("200", "keptanswer:c:a:b"))
        )
        session.add(KeptAnswer(callerid="c", key="under way", requesthash="h", holder="o"))
    with replacing_keys(path):
        add_key(path)
        done = seal_again(database, open_vault(settings))
        assert (done.sealed, done.unreadable) == (1, ())
        retire_keys(path)
    with database.reading() as session:
        sealed = session.get_one(KeptAnswer, ("c", "a:b")).answer
    assert open_vault(settings).open(sealed, "keptanswer:c:a:b") == "200"


def test_everything_is_under_the_new_key_and_the_old_one_opens_nothing_but_links(
    database: Database, tmp_path: Path
) -> None:
    settings, path = Settings(data_dir=tmp_path), tmp_path / KEY_FILE
    old = open_vault(settings)
    _mails(database, old)
    sent = link("https://x.example", old, "lead@example.com", "key").rpartition("/")[2]
    with replacing_keys(path):
        add_key(path)
        add_key(path)
        assert len(path.read_text().split()) == 2
        assert seal_again(database, open_vault(settings)).sealed == MAILS
        assert seal_again(database, open_vault(settings)).sealed == 0
        with pytest.raises(Conflict, match="Another rotate-key"), replacing_keys(path):
            pass
        assert retire_keys(path) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(_texts(database, open_vault(settings))) == MAILS
    assert len(_texts(database, Vault([path.read_text().splitlines()[0]]))) == MAILS
    assert read_token(open_vault(settings), sent).address == "lead@example.com"
    with pytest.raises(Conflict):
        open_vault(settings).open(old.seal("x", "mailbox:1"), "mailbox:1")


def test_a_vault_opened_before_reads_what_was_sealed_after(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    before = open_vault(settings)
    add_key(tmp_path / KEY_FILE)
    assert before.open(open_vault(settings).seal("new", "p"), "p") == "new"


def test_what_no_key_opens_is_named_and_left_alone(sqlite_database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    _mails(sqlite_database, Vault(["a key that is gone for good"]), 60)
    _mails(sqlite_database, open_vault(settings), 60)
    add_key(tmp_path / KEY_FILE)
    found = seal_again(sqlite_database, open_vault(settings))
    assert (found.sealed, len(found.unreadable)) == (60, 60)
    assert found.unreadable[0].startswith("systemmail.text ")


def test_tokens_are_issued_and_secrets_read_all_the_while(office: Office, tmp_path: Path) -> None:
    agentid = office.agent()
    office.identity(agentid)
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr(""))
    services = office.services
    former = "a test key that is long enough"
    (tmp_path / KEY_FILE).write_text(f"{former}\n")
    (tmp_path / KEY_FILE).chmod(0o600)
    services = services.__class__(settings, services.database, services.analyst, clock=services.clock)
    _mails(services.database, open_vault(settings))
    stop, failed, served = threading.Event(), [], [0]

    def requests() -> None:
        while not stop.is_set():
            try:
                with services.database.reading() as session:
                    clientid = session.scalars(select(SystemMail.systemmailid)).first()
                    sealed = session.scalars(select(SystemMail.text).where(SystemMail.systemmailid == clientid)).one()
                open_vault(settings).open(sealed, f"systemmail:{clientid}")
                directory_of(services).keys.jwks(office.clock())
                with services.database.transaction() as session:
                    queue_system_mail(session, to="x@example.com", subject="s", text="t", vault=open_vault(settings))
                served[0] += 1
            except Exception as error:
                failed.append(error)

    workers = [threading.Thread(target=requests) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        for _ in range(3):
            add_key(tmp_path / KEY_FILE)
            while seal_again(services.database, open_vault(settings)).sealed:
                pass
            stop.wait(0.3)
            assert not seal_again(services.database, open_vault(settings)).unreadable
            retire_keys(tmp_path / KEY_FILE)
    finally:
        stop.set()
        for worker in workers:
            worker.join(20)
    assert not failed, failed[0]
    assert served[0] > 10
    assert len(_texts(services.database, open_vault(settings))) == MAILS + 1
    with services.database.reading() as session:
        for kid, sealed in session.execute(select(SigningKey.kid, SigningKey.sealed)):
            assert open_vault(settings).open(sealed, f"signingkey:{kid}")


def test_the_command_goes_on_after_every_kill(database_url: str, database: Database, tmp_path: Path) -> None:
    settings, path = Settings(data_dir=tmp_path / "data"), tmp_path / "data" / KEY_FILE
    _mails(database, open_vault(settings))
    key = path.read_text()
    known = os.environ | {"LEADWRIGHT_DATA_DIR": str(tmp_path / "data"), "LEADWRIGHT_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "leadwright", "rotate-key", "--settle", "0"]
    for kills in range(3):
        running = subprocess.Popen(command, env=known, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        assert running.stdout is not None
        assert "sealed again" in running.stdout.readline(), kills
        running.send_signal(signal.SIGKILL)
        running.wait(20)
        running.stdout.close()
        assert len(_texts(database, open_vault(settings))) == MAILS
    done = subprocess.run(command, check=False, env=known, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = path.read_text().splitlines()
    assert lines[1] == f"retired {key.strip()}"
    assert len(lines) == 2
    assert len(_texts(database, Vault(lines[:1]))) == MAILS
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.action == "key.replaced")) == 1
