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


@cache
def _extract() -> "TLDExtract":
    """The list of public suffixes as packaged; nothing is downloaded or kept on disk."""
    from tldextract import TLDExtract  # brings requests with it, so only when the first domain is asked for

    return TLDExtract(suffix_list_urls=(), cache_dir=None, extra_suffixes=_OWN_SUFFIXES)


@lru_cache(maxsize=50_000)
def registered_domain(address: str | None) -> str:
    """``https://www.acme.co.uk/x`` or ``jo@mail.acme.co.uk`` -> ``acme.co.uk``; empty when there is none."""
    if not address:
        return ""
    address = address.strip().casefold()
    host = address.rsplit("@", 1)[-1] if "@" in address and "/" not in address else _host(address)
    found = _extract()(host)
    return found.top_domain_under_public_suffix[:120]


def company_domain(*addresses: str | None) -> str:
    """The first registered domain that is a company's own; free mail and empty ones are passed over."""
    for address in addresses:
        domain = registered_domain(address)
        if domain and domain not in FREE_MAIL:
            return domain
    return ""


@lru_cache(maxsize=50_000)
def name_key(name: str | None) -> str:
    """``The ACME Corp., Inc.`` -> ``acme``: case, accents, marks and legal forms aside; never empty for a name."""
    words = _plain_words(re.sub(r"\([^()]{0,60}\)", " ", name or "")) or _plain_words(name or "")
    kept = words[1:] if len(words) > 1 and words[0] == "the" else list(words)
    while len(kept) > 1 and (kept[-1] in _FORMS or kept[-1] == "and"):
        kept.pop()
    return " ".join(kept)[:160]


def spoken_name(name: str) -> str:
    """The name as people write it in running text: ``Acme Corp., Inc.`` -> ``Acme``."""
    parts = re.sub(r"\([^()]{0,60}\)", " ", name).replace(",", " ").split() or name.split()
    while len(parts) > 1 and re.sub(r"\W", "", parts[-1]).casefold() in (_FORMS | {""}) - _SPOKEN:
        parts.pop()
    return " ".join(parts).rstrip(" ,.&")


def mentions(text: str, name: str, domain: str = "") -> bool:
    """Is this company named in the text, in full words? A one-word name counts only with its capital letter."""
    if domain and re.search(rf"(?<![\w-]){re.escape(domain)}(?![\w-])", text, re.IGNORECASE):
        return True
    key = name_key(name).removesuffix(" com")
    if not key:
        return False
    if " " in key or not key.isascii():
        return f" {key} " in f" {' '.join(_plain_words(text))} "
    spelled = [w for w in re.findall(r"[^\W_]+", name) if w.casefold() == key and w != key]
    forms = {key.capitalize(), key.upper(), *spelled}
    return any(re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text) for form in forms)


def _plain_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("&", " and ")
    plain = re.sub(r"'s\b(?!\w)", "", plain).replace("'", "")
    return re.findall(r"[^\W_]+", re.sub(r"(?<=\b\w)[./](?=\w\b)", "", plain))


def _host(address: str) -> str:
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
