"""How this installation does, for administrators: each finding with what to do about it. Changes nothing."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.orm import Session

from leadwright.actions.mirror import is_late, overview_of
from leadwright.db.mailbox_use import open_talks
from leadwright.db.pages import health as read
from leadwright.db.pages import mirror_writes as read_writes
from leadwright.domain.optionsets import AddressApproval, MailboxTest
from leadwright.domain.platform import ConnectionState, CredentialKind
from leadwright.domain.prerequisites import EXPIRY_NOTICE_DAYS
from leadwright.domain.stage import AgentState
from leadwright.identity.access import Principal, require
from leadwright.identity.announcements import CONNECTION_PAGE
from leadwright.mail.inbox import LOOK_HOLDS
from leadwright.services import Services

State = Literal["ok", "warn", "fail"]
NEEDS = "prvConfigureAgent"
BACKUPS = "backups"  # folder of data_dir whose newest file tells how old the last backup is
_ALIVE, _GONE = timedelta(seconds=30), timedelta(days=1)
_LATE = timedelta(minutes=10)
_BACKUP_OLD = timedelta(days=2)
_REPLACED = "Another mailbox took its place."
_GO_ON = (
    "It is tried again by itself, the longer it fails the rarer. Mend what it says: on its server, or under Set up of "
    "prerequisite 3 with its address, the present password and no member; then set up the one in use again. Is it gone "
    "for good, take these conversations over."
)
_SPACE_WARN, _SPACE_FAIL = 5e9, 1e9  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `at`: the moment it speaks of, in the reader's zone on pages; `link`: where it is mended."""

    group: str
    what: str
    state: State
    detail: str
    at: datetime | None = None
    remedy: str = ""
    link: str = ""


def examine(services: Services, who: Principal) -> list[Finding]:
    """Everything, in groups.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
    """
    require(who, NEEDS)
    moment = services.clock()
    with services.database.reading() as session:
        return [
            *_workers(session, moment),
            *_queues(session, moment),
            *_mailboxes(session, moment),
            *_agent(session),
            *_model(services, session),
            *_dynamics(session, moment),
            *_mirror(session, moment),
            *_store(services, session, moment),
        ]


def _workers(session: Session, moment: datetime) -> Iterator[Finding]:
    seen = [row for row in read.workers(session) if moment - row.seenon < _GONE]
    if not any(moment - row.seenon < _ALIVE for row in seen):
        remedy = "Start leadwright serve or leadwright work; until then nothing is researched, sent or read."
        yield Finding(
            "Workers", "Running worker", "fail", "None has given a sign of life for half a minute.", remedy=remedy
        )
    for row in seen:
        alive = moment - row.seenon < _ALIVE
        detail = "Last heartbeat" if alive else "Gone; others took its work over. Last heartbeat"
        yield Finding("Workers", row.executorid, "ok" if alive else "warn", detail, row.seenon)


def _queues(session: Session, moment: datetime) -> Iterator[Finding]:
    for name, (count, since) in read.queues(session, moment).items():
        if not count:
            yield Finding("Queues", name, "ok", "Nothing is due.")
            continue
        late = since is not None and moment - since > _LATE
        remedy = "It is due for more than ten minutes: is a worker running, is the agent on, is the mailbox in order?"
        yield Finding("Queues", name, "warn" if late else "ok", f"{count:,} due, the first one",
                      since, remedy if late else "")  # fmt: skip


def _mailboxes(session: Session, moment: datetime) -> Iterator[Finding]:
    rows = read.mailboxes(session)
    if not rows:
        yield Finding("Mailboxes", "Mailbox", "ok", "None is set up; a Research-only agent needs none.")
    for row in rows:
        yield _former_mailbox(session, row, moment) if row.former else _mailbox(row, moment)


