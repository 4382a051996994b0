"""Replies of many mail programs and languages: the new part stays, quotes and signatures go."""

import pytest
from tests.mail.trim_replies import FIRST, SECOND

from leadwright.mail.trim import trim_reply

REPLIES = [part.split("\n") for block in (FIRST, SECOND) for part in f"\n{block.strip()}".split("\n# ")[1:]]


def squeezed(line: str) -> str:
    return " ".join(line.split())


@pytest.mark.parametrize("lines", REPLIES, ids=[lines[0] for lines in REPLIES])
def test_the_new_part_stays_and_the_rest_goes(lines: list[str]) -> None:
    marked = [(line[:1], line[1:-1] + " " if line.endswith("~") else line[1:]) for line in lines[1:]]
    left = [squeezed(line) for line in trim_reply("\n".join(line for _, line in marked)).splitlines() if line.strip()]
    for mark, line in ((mark, squeezed(line)) for mark, line in marked if line.strip() and mark in "+?"):
        if left and left[0] == line:
            left.pop(0)
        else:
            assert mark == "?", f"lost: {line}"
    assert not left


def test_a_warning_of_mail_from_outside_alone_is_no_reply() -> None:
    assert trim_reply("[EXTERNAL] Do not click links.") == ""
    assert trim_reply("External consultants decide this for us.") == "External consultants decide this for us."
