"""Legal threats, complaints and sensitive data: what stops a thread and goes to the supervisor. Judges nothing else."""

from leadwright.domain.opt_out import fold, own_sentences
from leadwright.domain.patterns import lazy_pattern

_LEGAL = (
    r"\b(?:hear|hearing) from (?:my|our) (?:lawyers?|attorneys?|solicitors?|legal|counsel)",
    r"\b(?:contact|involve|instruct|consult|call|inform|engage|involving|contacting|consulting)(?:ed)? (?:my|our|"
    r"a|an) (?:lawyers?|attorneys?|solicitors?|legal (?:team|department|counsel))",
    r"\b(?:forward|pass|hand|send)(?:ed|ing)?\b.{0,30}\b(?:to )?(?:my|our) (?:lawyers?|attorneys?|"
    r"solicitors?)\b(?!.{0,20}review)",
    r"\b(?:take|taking|face|facing|pursue|consider|considering|initiate|begin|start) (?:further |any )?(?:legal|"
    r"court) (?:action|proceedings|steps|measures)",
    r"\blegal action\b",
    r"\bformal notice\b",
    r"\b(?:take|seek|taking|seeking|get|getting) legal advice\b|\b(?:inform|notify|contact|go to|"
    r"write to) the (?:regulator|"
    r"authorit\w+|ombudsman|police)\b",
    r"\b(?:my|our) (?:lawyers?|attorneys?|solicitors?|legal (?:team|counsel|department)) (?:will|shall|is going to|"
    r"are going to) "
    r"(?:be in touch|be contacting|contact you|write to you|get in touch|take (?:this|it|over))",
    r"\b(?:tell me|explain|state|disclose|confirm) (?:\w+ )?(?:where|how) you (?:have )?(?:got|get|obtain\w*|found|"
    r"acquire\w*|"
    r"source\w*)\b.{0,20}\b(?:my|our) (?:\w+ )?(?:e-?mail|data|address|details|contact|info\w*)",
    r"\b(?:will|going to|gonna|shall) sue\b",
    r"\bsue (?:you|your)\b",
    r"\blawsuit\b",
    r"\bsee you in court\b",
    r"\bcease[- ]and[- ]desist\b",
    r"\b(?:gdpr|can-spam|casl|dsgvo|rgpd|lgpd|avg|rodo|ccpa|pecr|ico|ftc|cnil)[- ]?(?:complaint|violation|breach|"
    r"infringement|verstoß|beschwerde|request|fine)",
    r"\b(?:complain|complaint|report\w*)\b.{0,40}\b(?:ico|ftc|cnil|authorit\w+|regulator\w*|commissioner|police|"
    r"spamhaus|data protection|abuse)\b",
    r"\b(?:violat\w+|breach\w*|infring\w+|in violation)\b.{0,25}\b(?:gdpr|dsgvo|rgpd|can-spam|casl|pecr|ccpa|"
    r"privacy|data protection|the law|law|regulations?|my rights)\b",
    r"\b(?:illegal|unlawful)(?:ly)?\b.{0,40}\b(?:e-?mail\w*|contact\w*|data|spam|this|send\w*|process\w*)|"
    r"\b(?:this|that|it|sending|contacting) .{0,20}\b(?:is )?(?:illegal|unlawful)\b",
    r"\b(?:subject access request|data subject|article 1[57]|art\.? ?1[57]|dsar)\b",
    r"\b(?:where|how) (?:did|have) you (?:get|got|obtain\w*|find|found|acquire\w*)\b.{0,20}\b(?:my|"
    r"our) (?:\w+ )?(?:e-?mail|data|address|details|name|number|contact|info\w*)",
    r"\b(?:what|which)(?: \w+){0,3} (?:data|information|details|records)(?: do)? you(?: \w+)? (?:hold|have|store|keep|"
    r"process|collect)\w*(?: \w+){0,2} (?:about|on|of|concerning|regarding) me\b|\b1[57] (?:gdpr|dsgvo|rgpd)\b",
    r"\bwelche\b.{0,30}\bdaten\b.{0,30}\b(?:über|zu|von) (?:mich|mir|meiner person)\b.{0,30}\b(?:gespeichert|"
    r"haben|speichern|verarbeiten)\b|\bwelche\b.{0,20}\bdaten (?:haben|speichern) sie\b.{0,20}\b(?:mich|mir)\b",
    r"\b(?:rechts)?anwalt\w*\b.{0,40}\b(?:einschalt\w+|übergeb\w+|hören|beauftrag\w+|weiter\w+|melden)",
    r"\brechtliche\w* schritte\b",
    r"\babmahn\w+",
    r"\banzeige (?:erstatten|gegen)\b",
    r"\bunterlassung\w*",
    r"\bdatenschutz(?:behörde|beauftragte\w*|verstoß|beschwerde)",
    r"\bwoher haben sie (?:meine|unsere)\b",
    r"\bauskunft (?:nach|gemäß) art",
    r"\b(?:mon|notre|nos) avocats?\b",
    r"\bpoursuites?\b.{0,20}\b(?:judiciaires?|justice)?",
    r"\b(?:porter|déposer|dépose\w*) (?:une )?plainte\b",
    r"\bmise en demeure\b",
    r"\b(?:signal\w+|plainte)\b.{0,20}\bcnil\b",
    r"\b(?:mi|nuestro|nuestros) abogad\w+",
    r"\bacciones legales\b",
    r"\b(?:denunciar|denuncia|demandar)\w*\b",
    r"\b(?:meu|nosso) advogad\w+",
    r"\b(?:ação judicial|medidas legais|processar voc\w+)\b",
    r"\b(?:mio|nostro) avvocat\w+",
    r"\bazion[ei] legal[ei]\b",
    r"\bgarante (?:della |per la )?privacy\b",
    r"\bdiffid\w+\b",
    r"\b(?:mijn|onze) advocaat\b",
    r"\bjuridische stappen\b",
    r"\bautoriteit persoonsgegevens\b",
    r"\b(?:mój|nasz) (?:prawnik|adwokat)\b",
    r"\b(?:pozew|pozwę|uodo)\b",
    r"\b(?:min|vår|vores) (?:advokat|jurist)\b",
    r"\bdatatilsynet\b",
    r"\b(?:polis|politi)anmäl\w+",
    r"弁護士",
    r"法的(?:措置|手段)",
    r"律师|律師",
    r"起诉|起訴|诉讼|訴訟",
    r"변호사",
    r"법적 조치",
    r"\b(?:юрист|адвокат)\w*\b",
    r"\bв суд\b",
    r"\bроскомнадзор\w*",
)  # fmt: skip
_OF_OTHERS = lazy_pattern(  # a quarrel with somebody else is no threat to us
    r"\b(?:lawsuit|legal action|in court|suing|sue|legal proceedings)\b(?: \w+){0,2}? (?:with|against|by)? ?(?:our|"
    r"my|another|a former|an old)(?: \w+){0,4} (?:vendor|supplier|provider|integrator|contractor|landlord|competitor|"
    r"customer)s?\b"
)
_AT_US = lazy_pattern(r"\b(?:you|yours?|yourself|this|e-?mail\w*|mail(?:s|ing\w*)?|spam\w*|unsolicited)\b")
_COMPLAINTS = (
    r"\b(?:file|filing|lodge|lodging|make|making|raise|submit) (?:a |an )?(?:formal |official )?complaint\b",
    r"\bformal complaint\b",
    r"\bharass(?:ment|ing|ed)\b",
    r"\b(?:this is|it's|it is|is just|your|sending me|stop the) (?:\w+ )?spam\b(?! (?:folder|filter|box))",
    r"\breport(?:ed|ing)? (?:you|this|it|your \w+)(?: \w+){0,3} (?:as )?(?:spam|abuse|phishing)\b",
    r"\bmark(?:ed|ing)? (?:you|this|it|your \w+) as spam\b",
    r"\b(?:totally|completely|absolutely|simply|just) unacceptable\b",
    r"\b(?:you are|you're|this is) (?:a )?(?:scam|fraud|scammers?)\b",
    r"\bbelästigung\b",
    r"\bbeschwerde\b",
    r"\bharcèlement\b",
    r"\bc'est du spam\b",
    r"\bacoso\b",
    r"\b(?:queja|reclamación) formal\b",
    r"\bklacht\b",
    r"\bskarg[aęi]\b",
    r"苦情",
    r"クレーム",
    r"投诉|投訴|举报|舉報",
    r"\bжалоб\w+",
)  # fmt: skip
_SENSITIVE = (
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b(?:ssn|social security (?:number|no))\b.{0,12}\d",
    r"\bmy (?:password|passcode|pin) (?:is|:)",
    r"\b(?:cvv|cvc)\b.{0,6}\d{3}",
    r"\b(?:passport|driver'?s? licen[cs]e) (?:number|no\.?)\b.{0,10}\d",
    r"\b(?:i|i've|i have|i am|i'm|my (?:wife|husband|son|daughter|mother|father|partner|"
    r"child))\b.{0,30}\b(?:diagnosed with|chemotherapy|has cancer|have cancer|in hospital|hospitali[sz]ed|"
    r"depression|miscarriage|hiv)\b",
)  # fmt: skip
_KINDS = {
    kind: lazy_pattern("|".join(f"(?:{fold(p)})" for p in patterns))
    for kind, patterns in (("legal", _LEGAL), ("complaint", _COMPLAINTS), ("sensitive", _SENSITIVE))
}
_CARD = lazy_pattern(r"\b(?:\d[ -]?){13,19}\b")


def for_the_supervisor(text: str) -> tuple[str, str]:
    """What it is ("legal", "complaint", "sensitive") and the sentence that says so; two empty texts when nothing is."""
    for kind, pattern in _KINDS.items():
        for sentence in own_sentences(text):
            plain = fold(sentence)
            if kind == "legal" and not _AT_US.search(plain):
                plain = _OF_OTHERS.sub("", plain)
            if pattern.search(plain) or (kind == "sensitive" and _card_number(sentence)):
                return kind, sentence
    return "", ""


def _card_number(sentence: str) -> bool:
    """Is there a payment card number (its check digit right)?"""
    for match in _CARD.finditer(sentence):
        digits = [int(c) for c in match[0] if c.isdecimal()]
        doubled = [d if n % 2 == 0 else d * 2 - 9 * (d > 4) for n, d in enumerate(reversed(digits))]
        if 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0 and digits[0] in (2, 3, 4, 5, 6):
            return True
    return False
