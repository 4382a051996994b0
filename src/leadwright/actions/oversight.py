"""How closely people watch the agent: which mails wait for approval, how many rejections are judged again."""

from dataclasses import asdict, dataclass

from sqlalchemy import update

from leadwright.actions.agent_rows import agent_of
from leadwright.db import audit
from leadwright.db.mail import Outbox
from leadwright.db.oversight import Oversight
from leadwright.domain.approval import LEAST_HOURS, MOST_HOURS
from leadwright.domain.mail_phase import Phase
from leadwright.errors import BadInput
from leadwright.identity.access import Principal, require
from leadwright.services import Services
from leadwright.workflows.approvals import WAITS


@dataclass(frozen=True, slots=True)
class Watch:
    """Which kinds of mail wait for a person, hours an approval holds, per cent of rejections that are drawn."""

    firstmails: bool = False
    followups: bool = False
    answers: bool = False
    hours: int = 72
    percent: float = 5.0


def read_watch(services: Services, who: Principal, agentid: str) -> Watch:
    """What is in force; the defaults where nobody chose.

    Raises:
        NotAllowed, NotFound.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent_of(session, agentid)
        row = session.get(Oversight, agentid)
        return Watch(row.firstmails, row.followups, row.answers, row.hours, row.percent) if row else Watch()


def set_watch(services: Services, who: Principal, agentid: str, watch: Watch) -> None:
    """Holds from now on, for mails that wait already too. The same again changes nothing.

    Raises:
        NotAllowed, NotFound.
        BadInput: hours or per cent out of range.
    """
    require(who, "prvConfigureAgent")
    if not LEAST_HOURS <= watch.hours <= MOST_HOURS:
        raise BadInput(f"An approval holds {LEAST_HOURS} to {MOST_HOURS} hours.", field="hours")
    if not 0 <= watch.percent <= 100:
        raise BadInput("Choose 0 to 100 per cent.", field="percent")
    before = read_watch(services, who, agentid)
    if before == watch:
        return
    moment = services.clock()
    with services.database.transaction() as session:
        row = session.get(Oversight, agentid, with_for_update=True) or Oversight(agentid=agentid)
        for name, value in asdict(watch).items():
            setattr(row, name, value)
        row.changedon = moment
        session.add(row)
        waits = (Outbox.agentid == agentid, Outbox.phase == Phase.QUEUED, Outbox.reason == WAITS)
        session.execute(update(Outbox).where(*waits).values(dueat=moment))
        audit.record(session, who.actor, "agent.oversight_changed", "agent", agentid,
                     before=asdict(before), after=asdict(watch))  # fmt: skip
