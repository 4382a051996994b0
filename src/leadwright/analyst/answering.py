"""The agent's answer to a reply: our own words in the reply's language around quotes of the knowledge.

No model writes it, so no reply, however it is worded, can put a word into the agent's mouth: there are only these
sentences, the quoted passages and the greeting name.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from leadwright.domain.bant import Factor
from leadwright.domain.evidence import Evidence, Statement
from leadwright.domain.links import without_links

_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
_TELLING = {
    "en": "the and you your is are for with this that have has would what how do does can could we i it please "
    "thanks thank a an of to in on at be our us me my not no but if or as from by will more about when which "
    "was there any yes call let know send sounds good great sure works come plus pour comment serve size "
    "care till hello dear regards monday tuesday wednesday thursday friday",
    "de": "der die das den dem des und ist sind nicht wir sie ihr ihre für mit haben habe hat können wie was wann "
    "wer ein eine einen bitte danke vielen ich uns unser sehr auch noch auf von zu im bei es aber oder wenn "
    "gerne guten keine kein mir mich diese dieser dass am vom ja gern geht passt läuft lange kostet kosten preis "
    "angebot bis nein brauchen benötigen rufen schicken senden tag morgen montag dienstag mittwoch donnerstag freitag "
    "alles klar stück preisliste unterlagen interesse interessant",
    "fr": "le la les de du des et est nous vous votre vos notre pour avec que qui quel quelle comment combien un "
    "une au ce cette merci bonjour je pas ne dans sur sont avons avez mais ou si plus par il me mon ma nos en "
    "se suis on peut oui quels quelles prix tarif tarifs délais devis voulons envoyez écrivez avant mardi demain "
    "non appelez "
    "rappelez offre intéressé intéressés plaisir délai livraison lundi mercredi jeudi vendredi bien moi",
    "es": "el la los las de del y es nosotros nuestra nuestro usted ustedes su para con que cuál cual cuánto cuanto "
    "cómo como cuándo un una gracias hola por no en está estamos quisiera pero más al se tenemos hay muy lo "
    "le me mi nos sus estoy hoy hasta sin sí quien días cuesta precio precios interesa podemos necesitamos tiempo "
    "antes tienen buenos buenas envíeme envíenos envíe llámeme llámenos mañana oferta presupuesto pueden parece bien "
    "lunes martes miércoles jueves viernes",
    "it": "il lo la gli i le e è noi voi vostro nostro nostra per con che come quale quanto quando un una grazie "
    "buongiorno non di del della dei nel sono siamo abbiamo avete vorrei vorremmo sapere più anche ma se da "
    "mi ci vi al ho ai me ne però vostra sì va bene costa prezzo prezzi tempo tempi serve servono interessa possiamo "
    "entro no mandatemi mandateci inviatemi offerta preventivo chiamatemi chiamateci domani lunedì martedì mercoledì "
    "giovedì venerdì interesse",
    "nl": "de het een en is zijn niet geen wij we u uw jullie voor met hebben heeft kunnen kan hoe wat wanneer "
    "graag bedankt dank ik ons onze van naar bij ook maar dat dit die er op te aan om zou nog meer beste mij "
    "eens wel deze me ben ja kost kosten prijs lang duurt stuur offerte nodig nee bel "
    "morgen goedemorgen goedendag maandag dinsdag woensdag donderdag vrijdag interesse interessant",
    "pt": "o os as e é de do da dos das nós você seu sua nosso nossa para com que qual quanto como quando um uma "
    "obrigado obrigada olá não em na por mas mais gostaria estamos temos são está ao também me nos pelo pela "
    "no sim bom dia dias custa preço preços tempo interesse interessa podemos precisamos até",
    # Nothing is answered in those below: they keep their readers from a language that shares some of their words.
    "af": "die is nie ek ons jy julle u vir met en van het dit wat hoe kan sal wil asseblief dankie graag sy ook om "
    "te aan op by maar meer nog as was baie goeie n",
    "ca": "el la els les i és no de del amb per que com un una en al ens nosaltres vostè nostre nostra gràcies hola "
    "bon quin quina quan quant si us plau més però voldríem són estem tenim molt també seu seva",
    "cs": "a v z na do není se že je jsou jsme to jak co pro o od po za nás nám my vy prosím děkuji dobrý den kolik "
    "kdy ale máme má může velmi také i s k už nie sme sa čo pre ako ďakujem",
    "da": "og er det ikke jeg vi har for med til på af som kan hvad hvordan hvor hvornår en et den de os vores i at "
    "fra om også mere meget gerne tak hej vil være hilsen",
    "fi": "ja on ei me te se että ovat olemme olen kuinka mitä mikä milloin meille teidän kanssa myös mutta jos hei "
    "kiitos paljon haluamme voi",
    "hr": "je i u na za se da nije što kako koliko od do s sa kod nas nam mi vi smo hvala dobar dan ili ali o po in "
    "pri kaj",
    "hu": "a az és nem is hogy egy van mi ön önök mit hogyan mennyi mennyibe mikor de ha meg csak már még nagyon "
    "köszönöm köszönjük jó napot kérem szeretnénk érdekel vagyunk nekünk kell",
    "id": "dan yang untuk di kami anda ini itu dengan apa bagaimana berapa tidak bisa terima kasih dari ke ada saya "
    "akan",
    "nb": "og er det ikke jeg vi har for med til på av som kan hva hvordan hvor når en et den de oss vår i at å fra "
    "om også mer mye gjerne takk hei vil være hilsen",
    "pl": "i w z na do nie się że jest są to jak co dla czy o od po za nas nam pan pani państwo proszę dziękuję "
    "dzień dobry ile kiedy oraz ale mamy chcemy ma może bardzo",
    "ro": "și si este sunt nu de la cu pe pentru un o în in din ce cum cât când noi vă va mai care să sa al ale am "
    "avem bună ziua mulțumesc multumesc vrem dar sau despre",
    "sv": "och är det inte jag vi har för med till på av som kan vad hur när en ett den de oss vår ni i att från om "
    "också mer mycket gärna tack hej vill vara",
    "tr": "ve bir bu için ile de da ne mi mı nasıl var yok çok biz siz bize size daha olarak ama o ki merhaba "
    "teşekkürler lütfen kadar gibi en istiyoruz",
}  # fmt: skip
_LEAST = 3  # different telling words before a language is believed; without an English one two that are half of it
_LONG = 4  # letters of a word that tells alone where no other language has it, and none is English: "rufen", no "los"
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
        before: the other mails of the conversation, which tell the language where the text does not; first goes first.
        greeting_name: first name, or empty.
        answer: quotes of the follow-up knowledge; empty when nothing was asked.
        ask: the factor to ask for; None asks for a meeting.
    """

    text: str
    greeting_name: str
    answer: Sequence[Statement] = ()
    ask: Factor | None = None
    before: Sequence[str] = ()


