"""Words of job titles: levels, functions and exact roles. Data and the reading of one title; no judging."""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from leadwright.analyst.builtin.words import fold


class Level(IntEnum):
    """Seniority, lowest first. A head of something stands between director and vice president."""

    STAFF = 1
    SENIOR = 2
    MANAGER = 3
    SENIOR_MANAGER = 4
    DIRECTOR = 5
    HEAD = 6
    VP = 7
    SVP = 8
    TOP = 9


# function -> words, longest first when matched
_FUNCTIONS = {
    "procurement": "procurement purchasing purchase sourcing buying buyer buyers category-management "
    "supplier-management vendor-management einkauf achats compras",
    "it": "it information-technology information-systems information-system technology technical systems "
    "infrastructure ict mis tech digital-technology helpdesk network cloud sysadmin enterprise-architecture "
    "enterprise-applications "
    "business-systems informatics",
    "security": "security cybersecurity cyber information-security infosec ciso",
    "engineering": "engineering software-engineering software engineer engineers developer developers "
    "devops r&d research-and-development platform-engineering architecture architect",
    "data": "data analytics business-intelligence data-science machine-learning ai insights bi artificial-intelligence",
    "product": "product products product-management product-development",
    "finance": "finance financial accounting treasury treasurer controller controlling comptroller tax fp&a fpa "
    "accounts audit investor-relations bookkeeping finanzen billing accountant payroll-finance",
    "marketing": "marketing brand demand-generation demand-gen growth communications content advertising pr "
    "public-relations digital-marketing cmo social-media seo field-marketing growth-marketing media",
    "sales": "sales revenue business-development account-executive commercial partnerships partner-sales vertrieb bd "
    "sales-development account-management inside-sales sales-operations revenue-operations revops channel go-to-market",
    "hr": "hr human-resources human-resource people talent recruiting recruitment talent-acquisition people-operations "
    "human-capital learning-and-development compensation benefits payroll personnel people-ops workforce chro",
    "operations": "operations operational ops operating business-operations",
    "supply_chain": "supply-chain logistics warehouse fulfillment distribution transportation inventory "
    "demand-planning materials-management shipping fleet scm",
    "legal": "legal counsel compliance regulatory attorney lawyer privacy risk-and-compliance general-counsel",
    "risk": "risk risk-management",
    "customer": "customer-success customer-service customer-experience support customer-support cx client-services "
    "customer-care customer client-success contact-center",
    "manufacturing": "manufacturing plant production factory plant-operations lean maintenance industrial",
    "quality": "quality quality-assurance qa quality-control ehs",
    "facilities": "facilities real-estate workplace facility property energy-management",
    "merchandising": "merchandising store stores retail merchandise e-commerce ecommerce "
    "store-operations visual-merchandising retail-operations omnichannel",
    "strategy": "strategy corporate-development strategic transformation innovation planning business-transformation "
    "digital-transformation digital",
    "sustainability": "sustainability esg environmental csr",
    "medical": "medical clinical nursing patient physician pharmacy nurse health care-delivery",
    "research": "research scientific science laboratory",
    "design": "design ux creative user-experience",
    "administration": "administration administrative office",
    "education": "academic curriculum teaching admissions",
}
# Functions that one can stand in for when the other is asked for.
KIN = {
    "it": frozenset({"security", "data"}),
    "engineering": frozenset({"data"}),
    "operations": frozenset({"supply_chain", "manufacturing", "facilities"}),
    "supply_chain": frozenset({"procurement"}),
    "procurement": frozenset({"supply_chain"}),
    "sales": frozenset({"customer"}),
}
# Abbreviation or short name -> (canonical role, functions); "chief x officer" comes to the same.
CHIEFS: dict[str, tuple[str, ...]] = {
    "ceo": ("general",), "cfo": ("finance",), "coo": ("operations",), "cto": ("it", "engineering"), "cio": ("it",),
    "cmo": ("marketing",), "cro": ("sales",), "cco": ("sales",), "cpo": ("procurement", "product", "hr"),
    "chro": ("hr",), "cso": ("strategy", "security", "sales"), "ciso": ("security", "it"), "cdo": ("data", "it"),
    "clo": ("legal",), "cao": ("administration", "finance"), "cpto": ("product", "engineering"), "cxo": (),
    "csco": ("supply_chain",), "cdio": ("it",), "cpro": ("procurement",), "cgo": ("marketing", "sales"),
    "cbo": ("sales",),     "cno": ("medical",),
}  # fmt: skip
_CHIEF_WORDS = {
    "executive": "ceo", "financial": "cfo", "finance": "cfo", "operating": "coo", "operations": "coo",
    "technology": "cto",
    "technical": "cto", "information": "cio", "marketing": "cmo", "revenue": "cro", "commercial": "cco",
    "procurement": "cpo", "purchasing": "cpo", "product": "cpo", "people": "chro", "human resources": "chro",
    "human resource": "chro", "information security": "ciso", "security": "ciso", "data": "cdo", "digital": "cdo",
    "legal": "clo", "administrative": "cao", "supply chain": "csco", "sales": "cro", "growth": "cgo", "business": "cbo",
    "digital information": "cdio", "product and technology": "cpto", "strategy": "cso",
}  # fmt: skip
_WORD_OF = {
    "procurement": "procurement",
    "purchasing": "procurement",
    "product": "product",
    "people": "hr",
    "data": "data",
    "digital": "strategy",
    "strategy": "strategy",
    "security": "security",
    "growth": "marketing",
}