def _mailbox(row: Any, moment: datetime) -> Finding:
    link, name = "/outbox", row.emailaddress
    if row.emailrouteraccessapproval != AddressApproval.APPROVED:
        return Finding("Mailboxes", name, "warn", "Its address is not approved.", remedy="Choose Approve Email.",
                       link="/agent/prerequisites")  # fmt: skip
    if row.lw_pauseduntil and row.lw_pauseduntil > moment:
        return Finding("Mailboxes", name, "fail", f"Paused after trouble: {row.lw_lasterror}", row.lw_lasterroron,
                       "It is tried again by itself. Check password and server if it stays.", link)  # fmt: skip
    if MailboxTest.FAILURE in (row.incomingemailstatus, row.outgoingemailstatus):
        return Finding("Mailboxes", name, "fail", "Its last test failed.", remedy="Choose Test & Enable Mailbox.",
                       link="/agent/prerequisites")  # fmt: skip
    if row.writes and (row.readon < moment - LOOK_HOLDS if row.readon else row.lw_lasterroron):
        why = f"Its inbox is not read, so nothing is sent. {row.lw_lasterror or ''}".strip()
        return Finding("Mailboxes", name, "fail", f"{why} Last looked at" if row.readon else why, row.readon,
                       "It is tried again by itself. Is a worker running? Else mend what it says.", link)  # fmt: skip
    troubled = row.lw_lasterroron and (row.readon is None or row.lw_lasterroron > row.readon)
    if troubled:
        return Finding("Mailboxes", name, "warn", f"Last trouble: {row.lw_lasterror}", row.lw_lasterroron, link=link)
    return Finding("Mailboxes", name, "ok", "Inbox looked at" if row.readon else "Not read yet.", row.readon, link=link)


def _former_mailbox(session: Session, row: Any, moment: datetime) -> Finding:
    """Another one took its place: nothing goes out from it, whatever its approval, and what comes in is read."""
    talks, name, link = open_talks(session, row.mailboxid), row.emailaddress, "/agent/prerequisites"
    failed = row.lw_lasterroron and (row.readon is None or row.lw_lasterroron > row.readon)
    if row.readon and row.readon >= moment - LOOK_HOLDS and not failed:
        return Finding("Mailboxes", name, "ok", f"{_REPLACED} Still read, for answers. Inbox looked at", row.readon)
    if not talks:
        return Finding("Mailboxes", name, "ok", f"{_REPLACED} No open conversation began in it.", row.readon)
    many = f"{talks:,} open conversations" if talks > 1 else "An open conversation"
    why = f"{_REPLACED} {many} began in it, and nobody reads it: the next mails wait. {row.lw_lasterror or ''}".strip()
    return Finding("Mailboxes", name, "fail", f"{why} Last looked at" if row.readon else why, row.readon, _GO_ON, link)


def _agent(session: Session) -> Iterator[Finding]:
    rows = read.prerequisites(session)
    if not rows:
        yield Finding("Agent", "Agent", "ok", "There is none yet.", link="/agent")
        return
    agent = rows[0]
    detail = f"{agent.name} is {agent.agentstate}. {agent.statereason or ''}".strip()
    paused = agent.agentstate == AgentState.PAUSED
    yield Finding("Agent", "Agent", "fail" if paused else "ok", detail, link="/agent")
    needed = 4 if agent.mode == "engage" else 2
    for row in rows[:needed]:
        state: State = "ok" if row.state == "done" else "fail" if row.state == "failing" else "warn"
        how = "attested" if row.attested else row.state.replace("_", " ")
        checked = f"{how.capitalize()}, checked" if row.checkedon else how.capitalize()
        yield Finding("Agent", f"Prerequisite {row.number}", state, checked, row.checkedon, link="/agent/prerequisites")


def _model(services: Services, session: Session) -> Iterator[Finding]:
    if services.settings.analyst != "model":
        yield Finding("Judgement", "Analyst", "ok", "Built in: it asks no server.")
    else:
        at = read.last_answer(session)
        remedy = "" if at else "leadwright doctor asks it once and says what is wrong."
        name = services.settings.model or "model"
        yield Finding(
            "Judgement", name, "ok" if at else "warn", "Last answer" if at else "Has not answered yet.", at, remedy
        )
    waits = read.waits_for_outside(session)
    if waits:
        said = f"{waits:,} wait because something outside did not answer."
        yield Finding("Judgement", "Leads tried again", "warn", said,
                      remedy="Each says on its page what it waits for.", link="/leads?view=processing")  # fmt: skip


