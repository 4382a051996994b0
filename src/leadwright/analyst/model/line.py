"""What goes to a model and what comes back, the two ways there, and what a refusal means. Knows no question."""

from dataclasses import dataclass
from typing import Any, Protocol

from leadwright.errors import ModelError

_INSTALLATION = {  # status -> what is wrong for every lead alike
    401: "The provider of {name} refused the key. Check LEADWRIGHT_MODEL_API_KEY.",
    402: "The provider of {name} asks for payment. Add credit.",
    403: "The provider of {name} refused the key. Check LEADWRIGHT_MODEL_API_KEY.",
    404: "The provider does not know the model {name}. Check LEADWRIGHT_MODEL and LEADWRIGHT_MODEL_BASE_URL.",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    Args:
        instructions: ours.
        data: the fenced text and the question.
        schema: JSON schema of the answer.
        name: of the question, shown to the provider as the name of the schema.
        max_tokens: of the answer.
    """

    instructions: str
    data: str
    schema: dict[str, Any]
    name: str
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, unchecked. `cut` is the reason when it did not end by itself, such as ``length``."""

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: float | None
    seconds: float
    cut: str = ""


class Line(Protocol):
    """A way to the models of one provider. Every method runs inside one event loop."""

    async def ask(self, name: str, request: Request) -> Reply:
        """One call, answered or not.

        Raises:
            ModelError: permanent when trying again cannot help.
        """
        ...

    async def close(self) -> None:
        """Close the connections. Safe to repeat."""
        ...


def refusal(name: str, status: int, wait: float | None) -> ModelError:
    """What an HTTP status other than success means, and what to do."""
    if status in (408, 409, 425, 429) or status >= 500:
        why = "asks to wait" if status == 429 else "is out of order"
        return ModelError(f"The model {name} {why} (status {status}).", retry_after=wait)
    if status in _INSTALLATION:
        return ModelError(_INSTALLATION[status].format(name=name), permanent=True, installation=True)
    return ModelError(f"The provider of {name} refused the request (status {status}).", permanent=True)


def used_up(name: str) -> ModelError:
    """No credit is left."""
    return ModelError(f"The quota of the model {name} is used up. Add credit.", permanent=True, installation=True)


def too_slow(name: str, timeout: float) -> ModelError:
    """No answer within the time of the setting."""
    return ModelError(f"The model {name} did not answer within {timeout:g} seconds.")


def out_of_reach(name: str, wait: float | None = None) -> ModelError:
    """Nothing answers there."""
    return ModelError(f"The model {name} could not be reached.", retry_after=wait)


def no_answer(name: str) -> ModelError:
    """Something came back that is no answer of a model."""
    return ModelError(f"The model {name} sent something that is not an answer.")
