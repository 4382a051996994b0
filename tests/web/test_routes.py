"""Every route, every role, every record: what `route_table` says and nothing else. Headers on every answer."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import delete, update
from tests.web.asking import FORM, ORIGIN, Answer
from tests.web.desk import PEOPLE
from tests.web.route_office import DEEP, OWNERS, Office, canary, open_office, record_canary
from tests.web.route_table import LETTERS, Line, read_lines

from leadwright.db.people import SystemUser, WebSession
from leadwright.db.programs import PersonalToken

LINES = read_lines()
OWNED = ("lead", "account", "contact", "email", "review")
INNER = ("=", "/away", "/leads/retry")
"""Parts of paths where a value or a depth decides, which is known only once the action runs."""
REACHED = {
    "admin": OWNERS,
    "manager": OWNERS,
    "seller": ("seller", "team"),
    "other": ("other",),
    "keeper": ("keeper",),
    "head": ("far",),
}
"""Whose leads a person reaches; nobody else reaches any."""
UNIT = {"seller": ("seller", "team", "other", "keeper"), "other": ("seller", "team", "other", "keeper")}
"""Whose accounts and contacts a Salesperson reads."""
TYPED = {
    "reason": "Not for me",
    "table": "account",
    "subject": "Hello",
    "body": "Hello",
    "lastname": "Ada",
    "companyname": "Works",
    "name": "Works",
    "valid": "1",
    "opportunity": "1",
    "until": "2026-12-24",
    "word": "drop",
    "outcome": "not_interested",
    "sure": "1",
}
"""A form with what the pages of records ask for."""
SENT: dict[str, Any] = {
    "PATCH /api/v1/leads/{leadid}": {"values": {"jobtitle": "Buyer"}},
    "PATCH /api/v1/accounts/{recordid}": {"values": {"address1_city": "Bergen"}},
    "PATCH /api/v1/contacts/{recordid}": {"values": {"jobtitle": "Buyer"}},
    "PUT /api/v1/leads/{leadid}/draft": {"subject": "Hello", "body": "Hello"},
    "POST /api/v1/leads/{leadid}/return": {"reason": "Not for me"},
    "POST /api/v1/leads/{leadid}/disqualify": {"reason": "Not for us"},
    "POST /api/v1/leads/{leadid}/email": {"valid": True},
    "PUT /api/v1/leads/{leadid}/email": {"valid": True},
    "PUT /api/v1/leads/{leadid}/account": {"id": None},
    "PUT /api/v1/leads/{leadid}/contact": {"id": None},
    "PUT /api/v1/leads/{leadid}/mails/{emailid}": {"subject": "Hello", "body": "Hello", "mailboxid": "0" * 36},
    "PUT /api/v1/rejections/{reviewid}": {"word": "drop"},
    "POST /api/v1/leads/{leadid}/conversation/{decision=stop}": {"reason": "Not for us"},
    "POST /api/v1/leads/{leadid}/conversation/{decision=pause}": {"until": "2026-12-24"},
}


@pytest.fixture(scope="module")
def made_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def office(made_office: Office) -> Iterator[Office]:
    """As it was made; whatever it answers in a test carries the headers."""
    made_office.restore()
    made_office.seen.clear()
    yield made_office
    wrong = [f"{a.asked} ({a.status}): {said}" for a in made_office.seen for said in missing_headers(a)]
    assert not wrong, "\n".join(wrong[:20])


def missing_headers(answer: Answer) -> list[str]:
    """What an answer lacks of what `web.security` promises for each."""
    headers, wrong = answer.headers, []
    policy = headers.get("content-security-policy", "")
    for needed in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"):
        if needed not in policy:
            wrong.append(f"the policy lacks {needed}")
    if "unsafe" in policy:
        wrong.append("the policy allows something unsafe")
    fixed = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    wrong += [f"{name} is {headers.get(name)}" for name, value in fixed.items() if headers.get(name) != value]
    rule = headers.get("cache-control", "")
    kept = answer.asked.startswith("GET /static/") or "discovery" in answer.asked or "well-known" in answer.asked
    if "no-store" not in rule and not (kept and rule):
        wrong.append(f"cache-control is {rule!r}")
    kind = headers.get("content-type", "")
    if kind.startswith("text/") and "charset" not in kind and not answer.asked.startswith("GET /static/"):
        wrong.append(f"{kind} does not say its charset")
    disposition = headers.get("content-disposition", "")
    shown = kind.partition(";")[0] in {"text/html", "application/json", "application/problem+json", "text/plain"}
    plain = answer.asked.startswith("GET /static/") or kind.startswith("image/") or not answer.body
    if answer.status == 200 and not shown and not plain and not disposition.startswith("attachment"):
        wrong.append(f"{kind} is not sent as an attachment")
    if disposition and not re.fullmatch(
        r'attachment; filename="[\w .()-]+"(; filename\*=UTF-8\'\'[\w%.~-]+)?', disposition
    ):
        wrong.append(f"{disposition!r} is no safe name")
    return wrong


def _mounted(routes: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:  # FastAPI keeps included routers whole
            yield from _mounted(included.routes, prefix + route.include_context.prefix)
            continue
        methods = set(getattr(route, "methods", None) or ()) - {"HEAD"}
        for method in methods or {"ANY"}:
            yield method, prefix + getattr(route, "path", "")


def _letter(person: str) -> str:
    role = "seller" if person == "other" else person
    return next(letter for letter, name in LETTERS.items() if name == role)


def _typed(line: Line) -> Any:
    return SENT.get(str(line), {}) if line.is_api else TYPED


def _unchanged(office: Office, calls: list[tuple[str, Callable[[], Any]]]) -> list[str]:
    """Make every call; names those that changed a row."""
    before = office.dump()
    for _, call in calls:
        call()
    if office.dump() == before:
        return []
    wrong = []
    office.restore()
    for name, call in calls:
        call()
        after = office.dump()
        if after != before:
            changed = sorted(set(after) ^ set(before))[:2]
            wrong.append(f"{name} changed {[row[:300] for row in changed]}")
            office.restore()
    return wrong or ["together they changed something, each alone did not"]


def test_the_table_names_every_mounted_route_and_no_other(office: Office) -> None:
    mounted = set(_mounted(office.client.app.router.routes))  # type: ignore[attr-defined]
    listed = {line.route for line in LINES}
    any_method = {path for method, path in mounted if method == "ANY"}
    lacking = sorted(r for r in mounted if r[0] != "ANY" and r not in listed)
    lacking += [("ANY", path) for path in sorted(any_method) if path not in {p for _, p in listed}]
    gone = sorted(r for r in listed if r not in mounted and r[1] not in any_method)
    add = "\n".join(f"{method:<6} {path}" for method, path in lacking)
    assert not lacking, (
        f"tests/web/route_table.py says nothing about these. Say who may use them and what they name:\n{add}"
    )
    assert not gone, f"tests/web/route_table.py names routes that are not there: {gone}"


@pytest.mark.parametrize("person", list(PEOPLE))
def test_a_role_reaches_what_the_table_says_and_nothing_else(office: Office, person: str) -> None:
    letter, owner, wrong = _letter(person), "other" if person == "other" else "seller", []
    refused = [line for line in LINES if not line.is_public and letter not in line.who]
    answers: dict[str, Answer] = {}

    def call(line: Line) -> Callable[[], None]:
        return lambda: answers.update({str(line): office.call(person, line, owner)})

    wrong += _unchanged(office, [(str(line), call(line)) for line in refused])
    for line in refused:
        answer = answers[str(line)]
        inner = any(part in line.path for part in INNER)
        if answer.status != 403 or "prv" not in answer.text:
            wrong.append(f"{line} is not refused: {answer.status} {answer.location} {answer.text[:200]}")
        elif answer.reads and not inner:
            wrong.append(f"{line} reads the body before it refuses")
        elif line.is_api and answer.headers["content-type"] != "application/problem+json":
            wrong.append(f"{line} is refused without problem details")
    for line in LINES:
        if letter not in line.who:
            continue
        answer = office.call(person, line, owner if line.record in OWNED else person)
        if answer.status in {401, 403} or _is_fault(answer):
            wrong.append(f"{line} fails: {answer.status} {answer.location} {answer.text[:300]}")
        if answer.status < 400:
            wrong += _leaks(person, line, answer)
        if line.changes:
            office.restore()
    assert not wrong, f"{person}:\n" + "\n".join(wrong)


def _is_fault(answer: Answer) -> bool:
    """A fault of ours; 502 says that something outside did not answer."""
    to_sign_in = answer.location.startswith("/sign-in") and not answer.asked.endswith("/sign-out")
    return to_sign_in or (answer.status >= 500 and answer.status != 502)


def _leaks(person: str, line: Line, answer: Answer) -> list[str]:
    """Names of other people's records that a person was shown."""
    reached = REACHED.get(person, ())
    names = [canary(owner) for owner in OWNERS if owner not in reached]
    names += [record_canary(owner) for owner in OWNERS if owner not in UNIT.get(person, reached)]
    return [f"{line} shows {name}" for name in names if name in answer.text]


