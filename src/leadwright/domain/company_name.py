"""The company's name as a mail may say it: what an import left in its place, or noted behind it, stays out."""

import re
import unicodedata

_IN_BRACKETS = re.compile(r"(?<=\S)\s*(?:\([^()]*(?:\)|$)|\[[^\[\]]*(?:\]|$))")
_BEHIND_A_DASH = re.compile(r"\s[-–—]+\s+([^\W\d_]).*")
_SIGNS = str.maketrans("", "", "./\\_-?")
_NO_COMPANIES = frozenset(
    {
        "", "na", "none", "null", "nan", "nil", "no", "xx", "xxx", "xxxx", "tbd", "tba", "tbc", "ka", "test", "asdf",
        "unknown", "unnamed", "unassigned", "unspecified", "undisclosed", "anonymous", "empty", "blank", "missing",
        "not available", "not applicable", "not provided", "not specified", "not given", "not known", "not set",
        "no company", "no name", "no data", "no value", "company", "company name", "companyname", "your company",
        "test company", "unbekannt", "keine", "keine angabe", "keine firma", "firma", "inconnu", "inconnue",
        "desconocido", "desconocida", "sconosciuto", "sconosciuta", "onbekend", "private", "privat", "private person",
        "privatperson", "individual", "self", "selfemployed", "self employed", "selbstandig", "freelance", "freelancer",
        "student", "unemployed", "retired",
    }
)  # fmt: skip


def company_shown(name: str) -> str:
    """The name without notes in brackets or behind a dash; empty for a placeholder.

    A note behind a dash begins with a small letter ("Contoso - do not contact"), more of the name does not.
    """
    said = _IN_BRACKETS.sub("", name)
    if (note := _BEHIND_A_DASH.search(said)) and note[1].islower():
        said = said[: note.start()]
    said = " ".join(said.split()).strip(" ,;:-–—")
    return "" if _plain(said) in _NO_COMPANIES or re.search(r"[{}<>\[\]]", said) else said


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_SIGNS))
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())
