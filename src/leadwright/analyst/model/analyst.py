"""`ModelAnalyst`: answers the analyst's questions by asking a language model. Holds no prompt and no rule."""

from dataclasses import replace

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.analyst.builtin.replies import settled_by_rule
from leadwright.analyst.model import propose_criteria, read_lead, read_reply, write_mail
from leadwright.analyst.model.background import Background
from leadwright.analyst.model.connection import Connection
from leadwright.analyst.model.journal import Journal
from leadwright.analyst.model.question import Desk, Question, Shape
from leadwright.analyst.model.spending import Spending
from leadwright.analyst.proposals import Proposal
from leadwright.analyst.protocol import Brief, Draft, MailBrief, Offering, Reading, ReplyBrief, ReplyReading, Usage
from leadwright.domain.spending import Level
from leadwright.settings import Settings


class ModelAnalyst:
    """An analyst backed by any model pydantic-ai knows. Safe to use from many threads, safe to repeat.

    Args:
        settings: `model`, `model_base_url`, `model_api_key`, `model_fallback` and the limits.
        journal: where paid answers are kept.
        spending: the caps of the day: near one leads are read without their competitors, at one the built-in analyst
            stands in, or the work waits. None: no caps.

    Raises:
        MissingExtra: pydantic-ai is not installed.
        BadInput: the settings name no model.
    """

    def __init__(self, settings: Settings, journal: Journal, spending: Spending | None = None) -> None:
        self.name = settings.model
        self._spending = spending
        self._stand_in = BuiltinAnalyst()
        self._background = Background()
        self._connection = Connection(settings)
        self._desk = Desk(self._connection, journal, self._background, settings.model_tokens_per_lead)

    @property
    def trouble(self) -> str:
        """Why the last call failed, for whoever waits; empty when the last one was answered."""
        return self._connection.trouble

    def read_lead(self, brief: Brief) -> Reading:
        """Judge each criterion and write the insights. One call when the model answers well."""
        level = self._level()
        if level is Level.CAPPED:
            return self._stand_in.read_lead(brief)
        if level is Level.ECONOMY:
            brief = replace(brief, competitors=())
        question, data = read_lead.question(brief)
        answer, usage = self._ask(question)
        return read_lead.reading(brief, data, answer, usage)

    def write_mail(self, brief: MailBrief) -> Draft:
        """Write the first mail. One call; more only when an answer cannot be used at all."""
        if self._level() is Level.CAPPED:
            return self._stand_in.write_mail(brief)
        question, data = write_mail.question(brief)
        answer, usage = self._ask(question)
        return write_mail.draft(brief, data, answer, usage)

    def read_reply(self, brief: ReplyBrief) -> ReplyReading:
        """Say what a reply wants. No call for a bounce, a machine, an opt-out or a threat: rules tell those."""
        if settled := settled_by_rule(brief):
            return settled
        if self._level() is Level.CAPPED:
            return self._stand_in.read_reply(brief)
        question, data = read_reply.question(brief)
        answer, usage = self._ask(question)
        return read_reply.reading(brief, data, answer, usage)

    def propose_criteria(self, offering: Offering) -> tuple[Proposal, ...]:
        """Criteria of the ideal customer that the text about the products suggests. One call, paid for once a text."""
        answer, _ = self._ask(propose_criteria.question(offering))
        return propose_criteria.proposals(offering, answer)

    def _level(self) -> Level:
        return self._spending.level() if self._spending else Level.FREE

    def _ask(self, question: Question[Shape]) -> tuple[Shape, Usage]:
        if self._spending is None:
            return self._desk.ask(question)
        with self._spending.call():
            return self._desk.ask(question)

    def close(self) -> None:
        """Close the clients and end the background loop."""
        self._background.run(self._connection.close())
        self._background.stop()