def write_answer(brief: AnswerBrief) -> tuple[str, tuple[Statement, ...]]:
    """The language, and the paragraphs from the greeting to the one open question."""
    language = language_of(brief.text, *brief.before)
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


def language_of(*texts: str) -> str:
    """The language that the first of the texts to tell one is written in; English when none tells.

    A text does not tell what it tells as much of another language. A language that we have no sentences for is
    answered in English.
    """
    told = next((language for text in texts if (language := _told(text))), "en")
    return told if told in _LANGUAGES else "en"


def _told(text: str) -> str | None:
    words = [w.casefold() for w in _WORD.findall(text[:4_000])]
    counts = Counter({code: sum(w in telling for w in words) for code, telling in _SETS.items()})
    (best, most), (_, next_most) = counts.most_common(2)
    telling = _SETS[best].intersection(words)
    half = len(telling) == _LEAST - 1 and 2 * len(telling) >= len(words) and not counts["en"]
    enough = len(telling) >= _LEAST or half or (best != "en" and _alone(telling, words))
    return best if enough and most > next_most else None


def _alone(telling: frozenset[str], words: Sequence[str]) -> bool:
    """Is one of the words of this language alone, and none of the text English?"""
    english = _SETS["en"].intersection(words)
    return english <= telling and any(len(word) >= _LONG and _SPOKEN_IN[word] == 1 for word in telling)


_SETS = {code: frozenset(words.split()) for code, words in _TELLING.items()}
_SPOKEN_IN = Counter(word for telling in _SETS.values() for word in telling)
