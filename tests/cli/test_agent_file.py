"""`leadwright export`, `plan`, `apply` and `backtest` as a person runs them: words, exit statuses, questions."""

import os
from pathlib import Path

import pytest
from tests.workflows.office import add_leads, open_office, services_of
from typer.testing import CliRunner, Result

from leadwright.actions.people import first_administrator
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.bootstrap import open_services
from leadwright.cli.app import app
from leadwright.db.agent import Agent, AgentVersion
from leadwright.db.engine import Database
from leadwright.identity.passwords import Passwords
from leadwright.settings import load_settings
from leadwright.workflows import runs
from leadwright.workflows.research_lead import research_lead

_run = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [n for n in os.environ if n.startswith("LEADWRIGHT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LEADWRIGHT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    services = open_services(load_settings())
    quick = Passwords(time_cost=1, memory_kib=8, parallelism=1)
    first_administrator(services, fullname="Ada", email="ada@x.example", password="eleven herons", passwords=quick)
    services.database.close()
    return tmp_path


def _leadwright(*words: str, said: str | None = None) -> Result:
    return _run.invoke(app, list(words), input=said)


AGENT = (
    'format = 1\n[agent]\nname = "Shelf Agent"\n[company]\nname = "Shelf Makers"\nwebsite = "https://shelves.example"\n'
)


def test_a_file_makes_the_agent_and_comes_out_again_the_same(folder: Path) -> None:
    file = folder / "agent.toml"
    file.write_text(AGENT)
    planned = _leadwright("plan", str(file))
    assert planned.exit_code == 2, planned.output
    assert "applying creates it" in planned.output
    assert "Shelf Makers" in planned.output
    refused = _leadwright("apply", str(file), said="n\n")
    assert refused.exit_code == 1
    applied = _leadwright("apply", str(file), "--yes")
    assert applied.exit_code == 0, applied.output
    assert "Start applies its first version" in applied.output
    out = folder / "out.toml"
    assert _leadwright("export", str(out)).exit_code == 0
    assert 'name = "Shelf Makers"' in out.read_text()
    again = _leadwright("plan", str(out))
    assert again.exit_code == 0, again.output
    assert "Nothing was changed" in _leadwright("apply", str(out), "--yes").output


def test_what_is_wrong_with_a_file_is_told_with_its_line(folder: Path) -> None:
    file = folder / "agent.toml"
    file.write_text(AGENT + "[compagny]\n")
    result = _leadwright("plan", str(file))
    assert result.exit_code == 1
    assert "line 7, compagny: There is no section compagny. Do you mean company?" in result.output


def test_a_backtest_without_past_leads_says_so(folder: Path) -> None:
    file = folder / "agent.toml"
    file.write_text(AGENT)
    _leadwright("apply", str(file), "--yes")
    result = _leadwright("backtest", "--config", str(file))
    assert result.exit_code != 0
    assert "No past lead" in f"{result.output}{result.exception}"


def test_a_backtest_lists_what_flips_and_writes_it_as_csv(folder: Path) -> None:
    services = services_of(Database(load_settings().url), folder / "data", BuiltinAnalyst())
    office = open_office(services)
    add_leads(office, 3)
    with services.database.transaction() as session:
        session.get_one(Agent, office.agentid).draft = session.get_one(AgentVersion, (office.agentid, 1)).configuration
        given = runs.give(session, 64)
    for run in given:
        research_lead(services, run)
    services.database.close()
    file, flips = folder / "agent.toml", folder / "flips.csv"
    _leadwright("export", str(file))
    assert _leadwright("backtest").exit_code == 0
    file.write_text(file.read_text().replace('"retail"', '"aviation"').replace('"buyer procurement"', '"pilots"'))
    result = _leadwright("backtest", "--config", str(file), "--csv", str(flips))
    assert result.exit_code == 2, result.output
    assert "3  Handed over, High fit -> Disqualified, Low fit" in result.output
    assert "Industry: met -> not met" in result.output
    assert len(flips.read_text("utf-8-sig").splitlines()) == 7