@pytest.mark.parametrize("person", list(REACHED))
def test_a_record_is_reached_by_its_owner_and_by_whom_the_depth_lets(office: Office, person: str) -> None:
    """An id of a record that one does not reach opens nothing and changes nothing, wherever it stands in a path."""
    wrong: list[str] = []
    beyond: list[tuple[str, Callable[[], Any]]] = []
    owners = ("seller", "far") if REACHED[person] == OWNERS else OWNERS  # whoever reaches all reaches near and far
    for line, owner in [(line, owner) for line in _lines_of(person) for owner in owners]:
        if owner not in _reached(person, line):
            beyond.append((f"{line} of {owner}", _refusal(office, person, line, owner, wrong)))
            continue
        answer = office.call(person, line, owner, _typed(line))
        if answer.status in {401, 403} or _is_fault(answer) or "may not see" in answer.text:
            wrong.append(f"{line} of {owner}: {answer.status} {answer.text[:200]}")
        if line.changes:
            office.restore()
    wrong += _unchanged(office, beyond)
    assert not wrong, f"{person}:\n" + "\n".join(dict.fromkeys(wrong))


def _lines_of(person: str) -> list[Line]:
    """Routes that name an owned record and that the person's privileges open; the deep ones may delete, too."""
    owned = [line for line in LINES if line.record in OWNED]
    if person in DEEP:
        return [line for line in owned if "M" in line.who or line.path.endswith("/delete") or line.method == "DELETE"]
    return [line for line in owned if _letter(person) in line.who]


