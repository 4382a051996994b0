"""Judges a refusal: a mail server's words, or its status code, to a reason and to whether the address is no good.

Soft reasons are asked first: a refusal that says both "user unknown" and "over quota" is never taken as hard.
"""

from leadwright.domain.patterns import lazy_pattern
from leadwright.mail.bounce_phrases import HARD, PHRASES, Reason

_COMPILED = tuple((reason, lazy_pattern(pattern)) for reason, pattern in PHRASES)
_DELIVERY_AGENT = lazy_pattern(r"procmail|maildrop:|/var/(?:spool/)?mail/|command output: (?!mail quota)")
# Said without doubt: asked before everything but a full mailbox and a refused sender.
_PLAINLY_UNKNOWN = lazy_pattern(
    r"\b(?:550|553|554|551|501)?[ -]*(?:5\.1\.1[ :]+)?(?:user unknown|unknown user|no such user|"
    r"unknown recipient|recipient unknown)\b|"
    r"(?:user|recipient|mailbox|account|address) (?:\S{1,60} )?(?:does not|doesn't) exist|no mailbox here by that name|"
    r"recipient address rejected: access denied|\b55\d[ -](?:5\.\d\.\d )?unrout\w+ address"
)
_PLAINLY_NO_HOST = lazy_pattern(
    r"(?:host|domain)(?: or domain)?(?: name)? not found(?!, try)|host unknown|unknown host|no such domain|nxdomain|"
    r"domain (?:\S{1,60} )?(?:does not|doesn't) exist"
)
_ABOUT_OUR_HOST = lazy_pattern(
    r"\b(?:helo|ehlo|ptr|rdns|reverse|client|(?:white|allow)-?list)|"
    r"\b(?:access|connections?|mail) from (?:an? )?(?:unknown|host|\[)|"
    r"\byour (?:\w+ )?(?:host|server|system|ip|address)|"
    r"\b(?:sending|connecting) (?:host|server|system|domain)"
)
_MAY_PASS = lazy_pattern(
    r"try again|temporar|servfail|time ?out|timed out|will retry|maintenance|migrat|at the moment|will be"
)
_ABOUT_SENDER = dict(_COMPILED)[Reason.SENDER_REFUSED]
_ADDRESS = lazy_pattern(r"<?[\w.+=&'*/-]{1,64}@[\w.-]{1,255}>?")
_LINK = lazy_pattern(r"https?://[^\s>)]{1,500}")
_BY_STATUS = {
    "1.1": Reason.USER_UNKNOWN,
    "1.0": Reason.USER_UNKNOWN,
    "1.3": Reason.USER_UNKNOWN,
    "1.4": Reason.USER_UNKNOWN,
    "1.10": Reason.USER_UNKNOWN,
    "1.2": Reason.HOST_UNKNOWN,
    "4.4": Reason.HOST_UNKNOWN,
    "1.6": Reason.MOVED,
    "1.7": Reason.SENDER_REFUSED,
    "1.8": Reason.SENDER_REFUSED,
    "2.1": Reason.SUSPENDED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_BIG,
    "3.4": Reason.TOO_BIG,
    "3.2": Reason.TAKES_NO_MAIL,
    "4.1": Reason.NETWORK,
    "4.2": Reason.NETWORK,
    "4.6": Reason.NETWORK,
    "4.7": Reason.EXPIRED,
}
_BY_CLASS = {
    "2": Reason.FILTERED,
    "3": Reason.SYSTEM,
    "4": Reason.NETWORK,
    "6": Reason.SYSTEM,
    "7": Reason.POLICY,
}


def reason_in(text: str) -> Reason | None:
    """The reason a refusal's own words give; None when they give none."""
    words = _ADDRESS.sub("<>", _LINK.sub("", " ".join(text[:4_000].lower().split())))
    if not words:
        return None
    first, pattern = _COMPILED[0]
    if pattern.search(words):
        return first
    if _DELIVERY_AGENT.search(words):
        return Reason.SYSTEM
    if not _ABOUT_SENDER.search(words):
        if _PLAINLY_UNKNOWN.search(words):
            return Reason.USER_UNKNOWN
        if _ABOUT_OUR_HOST.search(words) and _PLAINLY_NO_HOST.search(words):
            return Reason.BLOCKED
        if _PLAINLY_NO_HOST.search(words) and not _MAY_PASS.search(words):
            return Reason.HOST_UNKNOWN
    return next((reason for reason, pattern in _COMPILED[1:] if pattern.search(words)), None)


def reason_of_status(status: str) -> Reason | None:
    """The reason of an enhanced status code such as "5.1.1" (RFC 3463); a temporary one is never hard."""
    kind, _, rest = status.partition(".")
    reason = _BY_STATUS.get(rest) or _BY_CLASS.get(rest.partition(".")[0])
    if kind == "4":
        return Reason.EXPIRED if reason is None or reason in HARD else reason
    return reason if kind == "5" else None


