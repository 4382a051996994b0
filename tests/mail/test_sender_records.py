"""SPF, DKIM and DMARC of our own domain: what is found, what is missing, and what nobody answers."""

from typing import Any

import dns.exception
import dns.resolver
import pytest
from tests.mail.dns_texts import Texts

from leadwright.db.mail import Mailbox
from leadwright.domain.sender_records import dkim, dmarc, spf
from leadwright.errors import Conflict
from leadwright.identity.secrets import Vault
from leadwright.mail.dkim import new_key
from leadwright.mail.dns_text import DnsTexts, NoTexts
from leadwright.mail.records import seal_dkim_key
from leadwright.mail.sender_records import look_up

VAULT = Vault(["a key of the test, long enough"])
DOMAIN = "seller.example"
KEY, PEM = new_key(DOMAIN, "lw1")
RECORD = KEY.dns_record()


@pytest.mark.parametrize(
    ("texts", "host", "good", "says"),
    [
        (["v=spf1 include:_spf.google.com ~all"], "smtp.gmail.com", True, "There is one"),
        (["v=spf1 mx -all"], "mx.seller.example", True, "There is one"),
        (["some-verification=1", "V=SPF1 mx -all"], "mx.seller.example", True, "There is one"),
        (["v=spf1 redirect=_spf.seller.example"], "smtp.gmail.com", True, "There is one"),
        (["v=spf1 mx -all"], "smtp.office365.com", False, "include:spf.protection.outlook.com"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "mx.seller.example", False, "Merge them"),
        (["v=spf1 +all"], "mx.seller.example", False, "lets everybody"),
        (["v=spf10 mx"], "mx.seller.example", False, "There is none"),
        ([], "mx.seller.example", False, "There is none"),
        (None, "mx.seller.example", None, "Could not be looked up"),
    ],
)
def test_spf(texts: list[str] | None, host: str, good: bool | None, says: str) -> None:
    found = spf(DOMAIN, texts, host)
    assert found.good is good
    assert says in found.says


@pytest.mark.parametrize(
    ("host", "publish"),
    [
        ("mx.seller.example", "v=spf1 a:mx.seller.example ~all"),
        ("smtp.gmail.com", "v=spf1 include:_spf.google.com ~all"),
        ("localhost", "v=spf1 mx ~all"),
        ("127.0.0.1", "v=spf1 mx ~all"),
    ],
)
def test_the_spf_record_to_publish_names_the_server_that_mail_leaves_by(host: str, publish: str) -> None:
    assert spf(DOMAIN, [], host).publish == publish


@pytest.mark.parametrize(
    ("texts", "good"),
    [
        (["v=DMARC1; p=none; rua=mailto:x@seller.example"], True),
        (["v=DMARC1;p=reject"], True),
        (["v=DMARC1"], False),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], False),
        ([], False),
        (None, None),
    ],
)
def test_dmarc(texts: list[str] | None, good: bool | None) -> None:
    assert dmarc(f"_dmarc.{DOMAIN}", texts, "sales@seller.example").good is good


@pytest.mark.parametrize(
    ("texts", "good"),
    [
        ([RECORD], True),
        ([RECORD.replace("p=", "t=s; p=").replace("; k=rsa", "")], True),  # rsa is what k is when it is left out
        ([RECORD[:200] + " " + RECORD[200:]], True),  # blanks within it count for nothing
        ([RECORD, "another text"], True),
        ([RECORD.replace("k=rsa", "k=ed25519")], False),
        ([new_key(DOMAIN, "lw1")[0].dns_record()], False),
        ([RECORD, "v=DKIM1; k=rsa; p=AAAA"], False),
        (["v=DKIM1; k=rsa; p="], False),  # revoked
        (["parked"], False),
        ([], False),
        (None, None),
    ],
)
def test_dkim(texts: list[str] | None, good: bool | None) -> None:
    assert dkim(KEY.dns_name, texts, RECORD).good is good


def _row(**values: Any) -> Mailbox:
    given = {"mailboxid": "m", "emailaddress": "sales@mail.seller.example", "lw_kind": "smtp_imap", "lw_smtphost": "mx"}
    return Mailbox(**given | values)


def test_all_three_are_looked_up_for_the_mailbox_and_dmarc_in_the_domain_above_too() -> None:
    row = _row()
    key = seal_dkim_key(row, VAULT, "lw1", PEM)
    texts = Texts({key.dns_name: (RECORD,), "_dmarc.seller.example": ("v=DMARC1; p=none",)})
    found = {each.kind: each for each in look_up(texts, row, lambda: VAULT)}
    assert {kind: each.good for kind, each in found.items()} == {"SPF": False, "DKIM": True, "DMARC": True}
    assert found["DMARC"].name == "_dmarc.seller.example"
    assert "example" not in texts.asked


def test_without_a_key_here_dkim_is_told_in_words_and_a_key_that_does_not_open_is_no_fault() -> None:
    row = _row(lw_smtphost="smtp.office365.com")
    [signed] = [each for each in look_up(Texts(), row, lambda: VAULT) if each.kind == "DKIM"]
    assert (signed.good, signed.publish) == (None, "")
    assert "Microsoft 365 signs by itself" in signed.says
    seal_dkim_key(row, VAULT, "lw1", PEM)

    def lost() -> Vault:
        raise Conflict("The key is gone.")

    assert len(look_up(Texts(silent=True), row, lost)) == 3


def test_where_nobody_answers_it_could_not_be_looked_up_and_is_not_asked_again_at_once() -> None:
    class Silent(dns.resolver.Resolver):
        asked = 0

        def resolve(self, *args: Any, **more: Any) -> Any:
            self.asked += 1
            raise dns.exception.Timeout

    silent = Silent(configure=False)
    texts = DnsTexts(resolver=silent)
    found = look_up(texts, _row(), lambda: VAULT)
    assert {each.good for each in found} == {None}
    assert silent.asked == 1
    assert NoTexts().texts(DOMAIN) is None


def test_a_record_in_pieces_is_put_together_and_a_name_without_records_has_none() -> None:
    class Answering(dns.resolver.Resolver):
        def resolve(self, qname: Any, *args: Any, **more: Any) -> Any:
            if qname != DOMAIN:
                raise dns.resolver.NXDOMAIN
            return [type("Answer", (), {"strings": (b"v=spf1 ", b"mx -all")})]

    texts = DnsTexts(resolver=Answering(configure=False))
    assert texts.texts(DOMAIN) == ("v=spf1 mx -all",)
    assert texts.texts("another.example") == ()
