"""Handoff criteria: proposed from the text about the products, and checked before they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from leadwright.actions.agent_rows import agent_of, settings_of
from leadwright.analyst.builtin.proposing import propose_criteria as by_rule
from leadwright.analyst.proposals import NAMES, Proposal, Proposer, text_of
from leadwright.analyst.protocol import Offering
from leadwright.db.configuration import Configuration
from leadwright.db.selection import tables_of
from leadwright.domain.criterion_fields import why_refused
from leadwright.domain.fit import CriterionKind
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import Principal, require
from leadwright.research.criterion_pages import check_places
from leadwright.services import Services


@dataclass(frozen=True, slots=True)
class Generated:
    """What was proposed.

    Args:
        untold: kinds of criteria of which the text says nothing, as people call them.
        by: who proposed it: builtin, or the model's name.
    """

    proposals: tuple[Proposal, ...]
    untold: tuple[str, ...]
    by: str


def generate_criteria(services: Services, who: Principal, agentid: str) -> Generated:
    """Criteria proposed from the Products section of the draft. Nothing is saved.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        Conflict: there is no text about the products yet.
        ModelError: the model could not be asked.
    """
    require(who, "prvConfigureAgent")
    with services.database.reading() as session:
        company = Configuration.model_validate(settings_of(agent_of(session, agentid))).company
    offering = Offering(company.name, company.website, company.value_proposition, company.benefits, company.price_list)
    if not text_of(offering):
        raise Conflict("There is nothing to read yet. Describe the value proposition under Products, then generate.")
    analyst = services.analyst
    found = analyst.propose_criteria(offering) if isinstance(analyst, Proposer) else by_rule(offering)
    untold = tuple(name for kind, name in NAMES.items() if kind not in {p.kind for p in found})
    return Generated(found, untold, getattr(analyst, "name", "builtin"))


def check_criteria(session: Session, criteria: list[Mapping[str, Any]]) -> None:
    """Columns of allowed types only, never nested; addresses and instructions with known fields.

    Raises:
        BadInput: says which criterion and why; `field` is ``field-N``, ``url-N`` or ``instructions-N``.
    """
    tables = tables_of(session)
    for number, criterion in enumerate(criteria, 1):
        name = criterion["name"] or number
        for column in criterion["fields"]:
            if why := why_refused(column, tables):
                raise BadInput(f"Criterion {name}: {why}", field=f"field-{number}")
        if criterion["kind"] != CriterionKind.CUSTOM and criterion["url"]:
            raise BadInput(
                f"Criterion {name}: only a custom criterion is answered from a public page. Choose Custom, or remove "
                "the address.",
                field=f"url-{number}",
            )
        for part in ("url", "instructions"):
            try:
                check_places(criterion[part], tables)
            except BadInput as error:
                raise BadInput(f"Criterion {name}: {error}", field=f"{part}-{number}") from None
        if criterion["url"] and not criterion["url"].strip().startswith(("https://", "http://")):
            raise BadInput(f"Criterion {name}: the address begins with https://.", field=f"url-{number}")
