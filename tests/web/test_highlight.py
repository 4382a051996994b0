"""The judged words are marked in a stranger's text; everything of it stays text."""

from leadwright.web.highlight import marked


def test_quotes_are_marked_whatever_their_spacing_and_case() -> None:
    assert marked("Yes,\nplease  CALL me.", ["please call"]) == "Yes,\n<mark>please  CALL</mark> me."


def test_text_and_quotes_are_escaped_and_overlaps_are_marked_once() -> None:
    assert marked("<b>a b c</b>", ["a b", "b c", "", "not there"]) == "&lt;b&gt;<mark>a b</mark> c&lt;/b&gt;"
