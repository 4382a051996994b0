"""Asks the model of the settings, insists as long as that makes sense, then asks the second one. Knows no question."""

import asyncio
import random

import structlog

from leadwright.analyst.model.compatible import Compatible
from leadwright.analyst.model.limiter import Limiter
from leadwright.analyst.model.line import Line, Reply, Request
from leadwright.analyst.model.providers import Providers
from leadwright.errors import BadInput, ModelError
from leadwright.settings import Settings

TRIES = 4
PATIENCE = 60.0
_FIRST_PAUSE = 0.5
_log = structlog.get_logger(__name__)


class Connection:
    """Sends requests to the model of the settings, then to the second one when the first fails.

    Every method runs inside one event loop. Raises `ModelError`, permanent when trying again cannot help.
    """

    def __init__(self, settings: Settings) -> None:
        if not settings.model:
            raise BadInput("Say which model to ask: LEADWRIGHT_MODEL=openai:gpt-5-mini, for example.", field="model")
        self._settings = settings
        self._names = [n for n in (settings.model, settings.model_fallback) if n]
        self._line: Line = Compatible(settings) if settings.model_base_url else Providers(settings)
        self._limiter: Limiter | None = None
        self.trouble = ""  # why the last call failed; empty when the last one was answered

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
        await self._line.close()

    async def _insist(self, name: str, request: Request, limiter: Limiter) -> Reply:
        for attempt in range(TRIES):
            try:
                async with limiter.slot():
                    reply = await self._line.ask(name, request)
                self.trouble = ""
                return reply
            except ModelError as error:
                self.trouble = str(error)
                if error.permanent or attempt == TRIES - 1 or (error.retry_after or 0) > PATIENCE:
                    raise
                if error.retry_after:
                    limiter.pause(error.retry_after)
                else:
                    await asyncio.sleep(_FIRST_PAUSE * 2**attempt * random.uniform(0.8, 1.2))  # noqa: S311
        raise AssertionError("unreachable")
