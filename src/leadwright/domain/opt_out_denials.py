"""What sounds like an opt-out and is none: wishes to stay, other lists, one paper that is not wanted yet. Patterns.

Written for text that `opt_out.fold` has been applied to.
"""

import re

# "Please don't take me off the list": the wish to leave is denied right before it, or inside it.
DENIED = re.compile(
    r"(?<!why )(?:\b(?:do not|dont|never|no need to|no reason to|not want(?: you)?(?: to)?|rather not|hate to|"
    r"reluctant to)"
    r"(?: (?:please|yet|even|just|ever|you dare))*\s*)$"
)
LEAVING = re.compile(
    r"\W*(?:please |pls |just |and |to |i |we |want |like |wish )*"
    r"(?:remove|tak|delet|drop|strike|unsubscrib|opt|stop|ceas|quit|get|be |lose|exclud)"
)
STAYS = re.compile(
    r"(?<!why )\b(?:do not|dont|never) (?:please |ever |yet )*(?:remove|take|delete|drop|strike|unsubscribe|"
    r"opt) (?:me|us|my|our)\b|"
    r"\b(?:hate|sorry|sad|shame) (?:to|if|for) (?:\w+ ){0,3}?(?:removed|taken off|unsubscribed|dropped)\b|"
    r"\b(?:mich|uns) (?:bitte )?(?:noch )?nicht (?:(?:aus|von|vom) (?:dem|der|ihr\w*|eur\w*)|ab\b|heraus|raus|"
    r"streich|losch|"
    r"entfern|austrag|abmeld)|\bne (?:me|nous) (?:retir|desinscri|desabonn|supprim|enlev)\w* (?:surtout |donc )?pas\b|"
    r"\bno (?:me|nos) (?:borr|elimin|quit|saqu|den de baja|des de baja|de de baja)|\bnon (?:mi |ci )?(?:cancell|rimuov|"
    r"toglie|disiscriv)|\b(?:haal|verwijder|schrijf) (?:mij|me|ons) (?:alstublieft |a\.?u\.?b\.? )?(?:nog )?niet\b|"
    r"\bnao (?:me|nos) (?:remov|retir|tire|exclu|descadastr)|\bnie (?:usuwa|wypisu|skresla)\w*|"
    r"\bno (?:deje|dejen|dejes|pare|paren) de\b|\bnon smett\w+|\bnao (?:pare|parem|deixe|deixem) de\b|"
    r"\bnie przestawa\w*|"
    r"\bta inte bort (?:mig|oss)\b|\bikke (?:fjern|slet|slett) (?:mig|meg|os|oss)\b|\b(?:fjern|slet|slett) (?:mig|"
    r"meg) ikke\b"
)
ONE_PAPER = re.compile(  # "do not send me the contract yet"
    r"(?: (?:the|an?|il|la|lo|una?|les?|das|die|den|eine?n?|el|los|os?|uma?|de|het|een|en|ett?|l'))* ?(?:listino|"
    r"preventivo|offerta|"
    r"proposta|contratto|fattura|price ?list|quote|proposal|contract|invoice|angebot|preisliste|vertrag|rechnung|"
    r"devis|contrat|"
    r"facture|presupuesto|contrato|factura|offerte|offert(?:en)?|avtalet|fakturan|tilbud)\b"
)
OTHER_LIST = re.compile(
    r"(?: (?:off|from|out of))?(?: (?:the|your|our|that|this))? ?(?:\w+ )?(?:waiting|wait|guest|short|price|attendee|"
    r"task|to-?do)[- ]?list\b"
)
UNTIL = re.compile(  # a time, not the whole: "do not write to me before Monday"
    r"\b(?:until|till|before|vor|erst|bis|avant|antes de|hasta|prima di|voor|fore|innan|przed|mejor (?:por|a)|"
    r"besser (?:am|nach)|plutot (?:en|dans|l'apres)|meglio (?:nel|di|al)|liever (?:in|na)|melhor (?:de|a)|lepiej po)\b"
    r".{0,40}$"
)
