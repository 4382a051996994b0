"""Requests to Dataverse and Graph: signed with a token, kept below the limits, repeated only where that is safe.

A read, or a write that names the version it changes, is repeated when the line breaks or the service fails. Any other
write is not: whether it was done is unknown then, and `Unclear` says so. 401 and 429 mean that nothing was done, so
those are repeated whatever was asked.
"""

import json as json_
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import structlog

from leadwright.microsoft.answers import Answer, error_of, read_answer
from leadwright.microsoft.connection import Connection
from leadwright.microsoft.errors import MicrosoftError, Refused, ServiceDown, Throttled, Unclear
from leadwright.microsoft.line import clock_offset, clock_sentence, why_no_line
from leadwright.microsoft.tokens import Tokens

PATIENCE = 60.0  # seconds one call waits in all, before it says that it cannot
_TRIES = 5
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0
_BROKEN = frozenset({500, 502, 503, 504, 408})
_NO_LINE = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol)
_WORD = re.compile(r"\$?[A-Za-z_]{2,60}")
_ADDRESS = re.compile(r"[^/('\"]+(?:@|%40)[^/)'\"]+")
_log = structlog.get_logger(__name__)


class Budget(Protocol):
    """Keeps all workers together below the service-protection limits; `microsoft.budget.SharedBudget` is one."""

    def enter(self, patience: float) -> None:
        """Wait for leave to send one request.

        Raises:
            Throttled: it would take longer than `patience` seconds.
        """
        ...

    def leave(self, seconds: float, answer: Answer | None) -> None:
        """The request took so long; None: no answer came."""
        ...

    def pause(self, seconds: float, reason: str) -> None:
        """Nobody sends anything for so long."""
        ...

    def note_error(self, sentence: str) -> None:
        """What goes wrong for every call, for whoever looks how it does."""
        ...


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str
    resource: str
    headers: Mapping[str, str]
    content: bytes | None
    repeatable: bool

    @property
    def where(self) -> str:
        """The service and what was asked of it, for sentences: no ids, no addresses, no query."""
        path = urlsplit(self.url).path
        service = "Dataverse" if "/api/data/" in path else "Microsoft Graph"
        parts = [part for part in path.split("/")[2:] if not _ADDRESS.fullmatch(part)]
        words = [part.partition("(")[0].rpartition(".")[2] for part in parts]
        named = next((word for word in reversed(words) if _WORD.fullmatch(word)), "")
        return f"{service} ({named})" if named else service


