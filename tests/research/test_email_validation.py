"""Addresses: syntax, mail exchanger, disposable, role and free mail; an outage is no verdict; a person may overrule."""

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from leadwright.db.sales import Lead
from leadwright.research.email_validation import DnsMailResolver, MailHost, NoDns, of_lead, validate_email


class Fixed:
    """Every domain gets the same answer; remembers what it was asked."""

    def __init__(self, answer: MailHost) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def mail_host(self, domain: str) -> MailHost:
        self.asked.append(domain)
        return self.answer


FOUND = Fixed(MailHost.FOUND)


@pytest.mark.parametrize(
    ("address", "state", "kind", "problems"),
    [
        ("jo@acme.example", "valid", "work", ()),
        ("  Jo.Doe+sales@ACME.example ", "valid", "work", ()),
        ("jö@bücher.example", "valid", "work", ()),
        ("info@acme.example", "valid", "work", ("role",)),
        ("No-Reply@acme.example", "valid", "work", ("role",)),
        ("jo@gmail.com", "valid", "personal", ()),
        ("jo@mail.yahoo.co.uk", "valid", "personal", ()),
        ("jo@mailinator.com", "invalid", "", ("disposable",)),
        ("jo@sub.guerrillamail.com", "invalid", "", ("disposable",)),
        (None, "missing", "", ("missing",)),
        ("   ", "missing", "", ("missing",)),
        *[
            (a, "invalid", "", ("syntax",))
            for a in (
                "jo", "jo@", "@acme.example", "jo@acme", "jo@acme..example", "jo doe@acme.example", "jo@acme.example,",
                "jo@-acme.example", "jo@[127.0.0.1]", "Jo <jo@acme.example>", "jo@acme.example\nBcc: x@y.example",
                "jo@acme.example\x00", "jo@exa\u202emple.org", "a" * 70 + "@acme.example", "jo@" + "a." * 200 + "org",
            )
        ],
    ],
)  # fmt: skip
def test_an_address_is_judged(address: str | None, state: str, kind: str, problems: tuple[str, ...]) -> None:
    check = validate_email(address, resolver=FOUND)
    assert (check.state, check.type, check.problems) == (state, kind, problems)
    assert check.reason.endswith(".")


def test_a_domain_without_mail_makes_the_address_invalid() -> None:
    check = validate_email("jo@acme.example", resolver=Fixed(MailHost.NONE))
    assert (check.state, check.problems) == ("invalid", ("no_mail_server",))
    assert "acme.example" in check.reason


def test_a_dns_outage_leaves_the_address_valid_and_unverified() -> None:
    check = validate_email("jo@acme.example", resolver=Fixed(MailHost.UNKNOWN))
    assert (check.state, check.problems) == ("valid", ("unverified",))
    assert "not verified" in check.reason


def test_without_dns_checks_that_is_said() -> None:
    check = validate_email("jo@acme.example", resolver=NoDns())
    assert (check.state, check.problems) == ("valid", ("unchecked",))
    assert "DNS checks are off" in check.reason


def test_what_a_person_overruled_stays() -> None:
    lead = Lead(emailaddress1="jo@acme.example", lw_emailstate="overruled_valid", lw_emailtype="personal", custom={})
    check = of_lead(lead, resolver=Fixed(MailHost.NONE))
    assert (check.state, check.type) == ("valid", "personal")
    lead.lw_emailstate = "overruled_invalid"
    assert of_lead(lead, resolver=FOUND).state == "invalid"
    lead.emailaddress1 = None
    assert of_lead(lead, resolver=FOUND).state == "missing"


def test_the_settings_name_the_column_of_the_address() -> None:
    lead = Lead(emailaddress2="jo@acme.example", custom={"mail": "jo@gmail.com"})
    assert of_lead(lead, field="emailaddress2", resolver=FOUND).type == "work"
    assert of_lead(lead, field="mail", resolver=FOUND).type == "personal"


ZONE = {
    ("mx.example.", "MX"): "10 mail.mx.example.",
    ("null.example.", "MX"): "0 .",
    ("plain.example.", "A"): "192.0.2.7",
    ("six.example.", "AAAA"): "2001:db8::7",
    ("nothing.example.", "TXT"): '"x"',
    ("com.", "NS"): "a.example.",
}


@pytest.fixture
def resolver() -> Iterator[tuple[dns.resolver.Resolver, list[str]]]:
    """A real DNS server on loopback with a handful of names."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    asked: list[str] = []

    def run() -> None:
        while True:
            try:
                wire, client = server.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(wire)
            name, kind = query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
            asked.append(f"{name} {kind}")
            if name == "silent.example.":
                continue
            answer = dns.message.make_response(query)
            if name == "broken.example.":
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif not any(known == name for known, _ in ZONE):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            elif record := ZONE.get((name, kind)):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, record))
            server.sendto(answer.to_wire(), client)

    threading.Thread(target=run, daemon=True).start()
    made = dns.resolver.Resolver(configure=False)
    made.nameservers, made.port = ["127.0.0.1"], server.getsockname()[1]
    yield made, asked
    server.close()


def test_real_dns_answers_are_understood(resolver: tuple[dns.resolver.Resolver, list[str]]) -> None:
    asking = DnsMailResolver(resolver=resolver[0], seconds=1)
    expected = {
        "mx.example": MailHost.FOUND,
        "null.example": MailHost.NONE,
        "plain.example": MailHost.FOUND,
        "six.example": MailHost.FOUND,
        "nothing.example": MailHost.NONE,
        "absent.example": MailHost.NONE,
    }
    assert {d: asking.mail_host(d) for d in expected} == expected
    count = len(resolver[1])
    assert {d: asking.mail_host(d) for d in expected} == expected
    assert len(resolver[1]) == count  # remembered


def test_a_machine_on_which_no_name_exists_calls_no_address_invalid(
    resolver: tuple[dns.resolver.Resolver, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ZONE, ("com.", "NS"))
    asking = DnsMailResolver(resolver=resolver[0], seconds=1)
    assert asking.mail_host("absent.example") is MailHost.UNKNOWN


@pytest.mark.parametrize("domain", ["silent.example", "broken.example"])
def test_a_broken_domain_is_unknown_and_not_asked_again_at_once_and_holds_up_no_other(
    domain: str, resolver: tuple[dns.resolver.Resolver, list[str]]
) -> None:
    asking = DnsMailResolver(resolver=resolver[0], seconds=0.3)
    assert asking.mail_host(domain) is MailHost.UNKNOWN
    count = len(resolver[1])
    assert asking.mail_host(domain) is MailHost.UNKNOWN
    assert len(resolver[1]) == count
    assert asking.mail_host("mx.example") is MailHost.FOUND


def test_dns_is_left_alone_after_several_domains_failed_in_a_row() -> None:
    server = dns.resolver.Resolver(configure=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        server.nameservers, server.port = ["127.0.0.1"], silent.getsockname()[1]
        asking = DnsMailResolver(resolver=server, seconds=0.1)
        assert {asking.mail_host(f"{n}.example") for n in "abc"} == {MailHost.UNKNOWN}
        silent.setblocking(False)
        while True:
            try:
                silent.recv(4096)
            except BlockingIOError:
                break
        assert asking.mail_host("d.example") is MailHost.UNKNOWN
        with pytest.raises(BlockingIOError):
            silent.recv(4096)  # nothing was asked