def _reached(person: str, line: Line) -> tuple[str, ...]:
    if line.record == "review" and person in DEEP:
        return ()  # judging blind is for those who reach every lead
    return UNIT.get(person, REACHED[person]) if line.by_unit else REACHED[person]


def _refusal(office: Office, person: str, line: Line, owner: str, wrong: list[str]) -> Callable[[], None]:
    def call() -> None:
        answer = office.call(person, line, owner, _typed(line))
        if answer.status not in {403, 404}:
            wrong.append(f"{line} of {owner} answers {answer.status} {answer.location} {answer.text[:200]}")
        wrong.extend(f"{line} of {owner} shows {n}" for n in (canary(owner), record_canary(owner)) if n in answer.text)

    return call


@pytest.mark.parametrize("person", list(DEEP))
def test_no_list_shows_a_record_beyond_the_depth_of_a_privilege(office: Office, person: str) -> None:
    wrong = []
    for line in [line for line in LINES if "M" in line.who and not line.changes and line.record not in OWNED]:
        answer = office.call(person, line, person)
        if answer.status == 200:
            wrong += _leaks(person, line, answer)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("person", ["seller", "keeper"])
def test_an_id_of_a_foreign_record_in_a_body_or_a_query_does_nothing(office: Office, person: str) -> None:
    """Lists of leads, owners, accounts, mailboxes and mails: named inside a request about what one may use."""
    ids = office.records
    own, foreign = ids["lead"][person], {kind: of["far"] for kind, of in ids.items() if "far" in of}
    calls: list[tuple[str, Callable[[], Any]]] = []

    def add(method: str, path: str, values: Any = None) -> None:
        calls.append((f"{method} {path}", lambda: office.api(person, method, f"/api/v1{path}", values)))

    def add_page(path: str, values: Any) -> None:
        calls.append((f"POST {path}", lambda: office.page(person, "POST", path, values)))

    mail = {"subject": "Hello", "body": "Hello", "mailboxid": ids["mailbox"][""]}
    add("PATCH", f"/leads/{own}", {"values": {"ownerid": office.people["far"]}})
    add("PATCH", f"/leads/{own}", {"values": {"owningbusinessunit": ids["businessunit"][""]}})
    add("PATCH", f"/leads/{own}", {"values": {"parentaccountid": foreign["account"]}})
    add("PATCH", f"/leads/{own}", {"values": {"parentcontactid": foreign["contact"]}})
    add("PATCH", f"/accounts/{ids['account'][person]}", {"values": {"ownerid": office.people["far"]}})
    add("POST", "/leads", {"values": {"companyname": "X", "ownerid": office.people["far"]}})
    add("POST", "/leads", {"values": {"companyname": "X", "parentaccountid": foreign["account"]}})
    add("PUT", f"/leads/{own}/account", {"id": foreign["account"]})
    add("PUT", f"/leads/{own}/contact", {"id": foreign["contact"]})
    add("POST", f"/leads/{own}/qualify", {"accountid": foreign["account"], "account": False})
    add("POST", f"/leads/{own}/qualify", {"contactid": foreign["contact"], "contact": False})
    add("PUT", f"/leads/{own}/mails/{foreign['email']}", mail)
    add("DELETE", f"/leads/{own}/mails/{foreign['email']}")
    add("PUT", f"/leads/{own}/mails/{ids['email'][person]}", mail)  # a mailbox one is no member of
    add("POST", f"/leads/{own}/conversation/their-answer", {"emailid": foreign["email"]})
    add("POST", f"/leads/{foreign['lead']}/conversation/their-answer", {"emailid": ids["email"][person]})
    add("POST", "/disqualified/reassign", {"leads": [foreign["lead"]]})
    add("POST", f"/notifications/{ids['notification']['far']}/read")
    add("DELETE", f"/tokens/{ids['token']['far']}")
    add("PUT", f"/people/{office.people['far']}/away", {"awayfrom": "2026-12-01", "awayuntil": "2026-12-02"})
    add("POST", "/agent/email/preview", {"leadid": foreign["lead"], "values": {}})
    add("GET", f"/agent/selection/why/{foreign['lead']}")
    add("GET", f"/leads/{own}/thread/{foreign['email']}/original")
    add_page(f"/leads/{own}/account", {"record": foreign["account"]})
    add_page(f"/leads/{own}/contact", {"record": foreign["contact"]})
    add_page(f"/leads/{own}/qualify", {"account": foreign["account"], "opportunity": "1"})
    add_page(f"/leads/{own}/qualify", {"contact": foreign["contact"], "opportunity": "1"})
    add_page(f"/leads/{own}/send", {**mail, "emailid": foreign["email"], "when": "now"})
    add_page(f"/leads/{own}/mails/{foreign['email']}/cancel", {})
    add_page(f"/leads/{own}/conversation/their-answer", {"emailid": foreign["email"]})
    add_page("/disqualified/reassign", {"lead": [foreign["lead"]], "sure": "1"})
    add_page("/notifications/read", {"id": ids["notification"]["far"]})
    add_page(f"/tokens/{ids['token']['far']}/revoke", {})
    add_page(f"/people/{office.people['far']}/away", {"awayfrom": "2026-12-01"})
    wrong = _unchanged(office, calls)
    wrong += [f"{a.asked} shows a foreign name" for a in office.seen if canary("far") in a.text]
    assert not wrong, "\n".join(wrong)


