"""What is written is read back, whatever the agent; and every problem is told with line, key and remedy."""

import tomllib

import pytest
from hypothesis import HealthCheck, example, given, settings
from tests.agentfile.agents import NAMES, agents
from tests.selection.trees import TABLES

from leadwright.agentfile.difference import difference
from leadwright.agentfile.lines import line_of, places
from leadwright.agentfile.plain import to_plain
from leadwright.agentfile.reading import read
from leadwright.agentfile.shape import PARTS, AgentFile, Names
from leadwright.agentfile.writing import write
from leadwright.db.configuration import Configuration
from leadwright.domain.selection import Operator
from leadwright.domain.selection.operators import label

EMPTY = AgentFile("Agent", "research", Configuration())
_slow = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


def _text(agent: AgentFile) -> str:
    return write(to_plain(agent, NAMES, TABLES))


@_slow
@given(agents)
@example(EMPTY)
def test_a_file_read_on_a_fresh_agent_writes_the_same_bytes(agent: AgentFile) -> None:
    text = _text(agent)
    found = read(text, EMPTY, NAMES, TABLES)
    assert [str(p) for p in found.problems] == []
    assert found.agent is not None
    assert _text(found.agent) == text
    assert not difference(to_plain(agent, NAMES, TABLES), to_plain(found.agent, NAMES, TABLES), TABLES, NAMES)


@_slow
@given(agents, agents)
def test_a_file_replaces_everything_of_another_agent(agent: AgentFile, other: AgentFile) -> None:
    found = read(_text(agent), other, NAMES, TABLES).agent
    assert found is not None
    text = _text(agent)
    if agent.mailbox and agent.identities:  # what a file does not name stays
        assert _text(found) == text


@_slow
@given(agents, agents)
def test_two_agents_that_write_other_bytes_have_a_difference_to_tell(one: AgentFile, other: AgentFile) -> None:
    lines = difference(to_plain(one, NAMES, TABLES), to_plain(other, NAMES, TABLES), TABLES, NAMES)
    assert bool(lines) == (_text(one) != _text(other))
    assert all(line.section and str(line) for line in lines)


@_slow
@given(agents)
def test_every_key_of_a_file_is_found_on_its_line(agent: AgentFile) -> None:
    text = _text(agent)
    found, lines = places(text), text.split("\n")
    for section, keys in tomllib.loads(text).items():
        if isinstance(keys, dict):
            for key, value in keys.items():
                if not isinstance(value, dict):
                    assert lines[line_of(found, (section, key)) - 1].startswith(f"{key} = ")


def test_no_two_operators_are_called_alike() -> None:
    words = [label(o) for o in Operator]
    assert len(set(words)) == len(words)


def test_the_sections_are_those_of_the_settings_page() -> None:
    assert PARTS["readiness"].title == "Readiness"
    kept = {s.path[0] for p in PARTS.values() for s in p.settings if s.path}
    elsewhere = {"schema_version", "criteria"}
    assert kept | elsewhere == set(Configuration.model_fields)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[company]\nwebsite = 5", "line 3, company.website: It must be a valid string"),
        ("[company]\nwebsite = 'nowhere'", "line 3, company.website: This is no web address"),
        ("[compagny]\nname = 'x'", "line 2, compagny: There is no section compagny. Do you mean company?"),
        ("[email]\ntoon = 'x'", "line 3, email.toon: There is no setting toon. Do you mean tone?"),
        ("[agent]\nmode = 'fast'", "line 3, agent.mode: mode is research, or engage"),
        ("[assignment]\nsellers = [\n  'seller0@office.example',\n  'nobody@office.example',\n]",
         "line 5, assignment.sellers[2]: Nobody here signs in as nobody@office.example"),
        ("[assignment]\nteam = 'North'", "line 3, assignment.team: There is no team North"),
        ("[selection]\nconditions = [\n  { attribute = 'statecode', operator = 'equals', value = 'Open' },\n"
         "  { attribute = 'leadqualitycode', operator = 'equals', value = 'Lukewarm' },\n]",
         "line 5, selection.conditions[2]: "),
        ("[selection]\nmatch = 'some'", "line 3, selection.match: match is all or any"),
        ("[[profile]]\nname = 'Size'\ndetails = 'big'", "line 2, profile[1].kind: This setting is missing"),
        ("[[profile]]\nname = 'Size'\nkind = 'weight'\ndetails = 'big'", "line 4, profile[1].kind: It must be"),
        ("[sending]\nweekdays = ['Moonday']", "line 3, sending.weekdays[1]: Write weekdays as Monday"),
        ("[sending]\nper_company = 900", "line 3, sending.per_company: It must be less than or equal to 100"),
        ("[knowledge]\nresearch = [{ kind = 'site' }]", "line 3, knowledge.research[1]: Write a source as"),
        ("[mailbox]\npassword = 'x'", "line 3, mailbox.password: There is no setting password"),
        ("[mailbox]\nper_day = 0", "line 3, mailbox.per_day: per_day is a whole number from 1"),
        ("[company]\nname = nothing", "line 3: This is no valid TOML"),
        ("company = 5", "line 2, company: company is a section: write [company]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_line_key_and_remedy(line: str, said: str) -> None:
    found = read(f"format = 1\n{line}\n", EMPTY, NAMES, TABLES)
    assert found.agent is None
    assert any(str(p).startswith(said) for p in found.problems), [str(p) for p in found.problems]


def test_a_file_without_or_with_another_format_is_refused() -> None:
    assert "does not say its format" in str(read("", EMPTY, NAMES, TABLES).problems[0])
    assert "reads format 1" in str(read("format = 7", EMPTY, NAMES, TABLES).problems[0])


def test_what_a_file_leaves_out_stays_as_it_is() -> None:
    base = AgentFile("Agent", "engage", Configuration.model_validate({"company": {"name": "Shelf Makers"}}))
    found = read('format = 1\n[company]\nwebsite = "https://shelves.example"\n', base, Names(), TABLES).agent
    assert found is not None
    assert (found.configuration.company.name, found.configuration.company.website, found.mode) == (
        "Shelf Makers", "https://shelves.example", "engage",
    )  # fmt: skip
