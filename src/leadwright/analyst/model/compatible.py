"""The line to an OpenAI-compatible server (Ollama, vLLM, a gateway), over the shared HTTP library alone.

Where many calls are made an SDK is the wall: it took three times the processor time of the same request sent plainly.
"""

import asyncio
import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from leadwright.analyst.model import line
from leadwright.analyst.model.line import Reply, Request
from leadwright.settings import Settings


class Compatible:
    """One client with kept connections; the part of a model's name before a colon is not sent."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = f"{settings.model_base_url.rstrip('/')}/chat/completions"
        self._client: httpx2.AsyncClient | None = None

    async def ask(self, name: str, request: Request) -> Reply:
        """One call."""
        if self._client is None:
            self._client = _client(self._settings)
        timeout, begun = self._settings.model_timeout_seconds, time.monotonic()
        try:
            async with asyncio.timeout(timeout):
                answer = await self._client.post(self._url, content=json.dumps(_body(name, request)))
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise line.too_slow(name, timeout) from error
        except httpx2.HTTPError as error:
            raise line.out_of_reach(name) from error
        if answer.status_code != httpx2.codes.OK:
            if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS and "insufficient_quota" in answer.text[:2_000]:
                raise line.used_up(name)
            raise line.refusal(name, answer.status_code, _wait(answer.headers.get("retry-after", "")))
        try:
            return self._reply(name, json.loads(answer.content), time.monotonic() - begun)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise line.no_answer(name) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
        self._client = None

    def _reply(self, name: str, said: dict[str, Any], seconds: float) -> Reply:
        choice, usage = said["choices"][0], said.get("usage") or {}
        message, ended = choice["message"], choice.get("finish_reason")
        tokens_in, tokens_out = int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
        prices = self._settings.model_prices
        price = prices.get(name) or prices.get(name.split(":", 1)[-1])
        return Reply(
            text=str(message.get("content") or ""),
            model=name,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost=(tokens_in * price[0] + tokens_out * price[1]) / 1e6 if price else None,
            seconds=seconds,
            cut=ended if ended in ("length", "content_filter") else "",
        )


def _client(settings: Settings) -> httpx2.AsyncClient:
    key = settings.model_api_key.get_secret_value() or "none"
    most = settings.model_concurrency
    return httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept": "application/json"},
        timeout=None,
        limits=httpx2.Limits(max_connections=most, max_keepalive_connections=most),
    )


def _body(name: str, request: Request) -> dict[str, Any]:
    shape = {"name": request.name, "schema": request.schema, "strict": True}
    return {
        "model": name.split(":", 1)[-1],
        "stream": False,
        "messages": [
            {"role": "system", "content": request.instructions},
            {"role": "user", "content": request.data},
        ],
        "max_completion_tokens": request.max_tokens,
        "response_format": {"type": "json_schema", "json_schema": shape},
    }


def _wait(told: str) -> float | None:
    """Seconds that a Retry-After header asks for: a number or a date."""
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
