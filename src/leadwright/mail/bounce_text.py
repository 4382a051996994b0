"""Bounces that no machine was meant to read: found by sender, subject and wording, in many languages."""

import re
from dataclasses import dataclass

from leadwright.mail.message import Message

_ROBOT = re.compile(
    r"mailer-?daemon|post_?master|mail[ ._-]?(?:delivery|system|administrator|er\b|adm)|"
    r"delivery[ ._-]?(?:subsystem|system|service|"
    r"failure|report)|mmdf|system administrator|mailadmin|bounce|undeliver|postoffice|mail server|virus|mail router",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver(?:ed|able)|return(?:ed|ing) (?:mail|message|to sender|e-?mail)|(?:mail|message|delivery|"
    r"e-?mail)(?: \w+){0,4}? (?:fail(?:ed|ure|ing)?|"
    r"not delivered|problem|error|undeliver\w+|notification|rejected|returned|delayed)|fail(?:ed|"
    r"ure)(?: to deliver)?[ :](?:notice|mail|delivery|message|"
    r"delivery)|delivery (?:status|report|notification|unsuccessful|has failed|delay)|non-?delivery|"
    r"could ?n[o']t (?:be )?deliver|"
    r"(?:mail|nondeliverable) mail|rejected mail|automatically rejected|could not send message|"
    r"warning: (?:message|could|mail)|"
    r"mail system error|user unknown|unzustellbar|nicht zugestellt|zustellung|non remis|échec|"
    r"non distribu|no entregado|no se pudo entregar|"
    r"devuelto|rebotado|mancato recapito|mancata consegna|não entregue|nao entregue|falha na entrega|"
    r"onbestelbaar|niet bezorgd|"
    r"недоставлен|не доставлен|возвращ|退信|无法投递|送信失敗|配信不能|配送エラー|"
    r"配信エラー|エラーメール|メールエラー|반송|odrzuc|nie dostarcz|doručen",
    re.IGNORECASE,
)
_SAYS_SO = re.compile(
    r"(?:could|can|was|were|is|has|have|had|did|may|might)(?: ?not|n't|not)(?: yet|"
    r" been)?(?: be)?(?: successfully| able to)? (?:deliver\w*|reach\w*|sent|"
    r"accepted|received)|(?:unable|failed|wasn't able|not able) to (?:deliver|send|reach)|(?:delivery|"
    r"message|mail|email) (?:to the following|has|was|failed|"
    r"could|attempt)[^.]{0,120}(?:fail|reject|return|bounc|refus|undeliver|delay|not|abort)|"
    r"undeliver(?:able|ed)|fatal errors?|"
    r"delivery (?:failed|failure|errors?|problem|notification)|delevery to the|permanent (?:error|"
    r"failure)|(?:following|these|some) (?:address|recipient)"
    r"[^.]{0,60}(?:fail|reject|error|problem|refus|bounc|not)|returned (?:to sender|mail|message|unopened|"
    r"for the)|did not reach|following errors?|"
    r"unknown (?:user|recipient|address|host)|user unknown|invalid (?:recipient|final|address|user)|"
    r"no such user|transcript of session|reason for (?:failure|return)|"
    r"failed recipient|failed addresses|error type|failure reasons?|remote (?:server|host) (?:said|"
    r"replied|returned|issued)|smtp error|"
    r"(?:mailbox|folder|account)[^.]{0,40}(?:full|quota|disabled)|has been rejected|was rejected|"
    r"were rejected|is over quota|quota exceeded|"
    r"no pudo ser entregad|konnte nicht[^.]{0,60}(?:zugestellt|zugeleitet|übermittelt|gesendet)|"
    r"nicht zustellbar|n'a pas pu être|no se ha podido|non è stato possibile|"
    r"impossibile|não pôde ser|не (?:может|удалось|"
    r"был)[^.]{0,30}достав|无法(?:发送|投递|送达)|投递失败|エラー|配信(?:でき|"
    r"不能|され)|送信(?:でき|不能)|届け|전송.{0,10}(?:실패|못)|"
    r"nie (?:mog|zosta)[^.]{0,40}dostarcz|kon niet[^.]{0,40}(?:bezorgd|afgeleverd)|kunne ikke|kunde inte|ei voitu",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"warning only|(?:no need|not need|don'?t need) to resend|do not (?:need to )?resend|(?:will|"
    r"still)(?: be| continue| keep)*(?: trying| try(?:ing)?| retr\w+)"
    r"[^.]{0,60}(?:for|until|up to|hours|days|deliver|period)|still being retried|delayed mail|"
    r"delivery (?:is |has been )?delayed|delay in the delivery|"
    r"has been delayed|retries will|not yet (?:been )?(?:delivered|received)|will be retried",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(
    r"giv(?:en|ing) up|permanent|fatal|returned to sender|will not be retried|no further attempt|not going to try",
    re.IGNORECASE,
)
_OURS_BEGINS = re.compile(
    r"(?im)^[ \t>*=_-]{0,80}(?:(?:begin |start of )?(?:original|returned|undelivered|unsent|failed|"
    r"bounced|rejected|your|old|enclosed|attached|forwarded|included|the)"
    r"(?: \w+){0,6}? (?:message|mail|header|headers|e-?mail)(?:(?: text)? ?(?:follows?|headers?|"
    r"as received|attached|below)(?: \w+){0,3})?(?: was| is)?[ \t:=*_-]*$|"
    r"(?:this|below|here|following|enclosed|attached|included|what follows)[^\n]{0,40} (?:a )?(?:copy|"
    r"header|headers|original|content|text)[^\n]{0,60}$|"
    r"[^\n]{0,60}(?:copy of (?:the|your) (?:original )?(?:message|mail)|header and top|"
    r"message headers? follow|original message follows)[^\n]{0,80}$|"
    r"[-=_ ]*mensaje original[^\n]{0,30}$|[-=_ ]*ursprüngliche nachricht[^\n]{0,30}$|(?:received|return-path): )",
)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,80}@[A-Za-z0-9-][\w.-]{0,250}\w", re.ASCII)
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)[ -](?=\S)")
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class TextRefusal:
    """One recipient that a bounce in words names; `said` is what stands beside it, `around` the whole report."""

    recipient: str
    said: str
    around: str
    status: str
    delayed: bool