class MicrosoftHttp:
    """Sends requests. Safe for several threads.

    Args:
        budget: of the organisation's service protection; requests to other resources are not counted.
        client: an open HTTP client to use instead of one of our own; tests pass one without sockets.
        patience: seconds one call may wait in all.
    """

    def __init__(
        self,
        connection: Connection,
        tokens: Tokens,
        budget: Budget | None = None,
        *,
        client: httpx2.Client | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.connection, self.tokens, self.budget, self.patience = connection, tokens, budget, patience
        self._client = client or tokens.client
        self._counted = connection.dataverse_url.rstrip("/")
        self.offset: float | None = None

    def patient(self, seconds: float) -> "MicrosoftHttp":
        """The same line with another patience: little for a page somebody waits for, much for a mirror."""
        return MicrosoftHttp(self.connection, self.tokens, self.budget, client=self._client, patience=seconds)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        resource: str,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
        repeat: bool | None = None,
    ) -> Answer:
        """One request, repeated where that is safe. Answers below 400 come back.

        Args:
            url: absolute.
            resource: what the token is for, such as https://contoso.crm.dynamics.com.
            json: a body; or `content`, bytes.
            repeat: is it safe to send it twice? None: reads, deletes, and changes with If-Match or If-None-Match are.

        Raises:
            MicrosoftError: see `microsoft.errors`; `Unclear` only where a repeat is not safe.
        """
        given = {name: value for name, value in (headers or {}).items() if value}
        if json is not None:
            content = json_.dumps(json, ensure_ascii=False, separators=(",", ":")).encode()
            given.setdefault("Content-Type", "application/json; charset=utf-8")
        given.setdefault("Accept", "application/json")
        repeatable = _is_repeatable(method, given) if repeat is None else repeat
        try:
            return self._until_answered(_Call(method, url, resource, given, content, repeatable))
        except MicrosoftError as error:
            if error.installation and self.budget is not None and not isinstance(error, Throttled):
                self.budget.note_error(str(error))
            raise

    def _until_answered(self, call: _Call) -> Answer:
        ends, wait, renewed, tries = time.monotonic() + self.patience, _FIRST_WAIT, False, 0
        while True:
            tries += 1
            left = ends - time.monotonic()
            try:
                answer = self._once(call, max(left, 0.0))
                if answer.status < 400:
                    return _no_web_page(call, answer)
                error = self._error(call, answer)
                if answer.status == 401 and not renewed:
                    renewed = True
                    continue
            except _Broken as broken:
                if not call.repeatable:
                    raise _unclear(call, str(broken)) from broken.__cause__
                error = ServiceDown(f"The line to {call.where} broke: {broken}. It is tried again.")
            if isinstance(error, ServiceDown) and not call.repeatable:
                raise _unclear(call, str(error.status or "the line broke"), error)
            pause = error.retry_after or wait
            passing = isinstance(error, Throttled) or (isinstance(error, ServiceDown) and tries < _TRIES)
            if not passing or pause > ends - time.monotonic():
                raise error
            time.sleep(pause)
            wait = min(wait * 2, _LONGEST_WAIT)

    def _once(self, call: _Call, patience: float) -> Answer:
        token = self.tokens.token(call.resource)
        request_id = str(uuid4())
        headers = {**call.headers, "Authorization": f"Bearer {token}", "x-ms-client-request-id": request_id}
        with self._leave(call, patience) as leaving:
            started = time.monotonic()
            try:
                came = self._client.request(call.method, call.url, headers=headers, content=call.content)
            except _NO_LINE as error:
                raise why_no_line(call.url, error) from error
            except httpx2.PoolTimeout as error:
                raise ServiceDown(f"All connections to {call.where} are busy. Try again in a moment.") from error
            except httpx2.InvalidURL as error:
                raise ServiceDown(f"{call.where} gave an address that is none.", permanent=True) from error
            except (httpx2.TransportError, OSError) as error:
                self._note(call, 0, started, request_id)
                raise _Broken(type(error).__name__) from error
            answer = leaving.answer = read_answer(came.status_code, came.headers, came.content)
        self._note(call, answer.status, started, answer.request_id or request_id)
        self.offset = clock_offset(answer.headers.get("date", ""))
        if answer.status == 401:
            self.tokens.forget(call.resource, token)
        return answer

    @contextmanager
    def _leave(self, call: _Call, patience: float) -> Iterator["_Leaving"]:
        """Leave to send, given back with what it took."""
        leaving, counted = _Leaving(), self.budget if call.resource == self._counted else None
        if counted is None:
            yield leaving
            return
        counted.enter(patience)
        started = time.monotonic()
        try:
            yield leaving
        finally:
            counted.leave(time.monotonic() - started, leaving.answer)

    def _error(self, call: _Call, answer: Answer) -> MicrosoftError:
        creates = call.headers.get("If-None-Match") == "*"
        acting = "CallerObjectId" in call.headers
        clock = clock_sentence(self.offset)
        error = error_of(answer, where=call.where, creates=creates, acting=acting, clock=clock)
        if call.resource == self._counted:
            self.heed(error)
        return error

    def heed(self, error: object) -> None:
        """Let nobody ask the organisation while it wants us to wait; any other error is left alone."""
        if isinstance(error, Throttled) and self.budget is not None:
            self.budget.pause(error.retry_after or _FIRST_WAIT, error.code or "429")

    def _note(self, call: _Call, status: int, started: float, request_id: str) -> None:
        """One line in the log: never a body, a query, a token."""
        ms = round((time.monotonic() - started) * 1000)
        tell = _log.debug if 0 < status < 400 or status in (404, 412) else _log.info
        path = _ADDRESS.sub("(address)", urlsplit(call.url).path)
        tell("microsoft request", method=call.method, path=path, status=status, ms=ms, request_id=request_id)


@dataclass(slots=True)
class _Leaving:
    answer: Answer | None = None


class _Broken(Exception):
    """The request went out, at least in part, and no answer came."""


def _is_repeatable(method: str, headers: Mapping[str, str]) -> bool:
    if method in ("GET", "HEAD", "DELETE", "PUT"):
        return True
    return method == "PATCH" and ("If-Match" in headers or "If-None-Match" in headers)


def _no_web_page(call: _Call, answer: Answer) -> Answer:
    """The answer, unless something that is not the service gave it: a sign-in page of a network, a wrong address."""
    host = urlsplit(call.url).hostname
    if 300 <= answer.status < 400 and answer.status != 304:
        raise Refused(f"{host} leads elsewhere instead of answering. Check the address.", status=answer.status)
    if answer.headers.get("content-type", "").lower().startswith("text/html") and "$value" not in call.url:
        raise Refused(
            f"{host} answers with a web page. Check the address, and whether a proxy or the network wants a sign-in.",
            status=answer.status,
        )
    return answer


def _unclear(call: _Call, why: str, error: MicrosoftError | None = None) -> Unclear:
    return Unclear(
        f"{call.where} got a write and gave no clear answer ({why}): it may have been done. It is looked up before "
        "anything is sent again.",
        code=error.code if error else "",
        status=error.status if error else 0,
        request_id=error.request_id if error else "",
        said=error.said if error else "",
    )
