"""Writing the first mail: by the analyst, checked and rewritten once, or from a fixed template. Stores nothing."""

from dataclasses import dataclass, replace

from leadwright.analyst import MailBrief
from leadwright.db.configuration import Configuration
from leadwright.domain.evidence import Statement
from leadwright.domain.outreach import assemble, fill, subject_line, unsupported
from leadwright.services import Services
from leadwright.workflows.steps import Step, Steps


@dataclass(frozen=True, slots=True)
class Mail:
    """A first mail ready to be kept as a draft. `hold`: why a person must look at it first."""

    subject: str
    body: str
    paragraphs: tuple[Statement, ...]
    hold: str | None = None


def first_mail(services: Services, configuration: Configuration, brief: MailBrief, steps: Steps) -> Mail:
    """Written as the settings say; what stays unsupported after one rewriting is held for a person.

    Raises:
        OutsideError: the analyst could not be asked.
    """
    if configuration.email.fixed_body:
        return _fixed(configuration, brief, steps)
    return _drafted(services, configuration, brief, steps)


def _drafted(services: Services, configuration: Configuration, brief: MailBrief, steps: Steps) -> Mail:
    with steps.step("draft", analyst=services.analyst.name, passages=len(brief.passages)) as step:
        draft = services.analyst.write_mail(brief)
        step.usage = draft.usage
    problems = unsupported(draft.subject, draft.paragraphs, brief.passages, _known(brief))
    steps.add(Step("check_draft", outputs={"unsupported": list(problems)}))
    if problems:
        told = "\n".join([brief.instructions, "Write it again. Leave out what no source supports:", *problems])
        with steps.step("draft_again", analyst=services.analyst.name) as step:
            draft = services.analyst.write_mail(replace(brief, instructions=told.strip()))
            step.usage = draft.usage
        problems = unsupported(draft.subject, draft.paragraphs, brief.passages, _known(brief))
        steps.add(Step("check_draft_again", outputs={"unsupported": list(problems)}))
    return _mail(configuration, draft.subject, draft.paragraphs, " ".join(problems) or None)


def _fixed(configuration: Configuration, brief: MailBrief, steps: Steps) -> Mail:
    values = {"lead.first name": brief.greeting_name, "lead.firstname": brief.greeting_name}
    values |= {"lead.company name": brief.company, "lead.companyname": brief.company}
    values |= {"lead.topic": brief.topic, "lead.subject": brief.topic}
    values |= {name.casefold(): text for name, text in brief.lead.items()}
    subject, empty_subject = fill(configuration.email.fixed_subject or brief.topic, values)
    body, empty_body = fill(configuration.email.fixed_body, values)
    empty = tuple(dict.fromkeys((*empty_subject, *empty_body)))
    steps.add(Step("draft", inputs={"template": True}, outputs={"without_value": list(empty)}))
    hold = f"The template's {', '.join(empty)} has no value for this lead." if empty else None
    return _mail(configuration, subject, (Statement(body, ()),), hold)


def _mail(configuration: Configuration, subject: str, paragraphs: tuple[Statement, ...], hold: str | None) -> Mail:
    profile = configuration.profile
    body = assemble(
        [p.text for p in paragraphs],
        signature=profile.signature,
        disclaimer=profile.disclaimer,
        other_terms=profile.other_terms,
    )
    return Mail(subject_line(subject), body, paragraphs, hold)


def _known(brief: MailBrief) -> list[str]:
    """What a mail may say beside its quotes: who it is for, what is sold."""
    offering = brief.offering
    sold = [offering.company, offering.website, offering.value_proposition, offering.benefits, offering.price_list]
    return [brief.greeting_name, brief.topic, brief.company, *brief.lead.values(), *sold]
