"""Whether somebody else is named as the right person, and that person's name and address as the mail has them."""

from leadwright.analyst.builtin.words import listed
from leadwright.analyst.orders import gives_orders
from leadwright.analyst.protocol import Referral
from leadwright.domain.opt_out import fold, own_sentences
from leadwright.domain.patterns import lazy_pattern

_WRONG = (
    r"\bnot (?:be )?(?:really |actually )?(?:the |an? )?(?:right|correct|best|appropriate|proper|"
    r"relevant) (?:person|contact|one|guy|team|department|point of contact|address|individual|recipient)\b",
    r"\bwrong (?:person|contact|department|guy|address|team|company|individual|recipient|email)\b",
    r"\b(?:do not|don't|no longer|not|never) (?:\w+ )?(?:handle|deal with|dealing with|handling|manage|managing|"
    r"look after|oversee|overseeing|take care of|in charge of|responsible for|involved (?:in|with)|work on|"
    r"working on)\b",
    r"\bnot (?:in )?(?:my|our) (?:area|department|remit|responsibility|field|domain|team|scope|decision to make)\b",
    r"\b(?:is|would be|are|'s) (?:the|a|your) (?:right|best|correct|better|proper) (?:person|contact|one|people|"
    r"point of contact)\b",
    r"\b(?:is|'s) (?:now )?(?:in charge of|responsible for|the (?:person|one) (?:who|that) (?:handles|manages|"
    r"decides))\b",
    r"\b(?:who|he|she|they|colleague|team) (?:handles?|manages?|is in charge of|looks? after|is responsible for|"
    r"takes? care of) (?:this|that|these|all|our|such)\b",
    r"\bnot my (?:circus|monkeys|job|call|decision|thing to decide)\b|\babove my pay ?grade\b",
    r"\b(?:is|are|sits?|lies?) now with [a-z]+\b|\bi (?:have )?(?:moved|switched|transferred) (?:to|into|"
    r"over to) (?:\w+ )?"
    r"(?:hr|sales|marketing|finance|it|legal|another (?:team|role|department)|a (?:different|new) (?:team|role|"
    r"department))\b",
    r"\b(?!(?:how|what|when|where|why|which|it|this|that|your|system|software|product|tool|solution) )[a-z]+ (?:buys|"
    r"handles|"
    r"owns|runs|decides on|deals with|signs off(?: on)?|looks after) "
    r"(?:this|that|these|those|such|all|everything)\b",
    r"\b(?:the )?(?:person|one|man|woman|guy|lady|team|department) you (?:need|want|are (?:after|looking for)|"
    r"should)\b",
    r"\byou(?: will)? (?:want|need|are after) (?:our|my|the) .{2,40} for (?:this|that)\b",
    r"\b(?:you would be |you are |you will be )?better off (?:speaking|talking|asking|contacting|writing|with)\b",
    r"\bi (?:only|just) (?:do|look after|handle|deal with) the\b",
    r"\b(?:dafür|hierfür|da|darum|das) (?:ist|sind|wäre|macht|kümmert sich|entscheidet)\b.{0,60}\b(?:zuständig|"
    r"verantwortlich|"
    r"kollege|kollegin|herr|frau)\b",
    r"\bce n'est pas moi\b|\bvoyez (?:plutôt )?avec\b|\badressez[- ]vous à\b|"
    r"\bc'est (?!moi\b|nous\b).{2,40} qui (?:s'en|s'y|gère|"
    r"décide)",
    r"\bno (?:me encargo|llevo|soy) (?:yo )?(?:de |el |la )?(?:eso|esto|tema|yo)\b|\b(?:eso|esto|"
    r"ese tema) lo (?:lleva|gestiona|ve|"
    r"decide)\b|\bhable con\b",
    r"\bnon me ne occupo\b|\bse ne occupa\b|\b(?:scriva|parli|si rivolga|chieda) (?:al|alla|a|con)\b(?! (?:me|noi)\b)",
    r"\b(?:daar|hier) ga ik niet over\b|\bdat doet (?:mijn collega|de heer|mevrouw)\b|\bmoet u bij .{2,40} zijn\b",
    r"\bnão sou eu\b|\bfale com\b(?! (?:migo|a gente|nós))|\bquem (?:trata|cuida) d",
    r"\b(?:tym|tą sprawą|tymi sprawami) zajmuje się\b|\bnie zajmuję się\b",
    r"\b(?:det är inte jag|det er ikke (?:mig|meg))\b|\b(?:prata|tala|snakk|tal) (?:istället |"
    r"heller )?med\b(?! (?:mig|meg|oss|"
    r"os)\b)",
    r"\bnicht (?:der|die) richtige (?:ansprechpartner\w*|person|stelle|ansprechperson)\b",
    r"\bfalsche\w* (?:ansprechpartner\w*|person|adresse|stelle)\b",
    r"\bnicht (?:mehr )?(?:dafür |hierfür )?zuständig\b",
    r"\bwenden sie sich (?:bitte |dafür |hierfür )?(?:direkt )?an\b(?! (?:mich|uns)\b)",
    r"\bzuständig (?:ist|wäre|für .{3,30} ist)\b",
    r"\b(?:kontaktieren|schreiben) sie (?:bitte |dafür )?(?:herrn|frau|meine\w* kolleg\w+)",
    r"\bpas (?:la bonne personne|le bon (?:interlocuteur|contact)|l'interlocut\w+|la personne)\b",
    r"\b(?:veuillez|merci de|vous pouvez) (?:contacter|vous adresser à|vous rapprocher de|écrire à)\b(?! moi)",
    r"\bno soy (?:la persona|el responsable|quien)\b",
    r"\bpersona (?:equivocada|incorrecta)\b",
    r"\b(?:contacte|contactar|póngase en contacto|diríjase|escriba|hable) (?:a|con)\b",
    r"\bnão sou (?:a pessoa|o responsável|eu)\b",
    r"\bpessoa errada\b",
    r"\bentre em contato com\b",
    r"\bnon sono (?:la persona|io|il referente)\b",
    r"\bpersona sbagliata\b",
    r"\b(?:rivolgersi|si rivolga|rivolgetevi) a\b",
    r"\bniet de juiste (?:persoon|contactpersoon)\b",
    r"\bverkeerde persoon\b",
    r"\bneem(?:t u)? contact op met\b(?! (?:mij|ons))",
    r"\bnie jestem (?:właściwą|odpowiednią) osobą\b",
    r"\bproszę (?:kontaktować|skontaktować) się z\b",
    r"\bfel person\b",
    r"\binte rätt person\b",
    r"\bikke (?:den )?r(?:ette|igtige) (?:person|kontakt)\w*",
    r"担当(?:では(?:ありません|ない)|外|が違|者が変わ|者は)",
    r"不是(?:负责|負責|这方面|相关|相關)",
    r"找错(?:人|了)",
    r"(?:请|請)(?:联系|聯繫|聯絡)(?!我)",
    r"담당자가 아니",
    r"담당이 아니",
    r"\bя не (?:отвечаю|занимаюсь)\b",
    r"\bобратитесь к\b",
)  # fmt: skip
_NOT_ME = lazy_pattern("|".join(f"(?:{fold(p)})" for p in _WRONG))
_ADDRESS = lazy_pattern(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{0,180}\.[A-Za-z]{2,24}\b")
_PART = r"(?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ][\w'’.-]*[\w'’]|(?:van|von|de|der|den|da|di|del|la|le|bin|al)(?=\s+[A-ZÀ-ÖØ-Þ]))"
_NAME = rf"(?:(?:Mr|Mrs|Ms|Dr|Herr|Herrn|Frau|Mme|M|Sr|Sra)\.?\s+)?({_PART}(?:\s+{_PART}){{0,3}})"
_NAME_BEFORE = lazy_pattern(
    rf"{_NAME}[\s,:;<(\[–-]{{1,4}}(?:(?:at|an|unter|via|bei|on|à|a|en|op|su)\s+)?(?:e?-?mail:?\s*)?(?:mailto:)?$"
)
_AFTER_WORD = lazy_pattern(
    rf"\b(?:[Cc]ontact|[Rr]each out to|(?:[Ss]peak|[Tt]alk)(?:ing)? (?:to|with)|[Ee]mail|[Ww]rite to|[Aa]sk|"
    rf"[Cc]olleague|[Ww]ith|[Tt]ry|"
    rf"[Cc]c'?(?:ing|d)?|[Aa]dding|[Cc]opying|[Ll]ooping in|[Aa]n|[Kk]ollegin|[Kk]ollegen?|[Cc]ontacter|"
    rf"[Cc]ollègue|[Cc]on|[Cc]olega|[Cc]ollega|met),?\s+{_NAME}"
)
_BEFORE_WORD = lazy_pattern(rf"{_NAME},?\s+(?:is|would be|handles|manages|looks after|ist|est|es|runs|leads|owns)\b")
_ROLE_BEFORE = lazy_pattern(
    rf"\b(?:[Hh]ead of [\w &]{{2,30}}?|[Dd]irector|[Mm]anager|[Ll]ead|VP(?: of)?(?: \w+)?|C[A-Z]O|[Bb]oss|"
    rf"[Ll]eiter(?:in)?|[Rr]esponsable)"
    rf"(?: of \w+)?,\s+{_NAME}"
)
_RECOMMENDS = lazy_pattern(  # with an address beside it: who is no buyer names one
    r"\b(?:brothers?|sisters?|friends?|neighbou?rs?|cousins?|uncle|wife|husband|colleagues?|budd(?:y|ies)|contacts?|supplier|"
    r"customer|client|sister (?:company|site|plant)|somebody|someone)\b.{0,60}\b(?:needs?|wants?|could use|(?:is|are) "
    r"(?:looking|interested|after)|(?:might|may|would|could) (?:need|want|like|love|be interested))\b"
)
_DAYS = r"(?:Me\b|Us\b|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_POINTS = lazy_pattern(
    rf"(?:\b[Yy]ou (?:should|need to|want to|may want to|might want to|could|can)|\b[Pp]lease|\b[Bb]etter|"
    rf"\b[Bb]est(?: to)?|\b[Tt]ry|"
    rf"\bI(?:'d| would) (?:suggest|recommend)(?: you)?(?: to)?|\b[Ff]eel free to|\b[Kk]indly)\s(?:try )?"
    rf"(?:speak(?:ing)?|talk(?:ing)?|reach(?:ing)? out|contact(?:ing)?|get in touch|connect(?:ing)?|writ(?:e|ing)|"
    rf"e-?mail(?:ing)?|"
    rf"direct (?:this|your \w+)|ask)(?: (?:with|to))? (?:(?i:my|our) (?i:colleague|head|manager|director|boss|ceo|"
    rf"cfo|cto|cio|coo|team lead|"
    rf"[\w-]+ (?:manager|director|lead|team|department))\b|{_NAME}|\S+@\S+)"
)
_POINTS_AT_ONCE = lazy_pattern(
    rf"^(?:Talk|Speak|Try|Ask|Contact|E-?mail|Call|Ping)(?: (?:to|with))? (?!{_DAYS}){_NAME}"
)
_CONDITION = lazy_pattern(
    r"^(?:if you|for (?:any|all|other|further|more|urgent)|in case|should you|in (?:urgent|an emergency))\b"
)
_NO_NAME = listed(
    "Contact Talk Speak Email Mail Write Ask Reach Try Call Kontaktieren Contacter Veuillez Mit I We You He She "
    "They It This That The A An My Our Your Please Thanks Thank Hi Hello Dear Best Kind Regards If For In On At "
    "Sales Procurement Purchasing IT HR Marketing Finance Legal Support Team Monday Tuesday Wednesday Thursday "
    "Friday Unfortunately Sorry There Who What"
)


