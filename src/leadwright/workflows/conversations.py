"""What conversations have to do now, and the threads that send and listen for them. Knows no DBOS."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import structlog

from leadwright.errors import LeadwrightError
from leadwright.identity.secrets import open_vault
from leadwright.mail import unknown
from leadwright.mail.system_mail import SystemPost
from leadwright.services import Services
from leadwright.workflows.answer_reply import answer_reply
from leadwright.workflows.engagements import Turn, due_turns, put_off_turn, stop_turn
from leadwright.workflows.incoming import Incoming, due_incoming, put_aside, put_off
from leadwright.workflows.notices import mail_notices
from leadwright.workflows.post import Post
from leadwright.workflows.reach_out import reach_out
from leadwright.workflows.replaced_mailbox import leave_former_mailboxes
from leadwright.workflows.research_lead import is_passing
from leadwright.workflows.seller_mail import tell_senders
from leadwright.workflows.settle import settle

Work = Turn | Incoming
_SENDING = "sending"  # the thread that claims mails
_SEND_EVERY = 0.5  # seconds between two looks for mails to send
_TIDY_EVERY = 10.0
_SYSTEM_EVERY = 2.0  # a person waits before the screen for the mail that lets them in
_LISTEN = 20.0  # seconds one IDLE may last; a new setting of the mailbox is seen by then
_REST = 5.0  # where there is no mailbox, or after trouble
_LOOK_AGAIN = timedelta(minutes=5)  # by the clock of the agent
_log = structlog.get_logger(__name__)


def due_work(services: Services, most: int) -> Sequence[Work]:
    """Mails to act on and moves that are due, mails first: an answer may make a follow-up needless."""
    moment = services.clock()
    with services.database.reading() as session:
        incoming = due_incoming(session, moment, most)
        turns = due_turns(session, moment, most - len(incoming)) if len(incoming) < most else ()
    return [*incoming, *turns]


def do(services: Services, work: Work) -> None:
    """Do it. Raises nothing that a lead or a mail causes."""
    if isinstance(work, Turn):
        reach_out(services, work)
    else:
        answer_reply(services, work)


def once_more(services: Services, work: Work) -> None:
    """Its workflow is over and it is still due: it needs another id."""
    if isinstance(work, Turn):
        put_off_turn(services, work, "It is tried again.", seconds=0.0, blame=False)
    else:
        put_off(services, work, "It is tried again.", seconds=0.0)


def give_up(services: Services, work: Work, reason: str) -> None:
    """The process died over it again and again: it goes to a person."""
    if isinstance(work, Turn):
        stop_turn(services, work, reason)
    else:
        put_aside(services, work, reason)


def one_round(services: Services, post: Post, *, most: int = 200) -> int:
    """Receive, act, send and settle in this thread until nothing is due at this moment. How much was done.

    For rehearsals and tests, whose clock stands still meanwhile; `Correspondence` does the same with threads.
    """
    done = 0
    while True:
        before = done
        done += post.receive()
        for work in due_work(services, most):
            do(services, work)
            done += 1
        done += leave_former_mailboxes(services)
        done += post.send_due() + settle(services) + tell_senders(services)
        if done == before:
            return done


def take_from_dead(services: Services, executorids: Iterable[str]) -> None:
    """Mails in hand of processes that are known dead are waiting, or unknown, at once."""
    workers = [_worker(executorid, _SENDING) for executorid in executorids]
    if workers and (count := unknown.take_from_dead(services.database, workers, services.clock)):
        _log.warning("mails of a dead process taken over", mails=count)


def _worker(executorid: str, thread: str) -> str:
    return f"{executorid}:{thread}"


class Correspondence:
    """The threads of one process that send, receive and settle. `start`, `stop`; a broken server is waited for.

    Args:
        woken: called when something came in or left, so that the next step is looked for at once.
    """

    def __init__(self, services: Services, worker: str, stopping: threading.Event, woken: Callable[[], None]) -> None:
        self._services = services
        self._worker = worker
        self._stopping = stopping
        self._woken = woken
        self.troubles: dict[str, str] = {}
        self._threads = [
            threading.Thread(target=self._run, args=(_SENDING, self._send), name="leadwright-sending", daemon=True),
            threading.Thread(
                target=self._run, args=("settling", self._settle), name="leadwright-settling", daemon=True
            ),
            threading.Thread(target=self._run, args=("receiving", self._listen), name="leadwright-inbox", daemon=True),
            threading.Thread(
                target=self._run, args=("system mail", self._send_to_users), name="leadwright-system-mail", daemon=True
            ),
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float) -> None:
        """Wait until all have ended; `stopping` was set by the caller."""
        for thread in self._threads:
            thread.join(timeout)

    def _run(self, name: str, work: Callable[[Post], None]) -> None:
        post = Post(self._services, _worker(self._worker, name))
        try:
            while not self._stopping.is_set():
                try:
                    work(post)
                    self.troubles.pop(name, None)
                except Exception as error:
                    self._report(name, error)  # the lines open by themselves; what is known of each mailbox is kept
                    self._stopping.wait(_REST)
        finally:
            post.close()

    def _send(self, post: Post) -> None:
        tidied = 0.0
        while not self._stopping.is_set():
            if not post.is_needed:
                self._stopping.wait(_REST)
                continue
            if time.monotonic() - tidied >= _TIDY_EVERY:
                post.tidy()
                tidied = time.monotonic()
            if post.send_due():
                self._woken()
            self._stopping.wait(_SEND_EVERY)

    def _settle(self, post: Post) -> None:
        """Beside sending: a server that is slow with one mail delays no conversation."""
        looked = 0.0
        while not self._stopping.is_set():
            if not post.is_needed:
                self._stopping.wait(_REST)
                continue
            thorough = time.monotonic() - looked >= _TIDY_EVERY
            if thorough:
                looked = time.monotonic()
                leave_former_mailboxes(self._services)
                tell_senders(self._services)
            if settle(self._services, thorough=thorough):
                self._woken()
            self._stopping.wait(_SEND_EVERY)

    def _listen(self, post: Post) -> None:
        while not self._stopping.is_set():
            if not post.is_needed:
                self._stopping.wait(_REST)
                continue
            if post.receive():
                self._woken()
            if not post.wait_for_new(_LISTEN, self._is_enough(self._services.clock())):
                self._stopping.wait(0.5)

    def _is_enough(self, looked: datetime) -> Callable[[], bool]:
        """Listening ends, too, when the clock has moved on, as after a laptop's sleep: mails wait for a look."""
        return lambda: self._stopping.is_set() or not looked <= self._services.clock() < looked + _LOOK_AGAIN

    def _send_to_users(self, _post: Post) -> None:
        """Invitations, new passwords, notifications: they wait for no mailbox of an agent."""
        services = self._services
        system = SystemPost(services.database, services.settings, lambda: open_vault(services.settings), services.clock)
        looked = 0.0
        while not self._stopping.is_set():
            if time.monotonic() - looked >= _TIDY_EVERY:
                looked = time.monotonic()
                mail_notices(services)
            system.send_due()
            self._stopping.wait(_SYSTEM_EVERY)

    def _report(self, name: str, error: Exception) -> None:
        sentence = str(error) if isinstance(error, LeadwrightError) else f"{type(error).__name__}: {error}"
        if self.troubles.get(name) != sentence:
            if isinstance(error, LeadwrightError) or is_passing(error):
                _log.warning("mail waits", what=name, reason=sentence)
            else:
                _log.exception("mail waits", what=name)
        self.troubles[name] = sentence
