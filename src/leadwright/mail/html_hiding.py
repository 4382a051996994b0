"""Ways to hide text in an HTML mail: how an element is kept from the eye, by its own style or the style sheet."""

import re

from selectolax.lexbor import LexborNode

_HIDING = (
    ("display:none", re.compile(r"display\s*:\s*none")),
    ("visibility:hidden", re.compile(r"visibility\s*:\s*(?:hidden|collapse)")),
    ("transparent", re.compile(r"(?<![a-z-])opacity\s*:\s*0*(?:\.0+)?\s*(?:%|;|!|$)|mso-hide\s*:\s*all")),
    ("font size 0", re.compile(r"font-size\s*:\s*(?:0*(?:\.\d+)?|1)\s*(?:px|pt|em|rem|%)?\s*(?:;|!|$)")),
    ("off the page", re.compile(r"(?:left|top|text-indent|right|margin-left)\s*:\s*-\d{3,}")),
    (
        "cut to nothing",
        re.compile(r"(?:max-height|max-width|(?<![a-z-])height|(?<![a-z-])width)\s*:\s*0(?:px)?\s*(?:;|!|$)"),
    ),
)
_COLOUR = re.compile(r"(?<![a-z-])color\s*:\s*([^;!]+)")
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*(#[0-9a-f]{3,8}|rgba?\([^)]*\)|[a-z]+)")
_WHITE = frozenset({"white", "#fff", "#ffffff", "#ffffffff", "rgb(255,255,255)", "#fefefe", "#fdfdfd", "transparent"})
_HINTS = (
    "display:none",
    "visibility:",
    "opacity:",
    "font-size:",
    "white",
    "#f",
    "255,255",
    "background",
    "hidden",
    "<!--",
    "indent:-",
    "left:-",
    "top:-",
    "right:-",
    "height:0",
    "width:0",
    "mso-hide",
    "size=0",
    'size="0"',
    "transparent",
)
_WHITE_INK = "white ink"
_STYLE_RULE = re.compile(r"([.#][\w-]{1,80})\s*\{([^{}]{0,2000})\}")


def may_hide(html: str) -> bool:
    """Could this HTML hide text? Cheap, and true of all that does."""
    packed = "".join(html.lower().split())
    return any(hint in packed for hint in _HINTS)


def hiding_classes(html: str) -> dict[str, str]:
    """Class and id selectors of the style sheet that hide what carries them, with how."""
    found = {}
    for rule in _STYLE_RULE.finditer(html.lower()):
        if how := _hiding(rule.group(2)):
            found[rule.group(1)] = how
    return found


def _hiding(style: str) -> str | None:
    for how, pattern in _HIDING:
        if pattern.search(style):
            return how
    colour = _COLOUR.search(style)
    if colour:
        ink, ground = colour.group(1).replace(" ", ""), _BACKGROUND.search(style)
        paper = ground.group(1).replace(" ", "") if ground else None
        if ink == paper:
            return "ink like paper"
        if ink in _WHITE and (paper is None or paper in _WHITE):
            return _WHITE_INK
    return None


def why_hidden(node: LexborNode, classes: dict[str, str], dark: bool) -> str | None:
    """How this element is hidden; None when it is not. `dark`: its ground is not white, so white ink is seen."""
    attributes = node.attributes
    if not attributes:
        return None
    if "hidden" in attributes:
        return "hidden attribute"
    names = [f".{name}" for name in (attributes.get("class") or "").lower().split()]
    names.append(f"#{(attributes.get('id') or '').lower()}")
    how = next((classes[name] for name in names if name in classes), None)
    how = _hiding((attributes.get("style") or "").lower()) or how
    ink = (attributes.get("color") or "").lower()
    if not how and node.tag == "font" and (ink in _WHITE or attributes.get("size") == "0"):
        how = _WHITE_INK
    if how == _WHITE_INK:
        return None if dark else "ink like paper"
    return how


def is_dark(node: LexborNode) -> bool:
    """Has this element a background of its own that is not white?"""
    style = (node.attributes.get("style") or "").lower()
    ground = _BACKGROUND.search(style)
    paper = (ground.group(1) if ground else node.attributes.get("bgcolor") or "").lower().replace(" ", "")
    return (
        bool(paper) and paper not in _WHITE and paper not in ("none", "inherit", "url")
    ) or "background-image" in style
