"""Recognises one company under its spellings: registered domain, name key without legal form, mentions in text."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

_FORMS = frozenset(
    re.findall(
        r"\S+",
        "inc incorporated corp corporation co company ltd limited llc llp lp plc pllc pc gmbh ag kg kgaa ohg "
        "ug se sa sas sarl sasu bv nv vof spa srl snc ab as asa aps oy oyj kk kabushiki kaisha pte pty bhd "
        "sdn ltda cv sab oü ou doo dd sro zrt kft rt jsc pjsc ooo sp zoo holding holdings group gruppe groupe "
        "plc. trust reit",
    )
)
_MORE_FORMS = frozenset({"sl", "slu", "ek", "eg", "ev", "mbh", "gbr", "lda"})
_ANDS = frozenset({"and", "und", "et", "y", "e", "en"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_ADDRESS = re.compile(
    r"\b(?:https?://)?(?:www\.)?([\w-]{2,})\.(?:com|de|net|org|eu|io|at|ch|fr|es|it|nl|be|co\.uk)\b/?", re.IGNORECASE
)
# What stands behind a comma or a dash and says which site is meant: "Acme AG, Bremen", "Acme - Werk Bremen".
_SITE = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, sorted(_FORMS)))})\b\.?(?:,|\s+[-–—])\s"
    r"|(?:,|\s+[-–—])\s+(?=(?:werk|standort|niederlassung|filiale|plant|site|branch)\b)",
    re.IGNORECASE,
)
_SURNAMES = frozenset({"ab", "as", "asa", "co", "doo", "ou", "sa", "sas", "se"})  # these too, when not in capitals
_SPOKEN = frozenset({"holding", "holdings", "group", "gruppe", "groupe", "trust"})  # people do say these
# Reserved names of RFC 2606 and 6761, so that rehearsals and tests have registered domains as well.
_OWN_SUFFIXES = ("localhost", "test", "example", "invalid")
FREE_MAIL = frozenset(
    re.findall(
        r"\S+",
        "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it "
        "live.com live.co.uk live.nl msn.com yahoo.com yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.fr yahoo.de "
        "yahoo.it yahoo.es yahoo.ca yahoo.com.br yahoo.com.au ymail.com rocketmail.com aol.com icloud.com "
        "me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.io gmx.de "
        "gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de arcor.de mail.com email.com usa.com "
        "zoho.com zohomail.com fastmail.com fastmail.fm hey.com yandex.ru yandex.com ya.ru mail.ru bk.ru "
        "inbox.ru list.ru rambler.ru qq.com 163.com 126.com yeah.net sina.com sohu.com foxmail.com naver.com "
        "daum.net hanmail.net nate.com rediffmail.com libero.it virgilio.it alice.it tin.it tiscali.it "
        "orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr btinternet.com sky.com virginmedia.com "
        "talktalk.net ntlworld.com blueyonder.co.uk comcast.net verizon.net att.net sbcglobal.net "
        "bellsouth.net cox.net charter.net earthlink.net optonline.net rogers.com shaw.ca sympatico.ca "
        "videotron.ca bigpond.com bigpond.net.au optusnet.com.au xtra.co.nz terra.com.br uol.com.br "
        "bol.com.br ig.com.br seznam.cz wp.pl onet.pl o2.pl interia.pl bluewin.ch telenet.be skynet.be "
        "ziggo.nl kpnmail.nl planet.nl hetnet.nl duck.com hushmail.com runbox.com posteo.de mailbox.org "
        "abv.bg ukr.net i.ua centrum.cz telia.com",
    )
)
# Sites where every company is a guest: their domain says nothing about which company it is.
SHARED_HOSTS = frozenset(
    re.findall(
        r"\S+",
        "linkedin.com lnkd.in facebook.com fb.com fb.me m.me instagram.com twitter.com x.com t.co youtube.com youtu.be "
        "tiktok.com pinterest.com reddit.com xing.com viadeo.com vk.com ok.ru weibo.com threads.net bsky.app wa.me "
        "whatsapp.com t.me telegram.me discord.gg sites.google.com docs.google.com drive.google.com maps.google.com "
        "g.page goo.gl g.co business.site page.link blogspot.com blogger.com wordpress.com wixsite.com wix.com "
        "editorx.io weebly.com squarespace.com myshopify.com shopify.com github.io github.com gitlab.io gitlab.com "
        "bitbucket.io medium.com substack.com tumblr.com ghost.io hashnode.dev dev.to jimdo.com jimdosite.com "
        "jimdofree.com godaddysites.com webnode.com webnode.page site123.me strikingly.com mystrikingly.com webflow.io "
        "webflow.com carrd.co notion.site notion.so framer.website framer.app netlify.app vercel.app pages.dev "
        "workers.dev web.app firebaseapp.com herokuapp.com azurewebsites.net onrender.com fly.dev sharepoint.com "
        "onmicrosoft.com hubspotpagebuilder.com bigcartel.com ecwid.com etsy.com ebay.com ebay.co.uk ebay.de "
        "amazon.com alibaba.com yelp.com yellowpages.com tripadvisor.com foursquare.com trustpilot.com glassdoor.com "
        "indeed.com crunchbase.com bloomberg.com zoominfo.com apollo.io dnb.com opencorporates.com "
        "wikipedia.org wikidata.org linktr.ee linktree.com beacons.ai about.me bit.ly tinyurl.com behance.net "
        "dribbble.com fiverr.com upwork.com eventbrite.com meetup.com kickstarter.com gofundme.com",
    )
)


@cache
def _extract() -> "TLDExtract":
    """The list of public suffixes as packaged; nothing is downloaded or kept on disk."""
    from tldextract import TLDExtract  # brings requests with it, so only when the first domain is asked for

    return TLDExtract(
        suffix_list_urls=(), cache_dir=None, extra_suffixes=_OWN_SUFFIXES, include_psl_private_domains=True
    )


@lru_cache(maxsize=50_000)
def registered_domain(address: str | None) -> str:
    """``https://www.acme.co.uk/x`` or ``jo@mail.acme.co.uk`` -> ``acme.co.uk``; empty when there is none.

    A tenant's name below a public host is a domain of its own: ``acme.github.io``.
    """
    found = _extract()(_host(address))
    return found.top_domain_under_public_suffix[:120]


def company_domain(*addresses: str | None) -> str:
    """The first registered domain that is a company's own; free mail, shared hosts and empty ones are passed over."""
    for address in addresses:
        domain = registered_domain(address)
        if domain and domain not in FREE_MAIL and not is_shared(address):
            return domain
    return ""


