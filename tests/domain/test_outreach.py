"""What a mail or a reason may say: every address and link must stand in what it quotes."""

import pytest

from leadwright.domain.evidence import Passage, SourceKind, Statement, quote
from leadwright.domain.outreach import unsupported

PAGE = Passage(
    "w", SourceKind.WEB, "http://acme.example/", "Acme", "Write to press@acme.example or see acme.example/news."
)


@pytest.mark.parametrize(
    "text", ["see evil.example/pay", "write to a@evil.example", "open http://evil.example", "www.evil"]
)
def test_an_address_that_no_quoted_passage_has_is_unsupported(text: str) -> None:
    assert unsupported("", [Statement(text, (quote(PAGE),))], {"w": PAGE}, ())


@pytest.mark.parametrize("text", ["see acme.example/news", "write to press@acme.example.", "for example, e.g. a visit"])
def test_an_address_of_the_quoted_passage_and_a_plain_abbreviation_are_supported(text: str) -> None:
    assert unsupported("", [Statement(text, (quote(PAGE),))], {"w": PAGE}, ()) == ()
