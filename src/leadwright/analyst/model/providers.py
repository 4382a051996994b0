"""The line to any provider that pydantic-ai knows: `openai`, `anthropic`, `google` and the others."""

import asyncio
import time
from importlib.util import find_spec
from typing import Any

from leadwright.analyst.model import line
from leadwright.analyst.model.line import Reply, Request
from leadwright.errors import MissingExtra, ModelError
from leadwright.settings import Settings


class Providers:
    """A client for each model, made when it is first asked.

    Raises:
        MissingExtra: pydantic-ai is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        if find_spec("pydantic_ai") is None:
            raise MissingExtra("A language model as analyst", "model")
        self._settings = settings
        self._models: dict[str, Any] = {}

    async def ask(self, name: str, request: Request) -> Reply:
        """One call through pydantic-ai."""
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

    async def close(self) -> None:
        """Close the clients."""
        for model in self._models.values():
            if close := getattr(getattr(model, "client", None), "close", None):
                await close()
        self._models.clear()

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
        return line.too_slow(name, timeout)
    if isinstance(error, e.ModelQuotaExceededError):
        return line.used_up(name)
    if isinstance(error, e.ModelHTTPError):
        return line.refusal(name, error.status_code, wait)
    if isinstance(error, e.ModelAPIError):
        return line.out_of_reach(name, wait)
    if isinstance(error, e.UnexpectedModelBehavior):
        return line.no_answer(name)
    return ModelError(f"The model {name} failed: {type(error).__name__}.", permanent=True)
