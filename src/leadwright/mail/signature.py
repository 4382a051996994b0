"""The signature under our mails: rich text made safe, the same as plain text, and its image, which is never remote."""

import base64
import binascii
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

from leadwright.db.configuration import Profile
from leadwright.errors import BadInput

MOST_HTML = 10_000
MOST_IMAGE = 64_000  # bytes; every mail carries them
IMAGE_KINDS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8"}
_TAGS = {"a", "b", "strong", "i", "em", "u", "s", "br", "p", "div", "span", "ul", "ol", "li", "img", "small"}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"alt"}}
_SCHEMES = {"https", "http", "mailto", "tel"}
_BLOCKS = frozenset({"p", "div", "li", "ul", "ol"})
_IMAGE = re.compile(r"<img(?: alt=\"([^\"]*)\")?>")
_DATA = re.compile(r"data:image/(png|jpeg|gif);base64,([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it is put into a mail.

    Args:
        text: as plain text; where these words stand in a body, the rich ones are put into the HTML part.
        html: safe; an image is the tag ``<img alt="...">`` without an address.
        image: a ``data:`` address, or empty.
    """

    text: str
    html: str
    image: str = ""

    def shown(self, address: str) -> str:
        """The HTML with the image at this address: ``cid:...`` in a mail, the desk's own in a preview."""
        if not self.image:
            return _IMAGE.sub("", self.html)
        picture = f'<img src="{address}" alt="\\1" style="max-width:320px;height:auto">'
        if address.startswith("/"):
            picture = f'<img src="{address}" alt="\\1">'  # the desk allows no inline style
        html = self.html if _IMAGE.search(self.html) else f"{self.html}<br><img>"
        return _IMAGE.sub(picture, html, count=1)


def signature_of(profile: Profile) -> Signature | None:
    """The rich signature of the settings; None where it is plain text."""
    if not profile.signature_html or not profile.signature.strip():
        return None
    return Signature(profile.signature.strip(), profile.signature_html, profile.signature_image)


def clean_signature(html: str) -> str:
    """The HTML with nothing but text, links, simple marks and places of an image. Plain text keeps its lines.

    Raises:
        BadInput: too long.
    """
    if len(html) > MOST_HTML:
        raise BadInput(f"Please shorten the signature: at most {MOST_HTML:,} characters.", field="signature_html")
    if not re.search(r"<[a-zA-Z/]", html):
        html = html.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None).strip()


def as_text(html: str) -> str:
    """The signature as plain text, with the addresses of its links."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


def image_of(content: bytes) -> str:
    """An image file as a ``data:`` address.

    Raises:
        BadInput: too large, or of a kind that mail programs do not show.
    """
    if len(content) > MOST_IMAGE:
        raise BadInput(
            f"The image has {len(content) // 1000} KB. Every mail carries it: save it smaller, at most "
            f"{MOST_IMAGE // 1000} KB.",
            field="signature_image",
        )
    kind = next((kind for kind, start in IMAGE_KINDS.items() if content.startswith(start)), None)
    if kind is None:
        raise BadInput("Choose a PNG, JPEG or GIF image.", field="signature_image")
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def check_image(address: str) -> str:
    """The ``data:`` address of an image, or empty; never one on the web.

    Raises:
        BadInput: it is anything else.
    """
    if not address:
        return ""
    kind, content = image_bytes(address)
    checked = image_of(content)
    if not checked.startswith(f"data:image/{kind};"):
        raise BadInput("The image is not of the kind its address names.", field="signature_image")
    return checked


def image_bytes(address: str) -> tuple[str, bytes]:
    """Kind (png, jpeg, gif) and content of a ``data:`` address.

    Raises:
        BadInput: it is none.
    """
    found = _DATA.fullmatch(address)
    try:
        content = base64.b64decode(found[2], validate=True) if found else b""
    except binascii.Error:
        content = b""
    if found is None or not content:
        raise BadInput(
            "Give the image as data:image/png;base64,...; a remote image is never put into a mail.",
            field="signature_image",
        )
    return found[1], content


class _Reader(HTMLParser):
    """Text of a safe signature, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._link = ""
        self._from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "a":
            self._link, self._from = dict(attrs).get("href") or "", len(self.parts)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "a" and self._link:
            said = "".join(self.parts[self._from :]).strip()
            bare = re.sub(r"^(?:https?://|mailto:|tel:)", "", self._link).rstrip("/")
            if bare.casefold() not in said.casefold().replace(" ", ""):
                self.parts.append(f" ({self._link})" if said else self._link)
            self._link = ""

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))
