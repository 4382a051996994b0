"""What goes wrong at the sandbox's mail server, on purpose: by phase of the SMTP dialogue, or in IMAP."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Step(StrEnum):
    """Where in the SMTP dialogue."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"  # before the message is taken
    TAKEN = "taken"  # after it was taken, before the answer


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Args:
        wait: seconds before anything else.
        answer: SMTP answer instead of the good one, e.g. "451 4.7.1 try later".
        drop: close the connection without an answer.
    """

    wait: float = 0.0
    answer: str = ""
    drop: bool = False


Script = Callable[[Step, str], Fault | None]  # step, recipient ("" before it is known)


@dataclass
class MailFaults:
    """Faults in force; may be changed while the server runs.

    Args:
        script: asked at each step of SMTP.
        copies: how often each message is delivered.
        no_idle: IMAP does not offer IDLE.
        no_namespace: IMAP does not say whose folders it has.
        next_uid: how IMAP tells UIDNEXT: "on opening" a folder, "when asked" by STATUS, "not at all", or "wrong".
        silent_idle: IDLE never says a word: a half-open line.
        bye_at: the number of IMAP commands after which a session is sent away with BYE.
        cut_fetch: bytes of an answer to FETCH after which the line is cut.
        refuse_fetch: uids of messages that are damaged in the store: who asks for one whole gets NO.
        refuse_all_of: the same, whatever is asked for of them.
        break_fetch: uids of messages at which the line is cut, whatever is asked for of them.
        break_whole: the same when one of them is asked for whole.
        closed: names of folders that are there and are not opened.
        refusal: that answer.
        without_content: uids of messages of which FETCH gives NIL.
    """

    script: Script | None = None
    copies: int = 1
    no_idle: bool = False
    no_namespace: bool = False
    next_uid: str = "on opening"
    silent_idle: bool = False
    bye_at: int = 0
    cut_fetch: int = 0
    refuse_fetch: frozenset[int] = frozenset()
    refuse_all_of: frozenset[int] = frozenset()
    break_fetch: frozenset[int] = frozenset()
    break_whole: frozenset[int] = frozenset()
    closed: frozenset[str] = frozenset()
    refusal: str = "NO [SERVERBUG] Internal error occurred."
    without_content: frozenset[int] = frozenset()

    def at(self, step: Step, recipient: str = "") -> Fault:
        """What goes wrong here; nothing: a fault that does nothing."""
        return (self.script(step, recipient) if self.script else None) or Fault()


@dataclass
class Times:
    """A script: at `step`, the first `times` times, this fault; afterwards all is well."""

    step: Step
    fault: Fault
    times: int = 1
    happened: list[str] = field(default_factory=list)

    def __call__(self, step: Step, recipient: str) -> Fault | None:
        """The fault, while it lasts."""
        if step is not self.step or len(self.happened) >= self.times:
            return None
        self.happened.append(recipient)
        return self.fault
