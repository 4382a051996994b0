"""Our HTTP client in the shape msal wants, so that its requests go over our line, with our errors."""

import time
from typing import Any

import httpx2

from leadwright.microsoft.answers import seconds_to_wait
from leadwright.microsoft.line import clock_offset, why_no_line

_TRIES = 3


class Line:
    """Our HTTP client as msal wants one: get and post that answer with status_code, headers and text."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self.status, self.last = 0, ""
        self.offset: float | None = None
        self.retry_after: float | None = None

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> httpx2.Response:
        """GET; what msal wants to know more is not needed."""
        return self._send("GET", url, params=params, headers=headers)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> httpx2.Response:
        """POST of a form."""
        form = {name: value.decode() if isinstance(value, bytes) else value for name, value in (data or {}).items()}
        return self._send("POST", url, params=params, data=form, headers=headers)

    def close(self) -> None:
        """The client is not ours to close."""

    def _send(self, method: str, url: str, **given: Any) -> httpx2.Response:
        """Asking for a token changes nothing that matters, so it is repeated whatever happens."""
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._client.request(method, url, **given)
            except (httpx2.TransportError, OSError) as error:
                if attempt == _TRIES or isinstance(error, httpx2.ConnectError | httpx2.ProxyError):
                    raise why_no_line(url, error) from error
            else:
                self.status, self.last = answer.status_code, _description(answer)
                self.offset = clock_offset(answer.headers.get("Date", ""))
                self.retry_after = seconds_to_wait(answer.headers.get("Retry-After", ""))
                if self.status < 500 or attempt == _TRIES:
                    return answer
            time.sleep(0.2 * attempt)
        raise AssertionError("unreachable")


def _description(answer: httpx2.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get("error_description") or "") if isinstance(found, dict) else ""
