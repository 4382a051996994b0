"""Tells a sentence that gives orders to a machine from one that says something. Such text is never evidence."""

import re

from leadwright.domain.opt_out import fold

_LIST = (
    r"\b(?:ignore|disregard|forget|override|bypass|overlook)\b.{0,30}\b(?:instruction|iunstruction|rule|prompt|"
    r"guideline|"
    r"previous|above|prior|policy|policies|everything)",
    r"\b(?:you are|you're|act as|behave as|pretend to be|acting as)\b.{0,20}\b(?:ai|assistant|agent|bot|"
    r"language model|llm)\b",
    r"\b(?:mark|classify|rate|score|label|flag|treat|qualify|tag|categori[sz]e|set|count|record|log|register|rank|"
    r"grade)\b"
    r".{0,40}\b(?:as|to|:)\s+['\"]?(?:very |highly |a )?(?:hot|warm|qualified|positive|high|interested|top|urgent|"
    r"priority|met)\b",
    r"\b(?:set|change|update|make|put)\b.{0,30}\b(?:rating|score|status|interest|bant|confidence|polarity|verdict|"
    r"stage)\b",
    r"\bsystem[ _]?(?:message|prompt|override|note|instruction)\b",
    r"<\|",
    r"\|>",
    r"^#{2,}",
    r"</?(?:information|email|user|system|assistant)\b",
    r"\b(?:ai|llm|email|mail|virtual|sales) (?:assistant|agent|helper|model|bot|system)\b.{0,40}\b(?:must|should|"
    r"please|to|will|:)",
    r"\b(?:dear|attention|note to|message to|to|hey|hi)(?: the)? (?:ai|bot|assistant|llm|agent|model|classifier|"
    r"system)\b",
    r"\b(?:assistant|system|ai|agent|bot|model|classifier)\s*[:>]",
    r"\bnew instructions?\b",
    r"\b(?:follow|obey|execute|adhere to)\b.{0,25}\b(?:instruction|"
    r"command|order|directive)s?\b", r"\byour (?:system |initial |hidden )?(?:prompt|instructions)\b",
    r"\b(?:in|to|of|within) your (?:answer|response|reply|output|summary)\b",
    r"\b(?:respond|answer|reply|output|return)\b.{0,20}\b(?:only|exactly|json|with the word)\b",
    r"\bhand(?:ed)?[ -]?over\b.{0,30}\b(?:immediately|now|at once|to the (?:top|best))\b.{0,30}\b(?:rule|check|"
    r"question)",
    r"\b(?:send|make|wire|transfer)(?: me| him| her)? (?:a |an |the |one |another )?(?:e-?mail|mail|message|"
    r"transaction|payment|money)\b"
    r".{0,60}\b(?:to|from)\b",
    r"\b(?:send|forward|post|upload)\b.{0,60}\bto (?:my \w+'?s?|the following|this)\b.{0,40}@",
    r"\b(?:api|function|tool) call\b",
    r"忽略|無視し|ignorez (?:les|toutes)|ignoriere\b.{0,30}anweis|ignora (?:las|le|todas)",
)  # fmt: skip
_ORDER = re.compile("|".join(f"(?:{p})" for p in _LIST))


def gives_orders(sentence: str) -> bool:
    """Does the sentence speak to a machine ("ignore the rules", "mark this lead as hot")?"""
    return _ORDER.search(fold(sentence[:2_000])) is not None
