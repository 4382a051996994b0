"""What DNS says of a domain that mail comes from: SPF, DKIM, DMARC. Advice, never a reason to stop."""

from collections.abc import Sequence
from dataclasses import dataclass

Texts = Sequence[str] | None  # the records of a name; None: nobody answered

NEARLY_BULK = 2_500  # mails a day of one domain: at close to 5,000 Gmail counts it as a bulk sender, for good

_SILENT = "Could not be looked up: DNS did not answer from here."
_INCLUDES = {
    "smtp.gmail.com": "include:_spf.google.com",
    "smtp-relay.gmail.com": "include:_spf.google.com",
    "smtp.office365.com": "include:spf.protection.outlook.com",
}


@dataclass(frozen=True, slots=True)
class SenderRecord:
    """One record of ours.

    Args:
        kind: SPF, DKIM or DMARC.
        name: where it stands in DNS.
        found: what stands there; empty when nothing does or nobody answered.
        good: None: could not be looked up, or cannot be told from here.
        says: the finding and what to do, as sentences.
        publish: the value to publish at `name`; empty when nothing is to be published.
    """

    kind: str
    name: str
    found: tuple[str, ...]
    good: bool | None
    says: str
    publish: str = ""


def spf(domain: str, texts: Texts, smtp_host: str, *, microsoft: bool = False) -> SenderRecord:
    """Who may send mail of this domain. RFC 7208.

    Args:
        smtp_host: the server our mail leaves by.
        microsoft: it leaves by Exchange Online instead.
    """
    host = "smtp.office365.com" if microsoft else smtp_host
    ours = _INCLUDES.get(host, f"a:{host}" if "." in host and host[-1].isalpha() else "mx")
    publish = f"v=spf1 {ours} ~all"
    if texts is None:
        return SenderRecord("SPF", domain, (), None, _SILENT, publish)
    found = tuple(t for t in texts if t.lower().split(" ")[0] == "v=spf1")
    if not found:
        return SenderRecord(
            "SPF", domain, (), False, "There is none. Publish one that names your mail server.", publish
        )
    if len(found) > 1:
        says = "There are several, and receivers then count none. Merge them into one."
        return SenderRecord("SPF", domain, found, False, says)
    terms = found[0].lower().split()
    if "+all" in terms or "all" in terms:
        return SenderRecord("SPF", domain, found, False, "It lets everybody send as you. End it with ~all or -all.")
    if ours.startswith("include:") and ours not in terms and not any(t.startswith("redirect=") for t in terms):
        says = f"It does not name {ours}, by which the mail leaves. Add that, unless another include already holds it."
        return SenderRecord("SPF", domain, found, False, says)
    return SenderRecord("SPF", domain, found, True, "There is one. It has to name the server your mail leaves by.")


def dmarc(name: str, texts: Texts, address: str) -> SenderRecord:
    """What receivers are to do with mail that proves nothing. RFC 7489.

    Args:
        name: where it stands, ``_dmarc.`` and the domain.
        address: whom to send reports to.
    """
    publish = f"v=DMARC1; p=none; rua=mailto:{address}"
    if texts is None:
        return SenderRecord("DMARC", name, (), None, _SILENT, publish)
    found = tuple(t for t in texts if t.lower().replace(" ", "").startswith("v=dmarc1"))
    if not found:
        says = "There is none. Gmail and Outlook.com ask senders of many mails for one; p=none is enough."
        return SenderRecord("DMARC", name, (), False, says, publish)
    if len(found) > 1:
        return SenderRecord("DMARC", name, found, False, "There are several, and receivers then count none. Keep one.")
    if _tags(found[0]).get("p", "").lower() not in ("none", "quarantine", "reject"):
        return SenderRecord("DMARC", name, found, False, "Its policy cannot be read. Publish one with p=none.", publish)
    return SenderRecord("DMARC", name, found, True, "There is one.")


def dkim(name: str, texts: Texts, record: str) -> SenderRecord:
    """The public half of the key that signs here. RFC 6376.

    Args:
        record: what has to stand there.
    """
    if texts is None:
        return SenderRecord("DKIM", name, (), None, _SILENT, record)
    found = tuple(t for t in texts if "p" in _tags(t))
    if not found:
        return SenderRecord("DKIM", name, tuple(texts), False, "The record is not there yet. Publish it.", record)
    if len(found) > 1:
        says = "There are several keys under this name. Keep only the one shown here."
        return SenderRecord("DKIM", name, found, False, says, record)
    there, wanted = _tags(found[0]), _tags(record)
    same = there["p"] == wanted["p"] and there.get("k", "rsa").lower() == wanted.get("k", "rsa")
    if not same:
        says = "Another key stands there. Publish the record shown here in its place."
        return SenderRecord("DKIM", name, found, False, says, record)
    return SenderRecord("DKIM", name, found, True, "The record matches the key.")


def dkim_elsewhere(domain: str, signer: str) -> SenderRecord:
    """No key is kept here: whether the mail server signs cannot be told from DNS."""
    says = (
        f"{signer} Send a mail from this mailbox to an address at Gmail and choose Show original: "
        f"DKIM must read PASS with the domain {domain}."
    )
    return SenderRecord("DKIM", f"SELECTOR._domainkey.{domain}", (), None, says)


def _tags(text: str) -> dict[str, str]:
    """Tag -> value, without blanks."""
    parts = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, equals, value in parts if equals}
