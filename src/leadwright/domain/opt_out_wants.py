"""What a buyer asks for beside "no more mails": a paper, an order, a call on a day. Patterns only.

Written for text that `opt_out.fold` has been applied to.
"""

from leadwright.domain.patterns import lazy_pattern

_FROM_HERE = (
    r"(?:^|\n|[,.:!?–—-] ?|\b(?:please|pls|kindly|just|then|instead|but|can you|could you|bitte|einfach|lieber|sondern|"
    r"por favor|per favore|graag|svp) )"
)
_SENDS = (
    r"(?:send|e-?mail|mail|bring|prepare|issue|forward|get|schick\w*|sende\w*|mach\w*|erstell\w*|envoyez|adressez|"
    r"transmettez|preparez|faites|envie\w*|mande\w*|prepare\w*|mand[aio]\w*|invi[aio]\w*|prepar[aio]\w*|stuur|zend|maak)"
)
_NONE = (
    r"(?:no|not|any|another|more|one|nicht|kein\w*|weitere\w*|mehr|pas|plus|aucun\w*|ningun\w*|mas|non|piu|geen|niet)"
)
_PAPER = (
    r"(?:quotes?|quotation|proposal|contract|agreement|invoice|price ?list|pricing|paperwork|order form|angebot|"
    r"vertrag|"
    r"rechnung|preisliste|devis|contrat|facture|presupuesto|contrato|factura|preventivo|contratto|fattura|offerte|"
    r"factuur|prijslijst)"
)
_WILL = r"(?:'ll| will| want to| would like to|'d like to| are going to| am going to| are ready to)"
_BUY = r"(?:buy|order|purchase|sign)"
_FROM_OTHERS = (
    r"(?! (?:\w+ )?(?:nothing|none|no|not|never|only|off|elsewhere|nicht|nichts|kein\w*|nie|nur|woanders|anderswo|"
    r"pas|plus|"
    r"rien|ailleurs|nada|nulla|niente|niet|niets|geen|elders)\b|"
    r" (?:\w+ )?(?:from (?!you\b)|bei (?!ihnen\b)|chez (?!vous\b)|da (?!voi\b)|bij (?!u\b|jullie\b)))"
)
_NOT_IF = (
    r"(?<!if )(?<!when )(?<!once )(?<!what )(?<!before )(?<!wenn )(?<!falls )(?<!sobald )(?<!bevor )(?<!was )(?<!si )"
    r"(?<!quand )(?<!cuando )(?<!se )(?<!quando )(?<!als )(?<!wat )"
)
_ORDERS = (
    rf"{_NOT_IF}\b(?:i|we)(?:{_WILL}(?: now| gladly)?)? {_BUY}\b{_FROM_OTHERS}|"
    rf"\bwith (?:my|our|the|an) order\b|\bthe order is on its way\b|"
    rf"{_NOT_IF}\b(?:wir|ich) (?:bestell|kauf|unterschreib|unterzeichn)(?:en|e)\b{_FROM_OTHERS}|"
    r"\b(?:wollen|will|mochten?|werden?) (?:(?!nicht|nichts|kein)\w+ ){0,3}?(?:bestellen|kaufen|unterschreiben)\b|"
    r"\bmit (?:der|einer|meiner|unserer) bestellung\b|"
    rf"{_NOT_IF}\b(?:nous|je|on) (?:commandons|commande|achetons|achete|signons|signe)\b{_FROM_OTHERS}|"
    rf"{_NOT_IF}\b(?:voulons|veux|souhaitons|souhaite|allons|vais) (?:commander|acheter|signer)\b{_FROM_OTHERS}|"
    rf"{_NOT_IF}(?<!no )\b(?:queremos|quiero|vamos a|voy a) (?:comprar|pedir|firmar|encargar)\b{_FROM_OTHERS}|"
    rf"{_NOT_IF}(?<!non )\b(?:vogliamo|voglio|vorremmo|vorrei) (?:comprare|ordinare|firmare|"
    rf"acquistare)\b{_FROM_OTHERS}|"
    rf"{_NOT_IF}\b(?:wij|we|ik) (?:bestellen|bestel|kopen|koop|tekenen|teken)\b{_FROM_OTHERS}|"
    rf"{_NOT_IF}\b(?:willen|wil) (?:(?!niet|niets|geen)\w+ ){{0,3}}?(?:bestellen|kopen|tekenen)\b"
)
_ON_A_DAY = (
    r"(?:today|tomorrow|tonight|at \d|on (?:mon|tues|wednes|thurs|fri)day|(?:next|this) (?:week|month|morning|"
    r"afternoon)|"
    r"in the (?:morning|afternoon|evening))"
)
_NOT_IN_NEED = (
    r"(?!.{0,30}\b(?:if|again|once more|ever|nicht|kein\w*|wenn|falls|nur|noch|si|ne|no|se|non|als|niet|encore)\b)"
)
_CALLS = (
    rf"\b(?:call|ring|phone|visit) (?:me|us)\b[^.?!\n]{{0,20}}?\b{_ON_A_DAY}\b|"
    rf"\b(?:please|just|instead|but) (?:call|ring|phone) (?:me|us)\b{_NOT_IN_NEED}|"
    rf"\b(?:call|ring|phone) (?:me|us) (?:please|instead)\b{_NOT_IN_NEED}|"
    rf"{_FROM_HERE}give (?:me|us) a (?:call|ring)\b{_NOT_IN_NEED}|\blet(?:'s| us) (?:meet|talk|sign|speak)\b|"
    rf"\bcome (?:by|to) our office\b|\brufen sie (?:bitte |lieber |einfach )*(?:mich|uns|an)\b{_NOT_IN_NEED}|"
    rf"{_FROM_HERE}rufen sie (?:bitte|lieber|einfach) an\b|{_FROM_HERE}(?:appelez|rappelez)-(?:moi|"
    rf"nous)\b{_NOT_IN_NEED}|"
    rf"{_FROM_HERE}llame?n?(?:me|nos)\b{_NOT_IN_NEED}|{_FROM_HERE}(?:chiamate|chiama|telefonate)(?:mi|ci)\b{_NOT_IN_NEED}|"
    rf"{_FROM_HERE}(?:mi|ci) chiami(?:no)?\b{_NOT_IN_NEED}|{_FROM_HERE}bel (?:mij|me|ons)\b{_NOT_IN_NEED}"
)
# A paper that is to be sent, an order, a call that is really wanted: not "call me if you must", not "call my lawyer".
WANTS = lazy_pattern(
    rf"{_FROM_HERE}{_SENDS}(?:[- ](?!{_NONE}\b)[\w']+){{0,4}}?[ ']{_PAPER}\b(?!.{{0,20}}\b(?:else|elsewhere|again)\b)|"
    rf"{_FROM_HERE}send (?:the )?invoice\b|{_ORDERS}|{_CALLS}"
)
# Whoever says it that plainly has left, whatever else he asks for.
LEAVES = lazy_pattern(
    r"\b(?:remov|delet|eras|unsubscri|opt(?:ed|ing)?[- ]?out|\w*lists?\b|data\b|database|consent|permission|losch|"
    r"entfern|streich|gestrichen|abmeld|austrag|verteiler|datenbank|daten\b|abbestell|einwillig|supprim|suppress|effac|retir|desabonn|"
    r"desinscri|donnees|borr|elimin|quit[ae]|baja\b|datos\b|supres|cancell|rimuov|rimoss|rimozion|disiscri|togli|dati\b|"
    r"verwijder|schrap|uitschrij|afmeld|gegevens|spam|lawyer|anwalt|police|gdpr|dsgvo|rgpd)"
)