def test_a_stranger_is_sent_to_the_sign_in_and_changes_nothing(office: Office) -> None:
    wrong: list[str] = []

    def call(line: Line) -> Callable[[], None]:
        def ask() -> None:
            path = office.path_of(line)
            json = {"content_type": "application/json"}
            for given in (
                {},
                {"authorization": "Bearer guessed"},
                {"authorization": f"Bearer {office.cookies['admin']}"},
            ):
                answer = office.bare(line.method, path, body=b"{}", origin=ORIGIN, **json, **given)
                if line.is_api:
                    fine = answer.status == 401 and answer.headers.get("www-authenticate", "").startswith("Bearer")
                elif line.changes:
                    fine = answer.status in {401, 403}
                else:
                    fine = answer.status == 303 and answer.location.startswith("/sign-in")
                if not fine or answer.reads:
                    wrong.append(f"{line} {given}: {answer.status} {answer.location}, read {answer.reads}")

        return ask

    wrong += _unchanged(office, [(str(line), call(line)) for line in LINES if not line.is_public])
    assert not wrong, "\n".join(wrong)


def test_public_routes_answer_a_stranger_without_a_fault(office: Office) -> None:
    wrong = []
    for line in [line for line in LINES if line.is_public]:
        answer = office.bare(line.method, office.path_of(line), origin=ORIGIN)
        if _is_fault(answer) and "/sign-in" not in answer.location:
            wrong.append(f"{line}: {answer.status} {answer.location}")
        wrong += _leaks("", line, answer)
        office.restore()
    assert not wrong, "\n".join(wrong)