def _dynamics(session: Session, moment: datetime) -> Iterator[Finding]:
    """How the organisation of Dynamics 365 is reached; nothing where none is connected."""
    row = read.connection(session)
    if row is None or row.state == ConnectionState.OFF:
        return
    group, link = "Dynamics 365", CONNECTION_PAGE
    name = row.organizationname or row.dataverseurl
    if row.state == ConnectionState.PENDING:
        yield Finding(group, name, "warn", "The certificate is not known to Microsoft Entra yet.",
                      remedy="Upload it there, then choose Check.", link=link)  # fmt: skip
        return
    if row.lasterroron and (row.reachedon is None or row.lasterroron > row.reachedon):
        yield Finding(group, name, "fail", row.lasterror, row.lasterroron, link=link)
    elif row.pauseduntil and row.pauseduntil > moment:
        yield Finding(group, name, "warn", f"It asked us to wait ({row.pausereason}); it goes on by itself",
                      row.pauseduntil, link=link)  # fmt: skip
    else:
        count = sum(at > moment.timestamp() - 3600 for at in row.throttled or ())
        said = f"{count:,} throttled in the last hour; reached last" if row.reachedon else "Not reached yet."
        yield Finding(group, name, "warn" if count else "ok", said, row.reachedon, link=link)
    if row.secretendson and row.secretendson - moment < timedelta(days=EXPIRY_NOTICE_DAYS[0]):
        ended = row.secretendson <= moment
        what = "certificate" if row.credentialkind == CredentialKind.CERTIFICATE else "client secret"
        yield Finding(group, what.capitalize(), "fail" if ended else "warn", "It ended" if ended else "It ends",
                      row.secretendson, "Add a new one; the former counts until it ends.", link)  # fmt: skip


def _mirror(session: Session, moment: datetime) -> Iterator[Finding]:
    found = overview_of(session, moment)
    if found.organisation is None:
        return
    group, link = "Dynamics 365", "/settings/mirror"
    if found.pausedon is not None:
        yield Finding(group, "Mirror", "warn", "Paused; nothing comes in.", found.pausedon, "Go on there.", link)
    elif found.trouble:
        yield Finding(group, "Mirror", "fail", found.trouble, found.troubledon, "It is tried again by itself.", link)
    elif failing := [line for line in found.lines if line.failures]:
        names = ", ".join(line.label for line in failing)
        yield Finding(group, "Mirror", "fail", f"{names}: {failing[0].trouble}", failing[0].troubledon, "", link)
    elif late := [line for line in found.lines if is_late(line)]:
        remedy = "Is a worker running? leadwright serve and leadwright work read the organisation in."
        yield Finding(group, "Mirror", "warn", f"{late[0].label} not read since", late[0].readon, remedy, link)
    elif not found.loaded:
        stored = sum(line.visible for line in found.lines)
        yield Finding(group, "Mirror", "ok", f"The first load is under way: {stored:,} rows are here.", link=link)
    else:
        leads = next(line for line in found.lines if line.table == "lead")
        yield Finding(group, "Mirror", "ok", "Leads read", leads.readon, link=link)
    yield _outgoing(session, moment)


def _outgoing(session: Session, moment: datetime) -> Finding:
    group, name, link = "Dynamics 365", "Sent there", "/settings/mirror/writes"
    held, oldest = read_writes.counts(session)["held"], read_writes.oldest(session)
    if held:
        remedy = "Each says why; Retry or Drop it."
        return Finding(group, name, "warn", f"{held:,} held; the oldest was decided", oldest, remedy, link)
    if oldest is not None and moment - oldest > _LATE:
        remedy = "Each says what it waits for. Is a worker running?"
        return Finding(group, name, "warn", "The oldest waits since", oldest, remedy, f"{link}?shown=waiting")
    return Finding(group, name, "ok", "Everything that was decided here is there", link=link)


def _store(services: Services, session: Session, moment: datetime) -> Iterator[Finding]:
    name, size = read.database(session)
    yield Finding("Storage", name, "ok", f"{size / 1e6:,.1f} MB")
    folder = services.settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state: State = "ok" if free > _SPACE_WARN else "warn" if free > _SPACE_FAIL else "fail"
    yield Finding("Storage", "Disk", state, f"{free / 1e9:,.1f} GB free", remedy="" if state == "ok" else "Free some.")
    made = _newest(services.settings.data_dir / BACKUPS)
    if made is None:
        remedy = f"Let your backup job leave a file in the folder {BACKUPS} of the data folder (LEADWRIGHT_DATA_DIR)."
        yield Finding("Storage", "Backup", "warn", "Not known.", remedy=remedy)
        return
    old = moment - made > _BACKUP_OLD
    yield Finding("Storage", "Backup", "warn" if old else "ok", "The newest is of", made,
                  "It is older than two days: does the backup still run?" if old else "")  # fmt: skip


def _newest(folder: Path) -> datetime | None:
    try:
        times = [path.stat().st_mtime for path in folder.iterdir() if path.is_file()]
    except OSError:
        return None
    return datetime.fromtimestamp(max(times), UTC) if times else None
