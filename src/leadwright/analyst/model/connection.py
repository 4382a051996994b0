"""The line to the provider, through pydantic-ai: one client, retries, the second model. Knows no question."""

import asyncio
import random
import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import structlog

from leadwright.analyst.model.limiter import Limiter
from leadwright.errors import BadInput, MissingExtra, ModelError
from leadwright.settings import Settings

TRIES = 4
PATIENCE = 60.0
_FIRST_PAUSE = 0.5
_INSTALLATION = {  # status -> what is wrong for every lead alike
    401: "The provider of {name} refused the key. Check LEADWRIGHT_MODEL_API_KEY.",
    402: "The provider of {name} asks for payment. Add credit.",
    403: "The provider of {name} refused the key. Check LEADWRIGHT_MODEL_API_KEY.",
    404: "The provider does not know the model {name}. Check LEADWRIGHT_MODEL and LEADWRIGHT_MODEL_BASE_URL.",
}
_log = structlog.get_logger(__name__)


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


class Connection:
    """Sends requests to the model of the settings, then to the second one when the first fails.

    Every method runs inside one event loop. Raises `ModelError`, permanent when trying again cannot help.
    """

    def __init__(self, settings: Settings) -> None:
        if find_spec("pydantic_ai") is None:
            raise MissingExtra("A language model as analyst", "model")
        if not settings.model:
            raise BadInput("Say which model to ask: LEADWRIGHT_MODEL=openai:gpt-5-mini, for example.", field="model")
        self._settings = settings
        self._names = [n for n in (settings.model, settings.model_fallback) if n]
        self._models: dict[str, Any] = {}
        self._limiter: Limiter | None = None

    async def send(self, request: Request) -> Reply:
        """Ask, wait, and try again as long as it makes sense."""
        if self._limiter is None:
            self._limiter = Limiter(self._settings.model_concurrency, self._settings.model_requests_per_minute)
        failure: ModelError | None = None
        for name in self._names:
            try:
                return await self._insist(name, request, self._limiter)
            except ModelError as error:
                failure = error
                _log.warning("model_failed", model=name, permanent=error.permanent)
        raise failure or ModelError("No model is configured.", permanent=True, installation=True)

    async def close(self) -> None:
        """Close the clients."""
        for model in self._models.values():
            if close := getattr(getattr(model, "client", None), "close", None):
                await close()
        self._models.clear()

    async def _insist(self, name: str, request: Request, limiter: Limiter) -> Reply:
        for attempt in range(TRIES):
            try:
                async with limiter.slot():
                    return await self._once(name, request)
            except ModelError as error:
                if error.permanent or attempt == TRIES - 1 or (error.retry_after or 0) > PATIENCE:
                    raise
                if error.retry_after:
                    limiter.pause(error.retry_after)
                else:
                    await asyncio.sleep(_FIRST_PAUSE * 2**attempt * random.uniform(0.8, 1.2))  # noqa: S311
        raise AssertionError("unreachable")

    async def _once(self, name: str, request: Request) -> Reply:
        from pydantic_ai.direct import model_request
        from pydantic_ai.messages import ModelRequest
        from pydantic_ai.settings import ModelSettings

        model = self._model(name)
        begun = time.monotonic()
        timeout = self._settings.model_timeout_seconds
        try:
            response = await asyncio.wait_for(
                model_request(
                    model,
                    [ModelRequest.user_text_prompt(request.data, instructions=request.instructions)],
                    model_settings=ModelSettings(max_tokens=request.max_tokens, timeout=timeout),
                    model_request_parameters=_typed(model, request),
                ),
                timeout + 1,
            )
        except Exception as error:
            raise _explained(error, name, timeout) from error
        seconds = time.monotonic() - begun
        usage = response.usage
        return Reply(
            text=_text(response),
            model=name,
            tokens_in=usage.input_tokens,
            tokens_out=usage.output_tokens,
            cost=self._cost(name, response),
            seconds=seconds,
            cut=response.finish_reason if response.finish_reason in ("length", "content_filter", "error") else "",
        )

    def _model(self, name: str) -> Any:
        if name not in self._models:
            self._models[name] = _build(name, self._settings)
        return self._models[name]

    def _cost(self, name: str, response: Any) -> float | None:
        prices = self._settings.model_prices
        if price := prices.get(name) or prices.get(name.split(":", 1)[-1]):
            into, out = price
            return float(response.usage.input_tokens * into + response.usage.output_tokens * out) / 1e6
        try:
            return float(response.cost().total_price)
        except (LookupError, ValueError, AssertionError):
            return None


