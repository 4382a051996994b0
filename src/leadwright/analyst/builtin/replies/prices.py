"""Prices in questions and papers: what asks for one, and which sentences plainly state it. Knows no knowledge."""

import re

_MONEY = re.compile(
    r"[$€£]\s?\d[\d.,]*|\b(?:usd|eur|gbp|chf)\s?\d[\d.,]*|"
    r"\d[\d.,]*\s?(?:k|million|thousand)?\s?(?:[$€£]|(?:us |u\.s\. )?(?:dollars?|euros?|pounds?|francs?|cents?|usd|"
    r"eur|gbp|"
    r"chf|pln|sek|nok|dkk)\b)|\b(?:is|are|comes?|it|for|of|included) free\b(?: of charge)?|\bfree of charge\b|"
    r"\b(?:no|without) (?:\w+ )?(?:fees?|charges?|costs?)\b",
    re.IGNORECASE,
)
_IN_CONTEXT = (  # words that mean a price only where they stand so
    (r"\b(do|does|will|would|did) (you|they) charge\b(?! (?:the|them|it|up|your|our|robots?|"
     r"batter\w*)\b)", r"\1 \2 price"),
    (r"\bcharge[sd]? (for|per|extra|us|additional)\b(?! (?:about |up to )?(?:\d|an? hour|one|two|three|four|five|"
     r"six))", r"price \1"),
    (r"\b(free of|no|any|extra|additional|hidden|set-?up|monthly|annual|other|delivery|"
     r"service) charges?\b", r"\1 price"),
    (r"\b(your|monthly|weekly|daily|hourly|annual|yearly|day|current|standard|list) rates?\b(?! of)", r"\1 price"),
    (r"\brates? (per|for|card)\b", r"price \1"),
    (r"\bhow much money\b", "price"),
    (
        r"\bhow (?:much|expensive)\b(?=\s*(?:[?.!,]|$)| (?:is|are|was|were|for|per|(?:would|will) (?:it|that|this|"
        r"one|an?|"
        r"the)(?: \w+){0,2} be|(?:do|would|will) (?:i|we) (?:have to )?pay)\b)",
        "price",
    ),
)  # fmt: skip
_OF_PRICES = re.compile(
    r"(?<!what )(?<!much )(?<!high )\b(?:does|do|is|are|will|did) (?:the|your|this|that|these) (?:[\w-]+ )?(?:price|"
    r"pricing|cost|fee)s?\b"
)


def said_as_prices(plain: str) -> str:
    """The text with "charge", "rate" and "how much" put as "price" where they mean one."""
    for pattern, said in _IN_CONTEXT:
        plain = re.sub(pattern, said, plain)
    return plain


def asks_about_prices(plain: str) -> bool:
    """Is it asked whether the price is, does or includes something, and not how high it is?"""
    return _OF_PRICES.search(plain) is not None


def amounts(sentence: str) -> tuple[str, ...]:
    """The amounts of money a sentence names, as it names them."""
    return tuple(" ".join(found[0].casefold().split()) for found in _MONEY.finditer(sentence))


def before_amount(sentence: str) -> str:
    """What stands before the first amount: of what it is the price."""
    found = _MONEY.search(sentence)
    return sentence[: found.start()] if found else sentence
