"""Email instructions: how the first mail is written, with the mail to a real lead beside the form as it is typed."""

from typing import Any

from starlette.responses import Response

from leadwright.actions import agent as act
from leadwright.actions.mail_preview import Preview, preview_mail
from leadwright.db import selection
from leadwright.db.configuration import Configuration, EmailInstructions
from leadwright.domain import criterion_fields
from leadwright.domain.attributes import Kind
from leadwright.errors import BadInput, NotFound
from leadwright.mail.signature import signature_of
from leadwright.web.footer import footer_of
from leadwright.web.pages.agent import needed_agent, settings_page, takes_effect
from leadwright.web.visit import Pages, Visit

pages = Pages()

_TEXTS = ("purpose", "topic", "postal_address", "tone", "fixed_subject", "fixed_body")
_PERSONALISING = (Kind.TEXT, Kind.MEMO, Kind.CHOICE)
TONES = (
    "Friendly and direct, short sentences",
    "Formal and reserved",
    "Consultative: more about their situation than about us",
    "Plain and factual, no adjectives",
)
PURPOSES = ("Commercial", "Transactional")


@pages.get("/agent/section/email", "prvReadAgent")
def email_page(visit: Visit) -> Response:
    """The instructions, and the mail to the newest lead that would be taken."""
    return _page(visit)


@pages.post("/agent/section/email", "prvConfigureAgent")
def save(visit: Visit) -> Response:
    """Save the instructions; `do` = preview shows the mail as it is typed and saves nothing."""
    agent, values = needed_agent(visit), _typed(visit)
    if visit.text("do") == "preview":
        return _page(visit, typed=values)
    try:
        version = visit.number("versionnumber")
        act.edit_draft(visit.services, visit.who, agent.agentid, "email", values, versionnumber=version)
    except BadInput as error:
        return _page(visit, 422, typed=values, problems={error.field or "": str(error)})
    return visit.to("/agent/section/email", f"Saved in the draft. {takes_effect(agent)}")


def _typed(visit: Visit) -> dict[str, Any]:
    lines = [line.strip() for line in visit.text("instructions").splitlines() if line.strip()]
    return {
        **{name: visit.text(name) for name in _TEXTS},
        "use_news": bool(visit.text("use_news")),
        "fields": [v for v in visit.form.getlist("fields") if isinstance(v, str) and v],
        "instructions": lines,
    }


def _page(
    visit: Visit,
    status: int = 200,
    *,
    typed: dict[str, Any] | None = None,
    problems: dict[str, str] | None = None,
) -> Response:
    agent = needed_agent(visit)
    configuration = Configuration.model_validate(agent.draft)
    with visit.services.database.reading() as session:
        tables = selection.tables_of(session)
    shown, why_not = _preview(visit, typed or {})
    if typed is not None:
        configuration.email = EmailInstructions.model_construct(**typed)
    signature = signature_of(configuration.profile)
    body = shown.body if shown else ""
    signed = signature if signature and signature.text in body else None
    before, _, after = body.rpartition(signed.text) if signed else (body, "", "")
    columns = [
        (
            tables[name].label,
            [(f"{name}.{a.name}", a.label) for a in tables[name].attributes.values() if a.kind in _PERSONALISING],
        )
        for name in ("lead", "account")
    ]
    return settings_page(
        visit,
        agent,
        "email",
        "agent/email.html",
        status,
        e=configuration.email,
        problems=problems or {},
        unsaved=typed is not None,
        columns=columns,
        tones=TONES,
        purposes=PURPOSES,
        variables=criterion_fields.variables(tables),
        shown=shown,
        why_not=why_not,
        before=before,
        after=after,
        rich=signed.shown("/agent/section/profile/image") if signed else "",
        asked=visit.text("lead", most=100),
        footer=footer_of(configuration),
    )


def _preview(visit: Visit, typed: dict[str, Any]) -> tuple[Preview | None, str]:
    """The mail, or why there is none."""
    if not visit.may("prvReadLead"):
        return None, "The preview needs the privilege prvReadLead, which the role Salesperson has."
    agent = needed_agent(visit)
    try:
        return preview_mail(visit.services, visit.who, agent.agentid, typed, visit.text("lead", most=100)), ""
    except (BadInput, NotFound) as error:
        return None, str(error)
