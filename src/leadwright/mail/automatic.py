"""Was this mail written by a machine? By its headers and, for absence notes, its subject. RFC 3834, section 2.

What is automatic is never answered and never judged. Only its "remove me" counts: a list carries people's mails too.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from leadwright.mail.message import Message

MOST_HOPS = 50


class Kind(StrEnum):
    """What sort of machine wrote it. An absence note delays the next step; the others only must not be answered."""

    OUT_OF_OFFICE = "out_of_office"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    NEWSLETTER = "newsletter"
    LOOP = "loop"
    OWN = "own"
    NOTIFICATION = "notification"
    NO_REPLY_ADDRESS = "no_reply_address"
    MAILING_SERVICE = "mailing_service"


# Their words ask nothing of us: an absence note, what we wrote ourselves, a newsletter's own "unsubscribe".
WISHLESS = (Kind.OUT_OF_OFFICE, Kind.NEWSLETTER, Kind.LOOP, Kind.OWN)
# Their footers tell everybody how to leave. A list or a mailing service carries what people write.
FOOTERED = (Kind.AUTO_REPLY, Kind.NOTIFICATION, Kind.NO_REPLY_ADDRESS)


@dataclass(frozen=True, slots=True)
class Automatic:
    """The kind, and the header or address that shows it, for the person who asks why no answer was sent."""

    kind: Kind
    sign: str


_LEADING = r"(?:(?:re|aw|sv|antw|fw|fwd|wg|automatic|auto)\s?[:：]\s?){0,4}"
_ABSENT = re.compile(
    rf"^\W*{_LEADING}\W*(?:(?:automatic|automated|auto|autom\.?)[- ]?(?:matic )?(?:reply|response|"
    rf"respon[ds]er?|answer)|auto-?reply|"
    r"out[- ]of[- ](?:the[- ])?office|away from (?:my|the) (?:desk|office|mail)|vacation (?:reply|"
    r"response|notice|message)|"
    r"automatische (?:antwort|reaktie|beantwoording)|abwesenheit|nicht im (?:büro|hause)|afwezigheid|buiten kantoor|"
    r"réponse automatique|absence du bureau|message d'absence|respuesta automática|fuera de (?:la )?oficina|"
    r"risposta automatica|fuori (?:sede|ufficio)|resposta automática|fora do escritório|"
    r"autosvar|automatisk svar|automatiskt svar|automaattinen vastaus|"
    r"autoodpowiedź|automatyczna odpowiedź|odpowiedź automatyczna|automatická odpov|mimo kancelář|"
    r"automatikus válasz|házon kívül|"
    r"автоответ|автоматический ответ|автоматична відповідь|răspuns automat|otomatik (?:yanıt|cevap)|ofis dışında|"
    r"αυτόματη απάντηση|εκτός γραφείου|תגובה אוטומטית|מענה אוטומטי|"
    r"מחוץ למשרד|自动(?:回复|答复)|自動(?:回覆|回复|返信|応答|送信)|"
    r"不在(?:のお知らせ|通知)|자동\s?(?:응답|회신)|부재중|trả lời tự động|balasan otomatis|رد تلقائي)",
    re.IGNORECASE,
)
# Said by people as well: they count beside a header that says automatic.
_PERHAPS_ABSENT = re.compile(
    rf"^\W*{_LEADING}\W*(?:ooo\b|o\.o\.o|on (?:annual |parental |maternity |paternity |sick |"
    rf"medical )?(?:leave|holiday|vacation)|"
    r"(?:i am|i'm|is) (?:away|out|on)\b|vacation|annual leave|abwesen|außer haus|im urlaub|urlaub|afwezig|"
    r"niet aanwezig|absent|en congé|"
    r"ausente|ausencia|assen(?:te|za)|ausência|fraværende|fravær|frånvaro|frånvarande|ikke til stede|"
    r"ferie|poissa|nieobecn|nepřítomn|"
    r"отсутств|в отпуске|відсутн|不在|外出|休假|休暇)",
    re.IGNORECASE,
)
_ABSENT_TEXT = re.compile(
    r"\b(?:(?:i am|i'm|i will be|i'll be|we are|currently|i’m)(?: \w+){0,3} (?:out of (?:the |my )?office|"
    r"away from (?:the|my)|on (?:annual |parental |maternity |paternity |sick )?(?:leave|holiday|"
    r"vacation)|"
    r"travell?ing|unavailable)|out of (?:the )?office (?:until|from|through|till|reply|message)|"
    r"ich bin (?:\w+ ){0,6}(?:nicht im büro|außer haus|abwesend|im urlaub|nicht erreichbar)|"
    r"je suis (?:\w+ ){0,4}(?:absent|en congé|en vacances)|estoy (?:\w+ ){0,3}(?:fuera|de vacaciones|"
    r"ausente)|estaré fuera|sono (?:\w+ ){0,3}(?:fuori|assente|in ferie)|estou (?:\w+ ){0,3}(?:ausente|"
    r"fora|de férias)|"
    r"ik ben (?:\w+ ){0,4}(?:afwezig|niet aanwezig|met vakantie))|нахожусь в отпуске|休暇を|不在にして|休假",
    re.IGNORECASE,
)
_ROBOT_ADDRESS = re.compile(
    r"^(?:mailer-daemon|mail-?daemon|postmaster|no-?_?reply|do-?_?not-?_?reply|dont-?reply|noreply[.+-].*|"
    r"no-?response|nobody|bounces?|bounce[+-].*|owner-.+|.+-(?:request|owner|bounces?|return)|"
    r"listserv|majordomo|mdaemon|autoreply|auto-?respond(?:er)?|notifications?|alerts?|automailer)(?:[+.-][^@]*)?$",
    re.IGNORECASE,
)
_NAMES = re.compile(r"<(?:mailto:)?([^<>\s?]{1,300})")  # the group of List-Id, and where List-Post says to write to
_COMMENT = re.compile(r"\([^()]{0,500}\)")
_KEYWORD = re.compile(r"[a-z][a-z-]*")


def why_automatic(message: Message, own: Collection[str] = ()) -> Automatic | None:
    """What shows that a machine wrote it; None for a mail a person may have written.

    Args:
        message: the mail.
        own: addresses of our own mailboxes, in lower case.
    """
    sender = message.sender.address.lower() if message.sender else ""
    hops = len(message.values("received"))
    if hops > MOST_HOPS:
        return Automatic(Kind.LOOP, f"{hops} Received headers")
    if sender and sender in own:
        return Automatic(Kind.OWN, f"From: {sender}")
    sign = _automatic_header(message)
    if absent := _absence(message, sign):
        return absent
    if sign:
        return Automatic(Kind.AUTO_REPLY if "replied" in sign.lower() or message.is_answer else Kind.NOTIFICATION, sign)
    ours = frozenset(address.rpartition("@")[2] for address in own)
    through_ours = _came_through_our_group(message, ours)
    offer = message.value("list-unsubscribe")
    unasked = offer and not message.is_answer and not message.answers_by_hand
    if unasked and (not through_ours or _is_of_our_house(message, ours)):
        return Automatic(Kind.NEWSLETTER, f"List-Unsubscribe: {offer[:100]}")
    if not through_ours and (listed := _list_header(message)):
        return Automatic(Kind.LIST, listed)
    if message.return_path == "":
        return Automatic(Kind.AUTO_REPLY if message.is_answer else Kind.NOTIFICATION, "Return-Path: <>")
    if _is_a_robots(sender):
        return Automatic(Kind.NO_REPLY_ADDRESS, sender)
    bounced_to = (message.return_path or "").lower()
    if not through_ours and _is_a_robots(bounced_to):
        return Automatic(Kind.MAILING_SERVICE, f"Return-Path: {bounced_to}")
    return None


def _is_a_robots(address: str) -> bool:
    return _ROBOT_ADDRESS.match(address.partition("@")[0]) is not None


def _absence(message: Message, sign: str | None) -> Automatic | None:
    """An absence note: its subject says so; or a header says automatic and the text that its writer is away."""
    for name in ("x-autoreply-type", "x-apple-action"):
        if "vacation" in message.value(name).lower() or "oof" in message.value(name).lower():
            return Automatic(Kind.OUT_OF_OFFICE, f"{name}: {message.value(name)}")
    replied = sign or message.return_path == ""
    marked = replied or bool(message.value("x-auto-response-suppress"))
    if (marked and _PERHAPS_ABSENT.search(message.subject)) or (
        _ABSENT.search(message.subject) and (marked or not message.answers_by_hand)
    ):
        return Automatic(Kind.OUT_OF_OFFICE, f"Subject: {message.subject[:200]}")
    if replied and _ABSENT_TEXT.search(message.text[:2_000]) and not message.value("list-id"):
        return Automatic(Kind.OUT_OF_OFFICE, sign or "Return-Path: <>")
    return None


def _automatic_header(message: Message) -> str | None:
    """The header that calls the mail automatic. X-Auto-Response-Suppress is none: it asks others not to answer."""
    word = _KEYWORD.search(_COMMENT.sub(" ", message.value("auto-submitted").lower()))
    submitted = word.group() if word else ""
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted}"
    for name in (
        "x-autoreply",
        "x-autorespond",
        "x-auto-reply-from",
        "x-mail-autoreply",
        "x-autoresponder",
        "x-vacation",
        "x-fc-machinegenerated",
        "x-ms-exchange-generated-message-source",
    ):
        value = message.value(name)
        if value and value.lower() not in ("no", "false", "0"):
            return f"{name}: {value[:100]}"
    precedence = message.value("precedence").lower().strip()
    if precedence in ("auto_reply", "auto-reply", "autoreply"):
        return f"Precedence: {precedence} (replied)"
    if any(part.type == "message/disposition-notification" for part in message.reports):
        return "Content-Type: message/disposition-notification"
    return None


def _came_through_our_group(message: Message, ours: Collection[str]) -> bool:
    """Did a group of our own domain, like ``sales@``, pass it on? It stamps the list headers on what people write."""
    named = _NAMES.findall(f"{message.value('list-post')} {message.value('list-id')}".lower())
    return any(_is_at(name, ours) for name in named)


def _is_of_our_house(message: Message, ours: Collection[str]) -> bool:
    """Did our own company write it? A group that puts itself in From names the writer in another header."""
    people = (*message.reply_to, *([message.sender] if message.sender else ()))
    return not message.value("x-original-from") and all(_is_at(one.address.lower(), ours) for one in people)


def _is_at(name: str, domains: Collection[str]) -> bool:
    return any(name == domain or name.endswith(("@" + domain, "." + domain)) for domain in domains)


def _list_header(message: Message) -> str | None:
    for name in ("list-id", "list-post", "mailing-list", "x-mailing-list"):
        if value := message.value(name):
            return f"{name}: {value[:100]}"
    precedence = message.value("precedence").lower().strip()
    return f"Precedence: {precedence}" if precedence in ("bulk", "list", "junk") else None
