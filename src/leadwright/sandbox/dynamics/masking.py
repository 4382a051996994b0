"""What of a request may be kept and shown: everything but secrets, tokens and passwords."""

import re

MOST = 20_000  # characters kept of a body
_MASK = "(masked)"
_NAMES = (
    "access_token|refresh_token|id_token|client_secret|client_assertion|assertion|password|passwd|secretText|device_code|"
    "code_verifier|validationToken|authkey|token"
)
_IN_JSON = re.compile(rf'("(?:{_NAMES})"\s*:\s*")(?:[^"\\]|\\.)*"?', re.IGNORECASE)
_IN_FORM = re.compile(rf"((?:^|[&?])(?:{_NAMES}|code|client_info)=)[^&\s]*", re.IGNORECASE)
_BEARER = re.compile(r"((?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{12,}")
_SHOWN_HEADERS = (
    "prefer",
    "if-match",
    "if-none-match",
    "callerobjectid",
    "mscrmcallerid",
    "consistency",
    "retry-attempt",
    "user-agent",
    "content-type",
)


def masked(text: str) -> str:
    """The text without what opens something."""
    text = _IN_JSON.sub(rf'\1{_MASK}"', text)
    return _BEARER.sub(rf"\1{_MASK}", _IN_FORM.sub(rf"\1{_MASK}", text))


def shown_body(body: bytes) -> str:
    """The start of a body as text, masked; bytes that are no text are counted."""
    try:
        text = body[:MOST].decode("utf-8", "strict" if len(body) <= MOST else "ignore")
    except UnicodeDecodeError:
        return f"({len(body)} bytes that are not text)"
    more = f"\n… and {len(body) - MOST} more bytes" if len(body) > MOST else ""
    return masked(text) + more


def shown_headers(headers: dict[str, str]) -> str:
    """The headers that decide what a request means, one a line."""
    return "".join(f"{name}: {headers[name]}\n" for name in _SHOWN_HEADERS if name in headers)
