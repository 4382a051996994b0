"""The agent's answer to a reply: our own words in the reply's language around quotes of the knowledge.

No model writes it, so no reply, however it is worded, can put a word into the agent's mouth: there are only these
sentences, the quoted passages and the greeting name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from leadwright.domain.bant import Factor
from leadwright.domain.evidence import Evidence, Statement
from leadwright.domain.links import without_links

_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
_TELLING = {
    "en": "the and you your is are for with this that have would what how do does can we i it please thanks",
    "de": "der die das und ist nicht wir sie ihr ihre für mit haben können wie was ein eine bitte danke ich uns sehr",
    "fr": "le la les et est nous vous votre pour avec que quel quelle comment un une des merci je pas dans sur",
    "es": "el los las y es nosotros usted su para con que cuál cómo un una gracias por no en está quisiera",
    "it": "il lo gli e è noi voi vostro per con che come quale un una grazie non di sono vorrei sapere nel",
    "nl": "de het een en is niet wij u uw voor met hebben kunnen hoe wat graag bedankt ik ons zijn van naar",
    "pt": "o os as e é nós você seu sua para com que qual como um uma obrigado obrigada não em gostaria por",
}
_LEAST = 3  # telling words before another language than English is believed
_ENDING = re.compile(r"\.(?:pdf|docx?|pptx?|xlsx?|html?|md|txt|csv)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_WORDS = {
    "en": (
        "Hello",
        "Thank you for your answer.",
        "Thank you for your question.",
        "This is from our paper",
        "This is from our own documents",
    ),
    "de": (
        "Guten Tag",
        "vielen Dank für Ihre Antwort.",
        "vielen Dank für Ihre Frage.",
        "Das steht in unserer Unterlage",
        "Das steht in unseren Unterlagen",
    ),
    "fr": (
        "Bonjour",
        "Merci de votre réponse.",
        "Merci de votre question.",
        "Cela vient de notre document",
        "Cela vient de nos documents",
    ),
    "es": (
        "Hola",
        "Gracias por su respuesta.",
        "Gracias por su pregunta.",
        "Esto figura en nuestro documento",
        "Esto figura en nuestros documentos",
    ),
    "it": (
        "Buongiorno",
        "Grazie della sua risposta.",
        "Grazie della sua domanda.",
        "È scritto nel nostro documento",
        "È scritto nei nostri documenti",
    ),
    "nl": (
        "Goedendag",
        "Dank voor uw antwoord.",
        "Dank voor uw vraag.",
        "Dit staat in ons document",
        "Dit staat in onze documenten",
    ),
    "pt": (
        "Olá",
        "Obrigado pela sua resposta.",
        "Obrigado pela sua pergunta.",
        "Isto consta do nosso documento",
        "Isto consta dos nossos documentos",
    ),
}
MEETING = "Would you have 20 minutes next week for a short call? Tell me a time that suits you."
_ASK = {
    "en": {
        Factor.NEED: "What would you like to solve with it, and what happens today?",
        Factor.TIMELINE: "By when would you like to have it in place?",
        Factor.BUDGET: "Is there a budget for this, and roughly of what size?",
        Factor.AUTHORITY: "Who besides you takes part in such a decision?",
        None: MEETING,
    },
    "de": {
        Factor.NEED: "Was möchten Sie damit lösen, und wie läuft es heute?",
        Factor.TIMELINE: "Bis wann soll es bei Ihnen im Einsatz sein?",
        Factor.BUDGET: "Gibt es dafür ein Budget, und in welcher Größenordnung?",
        Factor.AUTHORITY: "Wer entscheidet bei Ihnen darüber mit?",
        None: "Haben Sie nächste Woche 20 Minuten für ein kurzes Gespräch? Nennen Sie mir gern einen Termin.",
    },
    "fr": {
        Factor.NEED: "Que souhaitez-vous résoudre, et comment cela se passe-t-il aujourd’hui ?",
        Factor.TIMELINE: "Pour quand souhaitez-vous le mettre en place ?",
        Factor.BUDGET: "Un budget est-il prévu, et de quel ordre ?",
        Factor.AUTHORITY: "Qui d’autre que vous prend part à cette décision ?",
        None: "Auriez-vous 20 minutes la semaine prochaine pour un court échange ? Dites-moi ce qui vous convient.",
    },
    "es": {
        Factor.NEED: "¿Qué quisiera resolver con ello y cómo lo hacen hoy?",
        Factor.TIMELINE: "¿Para cuándo quisiera tenerlo en marcha?",
        Factor.BUDGET: "¿Hay un presupuesto para esto y de qué orden?",
        Factor.AUTHORITY: "¿Quién más participa en esta decisión?",
        None: "¿Tendría 20 minutos la próxima semana para una breve llamada? Dígame cuándo le conviene.",
    },
    "it": {
        Factor.NEED: "Che cosa vorrebbe risolvere e come lavorate oggi?",
        Factor.TIMELINE: "Per quando vorrebbe averlo in funzione?",
        Factor.BUDGET: "È previsto un budget, e di che ordine?",
        Factor.AUTHORITY: "Chi altro partecipa a questa decisione?",
        None: "Avrebbe 20 minuti la prossima settimana per una breve chiamata? Mi dica quando le va bene.",
    },
    "nl": {
        Factor.NEED: "Wat wilt u ermee oplossen, en hoe gaat het nu?",
        Factor.TIMELINE: "Wanneer wilt u het in gebruik hebben?",
        Factor.BUDGET: "Is er budget voor, en in welke orde van grootte?",
        Factor.AUTHORITY: "Wie beslist er naast u mee?",
        None: "Heeft u volgende week 20 minuten voor een kort gesprek? Laat me weten wanneer het u schikt.",
    },
    "pt": {
        Factor.NEED: "O que gostaria de resolver e como funciona hoje?",
        Factor.TIMELINE: "Para quando gostaria de o ter em funcionamento?",
        Factor.BUDGET: "Há um orçamento para isto e de que ordem?",
        Factor.AUTHORITY: "Quem mais participa nesta decisão?",
        None: "Teria 20 minutos na próxima semana para uma breve conversa? Diga-me quando lhe convém.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnswerBrief:
    """What an answer is made of.

    Args:
        text: what the lead wrote; only its language is taken from it.
        greeting_name: first name, or empty.
        answer: quotes of the follow-up knowledge; empty when nothing was asked.
        ask: the factor to ask for; None asks for a meeting.
    """

    text: str
    greeting_name: str
    answer: Sequence[Statement] = ()
    ask: Factor | None = None


def write_answer(brief: AnswerBrief) -> tuple[str, tuple[Statement, ...]]:
    """The language, and the paragraphs from the greeting to the one open question."""
    language = language_of(brief.text)
    hello, thanks, thanks_asked, paper, papers = _WORDS[language]
    name = brief.greeting_name.strip()
    paragraphs = [Statement(f"{hello} {name}," if name else f"{hello},", ())]
    paragraphs.append(Statement(thanks_asked if brief.answer else thanks, ()))
    for said in brief.answer:
        title = without_links(next((e.title for e in said.evidence if _is_a_title(e)), ""))
        source = f"{paper} “{title}”" if title else papers
        paragraphs.append(Statement(f"{said.text} ({source}.)", said.evidence))
    paragraphs.append(Statement(_ASK[language][brief.ask], ()))
    return language, tuple(paragraphs)


def _is_a_title(evidence: Evidence) -> bool:
    """Is it what a buyer would call the document, and not the name of our file?"""
    title = evidence.title.partition(": ")[0]
    file = PurePath(evidence.source.replace("\\", "/")).stem
    return bool(title) and not _ENDING.search(title) and _letters(title) != _letters(file)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def language_of(text: str) -> str:
    """The language a reply is most likely written in, of those we have sentences for; English when in doubt."""
    words = [w.casefold() for w in _WORD.findall(text[:4_000])]
    counts = {code: sum(w in telling for w in words) for code, telling in _SETS.items()}
    best = max(_LANGUAGES, key=lambda code: counts[code])
    return best if counts[best] >= _LEAST and counts[best] > counts["en"] else "en"


_SETS = {code: frozenset(words.split()) for code, words in _TELLING.items()}
