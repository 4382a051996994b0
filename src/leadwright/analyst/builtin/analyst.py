"""Puts the questions together behind the Analyst Protocol. Each answer is worked out in a file of its own."""

import time

from leadwright.analyst.builtin.competition import competitors_of
from leadwright.analyst.builtin.insights import insights_of
from leadwright.analyst.builtin.judging import judge
from leadwright.analyst.builtin.mail import write
from leadwright.analyst.builtin.proposing import propose_criteria
from leadwright.analyst.builtin.replies import read_reply
from leadwright.analyst.proposals import Proposal
from leadwright.analyst.protocol import Brief, Draft, MailBrief, Offering, Reading, ReplyBrief, ReplyReading, Usage


class BuiltinAnalyst:
    """Reads by rule and writes by template. The same brief always gives the same answer, at no cost."""

    name = "builtin"

    def read_lead(self, brief: Brief) -> Reading:
        """Judge each criterion and quote what the passages say. Raises nothing on odd text."""
        started = time.perf_counter()
        judgements = tuple(judge(criterion, brief) for criterion in brief.criteria)
        insights = insights_of(brief)
        competitors = competitors_of(brief)
        return Reading(judgements, insights, competitors, _usage(started))

    def write_mail(self, brief: MailBrief) -> Draft:
        """Write the first mail from what the brief holds."""
        started = time.perf_counter()
        subject, paragraphs = write(brief)
        return Draft(subject, paragraphs, _usage(started))

    def read_reply(self, brief: ReplyBrief) -> ReplyReading:
        """Say what a reply wants: machines and opt-outs for sure, a person's interest where the words are plain."""
        return read_reply(brief)

    def propose_criteria(self, offering: Offering) -> tuple[Proposal, ...]:
        """Criteria of the ideal customer that the text about the products names in plain words."""
        return propose_criteria(offering)


def _usage(started: float) -> Usage:
    return Usage("builtin", seconds=time.perf_counter() - started)
