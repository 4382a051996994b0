"""The first name that a mail may greet with, and whether a text names the person. In doubt a mail holds no name: a
neutral greeting offends nobody, a wrong name does.
"""

import re
import unicodedata

_TITLES = re.compile(
    r"(?:(?:(?:mr|mrs|ms|miss|mister|mx|sir|madam|dr|doctor|prof|professor|dipl|herrn?|hr|frau|mme|mlle|madame|monsieur|"
    r"sra?|señora?|senora?|dra|dott|dottoressa|signora?|sig\.ra|capt|captain|sgt|sergeant|lieutenant|colonel|judge|"
    r"pastor|reverend|rabbi|father|sister|lord|lady|sheikh|senator|ra|stb|dkfm)(?:\.|(?=\s)|$)|"
    r"(?:hon|mag|rev|ing|eng|fr|sig|lt|col)\.)[\s-]*)+",
    re.IGNORECASE,
)
_AFTER_NAMES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "mba", "msc", "bsc", "md", "cpa", "pe", "esq"})
_PARTICLES = frozenset(
    re.findall(r"\S+", "van von vom zu zum zur der den de del della di da do dos das du la le ten ter bin ibn")
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LENGTH = 40
_NO_NAMES = frozenset(
    re.findall(
        r"\S+",
        # placeholders
        "unknown unnamed unassigned anonymous none null nan na n no not name names first last given provided "
        "available blank empty nobody noname test tests tester testing demo dummy sample example asdf qwerty abc xx "
        "xxx xxxx tba tbd tbc foo hi hello dear lead prospect contact guest user client customer unbekannt keine "
        "angabe inconnu desconocido sconosciuto onbekend deceased verstorben ausgeschieden left retired invalid "
        "deleted duplicate bitte fwd sehr geehrte geehrter "
        # several people, or nobody by name
        "and or und oder et ou y e the our all everybody team ladies gentlemen damen herren family familie fam "
        "eheleute "
        # mailboxes, departments and roles
        "sales info information office admin administrator administration support service services help helpdesk "
        "desk marketing purchasing procurement buying buyer accounting accounts account payable billing finance hr "
        "human resources it legal logistics operations warehouse shipping receiving reception receptionist "
        "secretary secretariat assistant manager management director head chief owner president vice executive "
        "officer ceo cfo coo cto cio vp supervisor engineer department dept division company corporation gmbh inc "
        "llc ltd webmaster postmaster hostmaster noreply no-reply mail email e-mail web website general main front "
        "switchboard inquiries enquiries orders press media einkauf vertrieb verkauf buchhaltung verwaltung "
        "zentrale sekretariat empfang geschaftsfuhrung geschaftsfuhrer kundenservice kundendienst kontakt leitung "
        "inhaber firma abteilung accueil achats ventes commercial comptabilite direction ventas compras "
        "administracion recepcion vendite acquisti amministrazione verkoop inkoop",
    )
)


def greeted_name(first: str, last: str = "", full: str = "") -> str:
    """The first name to greet with, without title and last name; empty when none plainly is one.

    Args:
        first: first name of the record; when it is empty, what stands before the last name in `full`.
    """
    words, family = (first or full).split(), last.split()
    rest = _without(words, family)
    if not first.strip() and (not family or rest == words):
        return ""
    text = " ".join(rest)
    led = _without_titles(text) != text or (len(rest) > 1 and _is_initial(rest[0]))
    if led and rest == words and not (family and all(_may_name(w) or _is_initial(w) for w in family)):
        return ""  # "Mr. Smith", "J. Smith": what follows is the last name, unless that stands elsewhere
    name = plain_first_name(text)
    return "" if " " in name and not family else name  # two words alone may be first and last name


def plain_first_name(text: str) -> str:
    """The first name in what may hold a title, initials or capitals only; empty for a role, a placeholder, no name."""
    words = [w for w in _without_titles(text).split() if not _is_initial(w) and _key(w) not in _AFTER_NAMES]
    while len(words) > 1 and words[-1] in _PARTICLES:  # of a last name that goes on in its own field
        words.pop()
    name = " ".join(words)
    if not words or len(name) > _LENGTH or not all(_may_name(w) for w in words):
        return ""
    spelled = name.islower() or (name.isupper() and len(name) > 2)  # not "JD"
    return name.title() if spelled else name


def names_person(text: str, *names: str) -> bool:
    """Does the text hold a word of these names? Initials, titles and placeholders in them are none."""
    own = {_key(w) for name in names for w in re.findall(r"[^\W\d_]{3,}", _without_titles(name))} - _NO_NAMES
    return not own.isdisjoint(_key(w) for w in re.findall(r"[^\W\d_]+", text))


def _without_titles(name: str) -> str:
    titles = _TITLES.match(name := name.strip())
    return name[titles.end() :] if titles else name


def _may_name(word: str) -> bool:
    whole = len(word) > 1 or word.upper() == word.lower()  # one sign of a script without capitals is a whole name
    return whole and bool(_WORD.fullmatch(word)) and _key(word) not in _NO_NAMES


def _is_initial(word: str) -> bool:
    letter = word.removesuffix(".")
    return len(letter) == 1 and letter.isupper()


def _without(words: list[str], family: list[str]) -> list[str]:
    """The words before or behind the last name; all of them when it does not stand there."""
    said, known, length = [_key(w) for w in words], [_key(w) for w in family], len(family)
    if not known or known not in (said[-length:], said[:length]):
        return words
    return _without(words[:-length] if said[-length:] == known else words[length:], family)


def _key(word: str) -> str:
    """A word for comparison: small letters, no accents, no stop or comma around it."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c)).strip(".,")
