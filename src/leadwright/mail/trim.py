"""The new part of a reply: quoted mails, signatures and what devices add are cut, whatever the language.

A quote is never given to whoever judges what the sender wants: it holds our own words, our "unsubscribe" included.
"""

import re
from collections.abc import Sequence

from leadwright.mail.quote_words import (
    BANNER,
    DEVICE_LINE,
    DISCLAIMER,
    FROM_NAME,
    HEADER,
    JOB_TITLE,
    OPENING,
    ORIGINAL,
    PLAIN_REPLY_LINE,
    SIGN_OFF,
    WROTE,
)

_MOST_LINES = 5_000
_LONGEST = 2_000
_SEPARATOR = 120
_QUOTED = re.compile(r"[ \t]{0,3}(?:[>|]|&gt;|[A-Z][A-Za-z]{0,3}>(?:\s|$))")
_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_RULE = re.compile(r"[ \t>]{0,6}(?:[_]{3,}|[-–—=*]{4,})[ \t]{0,4}")
_SIGNATURE_MARK = re.compile(r"[ \t]{0,2}(?:--|—|–|__+|-- -?)[ \t]{0,4}")
_DATE = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\b\d{1,2}:\d{2}|\b\d{1,2}\.\d{2}\b|\b(?:19|20)\d\d\b|\d{1,2}\s?(?:月|"
    r"年|日)|\bkl\.?\s\d",
    re.IGNORECASE,
)
_STAMPED = re.compile(r"^[^<>]{0,200}<\s?[^<>\s]{1,100}@[^<>\s]{1,200}\s?>\s?[:：]$")
_TIME = re.compile(r"\b\d{1,2}:\d{2}\b")
_ADDRESS = re.compile(r"[\w.+=%'-]{1,80}@[\w.-]{1,200}|mailto:|\bvia\b", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?:\+|00|\(0)?\d[\d ()./-]{6,20}\d|www\.|https?://|[\w.+-]{1,60}@[\w-]{1,60}\.\w|\b(?:tel|fon|phone|"
    r"mobile|mob|cell|fax|direct|office|web|skype)\b\s*[.:+]",
    re.IGNORECASE,
)


def trim_reply(text: str) -> str:
    """What the sender wrote newly, without surrounding blank lines; "" when everything is quoted."""
    lines = _without_banner(_lines(text))
    ends = [_may_end_attribution(line) for line in lines]
    near = _near(ends)
    end = _end_of_new_part(lines, ends, near)
    kept = _without_quotes(lines[:end], ends, near)
    kept = _without_tail(kept)
    return "\n".join(kept).strip("\n").rstrip()


def _near(ends: Sequence[bool]) -> list[bool]:
    """For each line: may an attribution end on it or on one of the next seven?"""
    near, last = [False] * len(ends), -8
    for index in range(len(ends) - 1, -1, -1):
        if ends[index]:
            last = index
        near[index] = 0 <= last < index + 8
    return near


def _fences(lines: Sequence[str]) -> list[bool]:
    """For each line: does a block of code begin or end on it?"""
    return [line.lstrip(" \t").startswith(("```", "~~~")) and bool(_FENCE.match(line)) for line in lines]


def _lines(text: str) -> list[str]:
    text = (
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "")
    ).replace("&nbsp;", " ")
    return [line.rstrip()[:_LONGEST] for line in text.split("\n")[:_MOST_LINES]]


def _without_banner(lines: list[str]) -> list[str]:
    """Drops the paragraph that warns of a mail from outside, where one stands on top."""
    first = next((index for index, line in enumerate(lines) if not _is_blank(line)), 0)
    if not lines or not BANNER.match(lines[first]):
        return lines
    end = next((index for index in range(first, min(len(lines), first + 5)) if _is_blank(lines[index])), first + 1)
    return lines[end:]


def _is_quoted(line: str) -> bool:
    return bool(_QUOTED.match(line))


def _is_blank(line: str) -> bool:
    return not line.strip()


