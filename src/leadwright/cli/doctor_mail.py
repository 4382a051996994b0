"""What `leadwright doctor` says about mailboxes: last error, queue, mails held, mails that nobody acted on."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from leadwright.cli.doctor import Finding, State

if TYPE_CHECKING:
    from leadwright.services import Services

_TESTS = {0: "was not run", 1: "succeeded", 2: "failed"}


def examine_mailboxes(services: "Services") -> Iterator[Finding]:
    """Two lines for each mailbox: can it send and be read; what waits in it. None when there is no mailbox."""
    from leadwright.db.pages.mailboxes import incoming, mailboxes, next_due, phases

    with services.database.reading() as session:
        records, out, due = mailboxes(session), phases(session), next_due(session)
        came = incoming(session)
    for record in records:
        yield _health(record, services.clock())
        yield _queue(record, out.get(record.mailboxid, {}), came.get(record.mailboxid, {}), due.get(record.mailboxid))


def _health(record: Any, moment: datetime) -> Finding:
    from leadwright.domain.optionsets import AddressApproval

    what = f"Mailbox {record.emailaddress}"
    if record.emailrouteraccessapproval != AddressApproval.APPROVED:
        return Finding(what, "warn", "not approved", "Choose Approve Email on prerequisite 4.")
    tests = (("outgoing", record.outgoingemailstatus), ("incoming", record.incomingemailstatus))
    tested = ", ".join(f"{name} test {_TESTS[status]}" for name, status in tests)
    pace = f"{record.lw_perminute:,} a minute, {record.lw_perday:,} a day, {record.lw_atonce} at once"
    paused = record.lw_pauseduntil is not None and record.lw_pauseduntil > moment
    if record.lw_lasterror or paused:
        since = f" ({record.lw_lasterroron:%Y-%m-%d %H:%M} UTC)" if record.lw_lasterroron else ""
        until = f"; it is paused until {record.lw_pauseduntil:%H:%M} UTC" if paused else ""
        detail = f"last error{since}: {record.lw_lasterror or 'unknown'}{until}"
        remedy = "If that lasts, mend it at the mail server, then choose Test & Enable Mailbox on prerequisite 4."
        return Finding(what, "warn", detail, remedy)
    state: State = "ok" if {status for _, status in tests} == {1} else "warn"
    remedy = "" if state == "ok" else "Choose Test & Enable Mailbox on prerequisite 4."
    return Finding(what, state, f"{tested}; {pace}", remedy)


def _queue(record: Any, out: Mapping[str, int], came: Mapping[str, int], due: datetime | None) -> Finding:
    from leadwright.domain.mail_phase import IN_FLIGHT, Phase

    waiting = sum(out.get(phase, 0) for phase in (Phase.QUEUED, *IN_FLIGHT, Phase.UNKNOWN))
    held, new = out.get(Phase.HELD, 0), came.get("new", 0)
    unmatched, quarantined = came.get("unmatched", 0), came.get("quarantined", 0)
    when = f" (next due {due:%Y-%m-%d %H:%M} UTC)" if due else ""
    detail = (
        f"{waiting:,} wait to go out{when}, {held:,} held for a person; of what came in {new:,} to be read, "
        f"{unmatched:,} unmatched, {quarantined:,} quarantined"
    )
    remedies = []
    if held:
        remedies.append("Say on the Outbox page what became of the held mails.")
    if unmatched or quarantined:
        remedies.append("Nobody has acted on what is unmatched or quarantined: decide about it on the Inbox page.")
    return Finding(f"Mail of {record.emailaddress}", "warn" if remedies else "ok", detail, " ".join(remedies))
