"""Each of the seven invariants, broken on purpose, is named by the proof, and no other is."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from tests.conftest import unguard_audit_log
from tests.engage.office import ADA, MONDAY, SALES, Clock, Office, open_office, start
from tests.engage.test_replies import READY
from tests.mail.post_office import SENDER

from leadwright.actions import agent as agents
from leadwright.db import audit
from leadwright.db.agent import LeadRun
from leadwright.db.audit import AuditEntry
from leadwright.db.base import Base
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage, Mailbox, Outbox, Suppression
from leadwright.db.schema import migrate
from leadwright.domain.stage import AgentState, Stage
from leadwright.identity.secrets import Vault
from leadwright.mail.compose import Message, compose
from leadwright.mail.unsubscribe import link
from leadwright.sandbox.invariants import RULES, prove
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.mail_store import Accepted, Folder, identify
from leadwright.services import Services

GUS = "gus@southwind.example"


@dataclass
class Scene:
    """What the proof looks at: our tables, what the server accepted from us, what came in."""

    services: Services
    office: Office
    log: list[Accepted]
    inbox: Folder

    @property
    def moment(self) -> datetime:
        return self.office.clock()

    def set_all(self, table: type[Base], **values: object) -> None:
        with self.services.database.transaction() as session:
            session.execute(update(table).values(values))

    def named(self) -> set[int]:
        """Which invariants the proof says are broken."""
        proofs = prove(self.services, self.log, self.inbox, self.moment)
        assert [p.number for p in proofs] == list(RULES)
        assert all(p.looked_at for p in proofs)
        return {p.number for p in proofs if p.broken}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two were written to in one round; one was handed over, the other's first mail came back and went again."""
    folder, clock = tmp_path_factory.mktemp("whole"), Clock(MONDAY)
    database = Database(f"sqlite:///{folder / 'whole.db'}")
    migrate(database)
    database.clock = clock
    with MailServer(clock=clock) as server:
        made = open_office(database, folder, server, clock)
        start(made)
        made.lead()
        made.lead(firstname="Gus", emailaddress1=GUS, companyname="Southwind Foods")
        made.work()
        made.bounce(GUS, "5.2.2", "552 5.2.2 mailbox full")
        made.answer(ADA, READY)
        made.pass_days(2)
        if made.post:
            made.post.close()
        made.services.reader.close()
        yield made
    database.close()


@pytest.fixture
def scene(whole: Office, tmp_path: Path) -> Iterator[Scene]:
    """A copy of it, to be broken."""
    copied = tmp_path / "copied.db"
    with closing(sqlite3.connect(copied)) as to, closing(whole.services.database.engine.raw_connection()) as source:
        source.backup(to)
    database = Database(f"sqlite:///{copied}")
    database.clock = whole.clock
    yield Scene(
        replace(whole.services, database=database), whole, list(whole.sent), deepcopy(whole.server.folder(SALES))
    )
    database.close()


def the_same_mail_is_accepted_again(scene: Scene) -> None:
    scene.log.append(scene.log[-1])


def the_same_words_are_accepted_again(scene: Scene) -> None:
    scene.set_all(Outbox, bouncedon=None)
    first, second = [accepted for accepted in scene.log if accepted.recipient == GUS]
    assert first.messageid != second.messageid
    assert first.raw.partition(b"\r\n\r\n")[2] != second.raw.partition(b"\r\n\r\n")[2], "each has a link of its own"


def a_mail_is_in_flight_past_its_lease(scene: Scene) -> None:
    scene.set_all(Outbox, phase="sending", leaseuntil=scene.moment - timedelta(seconds=1))


def a_mail_counts_as_sent_that_the_server_never_had(scene: Scene) -> None:
    del scene.log[0]


def a_mail_left_after_the_opt_out(scene: Scene) -> None:
    last = scene.log[-1]
    with scene.services.database.transaction() as session:
        row = session.scalars(select(Outbox).where(Outbox.messageid == last.messageid)).one()
        before = last.at - timedelta(minutes=1)
        session.add(Suppression(hash=row.recipienthash, kind="address", reason="opt_out", at=before))


def a_mail_left_after_the_handover(scene: Scene) -> None:
    with scene.services.database.transaction() as session:
        handed_over = update(LeadRun).where(LeadRun.stage == Stage.HANDED_OVER)
        session.execute(handed_over.values(concludedon=MONDAY - timedelta(days=1)))


def a_mail_left_while_the_agent_was_stopped(scene: Scene) -> None:
    agents.stop_agent(scene.services, scene.office.admin, scene.office.agentid, "halt")
    assert scene.named() == set()
    scene.log[-1] = replace(scene.log[-1], at=scene.moment + timedelta(seconds=1))


def a_mail_left_between_a_stop_and_the_next_start(scene: Scene) -> None:
    last = scene.log[-1]
    with scene.services.database.transaction() as session:
        for state, minutes in ((AgentState.OFF, -1), (AgentState.ON, 1)):
            session.info["clock"] = lambda minutes=minutes: last.at + timedelta(minutes=minutes)
            action = "agent.started" if state is AgentState.ON else "agent.stopped"
            audit.record(session, audit.SYSTEM, action, "agent", scene.office.agentid, after={"state": state})


