"""One question put to the model: journal, budget of the lead, at most two repairs. The same for every question."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError

from leadwright.analyst.model.answers import Answer, schema_of
from leadwright.analyst.model.background import Background
from leadwright.analyst.model.connection import Connection
from leadwright.analyst.model.fence import fenced
from leadwright.analyst.model.journal import Journal, Paid
from leadwright.analyst.model.line import Reply, Request
from leadwright.analyst.protocol import Usage
from leadwright.errors import ModelError

REPAIRS = 2
LONGEST_ANSWER = 60_000

Shape = TypeVar("Shape", bound=Answer)


class Unusable(Exception):
    """The answer cannot be used; the text says why, for the next try."""


@dataclass(frozen=True, slots=True)
class Question(Generic[Shape]):
    """A question about one lead.

    Args:
        run: id of the run, and of the mail or the follow-up after a colon; nothing of another run may be in `data`.
        name: of the question, e.g. ``read_lead``.
        instructions: ours, with ``{marker}`` where the name of the data block goes.
        data: strangers' text, to be fenced.
        task: what comes after the data; ours.
        shape: what the answer must be.
        check: raises `Unusable` when the answer has the shape and still cannot be used.
        max_tokens: of the answer.
    """

    run: str
    name: str
    instructions: str
    data: str
    task: str
    shape: type[Shape]
    max_tokens: int
    check: Callable[[Shape], None] = lambda _answer: None


class Desk:
    """Where questions are asked. Safe to use from many threads.

    Args:
        tokens_per_lead: cap of all calls of one run, its follow-ups and replies included, reserved before each call.
    """

    def __init__(self, connection: Connection, journal: Journal, background: Background, tokens_per_lead: int) -> None:
        self._connection = connection
        self._journal = journal
        self._background = background
        self._tokens_per_lead = tokens_per_lead

    def ask(self, question: Question[Shape]) -> tuple[Shape, Usage]:
        """The answer, from the journal when it was paid before.

        Raises:
            ModelError: the model failed, refused or answered nonsense three times, or the lead's budget is used up.
        """
        contenthash = _hash(question)
        paid = self._journal.paid(question.run)
        tried = [p for p in paid if p.question == question.name and p.contenthash == contenthash]
        problem = ""
        for number in range(len(tried) + 1 + REPAIRS - len(tried) % (1 + REPAIRS)):
            if number == len(tried):
                tried.append(self._call(question, contenthash, problem, paid))
            answer, problem = _judged(question, tried[number].answer)
            if answer is not None:
                return answer, _usage(tried[: number + 1])
        raise ModelError(
            f"The model gave no usable answer in {len(tried)} tries ({problem}). Try the lead again, or another model.",
            permanent=True,
        )

    def _call(self, question: Question[Shape], contenthash: str, problem: str, paid: list[Paid]) -> Paid:
        request = _request(question, problem)
        self._reserve(request, self._journal.spent(question.run.partition(":")[0]))
        reply = self._background.run(self._connection.send(request))
        entry = Paid(
            question=question.name,
            attempt=sum(p.question == question.name for p in paid),
            contenthash=contenthash,
            model=reply.model,
            answer=_kept(reply),
            tokens_in=reply.tokens_in or _tokens(request.instructions + request.data),
            tokens_out=reply.tokens_out or _tokens(reply.text),
            cost=reply.cost,
            seconds=reply.seconds,
        )
        self._journal.record(question.run, entry)
        paid.append(entry)
        return entry

    def _reserve(self, request: Request, used: int) -> None:
        worst = _tokens(request.instructions + request.data + json.dumps(request.schema)) + request.max_tokens
        if used + worst > self._tokens_per_lead:
            raise ModelError(
                f"This lead may use {self._tokens_per_lead:,} tokens; {used:,} are used and the next question could "
                f"take {worst:,}. Raise LEADWRIGHT_MODEL_TOKENS_PER_LEAD, or decide about the lead yourself.",
                permanent=True,
            )


def _request(question: Question[Shape], problem: str) -> Request:
    marker, block = fenced(question.data)
    again = f"\nYour last answer was refused: {problem}. Answer again." if problem else ""
    return Request(
        instructions=question.instructions.replace("{marker}", marker),
        data=f"{block}\n{question.task}{again}",
        schema=schema_of(question.shape),
        name=question.name,
        max_tokens=question.max_tokens,
    )


def _judged(question: Question[Shape], text: str) -> tuple[Shape | None, str]:
    """The answer when it can be used, else what is wrong with it."""
    try:
        answer = question.shape.model_validate_json(_bare(text))
        question.check(answer)
    except ValidationError as error:
        return None, _said(error)
    except Unusable as error:
        return None, str(error)
    return answer, ""


def _bare(text: str) -> str:
    """Without the code fence some models put around JSON."""
    text = text.strip()
    if text.startswith("```"):
        text = text.split("\n", 1)[-1].rsplit("```", 1)[0]
    return text


def _said(error: ValidationError) -> str:
    """What is wrong, in our words and field names only; nothing of the answer itself."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(p) for p in first["loc"] if isinstance(p, int) or str(p).isidentifier())[:80]
    return f"{first['type']} at {place}" if place else str(first["type"])


def _kept(reply: Reply) -> str:
    """The answer as journalled: an endless, cut or refused one is kept as its reason alone."""
    if reply.cut:
        return f"(answer ended by {reply.cut})"
    return reply.text if len(reply.text) <= LONGEST_ANSWER else f"(answer of {len(reply.text)} characters)"


def _hash(question: Question[Shape]) -> str:
    parts = (question.instructions, question.data, question.task, question.shape.__name__)
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def _usage(tried: list[Paid]) -> Usage:
    costs = [p.cost for p in tried]
    return Usage(
        model=tried[-1].model,
        tokens_in=sum(p.tokens_in for p in tried),
        tokens_out=sum(p.tokens_out for p in tried),
        cost=None if None in costs else sum(c for c in costs if c is not None),
        seconds=sum(p.seconds for p in tried),
        calls=len(tried),
    )


def _tokens(text: str) -> int:
    return len(text) // 4 + 1