def _end_of_new_part(lines: Sequence[str], ends: Sequence[bool], near: Sequence[bool]) -> int:
    """Where a mail that is included without quote marks begins: separator, header block or attribution."""
    fenced, fences = False, _fences(lines)
    for index, line in enumerate(lines):
        if fences[index]:
            fenced = not fenced and any(fences[index + 1 :])
        if fenced or _is_quoted(line):
            continue
        if (
            (len(line) <= _SEPARATOR and ORIGINAL.fullmatch(line))
            or _is_reply_line(line)
            or _header_block(lines, index)
        ):
            return _before_rule(lines, index)
        length = _attribution(lines, index, ends) if near[index] else 0
        if (
            length
            and any(not _is_blank(above) for above in lines[:index])
            and not _is_quoted(_next(lines, index + length))
        ):
            return index
    return len(lines)


def _is_reply_line(line: str) -> bool:
    return ("above" in line or "ABOVE" in line or "oberhalb" in line) and bool(PLAIN_REPLY_LINE.search(line))


def _next(lines: Sequence[str], start: int) -> str:
    return next((line for line in lines[start:] if not _is_blank(line)), "")


def _before_rule(lines: Sequence[str], index: int) -> int:
    """One line of dashes above belongs to what is cut."""
    above = index - 1
    while above >= 0 and _is_blank(lines[above]):
        above -= 1
    return above if above >= 0 and _RULE.fullmatch(lines[above]) else index


def _header_block(lines: Sequence[str], index: int) -> bool:
    """Do the headers of an included mail begin here? A sender and two more, or three others, close together."""
    first = HEADER.fullmatch(lines[index]) if ":" in lines[index] or "：" in lines[index] else None
    if not first:
        return False
    names = [first.group("name").lower()]
    values = [first.group("value")]
    gap = 0
    for line in lines[index + 1 : index + 14]:
        found = HEADER.fullmatch(line)
        if found:
            names.append(found.group("name").lower())
            values.append(found.group("value"))
            gap = 0
        elif not _is_blank(line) and not line.startswith((" ", "\t", "<")) and "@" not in line:
            break
        else:
            gap += 1
            if gap > 2:
                break
    different = len(set(names))
    sender = any(FROM_NAME.fullmatch(name) for name in names[:2])
    mentions = any(_DATE.search(value) or "@" in value for value in values)
    return (different >= 3 and (sender or mentions)) or (different >= 2 and sender and mentions)


def _attribution(lines: Sequence[str], index: int, ends: Sequence[bool]) -> int:
    """How many lines the "On ..., ... wrote:" that begins here takes; 0 when none begins.

    Where the rest after an empty line is an attribution by itself, what stands before is the writer's own.
    """
    taken = _attribution_at(lines, index, ends)
    for skipped in range(1, taken):
        after_blank = _is_blank(lines[index + skipped - 1]) and not _is_blank(lines[index + skipped])
        if after_blank and _attribution_at(lines, index + skipped, ends) == taken - skipped:
            return 0
    return taken


def _attribution_at(lines: Sequence[str], index: int, ends: Sequence[bool]) -> int:
    if _is_blank(lines[index]) or len(lines[index]) > 400:
        return 0
    first = lines[index].strip()
    if not _may_begin_attribution(first, near=any(ends[index : index + 2])):
        return 0
    joined, blanks = "", 0
    for length, line in enumerate(lines[index : index + 8], 1):
        if _is_blank(line):
            blanks += 1
            if blanks > 1:
                return 0
            continue
        if (
            _is_quoted(line)
            and length > 1
            and not line.strip().startswith((">:", "> wrote"))
            and not line.strip().endswith(":")
        ):
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if len(joined) > 500:
            return 0
        if ends[index + length - 1] and _ends_attribution(joined, _next(lines, index + length)):
            return length
        if joined.endswith((".", "!", "?")) and not joined.endswith((" a.m.", " p.m.")) and length > 1:
            return 0
    return 0


def _may_begin_attribution(line: str, near: bool) -> bool:
    """Cheap, and true of every line an attribution can begin with; `near`: it would end here or on the next line."""
    return (
        bool(OPENING.match(line)) or "@" in line or any(map(str.isdigit, line)) or (near and bool(WROTE.search(line)))
    )


def _ends_attribution(joined: str, following: str) -> bool:
    """Where a quote follows at once, less is asked: a date and an address, or a verb at the end."""
    if _is_attribution(joined):
        return True
    said = len(joined) <= 200 and joined.endswith((":", "：")) and bool(WROTE.search(joined[-30:]))
    return (said or _names_sender(joined)) and _is_quoted(following)


