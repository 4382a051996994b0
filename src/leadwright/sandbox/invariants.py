"""The seven invariants of a rehearsal, each proven from our tables and the mail server's log."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.audit import AuditEntry, broken_link
from leadwright.db.backlog import BacklogMail
from leadwright.db.configuration import Configuration
from leadwright.db.mail import InboundMessage, Outbox, Suppression
from leadwright.db.sales import Lead
from leadwright.domain.engagement import Outcome
from leadwright.domain.mail_phase import Phase
from leadwright.domain.stage import OPEN_STAGES, Stage
from leadwright.mail.inbox import marks
from leadwright.sandbox.mail_checker import Broken, check
from leadwright.sandbox.mail_store import Accepted, Folder
from leadwright.services import Services
from leadwright.workflows.runs import WORKING

RULES = {
    1: "At most one accepted mail for each step of a lead, by Message-ID and by content; what came back may go again",
    2: "Every mail of the outbox came to an end or waits for its turn; none vanished, none is in flight past its lease",
    3: "No mail left after its recipient opted out or bounced, its conversation had ended, or while the agent was off",
    4: "Every message that came in is stored once, or put aside with a reason",
    5: "Never more mails in any minute, nor in any 24 hours, than the mailbox is allowed",
    6: "One owner and one open pass for each lead; the sellers' turns differ by one at most",
    7: "Every mail that left or failed, and every pass that ended, has its entry in an unchanged audit log: who, why, "
    "when, by which version",
}
_SWITCHED = ("agent.started", "agent.paused", "agent.resumed", "agent.stopped", "agent.archived")
_ENDED = (Stage.HANDED_OVER, Stage.DISQUALIFIED, Stage.RETURNED)


@dataclass(frozen=True, slots=True)
class Proof:
    """One invariant: how many things were looked at, and what does not hold."""

    number: int
    rule: str
    looked_at: int
    broken: tuple[str, ...]


def prove(
    services: Services, log: Sequence[Accepted], inbox: Folder, moment: datetime, *, ended: bool = False
) -> list[Proof]:
    """All seven.

    Args:
        log: what the mail server accepted from the agent's mailbox.
        inbox: of that mailbox, as the server keeps it.
        ended: every mail must have come to an end; False while conversations go on.
    """
    found: list[Broken] = check(services.database, log, moment, ended=ended)
    with services.database.reading() as session:
        rows = list(session.scalars(select(Outbox)))
        looked = {1: len(log), 2: len(rows), 3: len(log), 5: len(log)}
        found += _after_the_end(session, rows, log)
        looked[4] = len(inbox.messages)
        found += _stored_once(session, inbox)
        looked[6] = session.scalar(select(func.count()).select_from(Lead)) or 0
        found += _one_owner(session) + _fair(session)
        runs = list(session.scalars(select(LeadRun).where(LeadRun.stage.in_(_ENDED))))
        looked[7] = len(rows) + len(runs)
        found += _audited(session, rows, runs)
    return [
        Proof(number, rule, looked[number], tuple(b.sentence for b in found if b.invariant == number))
        for number, rule in RULES.items()
    ]


def _after_the_end(session: Session, rows: Sequence[Outbox], log: Sequence[Accepted]) -> list[Broken]:
    """3: by the server's own log, against when each end was stored."""
    sent = {row.messageid: row for row in rows}
    never = {s.hash: s.at for s in session.scalars(select(Suppression).where(Suppression.scope == ""))}
    ends = dict(session.execute(select(LeadRun.leadid, func.max(LeadRun.concludedon)).group_by(LeadRun.leadid)).all())
    open_ = set(session.scalars(select(LeadRun.leadid).where(LeadRun.stage.in_(OPEN_STAGES))))
    off = _times_off(session)
    broken = []
    for accepted in log:
        row = sent.get(accepted.messageid)
        if row is None:
            continue
        if any(begun < accepted.at < ended for begun, ended in off.get(row.agentid or "", ())):
            broken.append(Broken(3, f"{row.businesskey} left while the agent was off."))
        left = [never[h] for h in (row.recipienthash, row.domainhash) if h in never]
        if any(accepted.at > at for at in left):
            broken.append(Broken(3, f"{row.businesskey} left after its recipient was not to be written to."))
        end = ends.get(row.leadid) if row.leadid and row.leadid not in open_ else None
        if end is not None and accepted.at > end:
            broken.append(Broken(3, f"{row.businesskey} left after the conversation had ended."))
    return broken


