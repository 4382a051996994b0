"""When a quote counts."""

import pytest

from leadwright.domain.evidence import Passage, SourceKind, in_whole_words, quote

SAID = Passage(
    "m",
    SourceKind.SAID,
    "m",
    "Reply",
    "We don’t  buy.\nHow long does it take? 我们想买机器人。Är det möjligt? See Northwind’s.",
)


@pytest.mark.parametrize(
    "words", ["We don't buy.", "how long does IT take", "想买机器人", "Är det möjligt?", "buy", "Northwind"]
)
def test_whole_words_of_the_text_count(words: str) -> None:
    assert in_whole_words(quote(SAID, words), {"m": SAID})


@pytest.mark.parametrize(
    "words",
    [
        "e",
        "W",
        "?",
        "ow long does it",
        "how long does it ta",
        "uy.",
        "买",
        "We don",
        "We don'",
        "t buy",
        "'t buy",
        "buy robots",
    ],
)
def test_a_letter_a_piece_of_a_word_or_other_words_count_for_nothing(words: str) -> None:
    assert not in_whole_words(quote(SAID, words), {"m": SAID})
