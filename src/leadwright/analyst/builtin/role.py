"""Is the person one of the wanted decision makers? Reads "VP and above in IT" and the like; knows no other question."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from leadwright.analyst.builtin.titles import KIN, Level, Title, chief_roles, functions_in, normal, read_title
from leadwright.analyst.builtin.words import TOO_LONG, Answer, listed, split_exclusions, stems
from leadwright.domain.fit import Verdict

HOW_TO_WRITE = 'Write titles or levels, such as "C-suite or procurement decision makers" or "Director and above in IT".'

_TRADE = re.compile(
    r"\b(?:in|within|at|from|of) (?:the |a |an |our |target |large |any )?(?:[\w&/-]+ ){0,4}?"
    r"(?:industr(?:y|ies)|sectors?|compan(?:y|ies)|organi[sz]ations?|firms?|business(?:es)?|verticals?|accounts?|enterprises?)\b"
)
_ABOVE = (
    r"(?:[- ]?(?:level)?s?\)?,?[- ]?(?:and|or|&) (?:above|up|upwards?|higher|more senior|over|beyond)\b"
    r"|[- ]?(?:level)?\s?\+|s? plus\b|s? upwards?\b)"
)
_UP_TO_THE_TOP = re.compile(
    r"(?:[- ]levels?)? (?:to|through|up to|thru|until|-) (?:the )?(?:c-? ?(?:suites?|levels?|x-?o)|"
    r"executives?|top|ceo)\b(?:[- ]levels?)?"
)

# wording -> (lowest level that surely fits, lowest that may, highest that fits)
_LEVELS: tuple[tuple[re.Pattern[str], Level, Level, Level], ...] = tuple(
    (re.compile(p), sure, maybe, most)
    for p, sure, maybe, most in (
        (r"\bc-? ?(?:suites?|levels?|x-?o|class)(?: (?:executives?|officers?|leaders?|decision[- ]makers?|"
         r"roles?))?\b|\bcxos?\b|"
         r"\bchief(?:s| officers?)\b|\btop (?:management|executives?|level)\b|\bboard[- ]level\b|"
         r"\bexecutive (?:board|suite|team)\b",
         Level.TOP, Level.TOP, Level.TOP),
        (r"\b(?:co-? ?)?founders?\b|\bowners?\b|\bproprietors?\b|\bmanaging directors?\b|"
         r"(?<!vice )(?<!vice-)\bpresidents?\b",
         Level.TOP, Level.TOP, Level.TOP),
        (r"\b(?:svps?|evps?|(?:senior|sr|executive)[ .-]{1,2}(?:vps?|"
         r"vice[ -]presidents?))\b", Level.SVP, Level.SVP, Level.SVP),
        (r"\b(?:vps?|vice[ -]presidents?)\b", Level.VP, Level.VP, Level.SVP),
        (r"\bheads?\b(?! ?-?counts?)", Level.HEAD, Level.DIRECTOR, Level.TOP),
        (r"\b(?:senior (?:[\w&]+ ){0,2}?(?:leadership|leaders?|management|managers?|executives?|"
         r"decision[- ]?makers?|level)|"
         r"leadership(?: team)?|upper management)\b", Level.DIRECTOR, Level.SENIOR_MANAGER, Level.TOP),
        (r"\b(?:directors?)\b", Level.DIRECTOR, Level.DIRECTOR, Level.DIRECTOR),
        (r"\b(?:decision[- ]?(?:makers?|making)|deciders?|budget (?:owners?|holders?)|economic buyers?|"
         r"stakeholders?)\b",
         Level.MANAGER, Level.MANAGER, Level.TOP),
        (r"\bleaders?\b", Level.DIRECTOR, Level.MANAGER, Level.TOP),
        (r"(?<!account )(?<!sales )\bexecutives?\b(?! assistants?)", Level.VP, Level.DIRECTOR, Level.TOP),
        (r"\bsenior managers?\b", Level.SENIOR_MANAGER, Level.SENIOR_MANAGER, Level.SENIOR_MANAGER),
        (r"\b(?:middle |line )?management\b", Level.MANAGER, Level.MANAGER, Level.TOP),
        (r"\bmanagers?\b(?! of)|\bmanagers? (?=of)|\bmanagerial\b|"
         r"\bmgrs?\b", Level.MANAGER, Level.MANAGER, Level.SENIOR_MANAGER),
    )
)  # fmt: skip
_ANYONE = re.compile(r"\b(?:professionals?|teams?|staff|practitioners?|specialists?|people|employees|users?|folks)\b")


@dataclass(frozen=True, slots=True)
class Clause:
    """One alternative: levels from `sure` (or perhaps `maybe`) up to `most`, in `functions` (empty: any)."""

    sure: Level
    maybe: Level
    most: Level
    functions: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    decides: bool = False
    above: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Alternatives, exclusions, and titles that only their words tell."""

    clauses: tuple[Clause, ...]
    excluded: tuple[Clause, ...]
    phrases: tuple[frozenset[str], ...]
    anything: bool


