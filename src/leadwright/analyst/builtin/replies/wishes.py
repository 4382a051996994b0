"""Wishes that no quote of a paper can fulfil: an offer, a brochure, documents, an invitation, "something to read".

They are a seller's task. Patterns only; `spelling.written_out` is applied to a text before.
"""

from leadwright.domain.patterns import lazy_pattern

_THINGS = (
    r"(?:offers?|quot(?:es?|ations?)|proposals?|estimates?|brochures?|flyers?|leaflets?|catalog(?:ue)?s?|decks?|"
    r"slides?|"
    r"presentations?|one-?pagers?|white ?papers?|(?:\w+ ?-?)?sheets?|price ?-?lists?|specs?|specifications?|"
    r"case stud(?:y|ies)|references?|testimonials?|material\w*|literature|document\w*|docs?|pdfs?|papers?|videos?|"
    r"recordings?|links?|samples?|examples?|contracts?|agreements?|msa|nda|sow|paperwork|order form|invoices?|reports?|"
    r"business case|guides?|numbers|invit(?:es?|ations?)|availability|slots?)"
)
_VAGUE = (
    r"(?:details|information|specifics|particulars|something|anything|whatever|(?:all |everything )?what you have|more)"
)
_OPEN = (  # nothing after it that a paper could be asked about
    r"(?=\s*(?:[.,;:!?)]|$|-|(?:please|thanks?|and|so|but|when|if|by|via|first|to|over|that|you|i|we|about (?:it|"
    r"this|you|"
    r"your \w+))\b))"
)
_SEND = (
    r"(?:re-?send|send|forward|e?-?mail|share|shoot|drop|ping|pass|provider?|supply|get|give|show|hand|prepare|draft)"
)
_ASKED = (  # what makes a word of sending a request
    r"(?:^|[,;:.!(] ?|- ?|\b(?:please|kindly|just|and|so|but|then|ahead|you|someone|somebody|happily|to|not|ok|yes|"
    r"sure|"
    r"fine|thanks) )"
)
_TO_US = r"(?: (?:me|us|over|along|through|across|out|on))*"
_SOME = r"(?: (?!not\b|no\b|how\b|what\b|why\b|whether\b|if\b|that\b|to\b)[\w'-]+){0,4}?"
_DOCUMENTS = (
    r"(?:quotes?|quotations?|proposals?|estimates?|brochures?|flyers?|leaflets?|catalog(?:ue)?s?|decks?|presentations?|"
    r"one-?pagers?|white ?papers?|(?:\w+ ?-?)?sheets?|price ?-?lists?|case stud(?:y|ies)|material|literature|"
    r"documentation|pdfs?|videos?|recordings?|sample \w+)"
)
_ENGLISH = (
    rf"{_ASKED}{_SEND}{_TO_US}{_SOME} {_THINGS}\b",
    rf"{_ASKED}{_SEND}{_TO_US}(?: (?:some|any|the|your|a few|more|further|additional))* {_VAGUE}\b{_OPEN}",
    rf"{_ASKED}{_SEND} (?:me|us) (?:something|anything|whatever)\b",
    rf"{_ASKED}(?:(?:re-?)?send|forward|e?-?mail) (?:it|that|this|them|those)(?: (?:me|over|along|across))?\b{_OPEN}",
    rf"\bmind (?:(?:re-?)?send|shar|forward|e?-?mail)ing{_TO_US}{_SOME} {_THINGS}\b",
    rf"\b(?:put|pull) together{_SOME} {_THINGS}\b",
    r"\b(?:please|you|us) quote\b",
    rf"\bdo you have{_SOME} {_DOCUMENTS}\b",
    rf"\b(?:would|could|can|may) (?:i|we)(?: \w+)?(?: get| have| see| receive)+{_SOME} "
    rf"(?:{_THINGS}\b|(?:more |further |some )+(?:details|information)\b{_OPEN})",
    rf"\b(?:i|we) (?:would (?:like|love|need|appreciate)|want|need|could use)(?: to (?:get|see|receive|have|read|"
    rf"watch))?"
    rf"{_SOME} (?:{_DOCUMENTS}\b|offer\b|(?:more |further |some )+(?:details|information)\b{_OPEN})",
    rf"\b(?:interested in|keen on|looking for|waiting for|love|like) (?:to )?(?:see|read|watch|gett|receiv|"
    rf"hav)\w*{_SOME} "
    rf"{_DOCUMENTS}\b",
    rf"\b(?:got|have|are there|is there|where (?:is|are))(?: you)?(?: any| some| the| your| a|"
    rf" an)+(?: \w+)? {_DOCUMENTS}\b"
    rf"(?=.*\?|$)",
    rf"\b(?:{_DOCUMENTS}|an offer)(?: \w+){{0,5}} (?:please|would be (?:\w+ )?(?:great|good|nice|helpful|useful|"
    rf"appreciated|welcome|fine))\b",
)
_THINGS_ABROAD = (
    r"(?:angebot\w*|offerten?|kostenvoranschl\w*|unterlagen|broschure\w*|prospekt\w*|katalog\w*|prasentation\w*|"
    r"info\w*material\w*|material\w*|mater[iy]a\w*|informa[ctz]\w*|infos?|details|preisliste\w*|datenbl\w*|dokument\w*|"
    r"referenz\w*|einladung\w*|devis|offres?|propositions?|plaquettes?|brochures?|document(?:s|ation\w*|azione|acion|"
    r"acao|atie)?|presenta\w+|prezentac\w*|apresentac\w*|catalogo?(?:ue)?s?|tarifs?|fiches?|renseignements|invit\w+|"
    r"presupuestos?|ofert\w*|propuestas?|proposta?s?|cotiza\w*|cotac\w*|folletos?|folders?|fichas?|detalles|tarifas|"
    r"preventiv\w+|offert\w*|listino|opuscol\w+|dettagli|sched\w+|voorstel|prijslijst|prijsopgave|prijzen|uitnodiging|"
    r"orcamentos?|detalhes|tabela|convite|wycen\w*|cennik\w*|broszur\w*|broschyr\w*|brosjyre\w*|szczegol\w*|"
    r"zaprosz\w*|tilbud\w*|prislist\w*|underlag|detaljer|inbjudan|precios)"
)
_SEND_ABROAD = (
    r"(?:schick(?:en|t|e)?|send(?:en|et|e)?|mail(?:en|t)?|zu(?:send|schick)en|zukommen|ubersend\w+|ubermitteln|"
    r"erstellen|"
    r"unterbreiten|zeigen sie|machen sie|mach(?:t|en)? (?:mir|uns)|bitten? um|erbitten?|bekommen|"
    r"ware (?:\w+ )?(?:schon|"
    r"gut|hilfreich|toll|nett)|faites[- ](?:moi|nous)|hagame|doe maar|"
    r"envoye[rz]|transmet\w+|parvenir|adresse[rz]|etablir|communiquer|recevoir|merci d(?:e |')\w+|"
    r"(?:me |nos |re)?envi(?:ar|e|en|a|ad|em)(?:me|nos|-me|-nos)?|mand(?:ar|e|en|a|em)(?:me|nos|-me|-nos)?|"
    r"pas(?:ar|e|en|a)(?:me|nos)?|recibir|hacer(?:me|nos) llegar|invi(?:i|ate|are|armi|arci|atemi|ateci)|"
    r"mand(?:i|ate|are|armi|arci|atemi|ateci)|(?:far(?:mi|ci)|fate\w*) (?:avere|pervenire)|ricevere|in attesa di|"
    r"stuur(?:t)?|(?:toe|op|door)?sturen|zend(?:en)?|ontvangen|receber|partilhar|"
    r"(?:po)?prosze o|(?:prze|przy|po|wy|pode)sl(?:ac|ij|ijcie|anie)|wyslac|(?:otrzym|dost)ac|"
    r"skicka|sand|skaffa)"
)
_WANT_ABROAD = (
    r"(?:hatten? (?:\w+ )?gern\w?|mochten?|brauch\w+|benotig\w+|voudr\w+|souhait\w+|aimer\w+|besoin|quier\w+|queremos|"
    r"quisier\w+|gustaria|necesit\w+|vorr\w+|bisogno|graag|quer\w+|gostari\w+|precis\w+|potrzebuj\w+|chcial\w+|garna|"
    r"gerne|"
    r"gjerne|vill ha)"
)
_ONE_ABROAD = (
    r"(?:ein\w*|une?|des|d'|un[ao]?|um|uma|een|en|ett?|mehr|weitere|nahere|mas|plus d(?:e |')|piu|mais|meer|wiecej|mer)"
)
_PLEASE_ABROAD = r"(?:bitte|svp|s'il vous plait|por favor|per favore|aub|alstublieft|alsjeblieft|tack|prosze)"
_ABROAD = (
    rf"\b{_SEND_ABROAD}\b[^.!?;]{{0,60}}\b{_THINGS_ABROAD}\b",
    rf"\b{_THINGS_ABROAD}\b[^.!?;]{{0,60}}\b{_SEND_ABROAD}\b",
    rf"\b{_WANT_ABROAD}(?: \w+){{0,3}}? {_ONE_ABROAD} ?(?:\w+ ){{0,2}}?{_THINGS_ABROAD}\b",
    rf"\b{_THINGS_ABROAD},? {_PLEASE_ABROAD}\b|^{_PLEASE_ABROAD} (?:\w+ ){{0,2}}?{_THINGS_ABROAD}\b",
)
_WISH = lazy_pattern("|".join(f"(?:{p})" for p in (*_ENGLISH, *_ABROAD)))
_DENIED = lazy_pattern(
    r"\b(?:not|no|never|stop|without|instead of|rather than|nicht|keine?[nmrs]?|(?<!hesitez )pas|ne? ?'?\w+ plus|non|"
    r"niet|geen|nie|inte|ikke|"
    r"nao|sin|ingen|ohne|inutile|thanks? (?:you )?for|danke fur|merci pour|gracias por|grazie (?:per|del\w*)|"
    r"bedankt voor|dziekuj\w+ za|obrigad[oa] pel[oa]|tack for|takk? for)\b(?! (?:problem|only|just|doubt))[^,;:.!?]*$"
)


def wishes_for(plain: str) -> bool:
    """Does a sentence ask for something to be sent, made or shown that only a person can send, make or show?

    Args:
        plain: the sentence, written out.
    """
    return any(not _DENIED.search(plain[: m.end()]) for m in _WISH.finditer(plain))
