"""What no machine may promise in our name or ask of a stranger: prices given away, terms, money, secrets.

Such words are a person's to say, unless the seller's own texts hold them.
"""

import re

from leadwright.domain.opt_out import fold

_AMOUNT = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|thousand|million)"
)
_LIST = (
    # praise that has to be proven
    r"\b(?:award[- ]winning|best[- ]in[- ]class|market[- ]leading|world[- ]leading|industry[- ]leading|number one|"
    r"certified|accredited|patented|lowest price|cheapest|fastest|partner of|trusted by|clinically|risk[- ]free)\b",
    # prices and terms
    r"guarante\w+|warrant(?:y|ies)|promis(?:e|es|ed|ing)|hereby|binding|liabil\w+|liable|indemni\w+|penalt(?:y|ies)",
    r"refund\w*|money[- ]?back|\bmoney back|reimburs\w+|compensat\w+|rebate\w*|discount\w*|voucher\w*|waiv(?:e|es|ed|ing)",
    r"exclusive offer|half[- ]price|(?:at|for) (?:no|half|zero)(?: \w+)? (?:cost|price|charge|fee)s?|free of charge",
    r"(?<!feel )(?<!be )free (?:for (?:you|your|all|life|ever|the)|of|in|to (?:use|try|keep)|month|year|trial|licen[cs]e|of cost)|"
    r"(?<!you )\b(?:is|are|get \w+|stays?|comes?|robots?|year|month) (?:completely |all )?free\b(?! (?:for a|next|this|on))"
    r"|\bfor free\b",
    r"(?:without|no)(?: any| extra| further)? (?:cost|charge|fee)s?|costs?(?: you)? nothing|pays? nothing|"
    r"nothing to pay",
    r"cancel\w*(?: \w+)? (?:at )?any ?time|percent off|per cent off|% off|accept(?:s|ed)? (?:your|the|all|any) "
    r"(?:terms|conditions|offer)",
    rf"\b{_AMOUNT}(?:[- ]{_AMOUNT})*(?: \w+)? (?:dollars?|euros?|pounds?|percent|per cent|cents?|bucks)\b",
    r"kostenlos|gratis|rabatt|garanti\w+|gratuit\w*|remboursement|ruckerstattung|reembolso|sconto|descuento",
    # what a first mail never asks for
    r"pass ?words?|pass ?codes?|pass ?phrases?|credentials?|one[- ]time code|\bpins?\b|\bcodes?\b|log ?in|secret key|"
    r"api keys?|passwort\w*|kennwort|mot de passe|contrasena|senha",
    r"bank (?:account|detail|transfer)\w*|account number|credit cards?|card number|\biban\b|gift ?cards?|"
    r"social security|passport",
    r"\bwir(?:e|es|ed|ing)\b(?! (?:mesh|rack|shel))|deposit\w*|down ?payments?|pre-?pay\w*|bitcoin\w*|crypto\w*|"
    r"\bpay(?:s|ing)? (?:us|me|to|now|your|the|by)\b|transfer(?:s|red)? (?:the |a |an |any |some )?(?:money|amount|sum|funds?|fee)",
    r"forward (?:this|the|my|our)|share this (?:mail|message|thread)",
)
_WORDS = re.compile("|".join(f"(?:{p})" for p in _LIST))


def commitments_in(text: str, support: str = "") -> tuple[str, ...]:
    """The words of the text that promise or ask for what only a person may, each once.

    Args:
        support: the seller's own texts and what is quoted; words that stand there are not counted.
    """
    said = " ".join(fold(text).split())
    allowed = " ".join(fold(support).split())
    found = (m[0].strip() for m in _WORDS.finditer(said))
    return tuple(dict.fromkeys(words for words in found if words and words not in allowed))
