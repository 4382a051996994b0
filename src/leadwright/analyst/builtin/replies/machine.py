"""Tells what a machine wrote from what a person wrote: headers and subject first, then phrases. Judges no interest.

People use the phrases of machines as well: without header or subject only a mail of nothing else is a machine's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from leadwright.analyst.builtin.replies.machine_words import (
    ABSENT,
    AUTOMATIC,
    BESIDE,
    GONE,
    SUBJECTS,
    SUCCEEDED,
    UNDELIVERED,
)
from leadwright.analyst.builtin.replies.spelling import written_out
from leadwright.domain.opt_out import fold, own_sentences
from leadwright.domain.patterns import lazy_pattern
from leadwright.domain.replies import ReplyClass


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return lazy_pattern("|".join(f"(?:{fold(p)})" for p in patterns))


_SUBJECT, _AUTOMATIC, _ABSENT = _any(SUBJECTS), _any(AUTOMATIC), _any(ABSENT)
_GONE, _UNDELIVERED, _BESIDE = _any(GONE), _any(UNDELIVERED), _any(BESIDE)
_REPLIED = re.compile(
    r"\s*(?:re|aw|sv|vs|rv|antw|odp|ynt|回复|答复|回覆)\s*[::]", re.IGNORECASE
)  # then the words are our own
_SUCCEEDED = _any(SUCCEEDED)
_I_LEFT = lazy_pattern(
    r"\b(?:i|i'm|i've)(?: \w+){0,2} (?:no longer|left|leaving|retired|resigned|departed)\b|\bmy last\b"
)
_BACK = lazy_pattern(
    r"\b(?:back|return\w*|zuruck|erreichbar|wieder|retour|reviens|vuelta|vuelvo|regres\w+|"
    r"volta|volto|voltamos|torno|torniamo|vratim|retorn\w+|rientr\w+|volver\w*|reincorpor\w*|reopen\w*|"
    r"wrac\w+|wroc\w+|powrot\w*|palaa\w*|вернусь|вернется|terug|"
    r"tillbaka|"
    r"tilbage|tilbake|reouverture|rouvr\w+|reprise|riapr\w+|reapertura|reabr\w+|er weer|ater pa|wiedereroffn\w+)\b|"
    r"\bater den\b|戻|営業再開|より(?:通常)?営業|返回|回来|复工|복귀"
)


_SHORTENED = lazy_pattern(r"\b[^\W\d]{1,5}\.$")
_CLAUSE = re.compile(
    r"(?<=[,;:])\s+|\s+[-–—]+\s+|\s+(?=(?:but|so|aber|mais|pero|maar)\s|and (?:i|we|can|could|would)\b)|\n+",
    re.IGNORECASE,
)


_NOTICE_TALK = lazy_pattern(  # what notices say beside the absence: when I return, whom to ask meanwhile
    r"\b(?:when|once|after|upon|on|as soon as|until) (?:i|my)(?: am|'m| have)? (?:back|return\w*)|\burgen\w+|"
    r"\bemergenc\w+|\bdringend\w*|\bimmediate (?:assistance|help|attention|support)|"
    r"\bin (?:my|the) absence|^(?:for|if you (?:need|have|require))\b.{0,80}\b"
    r"(?:contact|call|reach|e-?mail|write)\b|\bvertretung\b"
)
_MEANWHILE = lazy_pattern(r"\bin the (?:meantime|interim)\b|\bmeanwhile\b|\bas soon as possible\b")
_WISH = lazy_pattern(
    r"\b(?:(?:please|can you|could you) (?:send|share|show|tell|give|quote|provide|confirm|answer|reply|respond|"
    r"deliver|ship)\b(?! (?:it|this|that|an? e?-?mail|all|any|to (?:this|my|the) (?:e-?mail|message))\b)"
    r"(?!.{0,60} to (?:my|our|\S+@))|(?:please|can you|could you) (?:send|share|forward|e-?mail) (?:\w+ ){0,3}"
    r"(?:pric\w+|quot\w+|proposals?|brochures?|specs|offers?|contracts?)\b|let us (?!know\b))"
)
_COURTESY = lazy_pattern(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten tag|sehr geehrte\w*|bonjour|hola|ciao)\b"
    r"[^.!?]{0,40}\W*|"
    r"(?:many |best |kind |warm |with )*(?:regards|wishes|cheers|thanks|thank you|sincerely|gruss\w*|danke)\b"
    r"[^.!?]{0,30}\W*|"
    r"(?:thank you|thanks|vielen dank|danke|merci|gracias|grazie)\b.{0,10}\b(?:for|fur|de|por|per)\b.{0,60}|"
    r"yours (?:sincerely|faithfully|truly)\W*"
)
_CODE = lazy_pattern(r"\b[45]\.\d{1,3}\.\d{1,3}\b|\b[45]\d\d\b")  # of SMTP: no person writes them beside such a subject
_NAME = lazy_pattern(r"[A-Z][\w.&'-]*(?:[ ,]{1,3}[A-Z][\w.&'-]*){0,4},?")
_SIGNED = lazy_pattern(
    r"[A-Z][\w.&'-]*(?:[ ,|/]{1,3}(?:of|for|and|&|the|[A-Z0-9][\w.&'-]*)){0,12}[.,!]?|[Ss]ent from my .{2,30}"
)
_DATE_WORD = lazy_pattern(
    r"(?:jan|feb|mar|apr|avr|abr|mai|may|jun|jul|jui|aug|aou|ago|sep|set|oct|okt|out|nov|dec|dez|dic|inc?k?l|"
    r"mon|tue|wed|thu|fri|sat|sun|die|mit|don|fre|sam|son)\w*"
)
_WORD, _ADDRESS = lazy_pattern(r"[a-z]{4,}"), lazy_pattern(r"\S+@\S+")


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail that needs no judgement of interest, and the words that say so (empty when only headers or subject do)."""

    kind: ReplyClass
    words: str = ""