_NOISE = re.compile(
    r"\b(?:assistant to|(?:executive|personal) assistant|secretary to|office of the|aide to|chief of staff|"
    r"(?:reporting|reports) to|founding (?:engineer|team|member|designer|account)|founder's associate|"
    r"founders? (?:associate|office)|ex|former|formerly|retired)\b"
)
_BELOW = re.compile(r"\b(?:assistant|deputy|associate|vice|junior|jr|trainee|intern|acting)\b")
_TOP = re.compile(
    r"\b(?:(?:co-? ?)?founders?|(?<!product )(?<!process )(?<!system )(?<!service )(?<!data )(?<!business )owners?|"
    r"(?:co-? ?)?ceo|(?<!vice )(?<!vice-)presidents?|managing directors?|managing partners?|general partners?|"
    r"executive directors?|proprietors?|geschaftsfuhrer(?:in)?|vorstand\w*|inhaber(?:in)?|pdg|directeur general|"
    r"directrice generale|director general|gerente general|principal owner|chair(?:man|woman|person)?)\b"
)
_CHIEF = re.compile(r"\b(?:global |group )?chief ((?:[a-z&]+ ){1,5}?)officers?\b")
_CHIEF_ABBREVIATION = re.compile(rf"\b({'|'.join(CHIEFS)})s?\b")
_VICE = re.compile(r"\b(?:vps?|vice[ -]presidents?|v\.p\.)(?=\W|$)")
_SENIOR_VICE = re.compile(
    r"\b(?:svps?|evps?|(?:senior|sr|executive|exec|group|corporate)[ .-]{1,2}(?:vps?|vice[ -]presidents?))\b"
)
_ASSOCIATE_VICE = re.compile(r"\b(?:avps?|(?:assistant|associate|asst|assoc)[ .-]{1,2}(?:vps?|vice[ -]presidents?))\b")
_HEAD = re.compile(
    r"\b(?:(?:global |group )?heads?(?= of| -|,| [a-z])|leiter(?:in)?|global head|dept head|department head)\b"
)
_DIRECTOR = re.compile(r"\b(?:directors?|dir|general managers?|gm|directeur|directrice|direktor(?:in)?|directora?)\b")
_SENIOR_MANAGER = re.compile(
    r"\b(?:senior|sr|group|regional|area|global)[ .-]{1,2}(?:[a-z&-]+ ){0,3}(?:managers?|mgr)\b"
)
_MANAGER = re.compile(
    r"\b(?:managers?|mgr|supervisors?|superintendents?|gerente|manageress|teamleiter(?:in)?|team leads?|controller|"
    r"comptroller|treasurer|principal (?=of)|general counsel|dean)\b"
)
_SENIOR = re.compile(r"\b(?:senior|sr|lead|principal|staff)\b")
_STAFF = re.compile(
    r"\b(?:engineers?|developers?|analysts?|specialists?|coordinators?|associates?|assistants?|representatives?|reps?|"
    r"clerks?|interns?|consultants?|advisors?|advisers?|buyers?|agents?|administrators?|technicians?|executives?|officers?|"
    r"designers?|scientists?|architects?|accountants?|planners?|recruiters?|generalists?|nurses?|teachers?|students?|"
    r"programmers?|writers?|editors?|attorneys?|lawyers?|counsel|trainees?|strategists?|researchers?|secretary|"
    r"receptionists?|operators?|workers?|drivers?|cashiers?|auditors?|partner|physicians?|professors?|sales(?:man|person|woman)|"
    r"bookkeepers?|instructors?|mechanics?|electricians?|merchandisers?|librarians?|chefs?|baristas?|freelancers?|"
    r"contractors?|apprentices?|employees?|members?|chief|evangelists?|owners?|leads?|ambassadors?|therapists?|doctors?)\b"
)