def names_somebody_else(text: str) -> str:
    """The sentence that says this is the wrong person or who is the right one; empty when there is none."""
    return next((s for s in own_sentences(text) if _points_elsewhere(s)), "")


def recommends_somebody(text: str) -> str:
    """The sentence that names, with an address, who may want it; of one who refuses it is who to ask instead."""
    said = (s for s in own_sentences(text) if _ADDRESS.search(s) and not gives_orders(s))
    return next((s for s in said if _RECOMMENDS.search(fold(s))), "")


def referred_contact(text: str, own_address: str = "") -> Referral | None:
    """Name and address of the person the mail points to; either may be empty, None when both are.

    Args:
        own_address: of the lead, which is never the referred contact's.
    """
    sentences = own_sentences(text)
    for sentence in sentences:
        for found in _ADDRESS.finditer(sentence):
            if found[0].casefold() != own_address.casefold():
                return Referral(_name_near(sentence, found.start()), found[0])
    pointing = [s for s in sentences if _points_elsewhere(s)]
    name = next((n for s in pointing if (n := _named(s))), "")
    return Referral(name, "") if name else None


def _points_elsewhere(sentence: str) -> bool:
    plain = fold(sentence)
    if gives_orders(sentence) or _CONDITION.search(plain):
        return False
    return _NOT_ME.search(plain) is not None or any(p.search(sentence) for p in (_POINTS, _POINTS_AT_ONCE))


def _name_near(sentence: str, place: int) -> str:
    before = _NAME_BEFORE.search(sentence[max(0, place - 80) : place])
    return _clean(before[1]) if before and _clean(before[1]) else _named(sentence)


def _named(sentence: str) -> str:
    for pattern in (_AFTER_WORD, _ROLE_BEFORE, _BEFORE_WORD):
        for match in pattern.finditer(sentence):
            if name := _clean(match[1]):
                return name
    return ""


def _clean(name: str) -> str:
    words = [w.strip(".,") for w in name.split()]
    while words and words[0] in _NO_NAME:
        words = words[1:]
    return "" if not words or any(w in _NO_NAME for w in words) else " ".join(words)[:80]
