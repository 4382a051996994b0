"""What an answer of Dataverse or Graph means: its headers and JSON, and which error it is. No network."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic_core import from_json

from leadwright.microsoft.errors import (
    AlreadyThere,
    MicrosoftError,
    NotAMember,
    PrivilegeMissing,
    Refused,
    RowChanged,
    RowGone,
    ServiceDown,
    SignInRefused,
    Throttled,
    TokenExpired,
    UnknownName,
)

_PRIVILEGE = re.compile(r"\bprv[A-Za-z_0-9]+")
_NAME = re.compile(r"(?:property named|segment|column|attribute|entity|entity with name =) '?([A-Za-z_][\w.]*)'?", re.I)
_NO_USER = frozenset({"0x80072560", "0x80040225", "0x80041d1f"})  # stranger, disabled user
_NO_RIGHT = frozenset({"0x80040220", "0x8004140b", "0x80048306"})
_NO_ROLE = "0x80042f09"
_THROTTLED = frozenset({"0x80072321", "0x80072322", "0x80072326", "0x80072324"})
_LONGEST_WAIT = 86_400.0  # seconds: a clock or a proxy that asks for more is wrong
_MISMATCH, _EXISTS = "0x80060882", frozenset({"0x80060892", "0x80040237", "0x80040333"})
_OLD_TOKEN = frozenset({"0x80044352", "syncstatenotfound", "syncstateinvalid", "resyncrequired", "0x80044355"})
_UNKNOWN = re.compile(
    r"could not find a property named|resource not found for the segment|was not found in the metadata"
    r"|doesn't contain attribute|does not exist on type|could not find an entity type", re.I
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Args:
        headers: names in lower case.
        json: the body, when it is a JSON object; {} otherwise.
        content: the body as it came.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    json: dict[str, Any] = field(default_factory=dict)
    content: bytes = field(default=b"", repr=False)

    @property
    def request_id(self) -> str:
        """By which Microsoft's support finds it."""
        names = ("x-ms-service-request-id", "request-id", "req_id", "x-ms-request-id")
        return next((self.headers[name] for name in names if name in self.headers), "")


