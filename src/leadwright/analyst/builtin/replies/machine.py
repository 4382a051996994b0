"""Tells what a machine wrote from what a person wrote: headers and subject first, then phrases. Judges no interest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from leadwright.analyst.builtin.replies.machine_words import ABSENT, AUTOMATIC, GONE, SUBJECTS, UNDELIVERED
from leadwright.domain.opt_out import fold, own_sentences
from leadwright.domain.replies import ReplyClass


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{fold(p)})" for p in patterns))


_SUBJECT, _AUTOMATIC, _ABSENT = _any(SUBJECTS), _any(AUTOMATIC), _any(ABSENT)
_GONE, _UNDELIVERED = _any(GONE), _any(UNDELIVERED)
_REPLIED = re.compile(
    r"\s*(?:re|aw|sv|vs|rv|antw|odp|ynt|回复|答复|回覆)\s*[::]", re.IGNORECASE
)  # then the words are our own
_BACK = re.compile(
    r"\b(?:back|return\w*|zuruck|erreichbar|wieder|retour|reviens|vuelta|vuelvo|regres\w+|"
    r"volta|volto|voltamos|torno|torniamo|vratim|retorn\w+|rientr\w+|volver\w*|reincorpor\w*|reopen\w*|"
    r"wrac\w+|wroc\w+|powrot\w*|palaa\w*|вернусь|вернется|terug|"
    r"tillbaka|"
    r"tilbage|tilbake|reouverture|rouvr\w+|reprise|riapr\w+|reapertura|reabr\w+|er weer|ater pa|wiedereroffn\w+)\b|"
    r"\bater den\b|戻|営業再開|より(?:通常)?営業|返回|回来|复工|복귀"
)


_SHORTENED = re.compile(r"\b[^\W\d]{1,5}\.$")
_CLAUSE = re.compile(r"(?<=[,;])\s+|\s+(?=but\s)|\n+")


_NOTICE_TALK = re.compile(  # what notices say beside the absence: when I return, whom to ask meanwhile
    r"\b(?:when|once|after|upon|on|as soon as|until) (?:i|my)(?: am|'m| have)? (?:back|return\w*)|\burgen\w+|"
    r"\bemergenc\w+|\bdringend\w*|\bimmediate (?:assistance|help|attention|support)|"
    r"\bin (?:my|the) (?:absence|meantime)|\bmeanwhile\b|"
    r"\bin the interim|^(?:for|if you (?:need|have|require))\b.{0,80}\b"
    r"(?:contact|call|reach|e-?mail|write)\b|\bvertretung\b|\bas soon as possible\b"
)


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
    if gone := _first(_GONE, sentences):
        return Notice(ReplyClass.LEFT, gone)
    if absent := _first(_ABSENT, sentences):
        return Notice(ReplyClass.OUT_OF_OFFICE, absent)
    automatic = _first(_AUTOMATIC, sentences)
    if machine and (back := _first(_BACK, sentences)) and not automatic:
        return Notice(ReplyClass.OUT_OF_OFFICE, back)
    if machine or automatic:
        return Notice(ReplyClass.AUTO_REPLY, automatic)
    return None


def away_sentences(text: str) -> list[str]:
    """The sentences that speak of the absence itself; one that was cut before a date ("d. 7. december") is whole."""
    whole: list[str] = []
    for sentence in own_sentences(text):
        if whole and _SHORTENED.search(whole[-1]) and sentence[:1].isdigit():
            whole[-1] += f" {sentence}"
        else:
            whole.append(sentence)
    return [s for s in whole if _ABSENT.search(fold(s)) or _BACK.search(fold(s))]


def without_absence(text: str) -> str:
    """What is left of a mail when the clauses about the absence are cut out, each clause word for word on a line."""
    clauses = _CLAUSE.split("\n".join(own_sentences(text)))
    return "\n".join(c for c in clauses if not any(p.search(fold(c)) for p in (_ABSENT, _AUTOMATIC, _NOTICE_TALK)))


def _bounced(subject: str, headers: Mapping[str, str], sentences: list[str], machine: bool) -> bool:
    sender = next((v for k, v in headers.items() if k.casefold() == "from"), "")
    report = any(k.casefold() == "content-type" and "multipart/report" in v.casefold() for k, v in headers.items())
    daemon = re.search(r"mailer-daemon|postmaster@|mail delivery", sender, re.IGNORECASE) is not None
    told = _UNDELIVERED.search(fold(subject)) is not None
    inside = _first(_UNDELIVERED, sentences) != ""
    return (told and (inside or not sentences or machine)) or ((report or daemon) and (inside or told))


def _first(pattern: re.Pattern[str], sentences: list[str]) -> str:
    return next((s for s in sentences if pattern.search(fold(s))), "")