def _build(name: str, settings: Settings) -> Any:
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.models import infer_model

    key = settings.model_api_key.get_secret_value()
    try:
        if settings.model_base_url:
            return _compatible(name, settings.model_base_url, key)
        return infer_model(name, lambda provider: _provider(provider, key))
    except ImportError as error:
        raise MissingExtra(f"The model {name}", "google" if name.startswith("google") else "model") from error
    except (UserError, ValueError) as error:
        raise ModelError(
            f"The model {name} cannot be used: {error}. Check LEADWRIGHT_MODEL and LEADWRIGHT_MODEL_API_KEY.",
            permanent=True,
            installation=True,
        ) from error


def _provider(name: str, key: str) -> Any:
    from pydantic_ai.providers import infer_provider, infer_provider_class

    if name in ("openai", "openai-chat", "openai-responses"):
        from openai import AsyncOpenAI
        from pydantic_ai.providers.openai import OpenAIProvider

        return OpenAIProvider(openai_client=AsyncOpenAI(api_key=key or None, max_retries=0))
    if name == "anthropic":
        from anthropic import AsyncAnthropic
        from pydantic_ai.providers.anthropic import AnthropicProvider

        return AnthropicProvider(anthropic_client=AsyncAnthropic(api_key=key or None, max_retries=0))
    return infer_provider_class(name)(api_key=key) if key else infer_provider(name)  # type: ignore[call-arg]


def _compatible(name: str, base_url: str, key: str) -> Any:
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    client = AsyncOpenAI(base_url=base_url, api_key=key or "none", max_retries=0)
    return OpenAIChatModel(
        name.split(":", 1)[-1], provider=OpenAICompatibleProvider("compatible", openai_client=client)
    )


def _typed(model: Any, request: Request) -> Any:
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.tools import ToolDefinition

    if model.profile.get("supports_json_schema_output"):
        shape = OutputObjectDefinition(json_schema=request.schema, name=request.name, strict=True)
        return ModelRequestParameters(output_mode="native", output_object=shape)
    tool = ToolDefinition(name=request.name, parameters_json_schema=request.schema, kind="output")
    return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)


def _text(response: Any) -> str:
    for call in response.tool_calls:
        return str(call.args_as_json_str())
    return response.text or ""


def _explained(error: Exception, name: str, timeout: float) -> ModelError:
    from pydantic_ai import exceptions as e

    wait = getattr(error, "retry_after", None)
    if isinstance(error, (TimeoutError, e.ModelTimeoutError, e.ModelRequestTimeout)):
        return ModelError(f"The model {name} did not answer within {timeout:g} seconds.")
    if isinstance(error, e.ModelQuotaExceededError):
        sentence = f"The quota of the model {name} is used up. Add credit."
        return ModelError(sentence, permanent=True, installation=True)
    if isinstance(error, e.ModelHTTPError):
        return _refused(error, name, wait)
    if isinstance(error, e.ModelAPIError):
        return ModelError(f"The model {name} could not be reached.", retry_after=wait)
    if isinstance(error, e.UnexpectedModelBehavior):
        return ModelError(f"The model {name} sent something that is not an answer.")
    return ModelError(f"The model {name} failed: {type(error).__name__}.", permanent=True)


def _refused(error: Any, name: str, wait: float | None) -> ModelError:
    status = error.status_code
    if status in (408, 409, 425, 429) or status >= 500:
        why = "asks to wait" if status == 429 else "is out of order"
        return ModelError(f"The model {name} {why} (status {status}).", retry_after=wait)
    if status in _INSTALLATION:
        return ModelError(_INSTALLATION[status].format(name=name), permanent=True, installation=True)
    return ModelError(f"The provider of {name} refused the request (status {status}).", permanent=True)
