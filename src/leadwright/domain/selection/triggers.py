"""What a change of a lead sets off: the table of product.md 4, row by row, and what holds it back."""

from dataclasses import dataclass

from leadwright.domain.stage import Trigger


@dataclass(frozen=True, slots=True)
class Change:
    """What is known of a lead when its waiting changes are looked at; changes by the agent itself are left out.

    Args:
        created: the lead is new, or the agent's start looks back at it.
        changed: columns of the lead changed.
        related: a record it looks up to changed.
        matches: it is in the segment now: criteria, company, address, no seller segment. Of a lead that was given
            back and whose address is valid now, by the columns as they were before the agent wrote them.
        matched_before_change: it was, with the lead's columns as they were before.
        matched_before_related: it was, with the related records as they were before.
        address_became_valid: the primary address was empty or invalid and is valid now.
        address_replaced: it is another one than before, and neither is empty.
        company_became_set: there was no company and there is one now.
        inside_look_back: created after the start, or in the look-back days before it.
        has_run: the agent has worked on it before.
        run_is_open: the agent works on it now.
        with_people: the newest run gave it to people (handed over, reassigned, taken over by a person).
        owned_by_agent: the owner is the agent's own user.
    """

    created: bool = False
    changed: bool = False
    related: bool = False
    matches: bool = False
    matched_before_change: bool = False
    matched_before_related: bool = False
    address_became_valid: bool = False
    address_replaced: bool = False
    company_became_set: bool = False
    inside_look_back: bool = False
    has_run: bool = False
    run_is_open: bool = False
    with_people: bool = False
    owned_by_agent: bool = False


def trigger(change: Change) -> Trigger | None:
    """Why everything runs for the lead now; None when it does not.

    A lead in work is left alone, whatever changes. A processed lead is taken again only by the rows that say so: its
    address or company came in, or a change made it match; the latter not while it is with people, who would lose it.
    """
    if change.run_is_open or not change.matches:
        return None
    if change.created and change.inside_look_back and not change.has_run and not change.owned_by_agent:
        return Trigger.NEW_LEAD
    if change.address_became_valid:
        return Trigger.EMAIL_SET
    if change.company_became_set:
        return Trigger.COMPANY_SET
    if change.with_people:
        return None
    if change.changed and not change.matched_before_change:
        return Trigger.LEAD_CHANGED
    if change.related and not change.matched_before_related and change.inside_look_back:
        return Trigger.RELATED_CHANGED
    return None


def validates_only(change: Change) -> bool:
    """The address went from one value to another: it is validated anew, nothing else runs."""
    return change.address_replaced and trigger(change) is None
