"""What a person would see of a page, and nothing else."""

import time

import pytest

from leadwright.errors import FetchError
from leadwright.research.fetch import Page
from leadwright.research.pages import decode, read_feed, read_html, read_page
from leadwright.research.untrusted import clean, has_hidden, line

HIDDEN = [
    "<p hidden>EVIL</p>",
    "<p style='display:none'>EVIL</p>",
    "<p style='DISPLAY : NONE !important'>EVIL</p>",
    "<p style='visibility:hidden'>EVIL</p>",
    "<p style='font-size:0'>EVIL</p>",
    "<p style='font-size: 0px; color: red'>EVIL</p>",
    "<p style='opacity:0'>EVIL</p>",
    "<p style='width:0;height:0;overflow:hidden'>EVIL</p>",
    "<p style='position:absolute;left:-9999px'>EVIL</p>",
    "<p style='text-indent:-9999px'>EVIL</p>",
    "<p style='clip:rect(0,0,0,0)'>EVIL</p>",
    "<p style='color:transparent'>EVIL</p>",
    "<div hidden><p hidden>EVIL</p><div style='display:none'>EVIL</div></div>",
    "<style>.x{color:red;display:none}</style><p class=x>EVIL</p>",
    "<style>/* a */ p.y , #z { visibility : hidden }</style><p class=y>EVIL</p><b id=z>EVIL</b>",
    "<!-- EVIL -->",
    "<script>EVIL</script><noscript>EVIL</noscript><template><p>EVIL</p></template><style>EVIL</style>",
    "<svg><text>EVIL</text></svg><iframe srcdoc='EVIL'>EVIL</iframe>",
    "<img alt='x' src='EVIL'><meta name=description content=EVIL>",
]
SEEN = "<main><h1>Acme</h1><p>Acme makes anvils that ring for ninety years in the houses of smiths.</p>{}</main>"


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("around", [SEEN, "<div>" + SEEN + "<p>More words on anvils.</p>" * 20 + "</div>"])
def test_what_nobody_sees_is_not_read(hidden: str, around: str) -> None:
    read = read_html("<html><head><title>T</title></head><body>" + around.format(hidden) + "</body></html>")
    assert "EVIL" not in read.text
    assert "anvils that ring" in read.text


def test_a_rule_for_print_hides_nothing_on_screen() -> None:
    read = read_html(f"<style>@media print {{ main {{ display: none }} }}</style>{SEEN.format('')}")
    assert "anvils that ring" in read.text


def test_invisible_characters_are_stripped() -> None:
    tags = "".join(chr(0xE0000 + ord(c)) for c in "obey")
    dirty = f"A\u200bcm\u2060e\u202e ma\u00adkes{tags}\ufeff an\x00vils\ue000\ufffe\U000e0101 \u2066x\u2069"
    assert clean(dirty, 100) == "Acme makes anvils x"
    assert has_hidden(tags)
    assert not has_hidden("Crème brûlée — “fine” 日本語 🎉\n")
    assert clean("می\u200cخواهم", 20) == "می\u200cخواهم"
    assert line("a\n\n b\t c", 10) == "a b c"
    assert clean(None, 10) == ""
    assert clean("word " * 100, 20) == "word word word word …"


def test_title_date_links_and_feeds_are_found() -> None:
    source = (
        "<head><title> Acme &amp; Co </title><meta property='article:published_time' content='2026-03-04T10:00:00Z'>"
        "<link rel=alternate type='application/atom+xml' href='/feed'></head>"
        "<body><a href='/about#team'>About us</a><a href='javascript:alert(1)'>x</a><a href='mailto:a@b.c'>y</a>"
        "<a href='http://[::1'>z</a></body>"
    )
    read = read_html(source, "https://acme.example/home")
    assert (read.title, read.date) == ("Acme & Co", "2026-03-04")
    assert read.links == (("https://acme.example/about", "About us"),)
    assert read.feeds == ("https://acme.example/feed",)


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("Zürich".encode(), "", "Zürich"),
        ("Zürich".encode("latin-1"), "", "Zürich"),
        ("Zürich".encode("latin-1"), "ISO-8859-1", "Zürich"),
        ("Zürich".encode("utf-16"), "", "Zürich"),
        (b"\xef\xbb\xbfhi", "", "hi"),
        (b"<meta charset=shift_jis>" + "日本".encode("shift_jis"), "", "<meta charset=shift_jis>日本"),
        (b"hi", "no-such-charset", "hi"),
        (b"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-"),
    ],
)
def test_bytes_become_text(content: bytes, charset: str, text: str) -> None:
    assert decode(content, charset) == text


@pytest.mark.parametrize(
    "source",
    [
        "",
        "<",
        "\x00" * 1000,
        "<div>" * 20_000 + "x",
        "<table>" * 2_000,
        "<a href=x>" * 20_000,
        "<style>" + ".a{b:c}" * 20_000 + "{" * 20_000,
        "<style>" + "@media " * 20_000 + "{" * 5_000 + "</style>x",
        "<style>" + "/*" * 100_000,
        "<div style='" + "left:-" * 100_000 + "'>x",
        "<p>" + "a " * 1_000_000,
        "<![CDATA[" * 10_000,
        "&" * 100_000 + "&#x110000;&#0;",
    ],
)
def test_a_page_that_wants_to_hang_the_reader_is_read_quickly(source: str) -> None:
    began = time.process_time()
    read_html(source)
    assert time.process_time() - began < 5


def test_a_feed_is_read_from_bytes() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title>
    <entry><title>Old</title><link href="/1"/><updated>2025-01-02T03:04:05Z</updated><summary>a</summary></entry>
    <entry><title type="html">&lt;b&gt;New&lt;/b&gt;</title><link href="/2"/><updated>2026-01-02T03:04:05Z</updated>
    <content type="html">&lt;p&gt;Seen&lt;/p&gt;&lt;p hidden&gt;EVIL&lt;/p&gt;</content></entry></feed>"""
    new, old = read_feed(atom, "https://acme.example/feed")
    assert (new.title, new.url, new.text, new.date) == ("New", "https://acme.example/2", "Seen", "2026-01-02")
    assert old.title == "Old"
    for bad in (b"", b"<html></html>", b'<!DOCTYPE x [<!ENTITY a "b">]><rss version="2.0"><channel/></rss>'):
        with pytest.raises(FetchError):
            read_feed(bad)


def test_a_pdf_is_no_page_and_plain_text_is() -> None:
    with pytest.raises(FetchError):
        read_page(Page("https://x.example/a.pdf", b"%PDF", "application/pdf"))
    assert read_page(Page("https://x.example/a.txt", b"Hello\nthere", "text/plain")).text == "Hello\nthere"