@dataclass(slots=True)
class _Part:
    """What one entry of the list says, before neighbours are considered."""

    levels: list[tuple[int, Clause]] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    roles: list[Clause] = field(default_factory=list)
    linked: bool = False  # joined to the next by "and" or "or", without a comma
    starts_in: bool = False  # opens with "in" or "of"
    has_of: bool = False  # "directors of", "VP in": what follows belongs to the level
    phrase: frozenset[str] = frozenset()


_SPLIT = re.compile(
    r"\s*(?:[,;|\n]|\(|\)|:|\s-\s)\s*(?:and\b|or\b)?\s*|\s*(?:\band/or\b|\bor\b|\band\b|&(?!\w)|(?<=\s)&|/)\s*"
)
_NO_TITLE = listed(
    "the a an of in for with who is are any all other role title position job level target our "
    "responsible such as like e g i including typically usually preferably ideally both either person "
    "people contact buyer and or to at"
)


def _parts(text: str) -> list[_Part]:
    text = _TRADE.sub(" ", normal(text))
    text = re.sub(r"\b(and|or|&) (above|up|upwards?|higher|more senior|over|beyond)\b", r"AND_\2", text)
    for joined in ("r&d", "fp&a"):
        text = text.replace(joined, joined.replace("&", "§"))
    parts = []
    position = 0
    for match in [*_SPLIT.finditer(text), None]:
        end = match.start() if match else len(text)
        piece = text[position:end].replace("AND_", "and ").replace("§", "&")
        if piece.strip(" ."):
            part = _part(piece.strip(" ."))
            part.linked = bool(match and not re.search(r"[,;:()|]", match[0]))
            parts.append(part)
        elif parts and match and re.search(r"[,;:()|]", match[0]):
            parts[-1].linked = False
        position = match.end() if match else end
    return parts


def _part(piece: str) -> _Part:
    piece = re.sub(r"\bpeople (?=who|in|with|responsible)", " ", piece)
    part = _Part(
        starts_in=bool(re.match(r"(?:in|of|for|within|from|across)\b", piece)),
        has_of=bool(re.search(r"\S (?:in|of|for|within|across)\b", piece)),
    )
    rest = piece
    above = bool(re.search(_ABOVE, piece)) or bool(
        re.match(r"(?:at least|minimum|min\.?|from|starting|no lower)\b", piece)
    )
    if through := _UP_TO_THE_TOP.search(piece):
        above, piece = True, piece[: through.start()] + piece[through.end() :]
        rest = piece
    strictly = bool(re.match(r"(?:above|more senior than|higher than|senior to|over)\b", piece))
    for start, end, role, of in chief_roles(piece):
        of_role = frozenset(of) if role.startswith("chief") else frozenset[str]()
        part.roles.append(Clause(Level.TOP, Level.TOP, Level.TOP, of_role, frozenset({role})))
        rest = rest[:start] + " " * (end - start) + rest[end:]
    part.functions = {f for _, _, f in functions_in(rest)}
    for pattern, sure, maybe, most in _LEVELS:
        if match := pattern.search(rest):
            part.levels.append((match.start(), _level_clause(match[0], sure, maybe, most, above, strictly)))
            break
    if not part.levels and not part.roles:
        part.phrase = frozenset(stems(piece)) - _NO_TITLE
    return part


