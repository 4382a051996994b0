"""Who is to blame for what a server does not give: the message, or the server; a hanging line moves the clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from leadwright.errors import MailError
from leadwright.mail import unreadable
from leadwright.mail.mailbox import Fetched
from leadwright.mail.unreadable import PatientReader

HANGS = 60.0  # seconds until the line is given up


@dataclass
class Desk:
    """One mailbox read again and again, by a worker that rests five seconds after trouble."""

    ill: Callable[[float, int], bool]  # at this moment, for this message
    moment: float = 0.0
    longest: float = 0.0  # seconds of one pass
    reader: PatientReader = field(default_factory=PatientReader)

    def read_until_it_gets_on(self, count: Callable[[float], int]) -> list[int]:
        """The messages that were put aside."""
        while True:
            began = self.moment
            try:
                some = range(count(began))
                found = self.reader.read_each(("whole", 0), some, self.give, lambda _: None, stub)
                assert [one.uid for one in found] == list(some)
                return [one.uid for one in found if one.trouble]
            except MailError:
                self.longest = max(self.longest, self.moment - began)
                self.moment += 5.0

    def give(self, some: Sequence[int]) -> list[Fetched]:
        if any(self.ill(self.moment, uid) for uid in some):
            self.moment += HANGS
            raise MailError("The line broke off: timed out")
        return [Fetched(uid, b"mail", 4) for uid in some]


def stub(uid: int, reason: str) -> Fetched:
    return Fetched(uid, b"", 4, trouble=reason)


def desk(monkeypatch: pytest.MonkeyPatch, ill: Callable[[float, int], bool]) -> Desk:
    made = Desk(ill)
    monkeypatch.setattr(unreadable, "time", SimpleNamespace(monotonic=lambda: made.moment))
    return made


@pytest.mark.parametrize(("count", "minutes"), [(8, 7), (8, 15), (40, 30), (100, 30), (100, 70), (100, 300)], ids=str)
def test_a_server_that_hangs_for_long_and_recovers_has_no_message_put_aside(
    monkeypatch: pytest.MonkeyPatch, count: int, minutes: int
) -> None:
    made = desk(monkeypatch, lambda moment, _: moment < minutes * 60)
    assert made.read_until_it_gets_on(lambda _: count) == []
    assert made.moment < minutes * 60 + 5 * 60
    assert made.longest <= unreadable._PASS + HANGS, "other mailboxes are read too"


@pytest.mark.parametrize("bad", [{3}, {0, 499}, {7, 8, 200, 201, 202, 350, 499}])
def test_messages_at_which_the_line_always_hangs_are_found_in_short_passes(
    monkeypatch: pytest.MonkeyPatch, bad: set[int]
) -> None:
    made = desk(monkeypatch, lambda _, uid: uid in bad)
    assert made.read_until_it_gets_on(lambda moment: 500 + int(moment) // 60) == sorted(bad)
    assert made.longest <= unreadable._PASS + HANGS
    assert made.moment < (10 + 15 * len(bad)) * 60


def test_a_walk_that_found_none_is_begun_anew_until_one_begins_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    made = desk(monkeypatch, lambda *_: True)
    assert made.read_until_it_gets_on(lambda _: 4) == [0, 1, 2, 3]
    assert made.moment > unreadable._SEVERAL


def test_whoever_is_asked_for_again_later_is_asked_for_indeed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = desk(monkeypatch, lambda moment, uid: uid == 0 and moment < 2_000)
    assert made.read_until_it_gets_on(lambda _: 3) == [0]
    made.moment = 2_000
    assert made.read_until_it_gets_on(lambda _: 3) == []