def read_refusals(message: Message) -> tuple[TextRefusal, ...]:
    """The recipients a bounce names in words; () when the mail is no bounce.

    A report that names none has one refusal with the recipient of the returned mail, or "".
    """
    if not _may_be_bounce(message):
        return ()
    told = _told(message)
    if not _is_bounce(message, told):
        return ()
    delayed = bool(_DELAYED.search(f"{message.subject} {told}")) and not _GAVE_UP.search(told)
    around = f"{_telling_subject(message)}\n{told}"
    named = _recipients(message, told)
    if not named:
        return (TextRefusal(_returned_to(message), told[:2_000], around, _status(told), delayed),)
    return tuple(
        TextRefusal(address, said, around, _status(said) or _status(told), delayed)
        for address in named
        if (said := _beside(address, told, named))
    )


def _told(message: Message) -> str:
    """What the mail system itself wrote, without the returned mail."""
    text = message.text[:_MOST]
    begin = _OURS_BEGINS.search(text)
    while begin and len(text[: begin.start()].split()) < 4:
        begin = _OURS_BEGINS.search(text, begin.end())
    return text[: begin.start()] if begin else text


def _telling_subject(message: Message) -> str:
    return message.subject if _SUBJECT.search(message.subject) else ""


def may_be_refusal(sender: str, subject: str, return_path: str | None) -> bool:
    """Cheap, and true of every bounce that does not name its failed recipients in a header: sender or subject say so.

    Args:
        sender: name and address.
        return_path: without angle brackets; None when the mail has none.
    """
    return _is_robots(sender, return_path) or bool(_SUBJECT.search(subject))


def _may_be_bounce(message: Message) -> bool:
    named = bool(message.value("x-failed-recipients"))
    return named or may_be_refusal(_written_by(message), message.subject, message.return_path)


def _is_robot(message: Message) -> bool:
    return _is_robots(_written_by(message), message.return_path)


def _written_by(message: Message) -> str:
    return f"{message.sender.name} {message.sender.address}" if message.sender else message.value("from")


def _is_robots(sender: str, return_path: str | None) -> bool:
    return return_path in ("", "MAILER-DAEMON") or not sender.strip() or bool(_ROBOT.search(sender))


def _is_bounce(message: Message, told: str) -> bool:
    """Two signs of three: a robot wrote it, the subject says so, the text says so.

    Without a robot it must name whom it could not reach, and answer nothing: people as well write that a mail failed.
    """
    if message.value("x-failed-recipients"):
        return True
    if any(part.type == "message/feedback-report" for part in message.reports):
        return False
    robot = _is_robot(message)
    subject, says = bool(_SUBJECT.search(message.subject)), bool(_SAYS_SO.search(told[:6_000]))
    returned = any(part.type in ("message/rfc822", "text/rfc822-headers") for part in message.reports)
    if message.answers_by_hand and not robot:
        return False
    if not robot:
        return subject and says and not message.is_answer and bool(_recipients(message, told))
    return (robot + subject + says + returned) >= 2 and (subject or says)


def _recipients(message: Message, told: str) -> tuple[str, ...]:
    listed = _ADDRESS.findall(" ".join(message.values("x-failed-recipients")))
    if listed:
        return tuple(dict.fromkeys(listed))
    own = {address.address.lower() for address in (*message.to, *message.cc)}
    own |= {value.lower() for value in _ADDRESS.findall(" ".join(message.values("delivered-to")))}
    if message.sender:
        own.add(message.sender.address.lower())
    found = dict.fromkeys(
        address
        for address in _ADDRESS.findall(_without_links(told))
        if not _is_staff(address) and "." in address.rpartition("@")[2]
    )
    others = [address for address in found if address.lower() not in own]
    return tuple(others[:50])


def _is_staff(address: str) -> bool:
    return address.lower().startswith(("postmaster@", "mailer-daemon@", "abuse@", "support@", "helpdesk@", "noc@"))


def _without_links(text: str) -> str:
    return re.sub(r"(?:https?://|mailto:)[^\s>]{1,500}", " ", text)


def _beside(address: str, told: str, named: tuple[str, ...]) -> str:
    """The lines about one recipient: from its first mention to the next recipient's, or all when it stands alone."""
    if len(named) == 1:
        return told[:4_000]
    start = told.find(address)
    ends = [at for other in named if other != address and (at := told.find(other, start + len(address))) > start]
    return told[start : min(ends, default=len(told))][:2_000] or address


def _returned_to(message: Message) -> str:
    for part in message.reports:
        found = re.search(r"(?im)^to:[^\n]{0,300}", part.text)
        address = _ADDRESS.search(found.group()) if found else None
        if address:
            return address.group()
    return ""


def _status(text: str) -> str:
    found = _STATUS.search(text)
    if found:
        return found.group(1)
    code = _REPLY_CODE.search(text)
    return f"{code.group(1)[0]}.0.0" if code else ""