def _times_off(session: Session) -> dict[str, list[tuple[datetime, datetime]]]:
    """From when until when each agent that was ever started did not work, by the audit log."""
    off: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    since: dict[str, datetime] = {}
    query = select(AuditEntry).where(AuditEntry.recordtype == "agent", AuditEntry.action.in_(_SWITCHED))
    for entry in session.scalars(query.order_by(AuditEntry.number)):
        if entry.after.get("state") not in WORKING:
            since.setdefault(entry.recordid, entry.at)
        elif entry.recordid in since:
            off[entry.recordid].append((since.pop(entry.recordid), entry.at))
    for agentid, begun in since.items():
        off[agentid].append((begun, datetime.max.replace(tzinfo=UTC)))
    return off


def _stored_once(session: Session, inbox: Folder) -> list[Broken]:
    """4: as many different messages at the server as rows here, a backlog's by their heads, none without a reason."""
    heads = select(BacklogMail.uid).where(BacklogMail.uidvalidity == inbox.validity)
    heads_only = set(session.scalars(heads))
    there = Counter(marks(m.raw).identity for m in inbox.messages if m.uid not in heads_only)
    stored = Counter(session.scalars(select(InboundMessage.identity)))
    broken = [Broken(4, f"A message of the server is not stored ({i[:12]}).") for i in there if i not in stored]
    broken += [Broken(4, f"A message is stored {n} times ({i[:12]}).") for i, n in stored.items() if n > 1]
    aside = session.scalars(select(InboundMessage).where(InboundMessage.state.in_(("quarantined", "unmatched"))))
    return broken + [Broken(4, "A message was put aside without a reason.") for m in aside if not m.reason]


def _one_owner(session: Session) -> list[Broken]:
    """6: one open pass a lead; a handed over lead is owned by whom its pass names."""
    many = session.execute(
        select(LeadRun.leadid, func.count()).where(LeadRun.stage.in_(OPEN_STAGES)).group_by(LeadRun.leadid)
    )
    broken = [Broken(6, f"Lead {leadid} has {n} open passes.") for leadid, n in many if n > 1]
    nobody = session.scalar(select(func.count()).where(LeadRun.stage == Stage.HANDED_OVER, LeadRun.ownerid.is_(None)))
    return broken + ([Broken(6, f"{nobody} handed over leads have no owner.")] if nobody else [])


def _fair(session: Session) -> list[Broken]:
    """6: what the assignment rule gave to each seller; what was escalated went to the supervisor."""
    agent = session.scalar(select(Agent).order_by(Agent.createdon.desc()).limit(1))
    version = session.get(AgentVersion, (agent.agentid, agent.appliedversion)) if agent else None
    if version is None:
        return []
    sellers = Configuration.model_validate(version.configuration).assignment.sellers
    counted = dict(
        session.execute(
            select(LeadRun.ownerid, func.count())
            .where(LeadRun.stage == Stage.HANDED_OVER, LeadRun.reassigned.is_(False))
            .where(func.coalesce(LeadRun.outcome, "") != Outcome.ESCALATED)
            .group_by(LeadRun.ownerid)
        ).all()
    )
    counts = [counted.get(seller, 0) for seller in sellers]
    unfair = bool(counts) and max(counts) - min(counts) > 1
    return [Broken(6, f"The sellers got {', '.join(map(str, counts))} leads.")] if unfair else []


def _audited(session: Session, rows: Sequence[Outbox], runs: Sequence[LeadRun]) -> list[Broken]:
    """7: each mail that left or failed and each pass that ended has its entry, and no entry was changed."""
    mails = {
        (entry.action, entry.after.get("messageid")): entry
        for entry in session.scalars(select(AuditEntry).where(AuditEntry.action.in_(("email.sent", "email.failed"))))
    }
    broken = []
    for row in (row for row in rows if row.phase in (Phase.SENT, Phase.FAILED)):
        entry = mails.get((f"email.{row.phase}", row.messageid))
        if entry is None:
            broken.append(Broken(7, f"{row.businesskey} has no audit entry."))
        elif not entry.cause or not entry.actorname or (row.agentid and entry.after.get("version") != row.version):
            broken.append(Broken(7, f"The audit entry of {row.businesskey} lacks who, why or by which version."))
    ends = select(AuditEntry.recordid, AuditEntry.action, AuditEntry.cause)
    ends = ends.where(AuditEntry.recordtype == "lead", AuditEntry.action.in_([f"lead.{stage}" for stage in _ENDED]))
    told = {(row.recordid, row.action, row.cause) for row in session.execute(ends)}
    for run in runs:
        cause = f"run {run.number} of the lead, configuration version {run.version}"
        if (run.leadid, f"lead.{run.stage}", cause) not in told:
            broken.append(Broken(7, f"That lead {run.leadid} was {run.stage} has no audit entry."))
    link = broken_link(session)
    return broken + ([Broken(7, f"The audit chain is broken at entry {link}.")] if link else [])
