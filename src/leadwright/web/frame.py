"""The frame around every page: top bar and site map. Drawn once for each person and address: it rarely changes."""

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from leadwright.web.rendering import render
from leadwright.web.site_map import Area


@dataclass(frozen=True, slots=True)
class Frame:
    """All that the frame shows; equal frames are drawn once.

    Args:
        token: of the sign-out form.
        unread: notifications, counted to a hundred; `inbox` likewise: mails that wait for a person.
        areas: further lines of the site map, such as the rehearsal's.
    """

    name: str
    email: str
    roles: tuple[str, ...]
    privileges: frozenset[str]
    token: str
    unread: int
    path: str
    areas: tuple[Area, ...] = ()
    inbox: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """The two parts as HTML."""

    top: Markup
    side: Markup


@lru_cache(maxsize=1024)
def draw(frame: Frame) -> Drawn:
    """Top bar and site map."""
    values = {"frame": frame}
    return Drawn(Markup(render("frame_top.html", values)), Markup(render("frame_side.html", values)))  # noqa: S704