_COMMANDS = lazy_pattern(
    r">>> ?(?P<sendmail>\w{4})\b[^<>]{0,40}(?:<[^<>]{0,320}>)?[^<>]{0,40}(?:<<< ?2[^<]{0,400}){0,9}<<< ?[45]\d\d|"
    r"in reply to (?:the )?(?P<postfix>end of data|\w{4})|"
    r"(?:server|error|rejected|failed|said)[^.]{0,40} after (?P<exim>end of data|mail|rcpt|data|helo|ehlo|"
    r"initial|pipelined \w{4})|"
    r"(?:for|to|at|in|during) (?:the )?(?P<named>rcpt|mail|data|text|helo|ehlo)(?: to| from)? (?:command|stage|phase)|"
    r"did not like our (?P<dragonfly>\w{4})|smtp command:?[ -]{0,5}(?P<filter>\w{4})\b|"
    r"(?P<said>rcpt)(?: to)?:?<?[^.]{0,120}(?:generated|fail|replied|response|said)"
)
_SAYS_WHERE = frozenset({"1.0", "1.1", "1.3", "1.4", "1.6", "1.10"})
_SAYS_NO_HOST = frozenset({"1.2", "4.4", "4.310"})
# Wordings whose system documents them as "no such address", whatever command was answered.
_DOCUMENTED = lazy_pattern(
    r"delivery error: dd this user doesn't have an? \S+ account \(\S{3,320}\) \[(?!-9\])|"  # Yahoo; -9 is a filter
    r"requested action not taken: mailbox unavailable \(|"  # Outlook.com; others answer these words without a number
    r"\b(?:ofr|lpn)\d{0,3}_416\b"  # Orange and La Poste number what they refuse; 416 is an invalid recipient
)
# What docomo's subscribers have filtered out is answered so after the text.
_UNKNOWN_TO_FILTERS = lazy_pattern(r"unknown user \S{1,64}@docomo\.ne\.jp")
_SUPPRESSED = lazy_pattern(r"\bsuppress(?:ed|ion)\b")  # the sender's own service did not even try
_NOT_KNOWN_YET = lazy_pattern(r"unverified|verif|lookup|grey-?list|try|later|temporar|time|connect")
_NOT_IN_DIRECTORY = lazy_pattern(r"not listed in (?:\S+ ){0,4}(?:directory|address book)")
_BAD_ADDRESS = frozenset({"bad-mailbox", "bad-domain"})
_REPLY = lazy_pattern(r"(?<![\d.])5\d\d[ -]")


def refused_command(text: str) -> str | None:
    """The SMTP command a report says was refused: "rcpt", "mail", "data", "helo", ...; None when it does not say."""
    found = _COMMANDS.search(" ".join(text[:8_000].lower().split()))
    if not found:
        return None
    words = next(group for group in found.groups() if group).removeprefix("pipelined ")
    return "data" if words.startswith("end of") or words == "text" else words[:4]


def refused_to_the_end(status: str, said: str, around: str) -> bool:
    """Has a server that answers with a temporary code said of the address, for days, that nobody has it?

    Some servers refuse unknown people with 450 4.1.1 for ever (Postfix with soft_bounce or
    unknown_local_recipient_reject_code). Believed only when the sending system gave up, the code is about the address,
    the words are plain and RCPT was refused; an address that could not be verified is not one that is unknown.
    """
    words = " ".join(said.lower().split())
    return (
        status == "4.1.1"
        and bool(_PLAINLY_UNKNOWN.search(words))
        and not _NOT_KNOWN_YET.search(words)
        and refused_command(around) == "rcpt"
    )


def is_about_the_address(
    reason: Reason, status: str, said: str, around: str, *, recipient: str, standard: bool, category: str = ""
) -> bool:
    """Does this refusal prove that the address takes no mail?

    Only when the code or the category of the reporting system says so, or the refused command was the one that names
    the recipient; in a report of the standard form also when the reply names it, when its system documents the words as
    "no such address", or when the reporting system itself knew. A directory that does not list it knows as well.
    Filters answer "user unknown" too, to the sender or after the text: those are never hard, nor is what a suppression
    list keeps back. A server that answers "host unknown" was found, so it means another host unless it names this one.
    """
    words = " ".join(said.lower().split())
    if _SUPPRESSED.search(words) or "temporar" in words:
        return False
    if status.startswith("5") and status[2:] in _SAYS_WHERE and reason is not Reason.HOST_UNKNOWN:
        return True
    if category and category != "other":
        return category in _BAD_ADDRESS
    if standard and reason is Reason.USER_UNKNOWN and _DOCUMENTED.search(words):
        return True
    reply = said[found.start() :].lower() if (found := _REPLY.search(said)) else ""
    domain = recipient.rpartition("@")[2].lower()
    command = refused_command(around)
    if reason is Reason.HOST_UNKNOWN and reply and status[2:] not in _SAYS_NO_HOST and domain not in reply:
        return False
    if command:
        return command == "rcpt"
    if reason is not Reason.USER_UNKNOWN:
        return True
    if _MAY_PASS.search(words) or _UNKNOWN_TO_FILTERS.search(words):
        return False
    if _NOT_IN_DIRECTORY.search(words):
        return True
    if not standard or (status and not status.endswith((".0.0", ".5.0"))):
        return False
    return not reply or (bool(domain) and f"@{domain}" in reply)
