"""The one-click address in every mail (RFC 8058): sealed, so that nobody can read, guess or forge whom it is for.

It opens as long as the key that sealed it is in `secret.key`, also when the lead is long gone.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from leadwright.errors import Conflict, NotFound
from leadwright.mail.addresses import normalise

_PURPOSE = "unsubscribe"
PATH = "/unsubscribe/"
_BY_MAIL = re.compile(r"\bunsubscribe(?:\s|%20|[+_=:])+(v1\.[0-9a-f]{8}\.[A-Za-z0-9_.~\s-]{0,2000})", re.IGNORECASE)
_SEALED = r"[A-Za-z0-9_.~-]"
_IN_LINK = PATH.replace("/", "(?:/|%2F|%2f)")  # also inside the address of a service that guards links
# A mail program may break the line inside a link: a following line that holds nothing else belongs to it.
_LINK = re.compile(rf"{_IN_LINK}({_SEALED}{{20,2000}}(?:=?\r?\n[>| \t]*{_SEALED}{{8,200}}(?=[\s>]|$))*)")
_BREAK = re.compile(r"=?\r?\n[>| \t]*")
_MOST_LINKS = 20


class Seals(Protocol):
    """Seals and opens short texts; `identity.secrets.Vault` is one."""

    def seal(self, text: str, purpose: str) -> str:
        """Encrypt for one purpose."""
        ...

    def open(self, sealed: str, purpose: str) -> str:
        """Decrypt.

        Raises:
            Conflict: another key, or changed from outside.
        """
        ...


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who wants to leave, from which mail."""

    address: str
    businesskey: str


def link(public_url: str, vault: Seals, address: str, businesskey: str) -> str:
    """The address for one mail to one person.

    Raises:
        BadInput: not an address.
    """
    sealed = vault.seal(f"{normalise(address)}\n{businesskey}", _PURPOSE)
    return f"{public_url.rstrip('/')}{PATH}{sealed.replace('=', '')}"


def mail_to(own: str, url: str) -> str:
    """The same by mail to our own address: what the link seals stands in the subject, so any sender may send it."""
    return f"mailto:{own}?subject=unsubscribe%20{url.rpartition(PATH)[2]}"


def bare_subject(subject: str) -> str:
    """The subject of a mail, "unsubscribe" alone where it is the one of `mail_to`, also marked or cut on its way."""
    return "unsubscribe" if _BY_MAIL.search(subject) else subject


def leaving_in(vault: Seals, subject: str) -> Leaving | None:
    """Who wants to leave by a mail with the subject of `mail_to`; None for every other subject."""
    found = _BY_MAIL.search(subject)
    parts = found[1].split() if found else []
    for token in dict.fromkeys(("".join(parts), *parts[:1])):  # a blank came into it, or words after it
        with suppress(NotFound):
            return read_token(vault, token)
    return None


def linked_in(vault: Seals, text: str) -> list[Leaving]:
    """What the links in a text, plain or HTML, open to, in their order."""
    found = []
    for link_ in _LINK.findall(text)[:_MOST_LINKS]:
        opened = _opened(vault, _BREAK.split(link_)[0]) or _opened(vault, _BREAK.sub("", link_))
        found += [opened] if opened else []
    return found


def mail_of(vault: Seals | None, text: str) -> Leaving | None:
    """Which mail of ours has this text or header: the one its last link is of, which stands in its footer.

    A copy of what somebody wrote himself is told so too, when it quotes one of ours: that one has left in any case.
    """
    links = linked_in(vault, text) if vault is not None else []
    return links[-1] if links else None


def read_token(vault: Seals, token: str) -> Leaving:
    """Whom a link is for.

    Raises:
        NotFound: it was cut, changed, or sealed with a key that is gone.
    """
    try:
        text = vault.open(token + "=" * (-len(token.rpartition(".")[2]) % 4), _PURPOSE)
    except (Conflict, ValueError):
        raise NotFound(
            "This link is not complete. Open it from the mail again, or answer that mail with the word unsubscribe."
        ) from None
    address, _, key = text.partition("\n")
    return Leaving(address, key)


def _opened(vault: Seals, token: str) -> Leaving | None:
    try:
        return read_token(vault, token)
    except NotFound:
        return None
