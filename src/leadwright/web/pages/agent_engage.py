"""What only Research and engage has: the upgrade, sending discipline, the mailbox's pace, the gates of countries."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from babel import Locale
from starlette.responses import Response

from leadwright.actions import agent as act
from leadwright.actions.mailbox_pace import MOST_A_DAY, MOST_A_MINUTE, MOST_AT_ONCE, change_pace
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration
from leadwright.db.pages.mailboxes import mailbox_record, mailboxid_of, newest_heads
from leadwright.domain.country_gates import AS_OF, BASES, DEFAULT, RULES, CountryRule, Gate
from leadwright.domain.follow_up import Cadence
from leadwright.domain.stage import AgentMode
from leadwright.errors import BadInput, NotFound
from leadwright.mail.authentication import server_named_in
from leadwright.web.footer import footer_of
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.visit import Pages, Visit

pages = Pages()

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GATES = {Gate.ALLOW: "May be written to", Gate.BASIS_NEEDED: "Needs a consent basis", Gate.BLOCK: "Switched off"}


class _Gates(NamedTuple):
    """Countries with the same rule."""

    countries: str
    gate: str
    bases: str
    law: str
    as_of: Any


@pages.get("/agent/upgrade", "prvConfigureAgent")
def ask_upgrade(visit: Visit) -> Response:
    """What the upgrade brings and that there is no way back, to be confirmed."""
    agent = needed_agent(visit)
    if agent.mode == AgentMode.ENGAGE:
        return visit.to("/agent", f"{agent.name} engages already.", "info")
    return settings_page(visit, agent, "start", "agent/upgrade_ask.html")


@pages.post("/agent/mode", "prvReadAgent", "prvConfigureAgent")
def change_mode(visit: Visit) -> Response:
    """Upgrade to Research and engage; the other way is refused with the reason."""
    agent = needed_agent(visit)
    act.change_mode(visit.services, visit.who, agent.agentid, visit.text("mode", most=20))
    note = f"{agent.name} now researches and engages. Set up prerequisites 3 and 4, then start it again."
    return visit.to("/agent/prerequisites", note)


@pages.get("/agent/sending", "prvReadAgent")
def sending(visit: Visit) -> Response:
    """When and how often the agent writes, how fast its mailbox sends, which countries ask for a consent."""
    return _page(visit, _engaging(visit))


@pages.post("/agent/sending", "prvReadAgent", "prvConfigureAgent")
def save_sending(visit: Visit) -> Response:
    """Save the sending discipline into the draft."""
    agent = _engaging(visit)
    try:
        values = _read_sending(visit)
        version = visit.number("versionnumber")
        act.edit_draft(visit.services, visit.who, agent.agentid, "sending", values, versionnumber=version)
    except BadInput as error:
        return _page(visit, agent, 422, problems={error.field or "": str(error)}, typed=visit.form)
    takes = "Apply changes to put it in force." if agent.startedon else "It takes effect when the agent starts."
    return visit.to("/agent/sending", f"Saved in the draft. {takes}")


@pages.post("/agent/sending/pace", "prvReadAgent", "prvCreateMailbox")
def save_pace(visit: Visit) -> Response:
    """Change the mailbox's own limits; they hold at once."""
    agent = _engaging(visit)
    try:
        limits = {name: visit.number(name) or 0 for name in ("per_minute", "per_day", "at_once")}
        server = visit.text("authserv_id", most=300)
        change_pace(visit.services, visit.who, agent.agentid, **limits, authserv_id=server)
    except BadInput as error:
        return _page(visit, agent, 422, problems={error.field or "": str(error)}, typed=visit.form)
    return visit.to("/agent/sending", "Saved. The mailbox keeps to it from the next mail on.")


def _page(
    visit: Visit,
    agent: Agent,
    status: int = 200,
    *,
    problems: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Response:
    configuration = Configuration.model_validate(agent.draft)
    with visit.services.database.reading() as session:
        mailboxid = mailboxid_of(session, agent.agentid)
        mailbox = mailbox_record(session, mailboxid)
        heads = newest_heads(session, mailboxid) if mailboxid else []
    return settings_page(
        visit,
        agent,
        "sending",
        "agent/sending.html",
        status,
        problems=problems or {},
        typed=typed or {},
        chosen_days=set(visit.form.getlist("weekdays")) if typed and "follow_up_days" in typed else None,
        days=list(enumerate(_DAYS)),
        plan=_plan(configuration),
        mailbox=mailbox,
        named=Counter(server_named_in(head) for head in heads).most_common(),
        most=(MOST_A_MINUTE, MOST_A_DAY, MOST_AT_ONCE),
        footer=footer_of(configuration),
        gates=_gates(),
        other=_row("Every other country, and leads whose country is not known", DEFAULT),
        as_of=AS_OF,
    )


def _engaging(visit: Visit) -> Agent:
    agent = needed_agent(visit)
    if agent.mode != AgentMode.ENGAGE:
        raise NotFound("A Research-only agent sends nothing. Upgrade it to Research and engage on the Start page.")
    return agent


def _plan(configuration: Configuration) -> str:
    """The cadence as a sentence; empty while its days make no sense."""
    wanted = configuration.sending
    try:
        waits = Cadence(tuple(wanted.follow_up_days), wanted.last_wait_days).waits
    except BadInput:
        return ""
    *follow_ups, last = [sum(waits[: n + 1]) for n in range(len(waits))]
    if not follow_ups:
        return f"One mail and no follow-up. Without an answer the lead is disqualified after {last} days."
    shown = ", ".join(map(str, follow_ups))
    return (
        f"A first mail, then follow-ups {shown} days after it. Without an answer the lead is disqualified "
        f"{last} days after the first mail."
    )


def _read_sending(visit: Visit) -> dict[str, Any]:
    names = ("window_start", "window_end", "time_zone", "why")
    numbers = {name: visit.number(name) for name in ("per_company", "last_wait_days")}
    return {
        **{name: visit.text(name, most=400) for name in names},
        **numbers,
        "weekdays": [int(d) for d in visit.form.getlist("weekdays") if isinstance(d, str) and d in set("0123456")],
        "follow_up_days": _read_days(visit.text("follow_up_days", most=100)),
    }


def _read_days(text: str) -> list[int]:
    words = re.split(r"[\s,;]+", text.strip(" ,;"))
    try:
        return [int(word) for word in words if word]
    except ValueError:
        raise BadInput("Write days as numbers with commas between, such as 3, 7, 14.", field="follow_up_days") from None


def _gates() -> Sequence[_Gates]:
    """Rules that are alike as one row, with the names of their countries."""
    names = Locale("en").territories

    def alike(item: tuple[str, CountryRule]) -> tuple[Any, ...]:
        rule = item[1]
        return (
            list(Gate).index(rule.gate),
            rule.law,
            sorted(rule.bases),
            sorted((rule.days or {}).items()),
            rule.as_of,
        )

    ordered = sorted(RULES.items(), key=alike)
    groups = [list(group) for _, group in groupby(ordered, key=alike)]
    return [_row(", ".join(sorted(names[code] for code, _ in group)), group[0][1]) for group in groups]


def _row(countries: str, rule: CountryRule) -> _Gates:
    days = rule.days or {}
    bases = [f"{BASES[b]}{f', for {days[b]} days' if b in days else ''}" for b in BASES if b in rule.bases]
    needed = "; ".join(bases) if rule.gate is Gate.BASIS_NEEDED else "—"
    return _Gates(countries, _GATES[rule.gate], needed, rule.law, rule.as_of)