def _level_clause(words: str, sure: Level, maybe: Level, most: Level, above: bool, strictly: bool) -> Clause:
    decides = bool(re.search(r"decision|decider|budget|buyer|stakeholder", words))
    exact = next((r for r in ("founder", "owner", "president", "managing director") if r in words), "")
    roles = frozenset({exact}) if exact else frozenset[str]()
    if decides and "senior" in words:
        sure = Level.DIRECTOR
    if strictly:
        return Clause(Level(min(sure + 1, Level.TOP)), Level(min(sure + 1, Level.TOP)), Level.TOP, above=True)
    return Clause(sure, min(maybe, sure), Level.TOP if above else most, roles=roles, decides=decides, above=above)


def _clauses(text: str) -> tuple[list[Clause], list[frozenset[str]]]:
    parts = _parts(text)
    out: list[Clause] = []
    phrases: list[frozenset[str]] = []
    waiting: list[str] = []  # functions of a list that ends in a level: "IT, security and data directors"
    for index, part in enumerate(parts):
        out += part.roles
        if part.levels:
            later = _later_functions(parts, index) if not part.functions else _governed(parts, index)
            chained = waiting if part.functions and waiting else []
            for _, clause in part.levels:
                top_only = clause.sure is Level.TOP and not clause.above
                of = frozenset(part.functions | set(chained) | (set() if top_only else later))
                if top_only and part.has_of:
                    of |= later
                # Who decides at large is a director; a manager decides for a function.
                sure = max(clause.sure, Level.DIRECTOR) if clause.decides and not of else clause.sure
                out.append(Clause(sure, clause.maybe, clause.most, of, clause.roles, clause.decides, clause.above))
            waiting = []
        elif part.functions and not part.roles:
            if _belongs_before(parts, index):
                continue
            if _level_follows(parts, index):
                waiting += part.functions
            elif _ANYONE.search(" ".join(part.phrase)) or len(part.phrase) <= 3:
                out.append(Clause(Level.STAFF, Level.STAFF, Level.TOP, frozenset(part.functions)))
            else:
                phrases.append(part.phrase)
        elif part.phrase and not part.roles:
            phrases.append(part.phrase)
    return out, phrases


def _governed(parts: list[_Part], index: int) -> set[str]:
    """Functions listed after "VP in engineering": "..., IT or data"."""
    found: set[str] = set()
    for position in range(index + 1, len(parts)):
        if not _belongs_before(parts, position):
            break
        found |= parts[position].functions
    return found


def _later_functions(parts: list[_Part], index: int) -> set[str]:
    """Functions that follow a bare level: "directors and VPs of marketing", "VP and above in IT, data or security"."""
    found: set[str] = set()
    position = index
    while position + 1 < len(parts):
        following = parts[position + 1]
        if following.roles:
            return found
        if following.levels:
            linked = parts[position].linked or all(p.levels and not p.functions for p in parts[index : position + 1])
            if found or not linked or not following.functions or following.levels[0][1].sure is Level.TOP:
                return found
            return found | following.functions
        if not following.functions:
            return found
        if not found and not following.starts_in:
            return found
        found |= following.functions
        position += 1
    return found


def _belongs_before(parts: list[_Part], index: int) -> bool:
    """Is this function one of a list that an earlier level governs ("Directors in IT, data or security")?"""
    position = index
    while position > 0 and parts[position].functions and not parts[position].levels and not parts[position].roles:
        if parts[position].starts_in:
            return bool(parts[position - 1].levels)
        position -= 1
    governs = parts[position]
    has_in = bool(governs.levels) and bool(governs.functions) and governs.has_of
    return has_in and not _level_follows(parts, index)


