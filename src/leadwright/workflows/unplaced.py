"""A mail that came in and that nothing places: whose it may be, who is told, what waits for a person's word."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, AgentVersion
from leadwright.db.configuration import Configuration
from leadwright.db.mail import InboundMessage, Mailbox
from leadwright.db.sales import Lead
from leadwright.domain.replies import ReplyClass
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput
from leadwright.mail.addresses import hash_address
from leadwright.mail.matching import answers_ours, leads_at
from leadwright.mail.reading import Reading
from leadwright.services import Services
from leadwright.workflows.incoming import Incoming, close, close_only, take_up, tell_owner, tell_person

_LEAD_IS_GONE = (
    "It answers a mail of the agent whose lead is not here any more. A person reads it, and says whose it is."
)


def keep_unplaced(services: Services, work: Incoming, mail: Reading) -> None:
    """Nothing tells which lead wrote it: it is closed when it needs nobody, else it waits for a person, who is told."""
    told = " Its sender asked not to be written to; nobody writes to this address any more." if mail.opt_out else ""
    if mail.automatic:
        close_only(services, work, ReplyClass.AUTO_REPLY, f"A machine wrote it ({mail.automatic.sign}).{told}")
        return
    with services.database.transaction() as session:
        row = take_up(session, work)
        if row is None:
            return
        if _came_before_the_start(session, row):
            close(row, "done", ReplyClass.OTHER, "It was in the mailbox before the agent began, and names no lead.")
        else:
            leads = _with_its_address(session, mail)
            answers = not leads and answers_ours(session, mail.message)
            said = _LEAD_IS_GONE if answers else _whose(leads)
            close(row, "unmatched", "", f"{said}{told}", leadid=leads[0].leadid if leads else None)
            if leads or answers:  # of whom nobody knew it stands in nobody's way when it becomes a lead
                _hold_its_address(row, mail)
                _tell_unplaced(session, row, mail, leads)


def _hold_its_address(row: InboundMessage, mail: Reading) -> None:
    """Nothing is begun with its sender's address, whichever lead has it, until a person has placed the mail."""
    with suppress(BadInput):
        row.senderhash = hash_address(mail.message.sender.address if mail.message.sender else "")


def _tell_unplaced(session: Session, row: InboundMessage, mail: Reading, leads: Sequence[Lead]) -> None:
    """Whoever has the one lead it may be of. Of several, the owners read nothing before a person said whose it is.

    Of none that is still here, whoever supervises the agent.
    """
    supervisor, key = _supervisor_of_box(session, row.mailboxid), f"unplaced:{row.inboundmessageid}"
    body = f"{row.reason} A supervisor finds it in the inbox. {mail.subject}: {mail.new_text[:400]}"
    if len(leads) == 1:
        tell_owner(session, leads[0], supervisor, key, "Wrote to us", body)
    elif mail.message.sender:
        tell_person(session, supervisor, key, f"Wrote to us: {mail.message.sender.address}", body, "/inbox")


def _with_its_address(session: Session, mail: Reading) -> Sequence[Lead]:
    """Leads the mail may be of: those with its sender's address."""
    with suppress(BadInput):
        return leads_at(session, mail.message.sender.address if mail.message.sender else "")
    return ()


def _whose(leads: Sequence[Lead]) -> str:
    if not leads:
        return "No lead is known for it. A person reads it."
    until = "Until then the agent begins nothing with that address."
    if len(leads) == 1:
        return f"It comes from the address of a lead the agent has not written to. A person says whose it is. {until}"
    return f"Several leads have the address it comes from. A person says whose it is. {until}"


def _came_before_the_start(session: Session, row: InboundMessage) -> bool:
    """A mailbox that is old holds much that is nobody's business here; opt-outs in it were honoured all the same."""
    query = select(func.min(Agent.startedon)).join(Mailbox, Mailbox.regardingobjectid == Agent.agentuserid)
    started = session.scalar(query.where(Mailbox.mailboxid == row.mailboxid, Agent.state != AgentState.ARCHIVED))
    return started is not None and row.receivedon is not None and row.receivedon < started


def _supervisor_of_box(session: Session, mailboxid: str) -> str | None:
    """Of the agent that writes from the mailbox."""
    in_force = (AgentVersion.agentid == Agent.agentid) & (AgentVersion.version == Agent.appliedversion)
    query = select(AgentVersion).join(Agent, in_force).join(Mailbox, Mailbox.regardingobjectid == Agent.agentuserid)
    version = session.scalar(query.where(Mailbox.mailboxid == mailboxid, Agent.state != AgentState.ARCHIVED).limit(1))
    return Configuration.model_validate(version.configuration).assignment.supervisor if version else None
