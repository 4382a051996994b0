"""Mails of Leadwright to its own users, queued in the transaction that decided them and sent until a server takes them.

They leave by the SMTP server of the settings, else by the shared mailbox. Never a mail to a lead: that is `outbox`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox
from leadwright.db.mailbox_use import NOBODYS
from leadwright.db.system_mail import SystemMail
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.optionsets import AddressApproval, DeliveryMethod, MailboxTest
from leadwright.errors import BadInput, Conflict, LeadwrightError
from leadwright.mail.addresses import deliverable
from leadwright.mail.compose import new_message_id, short_note
from leadwright.mail.headers import SUBJECT_LENGTH, safe_text
from leadwright.mail.login import Login, Server
from leadwright.mail.mailbox import Letter, Outcome, Result
from leadwright.mail.mailbox import Mailbox as MailboxPort
from leadwright.mail.pace import SYSTEM_LEASE, next_place
from leadwright.mail.platform_records import Installation
from leadwright.mail.records import open_mailbox
from leadwright.mail.smtp import SmtpConnection
from leadwright.mail.smtp_lines import SmtpLines
from leadwright.mail.unsubscribe import Seals
from leadwright.settings import Settings

TRIED_FOR = timedelta(days=3)
_WAITS = (30, 120, 300, 900, 3600)  # seconds before the next try
_SECONDS = 60.0  # of one answer of a server
_MOST_TEXT = 50_000
_TOO_LATE = "It was of no use any more before a server could take it."


@dataclass(frozen=True, slots=True)
class Way:
    """How system mail leaves: from which address, and by which mailbox (None: the server of the settings)."""

    sender: str
    mailboxid: str | None


@dataclass(frozen=True, slots=True)
class _Claimed:
    systemmailid: str
    attempt: int
    letter: Letter
    way: Way


def queue_system_mail(
    session: Session,
    *,
    to: str,
    subject: str,
    text: str,
    kind: str = "notification",
    key: str | None = None,
    vault: Seals | None = None,
    expires_at: datetime | None = None,
    moment: datetime | None = None,
) -> str:
    """Put a mail to a user into the queue, in the caller's transaction. It leaves within seconds, or when it can.

    Args:
        to: one address.
        text: plain text; links as they are.
        key: names the event; the same key queues one mail only, however often it is asked for.
        vault: seals the text in the store, for mails with a link that lets somebody in.
        expires_at: not sent after that.
        moment: the present one, when the caller's clock is not the database's.

    Returns:
        Id of the mail.

    Raises:
        BadInput: the address, subject or text cannot be sent.
    """
    if not text.strip() or len(text) > _MOST_TEXT:
        raise BadInput("The mail has no text, or one that is too long.")
    at, systemmailid = moment or session.info["clock"](), new_id()
    values = {
        "systemmailid": systemmailid,
        "businesskey": key,
        "kind": kind,
        "recipient": deliverable(to),
        "subject": safe_text(" ".join(subject.split()), "The subject", SUBJECT_LENGTH),
        "text": text if vault is None else vault.seal(text, f"systemmail:{systemmailid}"),
        "issealed": vault is not None,
        "dueat": at,
        "createdon": at,
        "expireson": expires_at,
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(SystemMail).values(values).on_conflict_do_nothing(index_elements=["businesskey"]))
    if key is None:
        return systemmailid
    return session.scalars(select(SystemMail.systemmailid).where(SystemMail.businesskey == key)).one()


def way_out(session: Session, settings: Settings) -> Way | None:
    """How a system mail would leave now; None where there is no way, and links must be handed over by a person."""
    if settings.smtp_host:
        return Way(parseaddr(settings.smtp_from)[1], None)
    row = session.execute(
        select(Mailbox.mailboxid, Mailbox.emailaddress)
        .where(
            Mailbox.emailrouteraccessapproval == AddressApproval.APPROVED,
            Mailbox.outgoingemaildeliverymethod != DeliveryMethod.NONE,
            Mailbox.outgoingemailstatus == MailboxTest.SUCCESS,
            or_(Mailbox.lw_smtphost != "", Mailbox.lw_kind != MailboxKind.SMTP_IMAP),
        )
        .order_by(NOBODYS, Mailbox.createdon, Mailbox.mailboxid)  # a former one only where there is no other
        .limit(1)
    ).first()
    return Way(row.emailaddress, row.mailboxid) if row else None


class SystemPost:
    """Sends what is due. Several, in any number of processes, never take the same mail at once.

    Args:
        open_vault: called when a sealed text or a password is needed.
        clock: the present moment.
    """

    def __init__(
        self, database: Database, settings: Settings, open_vault: Callable[[], Seals], clock: Callable[[], datetime]
    ) -> None:
        self._database, self._settings, self._open_vault, self._clock = database, settings, open_vault, clock

    def send_due(self, *, most: int = 50) -> int:
        """Send what is due until a server refuses to serve. How many it took."""
        sent = 0
        for _ in range(most):
            claimed = self._claim()
            if claimed is None:
                return sent
            outcome = self._send(claimed)
            self._note(claimed, outcome)
            sent += outcome.result is Result.ACCEPTED
            if outcome.result is Result.MAILBOX:
                return sent
        return sent

    def _claim(self) -> _Claimed | None:
        moment = self._clock()
        with self._database.reading() as session:
            if session.scalar(select(SystemMail.systemmailid).where(_due(moment)).limit(1)) is None:
                return None
        with self._database.transaction() as session:
            session.execute(
                update(SystemMail)
                .where(_due(moment), SystemMail.expireson <= moment)
                .values(state="failed", reason=_TOO_LATE, leaseuntil=None, text="", issealed=False)
            )
            way = way_out(session, self._settings)
            if way is None or not self._has_place(session, way, moment):
                return None
            row = session.scalars(
                select(SystemMail)
                .where(_due(moment))
                .order_by(SystemMail.dueat, SystemMail.systemmailid)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if row is None:
                return None
            row.state, row.attempts, row.leaseuntil = "sending", row.attempts + 1, moment + SYSTEM_LEASE
            row.mailboxid = way.mailboxid  # takes a place in its pace from now on
            row.messageid = row.messageid or new_message_id(way.sender)
            try:
                text = self._open_vault().open(row.text, f"systemmail:{row.systemmailid}") if row.issealed else row.text
                letter = short_note(way.sender, row.recipient, row.messageid, row.subject, text, moment)
            except (BadInput, Conflict) as error:
                _end(row, "failed", str(error))
                return None
            return _Claimed(row.systemmailid, row.attempts, letter, way)

    @staticmethod
    def _has_place(session: Session, way: Way, moment: datetime) -> bool:
        if way.mailboxid is None:
            return True
        mailbox = session.get_one(Mailbox, way.mailboxid, with_for_update=True)
        paused = mailbox.lw_pauseduntil is not None and mailbox.lw_pauseduntil > moment
        return not paused and next_place(session, mailbox, moment) is None

    def _send(self, claimed: _Claimed) -> Outcome:
        try:
            line = self._line(claimed.way)
        except LeadwrightError as error:
            return Outcome(Result.MAILBOX, str(error))
        try:
            return line.send(claimed.letter, lambda: True)
        finally:
            line.close()

    def _line(self, way: Way) -> SmtpLines | MailboxPort:
        settings = self._settings
        if way.mailboxid is None:
            server = Server(settings.smtp_host, settings.smtp_port, settings.smtp_security, timeout=_SECONDS)
            password = settings.smtp_password.get_secret_value()
            login = Login(settings.smtp_user, lambda: password) if settings.smtp_user else None
            return SmtpLines(lambda: SmtpConnection(server, login))
        with self._database.reading() as session:
            mailbox = session.get_one(Mailbox, way.mailboxid)
            session.expunge_all()
        vault = self._open_vault()
        installation = Installation(settings, self._database, self._clock, vault)
        return open_mailbox(mailbox, vault, timeout=_SECONDS, installation=installation)

    def _note(self, claimed: _Claimed, outcome: Outcome) -> None:
        moment = self._clock()
        with self._database.transaction() as session:
            row = session.get_one(SystemMail, claimed.systemmailid, with_for_update=True)
            if row.attempts != claimed.attempt or row.state != "sending":
                return  # the lease had ended and somebody else tried again
            row.leaseuntil = None
            if outcome.result in (Result.ACCEPTED, Result.UNKNOWN):
                row.senton = moment
            if outcome.result is Result.ACCEPTED:
                _end(row, "sent", "")
            elif outcome.result is Result.REFUSED or moment - row.createdon > TRIED_FOR:
                _end(row, "failed", outcome.words)
            else:
                wait = outcome.retry_after or _WAITS[min(row.attempts, len(_WAITS)) - 1]
                row.state, row.reason, row.dueat = "waiting", outcome.words, moment + timedelta(seconds=wait)
            if outcome.result is Result.MAILBOX:  # every other one would meet the same
                session.execute(
                    update(SystemMail)
                    .where(SystemMail.state == "waiting", SystemMail.dueat < row.dueat)
                    .values(dueat=row.dueat, reason=outcome.words)
                )


def waiting_mails(session: Session) -> tuple[int, str]:
    """How many system mails wait, and why the one that waits longest does."""
    count = session.scalar(select(func.count()).where(SystemMail.state.in_(("waiting", "sending")))) or 0
    oldest = select(SystemMail.reason).where(SystemMail.state == "waiting").order_by(SystemMail.createdon).limit(1)
    return count, session.scalar(oldest) or ""


def _due(moment: datetime) -> ColumnElement[bool]:
    return or_(
        and_(SystemMail.state == "waiting", SystemMail.dueat <= moment),
        and_(SystemMail.state == "sending", SystemMail.leaseuntil <= moment),  # whoever sent it is gone
    )


def _end(row: SystemMail, state: str, reason: str) -> None:
    """It is over. What it said was for the recipient alone and is not kept when it was sealed."""
    row.state, row.reason, row.leaseuntil = state, reason, None
    if row.issealed:
        row.text, row.issealed = "", False
