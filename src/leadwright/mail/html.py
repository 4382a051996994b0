"""An HTML part as the text a person would see, with what was hidden named; and as HTML that is safe to show."""

import re

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from leadwright.mail.html_hiding import hiding_classes, is_dark, why_hidden

_MOST_HTML = 2_000_000
_UNREAD = frozenset(
    {"head", "style", "script", "title", "template", "noscript", "iframe", "object", "svg", "math", "select"}
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "table",
        "tr",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "section",
        "article",
        "header",
        "footer",
        "address",
        "center",
        "dl",
        "dt",
        "dd",
        "form",
        "fieldset",
        "figure",
        "main",
        "nav",
        "aside",
        "tbody",
        "thead",
    ]
)
_PARAGRAPHS = frozenset({"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"})
# Outlook, in any language: from here to the end stands the mail that is answered; in mails within mails "x_" before it.
_QUOTE_BEGINS = ("divRplyFwdMsg", "mail-editor-reference-message-container")
_EDITORS_COMMENT = re.compile(r"^\s*(?:\[if\b|\[endif|<!\[endif|/?\s*(?:tinymce|mso)|$)", re.IGNORECASE)

_TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "center",
        "code",
        "col",
        "colgroup",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)


def safe_html(html: str) -> str:
    """HTML to show in a page: an allow-list of tags, no style, script, form, image or anything that is fetched."""
    return nh3.clean(
        html[:_MOST_HTML],
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "title", "template"},
        attributes={"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def read_html(html: str) -> tuple[str, tuple[str, ...]]:
    """The visible text of an HTML part, quotes marked with "> ", and the ways in which other text was hidden."""
    hidden: dict[str, None] = {}
    if len(html) > _MOST_HTML:
        html = html[:_MOST_HTML]
        hidden["cut after 2,000,000 characters"] = None
    tree = LexborHTMLParser(html)
    root = tree.body or tree.root
    if root is None:
        return "", ()
    classes = hiding_classes(html)
    writer = _Writer()
    _walk(root, writer, classes, hidden)
    return writer.text(), tuple(hidden)


def _walk(root: LexborNode, writer: "_Writer", classes: dict[str, str], hidden: dict[str, None]) -> None:
    """Depth first without recursion; each element is entered and left once."""
    node: LexborNode | None = root
    ground: list[bool] = [False]
    while node is not None:
        tag = node.tag or ""
        if _enter(node, tag, writer, classes, hidden, ground) and node.child is not None:
            node = node.child
            continue
        while node is not None:
            if (node.tag or "") not in ("-text", "-comment") and len(ground) > 1 and writer.leave(node):
                ground.pop()
            if node.mem_id == root.mem_id:
                return
            if node.next is not None:
                node = node.next
                break
            node = node.parent


def _enter(
    node: LexborNode, tag: str, writer: "_Writer", classes: dict[str, str], hidden: dict[str, None], ground: list[bool]
) -> bool:
    """Writes a text or opens an element; False when what is inside must not be read."""
    if tag == "-text":
        writer.write(node.text_content or "")
        return False
    if tag == "-comment":
        if not _EDITORS_COMMENT.match(node.comment_content or "") and len((node.comment_content or "").split()) > 3:
            hidden["comment"] = None
        return False
    if tag in _UNREAD:
        return False
    dark = ground[-1] or is_dark(node)
    if how := why_hidden(node, classes, dark):
        if (node.text(deep=True) or "").strip():
            hidden[how] = None
        return False
    ground.append(dark)
    writer.enter(node, tag)
    return True


class _Writer:
    """Puts visible text into lines, with a blank line between paragraphs and "> " before quoted ones."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._open: list[tuple[int, str]] = []
        self._quotes = self._pre = 0

    def enter(self, node: LexborNode, tag: str) -> None:
        self._open.append((node.mem_id, tag))
        if tag == "br":
            self._end_line(True)
        elif tag in _BLOCKS:
            self._end_line()
            self._quotes += tag == "blockquote" or (node.attributes.get("id") or "").endswith(_QUOTE_BEGINS)
            self._pre += tag == "pre"
            if tag == "hr":
                self._lines.append(self._prefix() + "_" * 20)
            elif tag == "li":
                self._line.append("- ")
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")

    def leave(self, node: LexborNode) -> bool:
        """Closes the element when it is the one opened last."""
        if not self._open or self._open[-1][0] != node.mem_id:
            return False
        _, tag = self._open.pop()
        if tag in _BLOCKS:
            self._end_line()
            if tag in _PARAGRAPHS:
                self._blank()
            self._quotes -= tag == "blockquote"
            self._pre -= tag == "pre"
        return True

    def write(self, text: str) -> None:
        if self._pre:
            *whole, last = text.split("\n")
            for line in whole:
                self._line.append(line)
                self._end_line(True)
            self._line.append(last)
            return
        words = " ".join(text.split(" ")).replace("\xa0", " ")
        words = re.sub(r"\s+", " ", words)
        if words and not (words == " " and not self._line):
            self._line.append(words)

    def _prefix(self) -> str:
        return ">" * min(self._quotes, 20) + " " if self._quotes else ""

    def _blank(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._prefix().rstrip())

    def _end_line(self, forced: bool = False) -> None:
        line = re.sub(r" {2,}", " ", "".join(self._line)).strip() if not self._pre else "".join(self._line).rstrip()
        self._line.clear()
        if line:
            self._lines.append(self._prefix() + line)
        elif forced:
            self._blank()

    def text(self) -> str:
        """All lines; at most one blank one in a row."""
        self._end_line()
        while self._lines and not self._lines[-1].strip("> "):
            self._lines.pop()
        return "\n".join(self._lines).strip("\n")
