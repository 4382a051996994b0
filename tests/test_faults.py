"""The table of faults is true: each fault once, each named test exists, and what is not tried is said."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "faults.md").read_text().splitlines()
    if line.startswith("| F") and line[3].isdigit()
]
_NAMED = re.compile(r"`(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)`")


def test_every_fault_has_one_row() -> None:
    assert [row[0] for row in ROWS] == [f"F{n}" for n in range(1, 49)]


def test_every_test_the_table_names_exists() -> None:
    named = {found for row in ROWS for cell in row for found in _NAMED.findall(cell)}
    assert len(named) > 80
    missing = [f"{p}::{name}" for p, name in named if f"def {name}(" not in (ROOT / p).read_text()]
    assert missing == []


def test_a_fault_without_a_test_says_why() -> None:
    for fault, _, proof, _ in ROWS:
        assert _NAMED.search(proof) or proof.startswith(("Not in this release: ", "Not yet: ")), fault


def test_every_fault_finds_a_naive_build_out_or_says_why_none_is_kept() -> None:
    for fault, _, _, naive in ROWS:
        assert _NAMED.search(naive) or naive.startswith("None is kept: "), fault


def test_what_finds_a_naive_build_out_is_no_proof_of_the_real_one() -> None:
    for fault, _, proof, naive in ROWS:
        assert not set(_NAMED.findall(naive)) & set(_NAMED.findall(proof)), fault