@dataclass(frozen=True, slots=True)
class Title:
    """One job title: level (None when no word tells), functions and exact roles ("ceo", "founder")."""

    level: Level | None
    functions: frozenset[str]
    roles: frozenset[str]
    text: str


_WORDS_OF_FUNCTIONS = {w.replace("-", " "): f for f, words in _FUNCTIONS.items() for w in words.split()}
_FUNCTION = re.compile(
    r"(?<![a-z0-9&])(?:"
    + "|".join(re.escape(w) for w in sorted(_WORDS_OF_FUNCTIONS, key=len, reverse=True))
    + r")(?![a-z0-9&])"
)


def normal(text: str) -> str:
    """Folded, with dots of abbreviations and odd spellings made plain."""
    text = fold(text).replace("research & development", "r&d").replace("research and development", "r&d")
    text = re.sub(r"\b([a-z])\.(?=[a-z]\b\.?)", r"\1", text)
    text = re.sub(r"\b(sr|jr|dir|mgr|exec|asst|assoc|vp|svp|evp)\.", r"\1", text)
    return (
        re.sub(r"\bv\.? ?p\b", "vp", text)
        .replace("supply-chain", "supply chain")
        .replace("human-resources", "human resources")
    )


def functions_in(text: str) -> list[tuple[int, int, str]]:
    """Functions named in a normal text, with their places."""
    return [(m.start(), m.end(), _WORDS_OF_FUNCTIONS[m[0]]) for m in _FUNCTION.finditer(text.replace("-", " "))]


def chief_roles(text: str) -> list[tuple[int, int, str, tuple[str, ...]]]:
    """Chief officers named in a normal text: start, end, canonical role, functions."""
    found: list[tuple[int, int, str, tuple[str, ...]]] = []
    for match in _CHIEF.finditer(text):
        words = match[1].strip().replace("&", "and")
        role = _CHIEF_WORDS.get(words, "chief " + words)
        only = _WORD_OF.get(words)
        named = tuple(f for _, _, f in functions_in(words))
        found.append((match.start(), match.end(), role, (only,) if only else CHIEFS.get(role, named)))
    for match in _CHIEF_ABBREVIATION.finditer(text):
        found.append((match.start(), match.end(), match[1], CHIEFS[match[1]]))
    return sorted(found)


@lru_cache(maxsize=20_000)
def read_title(value: str) -> Title:
    """Level, functions and roles of a job title."""
    text = normal(value[:200])
    if noise := _NOISE.search(text):
        rest = text[: noise.start()] + " " + ("" if "to" in noise[0] or "of the" in noise[0] else text[noise.end() :])
        return Title(Level.STAFF, frozenset(f for _, _, f in functions_in(rest)), frozenset(), text)
    chiefs = chief_roles(text)
    functions = {f for _, _, f in functions_in(re.sub(_CHIEF, " ", text))}
    roles = {role for _, _, role, _ in chiefs}
    for _, _, role, of in chiefs:
        functions.update(of if role != "cpo" or len(of) == 1 or not functions else ())
    if re.search(r"\bfounders?\b", text):
        roles.add("founder")
    if re.search(r"(?<!product )(?<!process )\bowners?\b", text):
        roles.add("owner")
    if re.search(r"(?<!vice )(?<!vice-)\bpresidents?\b", text):
        roles.add("president")
    if re.search(r"\bmanaging directors?\b", text):
        roles.add("managing director")
    return Title(_level(text, bool(chiefs)), frozenset(functions), frozenset(roles), text)


def _level(text: str, chief: bool) -> Level | None:
    if chief or (_TOP.search(text) and not re.search(r"\b(?:deputy|assistant|associate) (?:president|managing)", text)):
        return Level.DIRECTOR if re.search(r"\b(?:deputy|assistant|associate) (?:chief|c[a-z]o)\b", text) else Level.TOP
    if _SENIOR_VICE.search(text):
        return Level.SVP
    if _ASSOCIATE_VICE.search(text):
        return Level.DIRECTOR
    if _VICE.search(text):
        return Level.VP
    for pattern, level in (
        (_HEAD, Level.HEAD),
        (_DIRECTOR, Level.DIRECTOR),
        (_SENIOR_MANAGER, Level.SENIOR_MANAGER),
        (_MANAGER, Level.MANAGER),
    ):
        if pattern.search(text):
            return level
    if re.search(r"\b(?:partners?|board member)\b", text) and not _FUNCTION.search(text):
        return None
    if _SENIOR.search(text):
        return Level.SENIOR
    return Level.STAFF if _STAFF.search(text) else None