def _may_end_attribution(line: str) -> bool:
    """Cheap, and true of every line an attribution can end with."""
    end = line[-1:]
    return end in (":", "：") or (end not in ("", ".", "!", "?", ",", ";") and bool(WROTE.search(line[-30:])))


def _is_attribution(text: str) -> bool:
    """One sentence that ends with a colon (or the verb), has a verb of writing, and a date or an address.

    A date, a time and an address in angle brackets before a colon do as well: Gmail in many languages.
    """
    if _STAMPED.search(text) and _TIME.search(text) and _DATE.search(text):
        return True
    if not (text.endswith((":", "：")) or (WROTE.search(text[-25:]) and text[-1] not in ".!?,")):
        return False
    found = WROTE.search(text)
    dated, addressed = bool(_DATE.search(text)), bool(_ADDRESS.search(text))
    return bool(found) and (dated or addressed)


def _names_sender(text: str) -> bool:
    """A date and an address before a colon: enough where a quote follows at once."""
    return text.endswith((":", "：")) and bool(_DATE.search(text)) and bool(_ADDRESS.search(text))


def _without_quotes(lines: Sequence[str], ends: Sequence[bool], near: Sequence[bool]) -> list[str]:
    """Drops quoted lines, and the attribution above them; text between quotes stays."""
    kept: list[str] = []
    index, fenced, fences = 0, False, _fences(lines)
    while index < len(lines):
        line = lines[index]
        if fences[index] and not _is_quoted(line):
            fenced = not fenced and any(fences[index + 1 :])
        length = _attribution(lines, index, ends) if not fenced and near[index] else 0
        if length and (_is_quoted(_next(lines, index + length)) or not any(not _is_blank(k) for k in kept)):
            index += length
        elif _is_quoted(line) and not fenced:
            index += 1
        else:
            kept.append(line)
            index += 1
    return kept


def _without_tail(lines: list[str]) -> list[str]:
    """Drops signature, device line, disclaimer and contact block at the end."""
    end = len(lines)
    fences = [index for index, fence in enumerate(_fences(lines)) if fence]
    first = fences[-1] if len(fences) > 1 else 0
    begins = next((index for index, line in enumerate(lines) if not _is_blank(line)), end)
    for index, line in enumerate(lines[first:], first):
        above = index > begins
        if above and (_SIGNATURE_MARK.fullmatch(line) or DISCLAIMER.match(line)):
            end = index
            break
        if above and _RULE.fullmatch(line) and _ends_with_a_signature(lines, index + 1):
            end = index
            break
    lines = _without_devices(lines[:end])
    return _without_contact(lines)


def _ends_with_a_signature(lines: Sequence[str], start: int) -> bool:
    """At most eight lines follow a rule, and the first of them is no sentence of the mail."""
    few = sum(not _is_blank(later) for later in lines[start:]) <= 8
    first = _next(lines, start)
    return few and (not first.endswith((".", "?", "!")) or len(first.split()) < 3 or bool(_CONTACT.search(first)))


def _without_devices(lines: list[str]) -> list[str]:
    """Lines such as "Sent from my iPhone", alone between blank lines or at the end."""
    kept = list(lines)
    while kept and (_is_blank(kept[-1]) or DEVICE_LINE.match(kept[-1]) or _RULE.fullmatch(kept[-1])):
        kept.pop()
    return kept


def _is_title(line: str) -> bool:
    return len(line.split()) <= 8 and not line.endswith((".", "?", "!")) and bool(JOB_TITLE.search(line))


def _without_contact(lines: list[str]) -> list[str]:
    """Keeps "Best regards" and the name; drops the lines with phone, web or address under them."""
    for index in range(len(lines) - 1, max(-1, len(lines) - 16), -1):
        if not SIGN_OFF.fullmatch(lines[index]) or not any(not _is_blank(above) for above in lines[:index]):
            continue
        after = [at for at in range(index + 1, len(lines)) if not _is_blank(lines[at])]
        if (
            len(after) > 1
            and any(_CONTACT.search(lines[at]) or _is_title(lines[at]) for at in after[1:])
            and all(len(lines[at]) <= 120 for at in after)
        ):
            return lines[: after[0] + 1]
        return lines
    return lines