def is_shared(address: str | None) -> bool:
    """Is this an address on a site where many companies are guests, such as a social network or a site builder?

    A tenant with a registered domain of its own is not meant, nor is mail of the site's own people.
    """
    host, domain = _host(address), registered_domain(address)
    labels = host.split(".")
    shared = {".".join(labels[n:]) for n in range(len(labels))} & SHARED_HOSTS
    if _is_mail(address):
        shared.discard(host)
    return bool(shared) and not any(domain.endswith(f".{name}") for name in shared)


def _is_mail(address: str | None) -> bool:
    return "@" in (address or "") and "/" not in (address or "")


@lru_cache(maxsize=50_000)
def name_key(name: str | None) -> str:
    """``The ACME Corp., Inc.`` -> ``acme``: case, accents, marks and legal forms aside; never empty for a name."""
    words = _plain_words(re.sub(r"\([^()]{0,60}\)", " ", name or "")) or _plain_words(name or "")
    kept = words[1:] if len(words) > 1 and words[0] == "the" else list(words)
    while len(kept) > 1 and (kept[-1] in _FORMS or kept[-1] == "and"):
        kept.pop()
    return " ".join(kept)[:160]


def is_same_name(one: str | None, other: str | None) -> bool:
    """Do two spellings name one company: umlauts in two letters, ``und`` for ``&``, a web address, a site behind it?"""
    return not _spellings(one).isdisjoint(_spellings(other))


