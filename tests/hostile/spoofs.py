"""Two hundred mails in somebody's name: from other addresses, with tricks in From, failing DMARC. Data only."""

import random
from collections.abc import Iterator
from dataclasses import replace

from tests.hostile.own_attacks import ATTACKS, Attack
from tests.hostile.scene import QUESTION

AUTHSERV = "mx.seller.example"
READY = (
    "We need to double our picks. I decide on this, we have a budget of 400,000 dollars and want to be live within six "
    "months. Can we talk on Thursday?"
)
_FAILS = (
    "dmarc=fail header.from={domain}",
    "spf=pass smtp.mailfrom=evil.example; dkim=none; dmarc=fail (p=REJECT) header.from={domain}",
    "dmarc=pass header.from=evil.example",
    "spf=softfail; dmarc=permerror header.from={domain}",
)
_WORDS = (READY, QUESTION, f"Interesting. {QUESTION}", "What is the price for each robot?", "No thank you.")


def spoofs(seed: int, count: int = 200) -> Iterator[tuple[str, str, Attack]]:
    """How it is done, the address in From (``{address}``: the lead's own) and the mail."""
    chance = random.Random(seed)
    for number in range(count):
        words = chance.choice((*_WORDS, *(a.text for a in ATTACKS)))
        if number % 5 == 4:
            yield "unproven", "{address}", Attack("spoof", f"{words}\n{number}", subject=chance.choice(("Robots", "")))
        elif number % 2:
            result = f"{AUTHSERV}; {chance.choice(_FAILS)}"
            forged = ("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from={{domain}}")
            heads = (("Authentication-Results", result), *((forged,) if number % 4 == 1 else ()))
            yield "dmarc", "{address}", Attack("spoof", f"{words}\n{number}", headers=heads)
        else:
            local = chance.choice(("pat", "{local}", "ceo", "pat.miller"))
            host = chance.choice(("evil.example", "{domain}.evil.example", "x-{domain}", "sub.{domain}", "{domain}.co"))
            name = chance.choice(("", "Pat Miller", "{address}", "Pat <{address}>"))
            yield "address", f"{local}@{host}", Attack("spoof", f"{words}\n{number}", name=name)


def fill_in(text: str, names: dict[str, str]) -> str:
    """The text with the lead's own address and its parts."""
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def filled(attack: Attack, names: dict[str, str]) -> Attack:
    """The same of a mail."""
    heads = tuple((key, fill_in(value, names)) for key, value in attack.headers)
    return replace(attack, name=fill_in(attack.name, names), headers=heads)
