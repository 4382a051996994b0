"""People outside the tenant: what reached them, what they answer, by hand or by the script of the forty prospects."""

import email
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import cache
from random import Random

from leadwright.sandbox import errands
from leadwright.sandbox.answers import Received, links_in, read_received, reply_subject, write
from leadwright.sandbox.characters import Act, AtServer, Prospect, Step, prospects
from leadwright.sandbox.dynamics import exchange, exchange_transport
from leadwright.sandbox.dynamics.world import Refused, World

_TABLES = """
CREATE TABLE IF NOT EXISTS outside_answer (
  id INTEGER PRIMARY KEY, sender TEXT NOT NULL COLLATE NOCASE, raw BLOB NOT NULL, at TEXT NOT NULL,
  byhand INTEGER NOT NULL, refused TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS outside_due (
  sender TEXT NOT NULL COLLATE NOCASE, mail INTEGER NOT NULL, step INTEGER NOT NULL, again INTEGER NOT NULL,
  due TEXT NOT NULL, PRIMARY KEY (mail, step, again));
CREATE INDEX IF NOT EXISTS i_outside_recipient ON exchange_outside (recipient COLLATE NOCASE, id);
"""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR, _READ = "outside: seconds of an hour", "outside: read to"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody outside who was written to.

    Args:
        came: mails that reached them, the newest at `last`; `went`: mails they wrote.
        prospect: who of the forty it is, when one.
    """

    address: str
    came: int
    went: int
    last: datetime
    subject: str
    prospect: Prospect | None


@dataclass(frozen=True, slots=True)
class Post:
    """One mail of a conversation as the person outside sees it. `refused`: why Exchange did not take theirs."""

    theirs: bool
    at: datetime
    subject: str
    text: str
    refused: str = ""


def prepare(world: World) -> World:
    """Make the tables. Safe to repeat."""
    exchange.prepare(world).schema(_TABLES)
    return world


def move_in(world: World) -> None:
    """Let those of the forty whose mail server does not know them refuse their mail."""
    exchange_transport.on_outside(prepare(world), _refuse_unknown)


def hour(world: World) -> float:
    """Seconds that an hour of the prospects lasts; 0: they answer by hand only."""
    return float(prepare(world).fact(_HOUR, lambda: "0"))


def set_hour(world: World, seconds: float) -> None:
    """Let the forty prospects answer by themselves, an hour of theirs in so many seconds; 0: no longer."""
    prepare(world)
    with world.transaction() as db:
        db.execute("INSERT OR REPLACE INTO fact VALUES (?,?)", (_HOUR, str(max(seconds, 0.0))))
        if seconds <= 0:
            db.execute("DELETE FROM outside_due")


def persons(world: World) -> list[Person]:
    """Everybody who was written to, the last one first."""
    with prepare(world).reading() as db:
        rows = db.execute(
            "SELECT address, came, at, raw FROM exchange_outside JOIN (SELECT lower(recipient) AS address, count(*) AS "
            "came, max(id) AS newest FROM exchange_outside GROUP BY lower(recipient)) ON id=newest ORDER BY id DESC"
        ).fetchall()
        wrote = dict(
            db.execute("SELECT lower(sender), count(*) FROM outside_answer WHERE refused='' GROUP BY 1").fetchall()
        )
    return [
        Person(
            row["address"],
            row["came"],
            wrote.get(row["address"], 0),
            datetime.fromisoformat(row["at"]),
            _read(bytes(row["raw"])).subject,
            _by_address().get(row["address"]),
        )
        for row in rows
    ]


def conversation(world: World, address: str) -> list[Post]:
    """Every mail to and from somebody, the oldest first."""
    with prepare(world).reading() as db:
        came = db.execute("SELECT * FROM exchange_outside WHERE recipient=? COLLATE NOCASE", (address,)).fetchall()
        went = db.execute("SELECT * FROM outside_answer WHERE sender=?", (address,)).fetchall()
    posts = [_post(bytes(row["raw"]), row["at"], theirs=False) for row in came]
    posts += [_post(bytes(row["raw"]), row["at"], theirs=True, refused=row["refused"]) for row in went]
    return sorted(posts, key=lambda post: post.at)


def answer(world: World, address: str, text: str) -> None:
    """Write as somebody who was written to, in answer to the last mail; their script rests from then on.

    Raises:
        Refused: 400 without a text, 404 when nothing reached that address, or what Exchange says.
    """
    if not text.strip():
        raise Refused(400, "BadRequest", "The mail has no text. Write one.")
    mail = _last_mail(world, address)
    raw = _written(world, address, mail, text)
    with world.transaction() as db:
        db.execute("DELETE FROM outside_due WHERE sender=?", (address,))
    refused = _hand_in(world, address, mail.to, raw, by_hand=True)
    if refused:
        raise Refused(400, "BadRequest", f"Exchange did not take it: {refused}")


def act(world: World) -> int:
    """Read what reached the forty and do what is due by now; how many things were done. Each is done once."""
    seconds = hour(world)
    if seconds <= 0:
        return 0
    with world.transaction() as db:
        read = int(world.fact(_READ, lambda: "0"))
        rows = db.execute("SELECT * FROM exchange_outside WHERE id>? ORDER BY id", (read,)).fetchall()
        for row in rows:
            _schedule(world, row["id"], row["recipient"], datetime.fromisoformat(row["at"]), seconds)
        if rows:
            world.set_fact(_READ, str(rows[-1]["id"]))
        now = world.clock().isoformat()
        due = db.execute("SELECT * FROM outside_due WHERE due<=? ORDER BY due", (now,)).fetchall()
    for one in due:
        with world.transaction() as db:
            key = (one["mail"], one["step"], one["again"])
            gone = db.execute("DELETE FROM outside_due WHERE mail=? AND step=? AND again=?", key).rowcount
        if gone:
            _do(world, one["sender"], one["mail"], one["step"], one["again"])
    return len(due)


@cache
def _by_address() -> dict[str, Prospect]:
    return {prospect.address.casefold(): prospect for prospect in prospects()}


def _refuse_unknown(left: exchange_transport.Outgoing) -> None:
    prospect = _by_address().get(left.recipient.casefold())
    if prospect is not None and prospect.server is AtServer.UNKNOWN:
        raise exchange_transport.Bounced("550 5.1.1 No such user here")


def _schedule(world: World, mail: int, recipient: str, at: datetime, seconds: float) -> None:
    prospect = _by_address().get(recipient.casefold())
    if prospect is None or _plays_by_hand(world, recipient) or prospect.server is AtServer.UNKNOWN:
        return
    number = _number(world, recipient, mail)
    with world.transaction() as db:
        for place, step in enumerate(prospect.script):
            if step.to and number not in step.to:
                continue
            hours = Random(f"{recipient}:{number}:{place}").uniform(*step.hours)  # noqa: S311
            for again in range(1 + step.twice):
                due = at + timedelta(seconds=(hours + again / 60) * seconds)
                values = (recipient, mail, place, again, due.isoformat())
                db.execute("INSERT OR IGNORE INTO outside_due VALUES (?,?,?,?,?)", values)


def _do(world: World, address: str, mailid: int, place: int, again: int) -> None:
    prospect = _by_address()[address.casefold()]
    step = prospect.script[place]
    with world.reading() as db:
        row = db.execute("SELECT * FROM exchange_outside WHERE id=?", (mailid,)).fetchone()
    mail = read_received(bytes(row["raw"]), mailid, datetime.fromisoformat(row["at"]), _number(world, address, mailid))
    if step.act in (Act.CLICK, Act.SCAN):
        _open_links(mail, step)
        return
    made = write(prospect, step, mail, world.clock(), f"{address}:{mailid}:{place}:{again}")
    _hand_in(world, address, made.recipient, made.raw, by_hand=False)


def _open_links(mail: Received, step: Step) -> None:
    """What a click or a filter opens: on this machine only. Without the field, the link in the text to leave."""
    links = errands.on_this_machine((*links_in(mail.raw), mail.leave_url))
    if step.act is Act.SCAN:
        for link in links:
            errands.visit("GET", link)
        return
    leave = [link for link in links if "unsubscribe" in link] or errands.on_this_machine([mail.leave_url])
    for link in leave[:1]:
        errands.visit("POST", link)


def _hand_in(world: World, sender: str, to: str, raw: bytes, *, by_hand: bool) -> str:
    """Give a mail to Exchange; why it was not taken, empty when it was."""
    refused = ""
    with world.transaction() as db:
        try:
            exchange.deliver(world, raw, [to])
        except Refused as said:
            refused = said.message
        values = (sender, raw, world.clock().isoformat(), by_hand, refused)
        db.execute("INSERT INTO outside_answer (sender, raw, at, byhand, refused) VALUES (?,?,?,?,?)", values)
    return refused


def _last_mail(world: World, address: str) -> Received:
    with prepare(world).reading() as db:
        row = db.execute(
            "SELECT * FROM exchange_outside WHERE recipient=? COLLATE NOCASE ORDER BY id DESC LIMIT 1", (address,)
        ).fetchone()
    if row is None:
        raise Refused(404, "NotFound", "Nothing reached this address, so there is nothing to answer.")
    return read_received(bytes(row["raw"]), row["id"], datetime.fromisoformat(row["at"]), 1)


def _number(world: World, address: str, mailid: int) -> int:
    counted = "SELECT count(*) FROM exchange_outside WHERE recipient=? COLLATE NOCASE AND id<=?"
    with world.reading() as db:
        return int(db.execute(counted, (address, mailid)).fetchone()[0])


def _plays_by_hand(world: World, address: str) -> bool:
    with world.reading() as db:
        return db.execute("SELECT 1 FROM outside_answer WHERE sender=? AND byhand", (address,)).fetchone() is not None


def _written(world: World, address: str, mail: Received, text: str) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    prospect = _by_address().get(address.casefold())
    message["From"] = f"{prospect.name} <{address}>" if prospect else address
    message["To"] = mail.to
    message["Subject"] = reply_subject(mail.subject)
    message["Date"] = format_datetime(world.clock())
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    if mail.messageid:
        message["In-Reply-To"] = mail.messageid
        message["References"] = " ".join((*mail.references, mail.messageid))
    message.set_content(text.replace("\r\n", "\n").strip() + "\n", charset="utf-8")
    return message.as_bytes()


def _read(raw: bytes) -> Received:
    return read_received(raw, 0, _NEVER, 1)


def _post(raw: bytes, at: str, *, theirs: bool, refused: str = "") -> Post:
    subject = str(email.message_from_bytes(raw, policy=policy.default).get("Subject", ""))
    return Post(theirs, datetime.fromisoformat(at), subject, _read(raw).text, refused)
