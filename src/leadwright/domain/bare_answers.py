"""Answers that name no interest: a day, an amount, a yes, who decides, or what happens at theirs today."""

import re

from leadwright.domain.opt_out import fold

_MOST_WORDS = 12
_MOST_THINGS = 2  # words for what is counted: "12 mobile robots"
_GREETING = re.compile(r"(?:hi|hello|hey|dear|good \w+|hallo|guten \w+|bonjour|hola|ciao)\b[^.!?\n]{0,40}")
_WORD = re.compile(r"[^\W\d_]+\d?|[\d][\d.,']*k?")
_NUMBER = re.compile(
    r"\d[\d.,']*k?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|fifty|dozen|hundred|thousand|"
    r"million|zwei|drei|vier|funf|zehn|deux|trois|quatre|dos|tres|cuatro"
)
_TELLS = re.compile(
    r"q[1-4]|h[12]|jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|march|marz|mars|april?|may|mai|june?|juni|juin|july?|juli|"
    r"aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?|spring|summer|autumn|winter|"
    r"fruhjahr|sommer|herbst|(?:mon|tues|wednes|thurs|fri)day|tomorrow|years?|quarters?|months?|weeks?|days?|jahre?s?|"
    r"quartal|monate?n?|wochen?|ans?|mois|semaines?|ano|meses|semanas?|asap|immediately|soon|sofort|"
    r"yes|yeah|yep|sure|correct|exactly|ja|oui|si|sim|tak|"
    r"do|me|myself|ich|moi|ceo|cfo|coo|cto|cio|board|boss|owner|director|chef|geschaftsfuhr\w+"
)
_SMALL = re.compile(
    r"about|around|roughly|approx|approximately|ca|circa|up|to|at|least|over|under|less|more|than|between|maybe|"
    r"probably|i|think|guess|we|have|it|is|that|s|would|be|say|by|in|within|before|until|till|end|of|beginning|"
    r"start|early|late|mid|middle|next|this|the|a|an|or|and|per|our|my|for|from|on|latest|most|so|far|currently|"
    r"now|eur|euros?|usd|dollars|percent|etwa|ungefahr|rund|bis|im|am|anfang|mitte|ende|nachste[ns]|diese[ns]|"
    r"unser|mein|wir|haben|das|environ|fin|debut|de|du|le|la|les|unos|para|hasta|notre|mon|nuestro"
)


_OURS = re.compile(r"\b(?:we|our|my|wir|unser\w*)(?: [^\s.!?]+){4,}")
_TO_US = re.compile(  # or of the asking itself, or of what may come
    r"\?|\b(?:you|your\w*|sie|ihnen|ihre?|already|bereits|schon|will|would|may|might|could|let|think|time|"
    r"(?:ask|want|expect|request|question|answer|say|said|tell|told|share|sharing|disclos|discuss|comment|e-?mail|spam|"
    r"look|frag|woll|sag)\w*)\b"
)


def is_bare_answer(text: str) -> bool:
    """Is what a mail opens with nothing but a day, an amount, a yes or who decides?"""
    paragraphs = (p.strip() for p in re.split(r"\n\s*\n", fold(text[:2_000])))
    said = next((p for p in paragraphs if p and not _GREETING.fullmatch(p)), "")
    words = _WORD.findall(said)
    if not 0 < len(words) <= _MOST_WORDS or "?" in said:
        return False
    first = next((n for n, word in enumerate(words) if _NUMBER.fullmatch(word)), len(words))
    other = [n for n, word in enumerate(words) if not _is_plain(word)]
    tells = first < len(words) or any(_TELLS.fullmatch(word) for word in words)
    return tells and len(other) <= _MOST_THINGS and all(n > first for n in other)


def tells_of_own_work(text: str) -> bool:
    """Does it say what happens at theirs, and nothing to us? So is an open question for the need answered."""
    plain = fold(text[:2_000])
    return _OURS.search(plain) is not None and _TO_US.search(plain) is None


def _is_plain(word: str) -> bool:
    return any(kind.fullmatch(word) for kind in (_SMALL, _NUMBER, _TELLS))