def test_a_cookie_is_no_token_and_a_token_is_no_session(office: Office) -> None:
    """Each counts for its own kind of route only."""
    wrong = []
    for line in [line for line in LINES if not line.is_public and not line.changes]:
        given = {"cookie": f"leadwright-session={office.cookies['admin']}"}
        if not line.is_api:
            given = {"authorization": f"Bearer {office.tokens['admin']}"}
        answer = office.bare("GET", office.path_of(line), **given)
        if answer.status not in ({401} if line.is_api else {303}):
            wrong.append(f"{line}: {answer.status}")
    refused = office.bare("POST", "/mcp", cookie=f"leadwright-session={office.cookies['admin']}", body=b"{}")
    assert refused.status == 401
    assert not wrong, "\n".join(wrong)


def test_a_disabled_person_and_a_revoked_token_are_refused_at_the_next_call(office: Office) -> None:
    lines = [line for line in LINES if "A" in line.who and not line.changes]
    assert office.page("admin", "GET", "/leads").status == 200
    assert office.api("admin", "GET", "/api/v1/leads").status == 200
    with office.services.database.transaction() as session:
        session.execute(
            update(SystemUser).where(SystemUser.systemuserid == office.people["admin"]).values(isdisabled=True)
        )
    disabled = [(line, office.call("admin", line)) for line in lines]
    wrong = [
        f"{line}: {a.status}" for line, a in disabled if not (a.status == 401 or a.location.startswith("/sign-in"))
    ]
    office.restore()
    with office.services.database.transaction() as session:
        session.execute(delete(PersonalToken).where(PersonalToken.systemuserid == office.people["admin"]))
        session.execute(delete(WebSession).where(WebSession.systemuserid == office.people["admin"]))
    revoked = [(line, office.call("admin", line)) for line in lines]
    wrong += [
        f"{line}: {a.status}" for line, a in revoked if not (a.status == 401 or a.location.startswith("/sign-in"))
    ]
    assert not wrong, "\n".join(wrong)


FOREIGN: dict[str, dict[str, str | None]] = {
    "the origin of another site": {"origin": "https://evil.example"},
    "the origin null": {"origin": "null"},
    "what a browser says of another site": {"sec_fetch_site": "cross-site", "origin": None},
    "what a browser says of a neighbour": {"sec_fetch_site": "same-site", "origin": None},
}


def test_a_form_of_another_site_or_with_another_token_changes_nothing(office: Office) -> None:
    """As the administrator, who may do everything; what programs call has its own rules and its own tests."""
    wrong: list[str] = []

    def call(line: Line) -> Callable[[], None]:
        path = office.path_of(line)

        def ask() -> None:
            for what, headers in FOREIGN.items():
                answer = office.page("admin", "POST", path, TYPED, **headers)
                if answer.status != 403 or answer.reads:
                    wrong.append(f"{line} takes {what}: {answer.status}")
            for what, token in (("no token", ""), ("the token of somebody else", office.forms["manager"])):
                answer = office.page("admin", "POST", path, {**TYPED, "_token": token})
                if answer.status != 409:
                    wrong.append(f"{line} takes {what}: {answer.status}")

        return ask

    lines = [n for n in LINES if n.changes and not n.is_api and n.path.startswith("/") and not _for_programs(n)]
    wrong += _unchanged(office, [(str(line), call(line)) for line in lines])
    assert len(lines) > 120
    assert not wrong, "\n".join(wrong)


def _for_programs(line: Line) -> bool:
    """Routes of programs and mail servers, which send no form of ours."""
    return line.path in {"/mcp", "/unsubscribe/{token}", "/settings/mirror/wake"} or "/oauth2/" in line.path


def test_the_tools_for_agents_refuse_a_page_of_another_site(office: Office) -> None:
    given = {"authorization": f"Bearer {office.tokens['admin']}", "content_type": "application/json"}
    answer = office.bare("POST", "/mcp", origin="https://evil.example", body=b"{}", **given)
    assert answer.status == 403


def test_a_method_that_a_route_does_not_have_and_a_page_that_is_not_there_keep_the_headers(office: Office) -> None:
    cookie = {"cookie": f"leadwright-session={office.cookies['admin']}"}
    statuses = {
        office.bare("DELETE", "/leads", origin=ORIGIN, **cookie).status,
        office.bare("GET", "/no-such-page", **cookie).status,
        office.bare("GET", "/api/v1/no-such-thing").status,
        office.bare("GET", "/static/0/none.css").status,
        office.bare("GET", "/leads", host="evil.example").status,
        office.bare("POST", "/sign-in", origin=ORIGIN, content_type=FORM, body=b"a" * 2_000_000).status,
    }
    assert statuses == {404, 405, 413, 421}
