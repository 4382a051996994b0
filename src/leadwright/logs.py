"""Structured logs. Events carry ids, never mail text, personal names or addresses."""

import logging
import re
import sys
from typing import Any

import structlog

from leadwright.settings import Settings

_FORBIDDEN = frozenset({"password", "secret", "token", "api_key", "authorization", "cookie", "email", "body"})
# What databases add to an error: values of rows. Line breaks may be escaped already.
_VALUES = re.compile(r"(^|\n|\\n)(DETAIL|CONTEXT|\[parameters):?.*?(?=\n|\\n|$)")


def configure(settings: Settings) -> None:
    """Send every log line, ours and the libraries', to standard error in the chosen format."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _withhold,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    final = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _without_rows,
        renderer,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("dbos", "httpx2", "httpcore2", "uvicorn.access", "alembic", "trafilatura"):
        logging.getLogger(noisy).setLevel(max(root.level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _withhold(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Secrets and addresses never reach a log; line breaks in values cannot forge a line."""
    return {
        key: "(withheld)" if key in _FORBIDDEN else _one_line(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def _without_rows(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """An error of the database is logged without the values of the row it is about."""
    return {key: _VALUES.sub("", value) if isinstance(value, str) else value for key, value in event.items()}


def _one_line(value: str) -> str:
    return value.replace("\r", "\\r").replace("\n", "\\n")
