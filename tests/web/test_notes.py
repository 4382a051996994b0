"""What a page has to say to the next one: whole, where it belongs, and cut at a word when it is too long."""

from http.cookies import SimpleCookie

from starlette.datastructures import FormData
from starlette.requests import Request
from tests.web.desk import Desk

from leadwright.web.visit import Note, Visit


def told(desk: Desk, note: str, path: str = "/agent/prerequisites#p2") -> Note | None:
    """The note as the next page has it."""
    scope = {"type": "http", "method": "POST", "scheme": "http", "path": "/", "query_string": b"", "headers": []}
    answer = Visit(Request(scope), desk.services, None, FormData(), "token").to(path, note, "bad")
    kept = SimpleCookie(answer.headers["set-cookie"])
    sent = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in kept.items())
    scope["headers"] = [(b"cookie", sent.encode())]
    return Visit(Request(scope), desk.services, None, FormData(), "token")._take_note()


def test_a_note_knows_the_part_of_the_page_it_is_about(desk: Desk) -> None:
    assert told(desk, "It failed.") == Note("bad", "It failed.", "p2")
    assert told(desk, "It failed.", "/agent") == Note("bad", "It failed.", "")


def test_a_note_that_is_too_long_ends_at_a_word(desk: Desk) -> None:
    found = told(desk, "Configure server-side synchronisation. " * 40)
    assert found is not None
    assert found.text.endswith(("synchronisation. …", "Configure …", "server-side …"))
    assert len(found.text) <= 800