def _level_follows(parts: list[_Part], index: int) -> bool:
    for part in parts[index + 1 :]:
        if part.levels:
            return bool(part.functions) and not part.starts_in
        if not part.functions or part.roles:
            return False
    return False


@lru_cache(maxsize=256)
def wanted_roles(details: str) -> Wanted | None:
    """The wanted and excluded roles; None when none can be read."""
    if len(details) > TOO_LONG:
        return None
    wish = split_exclusions(details)
    clauses, phrases = _clauses(wish.included)
    excluded, _ = _clauses(wish.excluded)
    if wish.anything and not clauses:
        return Wanted((), tuple(excluded), (), True)
    if not clauses and not any(phrases):
        return None
    return Wanted(tuple(clauses), tuple(excluded), tuple(p for p in phrases if p), False)


def _fits(clause: Clause, title: Title) -> bool | None:
    if clause.roles:
        return _role_fits(clause, title)
    function = _function_fits(clause, title)
    if function is False:
        return False
    if title.level is None:
        return None if clause.sure > Level.STAFF else function
    level = _level_fits(clause, title)
    if level is False:
        return False
    return True if level and function else None


def _role_fits(clause: Clause, title: Title) -> bool | None:
    if clause.above and title.level is not None and title.level >= clause.sure:
        return True
    if clause.roles & title.roles:
        if "cpo" in clause.roles and clause.functions and not clause.functions & title.functions:
            return None
        return True
    asked, had = set(clause.roles), set(title.roles)
    tops = {"ceo", "president", "managing director", "owner", "founder"}
    return None if asked & tops and had & tops and not had & {"ceo"} and asked & {"ceo"} else False


def _function_fits(clause: Clause, title: Title) -> bool | None:
    if not clause.functions or clause.functions & title.functions:
        return True
    if title.level is Level.TOP and title.roles & {"ceo", "founder", "owner", "president", "managing director"}:
        # Whoever leads the firm decides everything, but is not one of "IT directors".
        return None if clause.decides or clause.most is Level.TOP else False
    if any(KIN.get(f, frozenset()) & title.functions for f in clause.functions):
        return None
    return None if not title.functions and clause.decides else False


def _level_fits(clause: Clause, title: Title) -> bool | None:
    assert title.level is not None
    if title.level >= clause.sure:
        if title.level <= clause.most:
            return True
        return None if clause.functions and title.level <= clause.most + 1 else False
    if title.level >= clause.maybe:
        return None
    # A buyer decides purchases without being called a manager.
    if clause.decides and "procurement" in clause.functions and re.search(r"\b(?:buyer|purchaser)\b", title.text):
        return None
    return None if clause.decides and not clause.functions and title.level >= Level.MANAGER else False


def judge_role(details: str, value: str) -> Answer:
    """Judge a job title such as "Procurement Manager" against the wanted roles."""
    wanted = wanted_roles(details)
    if wanted is None:
        return Answer(Verdict.UNKNOWN, f"The wanted roles could not be read. {HOW_TO_WRITE}")
    title = read_title(value[:200])
    shown = value[:80]
    if not title.text.strip(" .-/"):
        return Answer(Verdict.UNKNOWN, "The job title is empty.")
    words = frozenset(stems(value))
    if any(_fits(c, title) is True for c in wanted.excluded):
        return Answer(Verdict.NOT_MET, f"{shown} is among the excluded roles.")
    fits = True if wanted.anything else _any([_fits(c, title) for c in wanted.clauses])
    if fits is not True and any(p <= words for p in wanted.phrases):
        fits = True
    if fits is False and not wanted.clauses and not _any([bool(p & words) for p in wanted.phrases]):
        fits = False if title.level is not None and len(wanted.phrases) else None
    if fits is True:
        return Answer(Verdict.MET, f"{shown} is a wanted role.")
    if fits is False:
        return Answer(Verdict.NOT_MET, f"{shown} is not a wanted role.")
    return Answer(Verdict.UNKNOWN, f"Whether {shown} is one of the wanted roles cannot be told.")


def _any(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False