def a_message_is_at_the_server_and_not_stored(scene: Scene) -> None:
    scene.inbox.add(b"Message-ID: <lost@x.example>\r\n\r\nPlease call me.\r\n", scene.moment)


def a_message_is_put_aside_without_a_reason(scene: Scene) -> None:
    scene.set_all(InboundMessage, state="quarantined", reason="")


def more_left_in_a_minute_than_may(scene: Scene) -> None:
    scene.set_all(Mailbox, lw_perminute=1)


def more_left_in_a_day_than_may(scene: Scene) -> None:
    scene.set_all(Mailbox, lw_perday=1)


def a_lead_that_was_handed_over_has_no_owner(scene: Scene) -> None:
    scene.set_all(LeadRun, ownerid=None)


def one_seller_gets_every_lead(scene: Scene) -> None:
    with scene.services.database.transaction() as session:
        owner = session.scalars(select(LeadRun.ownerid).where(LeadRun.stage == Stage.HANDED_OVER)).one()
        for number in (8, 9):
            run = session.scalars(select(LeadRun).where(LeadRun.stage == Stage.HANDED_OVER).limit(1)).one()
            values = {c.name: getattr(run, c.name) for c in LeadRun.__table__.columns}
            session.add(LeadRun(**values | {"runid": f"{number}" * 36, "number": number, "ownerid": owner}))
            session.flush()
            cause = f"run {number} of the lead, configuration version {run.version}"
            audit.record(session, audit.SYSTEM, "lead.handed_over", "lead", run.leadid, cause=cause)


def without_entry(action: str) -> Callable[[Scene], None]:
    def remove(scene: Scene) -> None:
        unguard_audit_log(scene.services.database)
        with scene.services.database.transaction() as session:
            session.execute(delete(AuditEntry).where(AuditEntry.action == action))

    return remove


def the_entry_of_a_mail_names_another_version(scene: Scene) -> None:
    with scene.services.database.transaction() as session:
        session.execute(update(Outbox).where(Outbox.agentid.is_not(None)).values(version=99))


def the_entry_of_an_end_names_another_version(scene: Scene) -> None:
    with scene.services.database.transaction() as session:
        session.execute(update(LeadRun).where(LeadRun.stage == Stage.HANDED_OVER).values(number=7))


BREAKS: list[tuple[int, Callable[[Scene], None]]] = [
    (1, the_same_mail_is_accepted_again),
    (1, the_same_words_are_accepted_again),
    (2, a_mail_is_in_flight_past_its_lease),
    (2, a_mail_counts_as_sent_that_the_server_never_had),
    (3, a_mail_left_after_the_opt_out),
    (3, a_mail_left_after_the_handover),
    (3, a_mail_left_while_the_agent_was_stopped),
    (3, a_mail_left_between_a_stop_and_the_next_start),
    (4, a_message_is_at_the_server_and_not_stored),
    (4, a_message_is_put_aside_without_a_reason),
    (5, more_left_in_a_minute_than_may),
    (5, more_left_in_a_day_than_may),
    (6, a_lead_that_was_handed_over_has_no_owner),
    (6, one_seller_gets_every_lead),
    (7, without_entry("email.sent")),
    (7, without_entry("lead.handed_over")),
    (7, the_entry_of_a_mail_names_another_version),
    (7, the_entry_of_an_end_names_another_version),
]


@pytest.mark.parametrize(("number", "broken"), BREAKS)
def test_an_invariant_that_is_broken_is_named_and_no_other(
    scene: Scene, number: int, broken: Callable[[Scene], None]
) -> None:
    assert scene.named() == set()
    recipients = [accepted.recipient for accepted in scene.log]  # the first two left together, in either order
    assert (sorted(recipients[:2]), recipients[2:]) == ([ADA, GUS], [GUS])
    broken(scene)
    assert scene.named() == {number}


def test_the_same_words_composed_twice_have_one_content_key_and_other_words_another() -> None:
    vault = Vault(["a key of this test alone"])

    def key(body: str, key: str) -> str:
        mail = Message(
            to_name="Ada Miller", to_address=ADA, subject="Shelves", body=body, why="You sell furniture.",
            unsubscribe_url=link("https://desk.seller.example", vault, ADA, key),
        )  # fmt: skip
        return identify(ADA, compose(SENDER, mail).raw)[1]

    words = "Hello Ada,\n\nshelves that hold — for every warehouse, and a line that is folded on its way."
    assert key(words, "outreach:1:1:1") == key(words, "outreach:1:1:2")
    assert key(words, "outreach:1:1:1") != key(words.replace("hold", "last"), "outreach:1:1:1")
    assert identify(ADA, b"Subject: x\r\n\r\nwords")[1] != identify(ADA, b"Subject: x\r\n\r\nother words")[1]
