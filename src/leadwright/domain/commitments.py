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
    r"award[- ]winning|best[- ]in[- ]class|(?:market|world|industry)[- ]leading|number one|certified|accredited|"
    r"patented|lowest price|cheapest|fastest|partner of|trusted by|clinically|risk[- ]free",
    # prices and terms
    r"guarante\w+|warrant(?:y|ies)|promis(?:e|es|ed|ing)|hereby|binding|liabil\w+|liable|indemni\w+|penalt(?:y|ies)",
    r"refund\w*|money[- ]?back|reimburs\w+|compensat\w+|rebate\w*|discount\w*|voucher\w*|waiv(?:e|es|ed|ing)",
    r"exclusive offer|half[- ]price|(?:at|for) (?:no|half|zero)(?: \w+)? (?:cost|price|charge|fee)s?|free of charge",
    r"(?<!feel )(?<!be )free (?:for (?:you|your|all|life|ever|the)|of|in|to (?:use|try|keep)|month|year|trial|"
    r"licen[cs]e)|(?<!you )(?:is|are|get \w+|stays?|comes?|robots?|year|month) (?:completely |all )?free"
    r"(?! (?:for a|next|this|on))",
    r"for free|(?:without|no)(?: any| extra| further)? (?:cost|charge|fee)s?|costs?(?: you)? nothing|pays? nothing|"
    r"nothing to pay",
    r"cancel\w*(?: \w+)? (?:at )?any ?time|percent off|per cent off|% off|accept(?:s|ed)? (?:your|the|all|any) "
    r"(?:terms|conditions|offer)",
    rf"{_AMOUNT}(?:[- ]{_AMOUNT}){{0,6}}(?: \w+)? (?:dollars?|euros?|pounds?|percent|per cent|cents?|bucks)",
    r"kostenlos\w*|gratis|rabatt\w*|garanti\w+|gratuit\w*|remboursement|ruckerstattung|reembolso|sconto|descuento",
    # what a first mail never asks for
    r"pass ?words?|pass ?codes?|pass ?phrases?|credentials?|one[- ]time code|pins?|codes?|log ?in|secret key|api keys?|"
    r"passwort\w*|kennwort|mot de passe|contrasena|senha",
    r"bank (?:account|detail|transfer)\w*|account number|credit cards?|card number|iban|gift ?cards?|social security|"
    r"passport",
    r"wir(?:e|es|ed|ing)(?! (?:mesh|rack|shel))|deposit\w*|down ?payments?|pre-?pay\w*|bitcoin\w*|crypto\w*|"
    r"pay(?:s|ing)? (?:us|me|to|now|your|the|by)|transfer(?:s|red)? (?:\w+ )?(?:money|amount|sum|funds?|fee)",
    r"forward (?:this|the|my|our)|share this (?:mail|message|thread)",
)
_WORDS = re.compile("|".join(rf"(?<!\w)(?:{p})(?!\w)" for p in _LIST))


def commitments_in(text: str, support: str = "") -> tuple[str, ...]:
    """The words of the text that promise or ask for what only a person may, each once.

    Args:
        support: the seller's own texts and what is quoted; words that stand there are not counted.
    """
    said = " ".join(fold(text).split())
    allowed = " ".join(fold(support).split())
    found = (m[0].strip() for m in _WORDS.finditer(said))
    return tuple(dict.fromkeys(words for words in found if words and words not in allowed))
