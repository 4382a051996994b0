"""docs/security/asvs.csv answers every level 1 and 2 requirement of OWASP ASVS 5.0 once, and each proof is there."""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "security"
MET, OUT, OPERATOR, NOT = ANSWERS = ("met", "does not apply", "left to the operator", "not met")
SECTIONS = (
    "1.1 22, 1.2 111112222-, 1.3 11222222222-, 1.4 222, 1.5 12-, 2.1 122, 2.2 112, 2.3 1222-, 2.4 2-, 3.1 -, 3.2 11-, "
    "3.3 1222-, 3.4 112222--, 3.5 11122---, 3.6 -, 3.7 22---, 4.1 122--, 4.2 2----, 4.3 22, 4.4 1222, 5.1 2, "
    "5.2 112---, 5.3 11-, 5.4 222, 6.1 122, 6.2 111111112222, 6.3 1122----, 6.4 1122--, 6.5 22222---, 6.6 222-, "
    "6.7 --, 6.8 2222, 7.1 222, 7.2 1111, 7.3 22, 7.4 11222, 7.5 22-, 7.6 22, 8.1 12--, 8.2 112-, 8.3 1--, 8.4 2-, "
    "9.1 111, 9.2 1222, 10.1 22, 10.2 22-, 10.3 2222-, 10.4 11111222222-----, 10.5 22222, 10.6 22, 10.7 222, "
    "11.1 22--, 11.2 222--, 11.3 112--, 11.4 1222, 11.5 2-, 11.6 2-, 11.7 --, 12.1 122--, 12.2 11, 12.3 2222-, "
    "13.1 2---, 13.2 22222-, 13.3 22--, 13.4 12222--, 14.1 22, 14.2 1222----, 14.3 122, 15.1 122--, 15.2 122--, "
    "15.3 1222222, 15.4 ----, 16.1 2, 16.2 22222, 16.3 2222, 16.4 222, 16.5 222-, 17.1 2-, 17.2 2222----, 17.3 22"
)
"""Section and the level of each of its requirements, level 3 as a dash, in the order of the standard."""


def _asked() -> list[tuple[str, str]]:
    sections = (section.split() for section in SECTIONS.split(", "))
    return [(f"{at}.{n}", level) for at, levels in sections for n, level in enumerate(levels, 1) if level != "-"]


def _rows() -> list[dict[str, str]]:
    with (FOLDER / "asvs.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@cache
def _tests_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


@cache
def _anchors_of(path: str) -> frozenset[str]:
    titles = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.MULTILINE)
    return frozenset(title.lower().replace(" ", "-") for title in titles)


def _exists(proof: str) -> bool:
    path, test, name = proof.partition("::")
    if test:
        return (ROOT / path).is_file() and name in _tests_of(path)
    path, _, anchor = proof.partition("#")
    return (ROOT / path).is_file() and anchor in _anchors_of(path)


def test_each_of_the_253_is_answered_once_in_order() -> None:
    assert len(_asked()) == 253
    assert [(row["id"], row["level"]) for row in _rows()] == _asked()


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["id"])
def test_each_answer_has_its_reason_and_proofs_that_exist(row: dict[str, str]) -> None:
    assert row["answer"] in ANSWERS
    assert 1 <= len(row["subject"].split()) <= 8
    assert row["reason"].endswith(".")
    proofs = [proof for proof in row["proof"].split(";") if proof]
    assert [proof for proof in proofs if not _exists(proof)] == []
    assert proofs or row["answer"] != MET
    assert not proofs or row["answer"] != OUT
    if "README" in row["reason"]:
        assert "operator" in _anchors_of("docs/security/README.md")


def test_the_counts_of_the_page_are_those_of_the_table() -> None:
    text = (FOLDER / "README.md").read_text()
    counted = Counter((row["answer"], row["level"]) for row in _rows())
    for answer in ANSWERS:
        one, two = counted[answer, "1"], counted[answer, "2"]
        assert f"| {answer} | {one} | {two} | {one + two} |" in text


def test_files_the_page_names_exist() -> None:
    text = (FOLDER / "README.md").read_text()
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`", text))
    assert named
    assert [n for n in named if not (ROOT / "src" / "leadwright" / n).exists() and not (ROOT / n).exists()] == []
