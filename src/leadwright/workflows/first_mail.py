"""Writing the first mail or a follow-up: by the analyst, checked and rewritten once, or from a fixed template.

Stores nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from leadwright.analyst import MailBrief
from leadwright.db.configuration import Configuration
from leadwright.domain.evidence import Statement
from leadwright.domain.links import foreign_links
from leadwright.domain.outreach import assemble, fill, subject_line, unsupported
from leadwright.domain.stage import AgentMode
from leadwright.services import Services
from leadwright.workflows.steps import Step, Steps


@dataclass(frozen=True, slots=True)
class Mail:
    """A first mail ready to be kept as a draft. `hold`: why a person must look at it first."""

    subject: str
    body: str
    paragraphs: tuple[Statement, ...]
    hold: str | None = None


def first_mail(
    services: Services, configuration: Configuration, brief: MailBrief, steps: Steps, mode: AgentMode
) -> Mail:
    """Written as the settings say; what stays unsupported after one rewriting is held for a person.

    A fixed template is for the first mail only. In Research and engage the disclaimer is not part of the text: it
    stands in the footer of what is sent, where nobody can take it out.

    Raises:
        OutsideError: the analyst could not be asked.
    """
    if configuration.email.fixed_body and not brief.follow_up:
        return _fixed(configuration, brief, steps, mode)
    return _drafted(services, configuration, brief, steps, mode)


def _drafted(services: Services, configuration: Configuration, brief: MailBrief, steps: Steps, mode: AgentMode) -> Mail:
    with steps.step("draft", analyst=services.analyst.name, passages=len(brief.passages)) as step:
        draft = services.analyst.write_mail(brief)
        step.usage = draft.usage
    own = _own(brief)
    problems = unsupported(draft.subject, draft.paragraphs, brief.passages, _known(brief), own)
    steps.add(Step("check_draft", outputs={"unsupported": list(problems)}))
    if problems:
        told = "\n".join([brief.instructions, "Write it again. Leave out what no source supports:", *problems])
        with steps.step("draft_again", analyst=services.analyst.name) as step:
            draft = services.analyst.write_mail(replace(brief, instructions=told.strip()))
            step.usage = draft.usage
        problems = unsupported(draft.subject, draft.paragraphs, brief.passages, _known(brief), own)
        steps.add(Step("check_draft_again", outputs={"unsupported": list(problems)}))
    return _mail(configuration, draft.subject, draft.paragraphs, " ".join(problems) or None, mode)


def _fixed(configuration: Configuration, brief: MailBrief, steps: Steps, mode: AgentMode) -> Mail:
    values = dict(brief.template)
    values |= {"lead.first name": brief.greeting_name, "lead.firstname": brief.greeting_name}
    values |= {"lead.company name": brief.company, "lead.companyname": brief.company}
    values |= {"lead.topic": brief.topic, "lead.subject": brief.topic}
    values |= {name.casefold(): text for name, text in brief.lead.items()}
    subject, empty_subject = fill(configuration.email.fixed_subject or brief.topic, values)
    body, empty_body = fill(configuration.email.fixed_body, values)
    empty = tuple(dict.fromkeys((*empty_subject, *empty_body)))
    steps.add(Step("draft", inputs={"template": True}, outputs={"without_value": list(empty)}))
    hold = (
        f"The template's {', '.join(empty)} has no value for this lead{_unless(empty)}."
        if empty
        else _strange(configuration, f"{subject}\n{body}")
    )
    return _mail(configuration, subject, (Statement(body, ()),), hold, mode)


def _unless(empty: Sequence[str]) -> str:
    of_account = any(name.casefold().startswith("account.") for name in empty)
    return ", or only in an account of another name than its company" if of_account else ""


def _mail(
    configuration: Configuration, subject: str, paragraphs: tuple[Statement, ...], hold: str | None, mode: AgentMode
) -> Mail:
    profile = configuration.profile
    body = assemble(
        [p.text for p in paragraphs],
        signature=profile.signature,
        disclaimer="" if mode is AgentMode.ENGAGE else profile.disclaimer,
        other_terms=profile.other_terms,
    )
    return Mail(subject_line(subject), body, paragraphs, hold)


def _strange(configuration: Configuration, body: str) -> str | None:
    """Why a filled template needs a person's eye: a field of the lead brought in a link."""
    email, company = configuration.email, configuration.company
    links = foreign_links(body, [email.fixed_subject, email.fixed_body, company.website])
    return f'The lead\'s fields bring "{links[0]}" into the template.' if links else None


def _known(brief: MailBrief) -> list[str]:
    """What a mail may say beside its quotes: who it is for, what is sold."""
    return [brief.greeting_name, brief.topic, brief.company, *brief.lead.values(), *_sold(brief)]


def _own(brief: MailBrief) -> list[str]:
    """Our own texts: only their links go out, and only what they promise is promised."""
    return [brief.tone, brief.instructions, *_sold(brief)]


def _sold(brief: MailBrief) -> list[str]:
    offering = brief.offering
    return [offering.company, offering.website, offering.value_proposition, offering.benefits, offering.price_list]
