"""The agents' mailboxes at work: what is due goes out, what came in is stored. Decides nothing about a lead."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.mailbox_use import FORMER, NOBODYS, READ, WROTE, open_talks
from leadwright.domain.mail_phase import IN_FLIGHT, Phase
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.optionsets import AddressApproval, NotificationIcon
from leadwright.domain.plain_text import storable
from leadwright.domain.stage import AgentMode, AgentState
from leadwright.errors import LeadwrightError
from leadwright.identity.announcements import tell_administrators
from leadwright.identity.secrets import open_vault
from leadwright.mail.backlog import last_look, not_looked_at
from leadwright.mail.checks import STANDARD
from leadwright.mail.fates import Unwanted, stuck
from leadwright.mail.intake import INBOX, take_in_mail
from leadwright.mail.mailbox import Mailbox as MailboxPort
from leadwright.mail.platform_records import connection_behind
from leadwright.mail.records import open_mailbox
from leadwright.mail.sender import Sender
from leadwright.mail.unreadable import in_words
from leadwright.services import Services
from leadwright.workflows import executors, runs
from leadwright.workflows.approvals import approved_in_claim
from leadwright.workflows.desk_life import DeskWatch, clicks_are_heard
from leadwright.workflows.mail_notices import AGAIN, stay_notified
from leadwright.workflows.seller_mail import seller_may
from leadwright.workflows.sending_rules import may_still_leave, rules_in_claim, still_wanted

_LISTENING = (AgentState.ON, AgentState.PAUSED, AgentState.DRAINING, AgentState.OFF)
_TO_SEND = (Phase.QUEUED, *IN_FLIGHT, Phase.UNKNOWN)
_STUCK = (
    "Look at the mailbox in Dynamics 365 (Advanced Settings, Email Configuration, Mailboxes): approved, tested, its "
    "alerts. It goes out by itself once that is put right, and is not sent twice."
)
_REFUSED = (
    "The mail to {} waits in Dynamics 365 and is not to leave any more. {} Cancel it there, on the timeline of the "
    "lead, before server-side synchronisation sends it: Leadwright may not. {}"
)
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=1)  # between two tries of a former mailbox that fails
_log = structlog.get_logger(__name__)


class Post:
    """One worker's hold on the mailboxes. Not for several threads: the one that sends and the one that reads have each
    their own.

    Args:
        worker: name in the records.
    """

    def __init__(self, services: Services, worker: str) -> None:
        self._services = services
        self._worker = worker
        self._desk = DeskWatch()
        self._opened: dict[str, tuple[object, MailboxPort]] = {}
        self._unnotified: dict[str, datetime] = {}  # when a server that would not tell us of new mail is asked again

    def send_due(self, *, until: datetime | None = None) -> int:
        """Send what is due in every mailbox, at its pace. How many mails were handed to a server.

        Args:
            until: wait for the pace until then instead of leaving the rest for the next time.
        """
        sent = 0
        for mailbox in self._mailboxes(_sending):
            sender = self._sender(mailbox)
            if sender is not None:
                sent += sender.send_due(until=until)
        return sent

    def tidy(self) -> None:
        """Take over what dead workers left, look up unknown mails, file copies in Sent; tell what does not go on."""
        for mailbox in self._mailboxes(_tidying):
            if sender := self._sender(mailbox):
                self._tell_refused(sender.tidy())
                self._tell_stuck(mailbox)
        for mailbox in self._mailboxes(_listening & _working):
            self._tell_unread(mailbox, "the agent writes to nobody.")
        for mailbox in self._mailboxes(_listening & FORMER & Mailbox.lw_lasterroron.is_not(None)):
            with self._services.database.reading() as session:
                talks = open_talks(session, mailbox.mailboxid)
            if talks:
                many = (
                    f"{talks} conversations that began there wait"
                    if talks > 1
                    else "the conversation begun there waits"
                )
                self._tell_unread(mailbox, f"{many}. Another mailbox took its place, but answers come in there.")
        for mailbox in self._mailboxes(_listening & (Mailbox.lw_kind == MailboxKind.GRAPH)):
            moment, id = self._services.clock(), mailbox.mailboxid
            opened = self._open(mailbox) if self._unnotified.get(id, moment) <= moment else None
            if opened is not None and not stay_notified(self._services, mailbox, opened):
                self._unnotified[id] = moment + AGAIN

    def receive(self) -> int:
        """Store what came in. How many messages are new; one process reads a mailbox at a time.

        Raises:
            Exception: of the last mailbox that could not be read, as its record says too; the others were.
        """
        fresh: int = 0
        trouble: Exception | None = None
        for mailbox in self._mailboxes(_listening):
            if self._rests(mailbox):
                continue
            guard = executors.hold(self._services.database, f"inbox {mailbox.mailboxid}")
            if guard is None:
                continue
            try:
                fresh += self._fetch(mailbox)
            except Exception as error:  # whatever it is, the other mailboxes are read
                trouble = error
                self._note(mailbox.mailboxid, in_words(error))
            finally:
                guard.release()
        if trouble is not None:
            raise trouble
        return fresh

    def wait_for_new(self, seconds: float, enough: Callable[[], bool]) -> bool:
        """Wait until something comes in, told by the server where it can, or until `enough`. True: look now.

        Raises:
            MailError: the connection broke.
        """
        mailboxes = self._mailboxes(_listening & ~FORMER) or self._mailboxes(_listening)
        if len(mailboxes) != 1:  # an organisation has one; several are looked at in turn
            return False
        opened = self._open(mailboxes[0])
        return opened.wait_for_new(seconds, folder=INBOX, enough=enough) if opened else False

    @property
    def is_needed(self) -> bool:
        """Is there a mailbox to read or to send from?"""
        return bool(self._mailboxes(_listening) or self._mailboxes(_sending))

    def close(self) -> None:
        """Let the connections go."""
        for _, opened in self._opened.values():
            opened.close()
        self._opened.clear()

    def _rests(self, mailbox: Mailbox) -> bool:
        """A former one that fails keeps nobody waiting for its server: the longer it fails, the rarer it is tried."""
        failed, moment = mailbox.lw_lasterroron, self._services.clock()
        if failed is None or mailbox.modifiedon >= failed:
            return False
        with self._services.database.reading() as session:
            which = (Mailbox.mailboxid == mailbox.mailboxid, FORMER)
            if session.scalar(select(Mailbox.mailboxid).where(*which)) is None:
                return False
            seen = last_look(session, mailbox.mailboxid) or mailbox.modifiedon
        return seen <= failed <= moment < failed + min(max((failed - seen) / 10, _SHORTEST), _LONGEST)

    def _fetch(self, mailbox: Mailbox) -> int:
        opened = self._open(mailbox)
        if opened is None:
            return 0
        database, clock = self._services.database, self._services.clock
        return sum(len(fresh) for fresh in take_in_mail(database, mailbox.mailboxid, opened, clock))

    def _sender(self, mailbox: Mailbox) -> Sender | None:
        opened = self._open(mailbox)
        if opened is None:
            return None
        return Sender(
            self._services.database,
            mailbox.mailboxid,
            opened,
            worker=self._worker,
            checks=(
                *STANDARD,
                seller_may,
                approved_in_claim(self._services),
                clicks_are_heard(self._services, self._desk),
                rules_in_claim(self._services),
            ),
            still=still_wanted,
            wanted=may_still_leave,
            clock=self._services.clock,
        )

    def _open(self, mailbox: Mailbox) -> MailboxPort | None:
        """Its connections, kept while its record and what it is reached by stay; None when it cannot be opened."""
        known = self._opened.get(mailbox.mailboxid)
        try:
            state = (mailbox.modifiedon, connection_behind(mailbox, self._services))
            if known is not None and known[0] == state:
                return known[1]
            if known is not None:
                known[1].close()
                del self._opened[mailbox.mailboxid]
            opened = open_mailbox(mailbox, open_vault(self._services.settings), installation=self._services)
        except LeadwrightError as error:
            self._note(mailbox.mailboxid, str(error))
            return None
        self._opened[mailbox.mailboxid] = (state, opened)
        return opened

    def _mailboxes(self, which: object) -> Sequence[Mailbox]:
        with self._services.database.reading() as session:
            query = select(Mailbox).where(which)  # type: ignore[arg-type]
            found = session.scalars(query.order_by(Mailbox.emailaddress)).all()
            session.expunge_all()
        return found

    def _tell_stuck(self, mailbox: Mailbox) -> None:
        """Mails that a platform has had for long: administrators hear of it once a day, and nothing is sent again."""
        moment = self._services.clock()
        with self._services.database.reading() as session:
            count, said = stuck(session, mailbox.mailboxid, moment)
        if not count:
            return
        many = f"{count} mails of {mailbox.emailaddress} are" if count > 1 else f"A mail of {mailbox.emailaddress} is"
        text = f"{many} not sent yet. {said} {_STUCK}"
        with self._services.database.transaction() as session:
            key, title = f"stuck:{mailbox.mailboxid}:{moment:%Y-%m-%d}", "Mail does not leave Dynamics 365"
            tell_administrators(session, key, title, text, icon=NotificationIcon.WARNING, link="/outbox", moment=moment)

    def _tell_refused(self, mails: Sequence[Unwanted]) -> None:
        """What is not to leave and cannot be taken back: administrators hear of each, once, for a person still can."""
        moment = self._services.clock()
        for one in mails:
            text = _REFUSED.format(one.recipient, one.why, one.refusal)
            key, title = f"refused:{one.mail.outboxid}", "A mail could not be taken back"
            link = f"/leads/{one.leadid}" if one.leadid else "/outbox"
            with self._services.database.transaction() as session:
                tell_administrators(session, key, title, text, icon=NotificationIcon.FAILURE, link=link, moment=moment)

    def _tell_unread(self, mailbox: Mailbox, meanwhile: str) -> None:
        """An inbox that cannot be read, so that nothing goes out: administrators hear of it once a day."""
        moment, failed = self._services.clock(), mailbox.lw_lasterroron
        with self._services.database.reading() as session:
            unread, last = not_looked_at(session, mailbox.mailboxid, moment), last_look(session, mailbox.mailboxid)
        if not unread or failed is None or (last is not None and last > failed):  # nobody has tried to: no worker ran
            return
        text = f"{unread} It is tried again by itself; meanwhile {meanwhile} {mailbox.lw_lasterror}"
        with self._services.database.transaction() as session:
            key, title = f"unread:{mailbox.mailboxid}:{moment:%Y-%m-%d}", f"{mailbox.emailaddress} cannot be read"
            tell_administrators(
                session, key, title, text, icon=NotificationIcon.FAILURE, link="/system-health", moment=moment
            )

    def _note(self, mailboxid: str, trouble: str) -> None:
        _log.warning("mailbox", mailbox=mailboxid, reason=trouble)
        with self._services.database.transaction() as session:
            session.execute(
                update(Mailbox)
                .where(Mailbox.mailboxid == mailboxid)
                .values(lw_lasterror=storable(trouble), lw_lasterroron=self._services.clock())
            )


_approved = Mailbox.emailrouteraccessapproval == AddressApproval.APPROVED
_engaged = (
    exists()
    .where(Agent.agentuserid == Mailbox.regardingobjectid)
    .where(Agent.mode == AgentMode.ENGAGE, Agent.state.in_(_LISTENING), Agent.startedon.is_not(None))
)
_working = exists().where(Agent.agentuserid == Mailbox.regardingobjectid, Agent.state.in_(runs.WORKING))
_listening = READ & or_(_approved & _engaged, WROTE)  # whatever became of its approval: "remove me" may be in it
_sending = (
    _approved
    & ~NOBODYS  # what waits in a former one goes out from the one that took its place
    & exists().where(Outbox.mailboxid == Mailbox.mailboxid, Outbox.phase.in_(_TO_SEND))
)
_unsettled = exists().where(Outbox.mailboxid == Mailbox.mailboxid, Outbox.phase.in_((*IN_FLIGHT, Phase.UNKNOWN)))

_unfiled = exists().where(Outbox.mailboxid == Mailbox.mailboxid, Outbox.phase == Phase.SENT, Outbox.filedon.is_(None))
_asked = exists().where(Outbox.mailboxid == Mailbox.mailboxid, Outbox.askon.is_not(None), Outbox.phase == Phase.SENT)
_tidying = _sending | _unsettled | (_approved & Mailbox.lw_filessent.is_(False) & _unfiled) | (_approved & _asked)


def next_mail_due(session: Session) -> datetime | None:
    """When the next mail of any mailbox may go out at the earliest."""
    query = select(Outbox.dueat).where(Outbox.phase == Phase.QUEUED).order_by(Outbox.dueat)
    return session.scalar(query.limit(1))
