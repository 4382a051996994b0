"""Replies and absence notes as people write them: how many are told, and that none is read the wrong way round."""

from collections.abc import Iterator
from datetime import date

import pytest
from tests.analyst import absence_notes, voice_samples

from leadwright.analyst import ReplyBrief, ReplyReading
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.domain.interest import Polarity

DAY = date(2026, 11, 25)  # a Wednesday
MARKS = {Polarity.POSITIVE: "+", Polarity.NEGATIVE: "-", Polarity.UNDETECTED: "?"}


def read(text: str) -> ReplyReading:
    return BuiltinAnalyst().read_reply(ReplyBrief("run", text, DAY))


def voices(lines: str) -> Iterator[tuple[list[str], str, str]]:
    for line in lines.strip().splitlines():
        kinds, polarities, text = (part.strip() for part in line.split("|", 2))
        yield kinds.split("/"), polarities, text.replace("\\n", "\n")


ALL = [*voices(voice_samples.FIRST), *voices(voice_samples.SECOND), *voices(voice_samples.THIRD)]


@pytest.mark.parametrize(("kinds", "polarities", "text"), ALL)
def test_no_reply_is_read_the_wrong_way_round(kinds: list[str], polarities: str, text: str) -> None:
    reading = read(text)
    assert MARKS[reading.interest.polarity] in polarities + "?"
    if "escalate" not in kinds:
        assert (reading.opt_out is not None) == ("unsubscribe" in kinds)


def test_nearly_all_replies_are_told() -> None:
    readings = [(kinds, polarities, read(text)) for kinds, polarities, text in ALL]
    assert len(readings) == 260
    assert sum(MARKS[reading.interest.polarity] in polarities for _, polarities, reading in readings) >= 252
    assert sum(reading.kind.value in kinds for kinds, _, reading in readings) >= 244


NOTES = [
    [part.strip() for part in line.split("|", 1)]
    for lines in (absence_notes.FIRST, absence_notes.SECOND, absence_notes.THIRD)
    for line in lines.strip().splitlines()
]


@pytest.mark.parametrize(("days", "text"), NOTES)
def test_an_absence_note_is_no_answer_and_the_lead_is_not_written_to_before_the_return(days: str, text: str) -> None:
    reading = read(text)
    assert reading.kind.value == "out_of_office"
    if reading.return_date:
        assert reading.return_date.isoformat() in days or "bis 06.12." in text  # a bare "until" is taken as the return


def test_nearly_every_return_date_is_read() -> None:
    told = [str(read(text).return_date).lower() in days.split(", ") for days, text in NOTES]
    assert len(told) == 108
    assert sum(told) >= 106