def by_machine(subject: str, headers: Mapping[str, str]) -> bool:
    """Do headers or subject say that a machine sent it?"""
    named = {k.casefold(): str(v).strip().casefold() for k, v in headers.items()}
    if named.get("auto-submitted", "no").split(";")[0].strip() not in ("no", "", "false"):
        return True
    if named.get("precedence") in ("bulk", "list", "junk", "auto_reply") or "list-id" in named:
        return True
    marks = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-failed-recipients")
    if any(m in named for m in marks):
        return True
    return not _REPLIED.match(subject) and _SUBJECT.search(fold(subject)) is not None


def notice_in(text: str, subject: str, headers: Mapping[str, str]) -> Notice | None:
    """The absence notice, dead mailbox, bounce or automatic answer that this is; None for a person's mail.

    A person who is away and says something all the same is found by what `without_absence` leaves.
    """
    sentences = own_sentences(text)
    machine = by_machine(subject, headers)
    if _bounced(subject, headers, sentences, machine):
        return Notice(ReplyClass.BOUNCE, _first(_UNDELIVERED, sentences))
    gone = _first(_GONE, sentences)
    if gone and (machine or not _took_over(sentences)):
        return Notice(ReplyClass.LEFT, gone)
    if absent := _first(_ABSENT, sentences):
        return Notice(ReplyClass.OUT_OF_OFFICE, absent)
    automatic = _first(_AUTOMATIC, sentences)
    if automatic and not machine and not all(_is_machines_talk(s) for s in sentences):
        return None
    if machine and (back := _first(_BACK, sentences)) and not automatic:
        return Notice(ReplyClass.OUT_OF_OFFICE, back)
    if machine or automatic:
        return Notice(ReplyClass.AUTO_REPLY, automatic)
    return None


def _took_over(sentences: list[str]) -> bool:
    """Did somebody else leave, whose work the writer does now?"""
    return _first(_SUCCEEDED, sentences) != "" and _first(_I_LEFT, sentences) == ""


def away_sentences(text: str) -> list[str]:
    """The sentences that speak of the absence itself; one that was cut before a date ("d. 7. december") is whole."""
    whole: list[str] = []
    for sentence in own_sentences(text):
        if whole and _SHORTENED.search(whole[-1]) and sentence[:1].isdigit():
            whole[-1] += f" {sentence}"
        else:
            whole.append(sentence)
    return [s for s in whole if _ABSENT.search(fold(s)) or _BACK.search(fold(s))]


def wishes(text: str) -> bool:
    """Is something asked for in plain words: "please send", "can you confirm", "let us order"?"""
    return _WISH.search(written_out(text)) is not None


def sounds_automatic(text: str) -> bool:
    """Is a phrase of absence notes or automatic answers in it?"""
    return any(_ABSENT.search(fold(s)) or _AUTOMATIC.search(fold(s)) for s in own_sentences(text))


def without_absence(text: str) -> str:
    """What is left of a mail when the clauses about the absence are cut out, each clause word for word on a line."""
    return "\n".join(c for c in _CLAUSE.split("\n".join(own_sentences(text))) if not _is_notices_clause(c))


def says_more(text: str) -> bool:
    """Is anything said beside an absence, the way back, whom to ask meanwhile, and courtesy?"""
    return any(_tells(clause) for clause in without_absence(text).splitlines())


def _tells(clause: str) -> bool:
    plain = fold(clause)
    if plain.endswith(("?", "？")):
        return True
    if _BACK.search(plain) or _BESIDE.search(plain) or _COURTESY.fullmatch(plain) or _SIGNED.fullmatch(clause):
        return False
    return any(not _DATE_WORD.fullmatch(word) for word in _WORD.findall(_ADDRESS.sub("", plain)))


def _is_notices_clause(clause: str) -> bool:
    plain = fold(clause)
    if (_ABSENT.search(plain) and not plain.endswith("?")) or _NOTICE_TALK.search(plain):
        return True
    said = _AUTOMATIC.search(plain) or _MEANWHILE.search(plain)
    return said is not None and not _asks(clause)


def _asks(words: str) -> bool:
    return words.rstrip().endswith("?") or wishes(words)


def _is_machines_talk(sentence: str) -> bool:
    plain = fold(sentence)
    told = _AUTOMATIC.search(plain) or _COURTESY.fullmatch(plain) or _NAME.fullmatch(sentence)
    return told is not None and not _asks(sentence)


def _bounced(subject: str, headers: Mapping[str, str], sentences: list[str], machine: bool) -> bool:
    sender = next((v for k, v in headers.items() if k.casefold() == "from"), "")
    report = any(k.casefold() == "content-type" and "multipart/report" in v.casefold() for k, v in headers.items())
    daemon = re.search(r"mailer-daemon|postmaster@|mail delivery", sender, re.IGNORECASE) is not None
    told = _UNDELIVERED.search(fold(subject)) is not None
    inside = _first(_UNDELIVERED, sentences) != ""
    coded = inside and any(_CODE.search(sentence) for sentence in sentences)
    return (told and (machine or coded or not sentences)) or ((report or daemon) and (inside or told))


def _first(pattern: re.Pattern[str], sentences: list[str]) -> str:
    return next((s for s in sentences if pattern.search(fold(s))), "")