def _spellings(name: str | None) -> frozenset[str]:
    """The key as it is, and with two letters for each umlaut; none for no name."""
    bare = _ADDRESS.sub(r"\1", name or "")
    if (site := _SITE.search(bare)) and _FORMS.isdisjoint(_plain_words(bare[site.end() :])):
        bare = bare[: site.start()]
    keys = (name_key(text) for text in (bare, unicodedata.normalize("NFC", bare.casefold()).translate(_UMLAUTS)))
    return frozenset(_without_ands(key) for key in keys if key)


def _without_ands(key: str) -> str:
    first, *rest = key.split()
    while rest and rest[-1] in _MORE_FORMS:
        rest.pop()
    return " ".join([first, *(word for word in rest if word not in _ANDS)])


def spoken_name(name: str) -> str:
    """The name as people write it in running text: ``Acme Corp., Inc.`` -> ``Acme``."""
    parts = re.sub(r"\([^()]{0,60}\)", " ", name).replace(",", " ").split() or name.split()
    while len(parts) > 1 and re.sub(r"\W", "", parts[-1]).casefold() in (_FORMS | {""}) - _SPOKEN:
        parts.pop()
    return " ".join(parts).rstrip(" ,.&")


def mentions(text: str, name: str, domain: str = "") -> bool:
    """Is this company named in the text, in full words? A one-word name counts only with its capital letter."""
    if (
        domain
        and domain in text.casefold()
        and re.search(rf"(?<![\w-]){re.escape(domain)}(?![\w-])", text, re.IGNORECASE)
    ):
        return True
    key = name_key(name).removesuffix(" com")
    if not key:
        return False
    if " " in key or not key.isascii():
        return f" {key} " in _running(text)
    spelled = [w for w in re.findall(r"[^\W_]+", name) if w.casefold() == key and w != key]
    forms = {key.capitalize(), key.upper(), *spelled}
    return any(form in text and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text) for form in forms)


def plainly_mentions(text: str, name: str, domain: str = "", city: str = "") -> bool:
    """Like `mentions`, but of no namesake: beside a name of one word, which many have, there must stand its legal form,
    the domain or the city.
    """
    key = name_key(name).removesuffix(" com")
    if " " in key:
        return mentions(text, name, domain)
    start = " ".join(_plain_words(name)).removeprefix("the ").split()[:2]
    with_form = len(start) > 1 and f" {' '.join(start)} " in _running(text)
    return with_form or mentions(text, "", domain) or (mentions(text, city) and mentions(text, name))


def names_company(name: str, company: str) -> bool:
    """Does a company stand where a person's name should: with a legal form, or all of it in the name of `company`?"""
    words, inside = name.split(), set(name_key(name).split())
    last = re.sub(r"\W", "", words[-1]) if words else ""
    form = last.casefold() in _FORMS and (last.isupper() or last.casefold() not in _SURNAMES)
    return (form and len(words) > 1) or (bool(inside) and inside <= set(_plain_words(company)))


@lru_cache(maxsize=32)
def _running(text: str) -> str:
    """The plain words of a text, a space around each; one text is asked for many names in a row."""
    return f" {' '.join(_plain_words(text))} "


def _plain_words(text: str) -> list[str]:
    plain = text.casefold().replace("’", "'")
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    plain = plain.replace("&", " and ")
    plain = re.sub(r"'s\b(?!\w)", "", plain).replace("'", "")
    return re.findall(r"[^\W_]+", re.sub(r"(?<=\b\w)[./](?=\w\b)", "", plain))


def _host(address: str | None) -> str:
    address = (address or "").strip().casefold()
    if _is_mail(address):
        return address.rsplit("@", 1)[-1]
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
