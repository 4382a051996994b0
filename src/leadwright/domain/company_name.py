"""The company's name as a mail may say it: what an import left in its place, or noted behind it, stays out."""

import re
import unicodedata

_IN_BRACKETS = re.compile(r"(?<=\S)\s*(?:\([^()]*(?:\)|$)|\[[^\[\]]*(?:\]|$))")
_BEHIND_A_DASH = re.compile(r"\s[-–—]+\s+([^\W\d_]).*")
_ALL_IN_BRACKETS = re.compile(r"\W*\([^()]*\)\W*")
_SIGNS = str.maketrans("", "", "./\\_-?*\"'„“”‚‘’«»!#")
_NO_COMPANIES = frozenset(
    {
        "", "na", "none", "null", "nan", "nil", "no", "xx", "xxx", "xxxx", "tbd", "tba", "tbc", "ka", "test", "asdf",
        "unnamed", "unassigned", "unspecified", "undisclosed", "anonymous", "empty", "blank", "missing",
        "company", "company name", "companyname", "your company", "test company", "firma", "inconnu", "inconnue",
        "desconocido", "desconocida", "sconosciuto", "sconosciuta", "onbekend", "private", "privat", "private person",
        "privatperson", "individual", "self", "selfemployed", "self employed", "selbstandig", "freelance", "freelancer",
        "student", "unemployed", "retired",
    }
)  # fmt: skip
# "no company given", "Firma nicht bekannt": a denial, and nothing else that could be a name.
_DENIALS = frozenset(
    {
        "no", "not", "none", "unknown", "without", "keine", "kein", "nicht", "ohne", "unbekannt", "unbekannte",
        "aucune", "inconnue", "sin", "desconocida", "nessuna", "sconosciuta", "geen", "onbekend", "sem",
    }
)  # fmt: skip
_DENIED = frozenset(
    {
        "company", "firm", "organisation", "organization", "employer", "name", "data", "value", "information",
        "available", "applicable", "provided", "specified", "given", "known", "set", "stated", "entered", "found",
        "firma", "firmenname", "unternehmen", "arbeitgeber", "angabe", "angaben", "angegeben", "bekannt", "vorhanden",
        "hinterlegt", "eingetragen", "zugeordnet", "entreprise", "societe", "empresa", "azienda", "bedrijf",
    }
)  # fmt: skip


def company_shown(name: str) -> str:
    """The name without notes in brackets or behind a dash; empty for a placeholder or a mere note.

    A note behind a dash begins with a small letter ("Contoso - do not contact"), more of the name does not.
    """
    said = _IN_BRACKETS.sub("", name)
    if (note := _BEHIND_A_DASH.search(said)) and note[1].islower():
        said = said[: note.start()]
    said = " ".join(said.split()).strip(" ,;:-–—")
    no_name = _ALL_IN_BRACKETS.fullmatch(said) or re.search(r"[{}<>\[\]]", said)
    return "" if no_name or _is_placeholder(_plain(said)) else said


def _is_placeholder(name: str) -> bool:
    words = set(name.split())
    return name in _NO_COMPANIES or (not words.isdisjoint(_DENIALS) and words <= _DENIALS | _DENIED)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_SIGNS))
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())
