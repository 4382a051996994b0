"""English as people type it in replies, written out: contractions, short forms, common slips. Judges nothing."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from leadwright.analyst.builtin.words import listed
from leadwright.domain.opt_out import fold

_SHORT = {
    "plz": "please", "pls": "please", "plse": "please", "u": "you", "ur": "your", "r": "are", "thx": "thanks",
    "ty": "thanks", "info": "information", "w/": "with", "w": "with", "4": "for",
    "asap": "as soon as possible", "mtg": "meeting", "appt": "appointment", "tmrw": "tomorrow",
    "tmr": "tomorrow", "gonna": "going to", "mins": "minutes", "tues": "tuesday", "thurs": "thursday",
    "wanna": "want to", "lets": "let us", "let's": "let us",
    "im": "i am", "ive": "i have", "id": "i would", "ill": "i will", "weve": "we have", "dont": "do not",
    "doesnt": "does not", "didnt": "did not", "isnt": "is not", "arent": "are not", "wont": "will not",
    "cant": "can not", "cannot": "can not", "couldnt": "could not", "wouldnt": "would not",
    "havent": "have not", "hasnt": "has not", "wasnt": "was not", "whats": "what is", "thats": "that is",
    "its": "it is", "youre": "you are", "theres": "there is", "n't": "not", "yea": "yes", "yeah": "yes",
    "yep": "yes", "yup": "yes", "nope": "no", "nah": "no", "okay": "ok", "k": "ok",
}  # fmt: skip
_ENDINGS = (
    (r"\bcan't\b", "can not"), (r"\bwon't\b", "will not"), (r"n't\b", " not"), (r"\blet's\b", "let us"),
    (r"'re\b", " are"), (r"'ve\b", " have"), (r"'ll\b", " will"), (r"'d\b", " would"), (r"'m\b", " am"),
    (r"\b(it|that|what|there|here|how|who|where|he|she|everything|nothing|nobody|budget|timing|now)'s\b", r"\1 is"),
)  # fmt: skip
# Words that decide, and that no other English word is one slip away from.
_DECIDING = (
    "interested", "interest", "interesting", "schedule", "scheduled", "already", "meeting", "pricing", "proposal",
    "definitely", "available", "discuss", "discussion", "budget", "priority", "relevant", "comparison", "competitor",
    "integrate", "integration", "information", "currently", "looking", "satisfied", "solution", "provider", "purchase",
    "donate", "donation", "absolutely", "availability", "testimonials", "requirements", "appointment", "tomorrow",
    "moment", "approve", "approved", "correct", "would", "forward",
)  # fmt: skip
_TOKEN = re.compile(r"[a-z0-9']+/?")
_WE = re.compile(  # "were happy", where "we're happy" is meant
    r"(?<!we )(?<!they )(?<!you )(?<!there )(?<!that )\bwere (?=(?:not|happy|already|good|fine|all set|satisfied|using|"
    r"currently|looking|interested|ready|just|exploring|locked|set|really|very|still|in the|on|considering)\b)"
)


_DUTCH_YOU = re.compile(
    r"\b(kunt|mailt|heeft|hebt|bent|wilt|stuurt|belt|komt|neemt|hoeft|zoudt|dank|past het|schikt het) you\b"
)


def written_out(text: str) -> str:
    """The text in lower case with contractions and short forms written out, on one line."""
    plain = fold(text).replace("`", "'")
    for pattern, full in _ENDINGS:
        plain = re.sub(pattern, full, plain)
    plain = _TOKEN.sub(lambda m: _word(m[0]), plain)
    plain = _DUTCH_YOU.sub(r"\1 u", plain)
    return " ".join(_WE.sub("we are ", plain).split())


@lru_cache(maxsize=20_000)
def _word(word: str) -> str:
    if word in _SHORT:
        return _SHORT[word]
    if len(word) < 5 or word in _DECIDING:
        return word
    return next((right for right in _DECIDING if len(right) > 5 and _slip(word, right)), word)


def _slip(word: str, right: str) -> bool:
    if abs(len(word) - len(right)) > 1 or word[0] != right[0]:
        return False
    return word not in _OTHER_WORDS and OSA.distance(word, right, score_cutoff=1) <= 1


_OTHER_WORDS = listed(
    "interests interested interesa interesse interessa interesado interesados scheduler schedules meetings "
    "proposals budgets priorities integrates integrated donated donates approves approval purchases purchased "
    "purchaser providers provided provides solutions competitors discussed discusses moments requirement "
    "comparisons forwards forwarded corrects movement"
)