def read_answer(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    """An answer with its JSON taken apart, where it is JSON."""
    lowered = {name.lower(): value for name, value in headers.items()}
    body: Any = None
    if content[:1] in (b"{", b" ", b"\n", b"\r", b"\xef"):
        body = _read_json(content)
    return Answer(status, lowered, body if isinstance(body, dict) else {}, content)


def _read_json(content: bytes) -> Any:
    try:
        return from_json(content, cache_strings="keys")
    except ValueError:  # it is strict, and does not know a byte order mark or half of a pair of surrogates
        with suppress(ValueError, RecursionError):
            return json.loads(content)
    return None


def retry_after(answer: Answer) -> float | None:
    """Seconds the service asks us to wait, from a number or a date, a day at most; None when it does not say."""
    return seconds_to_wait(answer.headers.get("retry-after", ""))


def seconds_to_wait(given: str) -> float | None:
    """The same from the header alone."""
    given = given.strip()
    try:
        if given.replace(".", "", 1).isdecimal():
            return min(float(given), _LONGEST_WAIT)
        seconds = (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds() if given else None
    except (ValueError, TypeError, OverflowError):
        return None
    return None if seconds is None else min(max(0.0, seconds), _LONGEST_WAIT)


def error_of(
    answer: Answer, *, where: str, creates: bool = False, acting: bool = False, clock: str = ""
) -> MicrosoftError:
    """The error a refusing answer is.

    Args:
        where: the service and what was asked, such as "Dataverse (leads)".
        creates: it was asked with If-None-Match: *.
        acting: it was asked in the name of a person.
        clock: a sentence about this machine's clock, when that is wrong.
    """
    error = answer.json.get("error")
    error = error if isinstance(error, dict) else {}
    code, said = str(error.get("code") or ""), " ".join(str(error.get("message") or "").split())[:500]
    more: dict[str, Any] = {"code": code, "said": said, "request_id": answer.request_id}
    if answer.status == 403:
        return _of_403(code.lower(), said, where, acting, more)
    found = _by_status(answer, code.lower(), said, where, creates, clock, more)
    if found is not None:
        return found
    lasting = answer.status < 500
    words = said or f"status {answer.status} without a reason"
    return Refused(f"{where} refuses: {words}", status=answer.status, permanent=lasting, **more)


def _by_status(
    answer: Answer, code: str, said: str, where: str, creates: bool, clock: str, more: dict[str, Any]
) -> MicrosoftError | None:
    status = answer.status
    if status == 429 or code in _THROTTLED:
        wait = retry_after(answer)
        sentence = f"{where} asks us to wait{f' {wait:.0f} seconds' if wait else ''}: too much was asked. It goes on by"
        return Throttled(f"{sentence} itself.", status=429, retry_after=wait, installation=True, **more)
    if status == 401:
        return SignInRefused(
            f"{where} does not take our token ({said or 'no reason given'}). Check tenant, organisation and that the "
            f"application still exists.{clock}",
            status=401, permanent=False, installation=True, **(more | {"code": code or "401"}),
        )  # fmt: skip
    if status == 410 or code in _OLD_TOKEN:
        return TokenExpired(f"{where} has forgotten where we were. Everything is read anew.", status=status, **more)
    if status == 412:
        return _of_412(code, creates, where, more)
    if _UNKNOWN.search(said):
        name = _NAME.search(said)
        return UnknownName(
            f"{where} knows no {name[1] if name else 'such name'} (any more). Was it deleted or renamed? Look at the "
            "table in Power Apps, then read the metadata again.",
            name=name[1] if name else "", status=status, **more,
        )  # fmt: skip
    if status == 404:
        return RowGone(f"{where}: there is no such row, or none we may see.", status=404, permanent=True, **more)
    if status >= 500 or status == 408:
        wait = retry_after(answer)
        sentence = f"{where} fails ({status}{f': {said}' if said else ''}). It is tried again by itself."
        return ServiceDown(sentence, status=status, retry_after=wait, **more)
    return None


def _of_412(code: str, creates: bool, where: str, more: dict[str, Any]) -> MicrosoftError:
    if creates or code in _EXISTS:
        return AlreadyThere(f"{where}: a row with this id or key exists already.", status=412, permanent=True, **more)
    return RowChanged(f"{where}: somebody changed the row meanwhile. It is read again.", status=412, **more)


def _of_403(code: str, said: str, where: str, acting: bool, more: dict[str, Any]) -> MicrosoftError:
    if code in _THROTTLED:
        return Throttled(f"{where} asks us to wait. It goes on by itself.", status=403, installation=True, **more)
    if code in _NO_USER and acting:
        sentence = f"{where}: the person acted for is no enabled user of the organisation. Ask a System Administrator."
        return NotAMember(sentence, status=403, permanent=True, **more)
    if code in _NO_USER:
        disabled = "disabled" in said.lower()
        what = (
            "is disabled in the organisation. A System Administrator enables it"
            if disabled
            else "is no user of the organisation. A System Administrator adds it"
        )
        return NotAMember(
            f"{where}: the application {what} in Power Platform admin center, your environment, Settings, Users + "
            "permissions, Application users.",
            status=403, permanent=True, installation=True, **more,
        )  # fmt: skip
    if code == _NO_ROLE:
        sentence = (
            f"{where}: the application user has no security role. A System Administrator gives it one in Power "
            "Platform admin center, your environment, Settings, Users + permissions, Application users, Edit security "
            "roles."
        )
        return PrivilegeMissing(sentence, privilege="", installation=not acting, **more)
    found = _PRIVILEGE.search(said)
    if found or code in _NO_RIGHT:
        privilege = found[0] if found else ""
        sentence = (
            f"{where}: the privilege {privilege or 'for this'} is missing. A System Administrator adds it to the "
            "security role of the application user: Power Platform admin center, your environment, Settings, Users + "
            "permissions, Security roles."
        )
        return PrivilegeMissing(sentence, privilege=privilege, **more)
    sentence = (
        f"{where}: access is denied ({said or code or 'no reason given'}). An administrator grants the permission, or "
        "lets the application at this mailbox."
    )
    return PrivilegeMissing(sentence, privilege="", **more)
