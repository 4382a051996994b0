"""`ModelAnalyst`: answers the analyst's questions by asking a language model. Holds no prompt and no rule."""

from leadwright.analyst.builtin.replies import settled_by_rule
from leadwright.analyst.model import propose_criteria, read_lead, read_reply, write_mail
from leadwright.analyst.model.background import Background
from leadwright.analyst.model.connection import Connection
from leadwright.analyst.model.journal import Journal
from leadwright.analyst.model.question import Desk
from leadwright.analyst.proposals import Proposal
from leadwright.analyst.protocol import Brief, Draft, MailBrief, Offering, Reading, ReplyBrief, ReplyReading
from leadwright.settings import Settings


class ModelAnalyst:
    """An analyst backed by any model pydantic-ai knows. Safe to use from many threads, safe to repeat.

    Args:
        settings: `model`, `model_base_url`, `model_api_key`, `model_fallback` and the limits.
        journal: where paid answers are kept.

    Raises:
        MissingExtra: pydantic-ai is not installed.
        BadInput: the settings name no model.
    """

    def __init__(self, settings: Settings, journal: Journal) -> None:
        self.name = settings.model
        self._background = Background()
        self._connection = Connection(settings)
        self._desk = Desk(self._connection, journal, self._background, settings.model_tokens_per_lead)

    @property
    def trouble(self) -> str:
        """Why the last call failed, for whoever waits; empty when the last one was answered."""
        return self._connection.trouble

    def read_lead(self, brief: Brief) -> Reading:
        """Judge each criterion and write the insights. One call when the model answers well."""
        question, data = read_lead.question(brief)
        answer, usage = self._desk.ask(question)
        return read_lead.reading(brief, data, answer, usage)

    def write_mail(self, brief: MailBrief) -> Draft:
        """Write the first mail. One call; more only when an answer cannot be used at all."""
        question, data = write_mail.question(brief)
        answer, usage = self._desk.ask(question)
        return write_mail.draft(brief, data, answer, usage)

    def read_reply(self, brief: ReplyBrief) -> ReplyReading:
        """Say what a reply wants. No call for a bounce, a machine, an opt-out or a threat: rules tell those."""
        if settled := settled_by_rule(brief):
            return settled
        question, data = read_reply.question(brief)
        answer, usage = self._desk.ask(question)
        return read_reply.reading(brief, data, answer, usage)

    def propose_criteria(self, offering: Offering) -> tuple[Proposal, ...]:
        """Criteria of the ideal customer that the text about the products suggests. One call, paid for once a text."""
        answer, _ = self._desk.ask(propose_criteria.question(offering))
        return propose_criteria.proposals(offering, answer)

    def close(self) -> None:
        """Close the clients and end the background loop."""
        self._background.run(self._connection.close())
        self._background.stop()
