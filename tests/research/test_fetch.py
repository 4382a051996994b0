"""The fetcher cannot be led to a private address, and ends whatever does not end."""

import gzip
import ipaddress
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest

from leadwright.errors import FetchError
from leadwright.research.addresses import check_ip, target
from leadwright.research.fetch import Fetcher, system_resolve

from .conftest import Answer, Asked, certificate, serving, talking


def _words(text: str) -> list[str]:
    return text.split()


PRIVATE = _words(
    """
    127.0.0.1 127.0.0.2 127.255.255.254 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1
    192.168.255.255 169.254.169.254 169.254.0.1 100.64.0.1 100.127.255.255 100.100.100.200 0.0.0.0
    0.1.2.3 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 192.0.0.1 192.0.0.192 192.0.2.1
    198.51.100.1 203.0.113.1 198.18.0.1 198.19.255.255 192.88.99.1 168.63.129.16
    """
)
PRIVATE6 = _words(
    """
    :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 fe80::1 fec0::1 fc00::1
    fd00:ec2::254 ff02::1 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:7f00:1::1 2002:a00:1::
    2001::1 2001:db8::1 2001:10::1 2001:20::1 3fff::1 5f00::1 100::1 ::ffff:0:127.0.0.1
    """
)
NUMBERS = _words(
    """
    2130706433 0x7f000001 017700000001 0x7f.0.0.1 0x7f.1 127.1 127.0.1 0177.0.0.1 0177.1 0x0a.0.0.1
    3232235521 0xc0a80001 10.1 192.168.1 0300.0250.1 127.0.0.01 00127.0.0.1 127.0.0.0x1 0 1
    256.256.256.256 １２７.０.０.１ ①②⑦.⓪.⓪.① 127。0。0。1 127．0．0．1 0xA9FEA9FE 2852039166 169.254.43518
    0251.0376.0251.0376
    """
)
NAMES = _words(
    """
    localhost LOCALHOST localhost. foo.localhost printer router intranet metadata instance-data
    metadata.google.internal metadata.google.internal. METADATA.GOOGLE.INTERNAL metadata.goog
    db.internal nas.local host.lan box.home.arpa hidden.onion wiki.corp x.home ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ
    """
)
OTHER = [
    *_words(
        """
    file:///etc/passwd ftp://example.org/ gopher://127.0.0.1:6379/_x dict://127.0.0.1:11211/
    jar:http://x!/ data:text/html,x javascript:alert(1) ldap://127.0.0.1/ sftp://x.org/ tftp://x.org/
    netdoc:///etc/passwd //example.org/ example.org http: http:// https:// http:/// http:///etc
    http://:80/ http://? http://# http://user@example.org/ http://user:pw@example.org/
    http://example.org@127.0.0.1/ http://@example.org/ http://127.0.0.1:80@example.org/
    http://example.org:80@127.0.0.1/ http://a%40b@example.org/ http://example.org:22/
    http://example.org:6379/ http://example.org:8080/ https://example.org:80/ http://example.org:443/
    http://example.org:0/ http://example.org:65536/ http://example.org:-1/ http://example.org:abc/
    http://example.org:80:80/ http://exa_mple..org/ http://.example.org/ http://example.org\\@127.0.0.1/
    http:\\\\127.0.0.1\\ http://127.0.0.1\\.example.org/ http://exam%70le.org/
    http://127.0.0.1%2f.example.org/ http://%31%32%37.0.0.1/ http://[::1 http://::1/
    http://[fe80::1%25eth0]/ http://[::1%lo]/ http://[v1.x]/ http://[127.0.0.1]/ http://[]/
    HTTP://LOCALHOST/ hTTps://127.0.0.1/ http://-a.org/ http://a-.org/ http://[::ffff:7f00:1]/
    """
    ),
    "http://example.org/ http://127.0.0.1/",
    "http://example.org\r\nHost: 127.0.0.1/",
    "http://exa\tmple.org/",
    "http://example.org\x00.evil.org/",
    "http://\u202eexample.org/",
    "http://example.org/" + "a" * 3000,
    "http://" + "a" * 64 + ".org/",
    "http://" + "a." * 130 + "org/",
    "",
    " ",
    "http://１６９.２５４.１６９.２５４/latest/meta-data/",
]
HOSTILE = [
    *(f"http://{ip}/" for ip in PRIVATE),
    *(f"https://{ip}/latest/meta-data/" for ip in PRIVATE),
    *(f"http://[{ip}]/" for ip in PRIVATE6),
    *(f"https://[{ip}]/" for ip in PRIVATE6),
    *(f"http://{n}/" for n in NUMBERS),
    *(f"http://{n}/" for n in NAMES),
    *OTHER,
]


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every attempt to connect anywhere; none succeeds."""
    made: list[object] = []

    def refuse(self: socket.socket, address: object) -> None:
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return made


def test_no_hostile_address_makes_a_connection(connections: list[object]) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    fetcher = Fetcher(resolve=resolve)
    assert len(HOSTILE) >= 200
    for url in HOSTILE:
        with pytest.raises(FetchError):
            fetcher.fetch(url)
    assert connections == []
    assert asked == []  # refused before anything was resolved


@pytest.mark.parametrize("address", [*PRIVATE, *PRIVATE6, "fe80::1%eth0", "", "nonsense", "1.2.3"])
def test_a_name_that_leads_to_a_private_address_makes_no_connection(address: str, connections: list[object]) -> None:
    for answer in ([address], ["93.184.215.14", address], [address, "93.184.215.14"]):
        with pytest.raises(FetchError):
            Fetcher(resolve=lambda h, p, a=answer: a).fetch("https://example.org/")  # type: ignore[misc]
    assert connections == []


def test_a_name_that_changes_its_answer_is_asked_once_and_only_the_checked_address_is_used(
    connections: list[object],
) -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]])
    fetcher = Fetcher(resolve=lambda h, p: next(answers))
    with pytest.raises(FetchError):
        fetcher.fetch("http://rebind.example.org/")
    assert connections == [("93.184.215.14", 80)]
    with pytest.raises(FetchError, match="not on the public Internet"):
        fetcher.fetch("http://rebind.example.org/")
    assert len(connections) == 1


def test_public_addresses_are_not_refused() -> None:
    for address in ("93.184.215.14", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1"):
        check_ip(address, private=False)
    assert target("HTTPS://WWW.Example.ORG.:443/a b".replace(" ", "%20")).url == "https://www.example.org/a%20b"
    assert target("https://bücher.example.de/ü?q=ü").url == "https://xn--bcher-kva.example.de/%C3%BC?q=%C3%BC"


def test_an_allowed_pair_may_be_private_but_no_link_local_and_no_other_port() -> None:
    allowed = frozenset({"intranet.example.org:8080", "*.localhost:9000"})
    assert target("http://intranet.example.org:8080/", allowed).private
    assert target("http://acme.localhost:9000/", allowed).private
    assert not target("http://intranet.example.org/", allowed).private
    with pytest.raises(FetchError):
        target("http://acme.localhost:9001/", allowed)
    check_ip("10.0.0.8", private=True)
    for address in ("169.254.169.254", "224.0.0.1", "0.0.0.0", "fe80::1", "::ffff:127.0.0.1"):
        with pytest.raises(FetchError):
            check_ip(address, private=True)


def _plain(body: bytes, **headers: str) -> Answer:
    return 200, {k.replace("_", "-"): v for k, v in headers.items()}, body


def test_a_page_is_fetched_with_our_name_and_the_right_host() -> None:
    with serving(lambda asked: _plain(b"<p>hello</p>")) as site:
        page = Fetcher(frozenset({f"acme.localhost:{site.port}"})).fetch(f"http://acme.localhost:{site.port}/x?y=1")
    assert page.content == b"<p>hello</p>"
    assert (page.media_type, page.charset) == ("text/html", "utf-8")
    assert site.asked[0].headers["host"] == f"acme.localhost:{site.port}"
    assert site.asked[0].headers["user-agent"].startswith("Leadwright/")
    assert site.asked[0].path == "/x?y=1"


def test_a_redirect_to_a_private_address_is_not_followed() -> None:
    with serving(lambda asked: _plain(b"secret")) as inner:

        def answering(asked: Asked) -> Answer:
            return 302, {"Location": inner.url + "/admin"}, b""

        with serving(answering) as site, pytest.raises(FetchError):
            Fetcher(frozenset({site.host})).fetch(site.url)
    assert inner.asked == []


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://169.254.169.254/", "//127.0.0.1/", "http://2130706433/", "gopher://x/", ""],
)
def test_redirects_are_checked_like_new_addresses(location: str) -> None:
    with serving(lambda asked: (301, {"Location": location}, b"")) as site, pytest.raises(FetchError):
        Fetcher(frozenset({site.host})).fetch(site.url)


def test_a_redirect_loop_ends_after_five() -> None:
    with (
        serving(lambda asked: (302, {"Location": asked.path + "a"}, b"")) as site,
        pytest.raises(FetchError, match="redirects more than 5 times"),
    ):
        Fetcher(frozenset({site.host})).fetch(site.url)
    assert len(site.asked) == 6


def test_five_redirects_are_followed() -> None:
    def answering(asked: Asked) -> Answer:
        step = int(asked.path.strip("/") or 0)
        return _plain(b"there") if step == 5 else (302, {"Location": f"/{step + 1}"}, b"")

    with serving(answering) as site:
        page = Fetcher(frozenset({site.host})).fetch(site.url + "/0")
    assert page.url.endswith("/5")


def test_a_gzip_bomb_is_stopped_at_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000)
    with serving(lambda asked: _plain(bomb, Content_Encoding="gzip")) as site:
        began = time.monotonic()
        with pytest.raises(FetchError, match="5 MB"):
            Fetcher(frozenset({site.host})).fetch(site.url)
        assert time.monotonic() - began < 2


def test_compressed_pages_are_read() -> None:
    with serving(lambda asked: _plain(gzip.compress(b"<p>packed</p>"), Content_Encoding="gzip")) as site:
        assert Fetcher(frozenset({site.host})).fetch(site.url).content == b"<p>packed</p>"


@pytest.mark.parametrize(
    ("headers", "match"),
    [
        ({"Content-Type": "image/png"}, "neither text nor PDF"),
        ({"Content-Type": "application/zip"}, "neither text nor PDF"),
        ({"Content-Encoding": "br"}, "compression"),
        ({"Content-Encoding": "gzip"}, "not HTTP"),
    ],
)
def test_answers_that_are_no_page_are_refused(headers: dict[str, str], match: str) -> None:
    with serving(lambda asked: (200, headers, b"not gzip at all")) as site, pytest.raises(FetchError, match=match):
        Fetcher(frozenset({site.host})).fetch(site.url)


@pytest.mark.parametrize(("status", "permanent"), [(404, True), (410, True), (500, False), (503, False), (429, False)])
def test_a_status_tells_whether_trying_again_can_help(status: int, permanent: bool) -> None:
    with serving(lambda asked: (status, {}, b"x")) as site, pytest.raises(FetchError) as caught:
        Fetcher(frozenset({site.host})).fetch(site.url)
    assert caught.value.permanent is permanent
    assert str(status) in str(caught.value)


def _drip(connection: socket.socket, first: bytes, more: bytes) -> None:
    connection.sendall(first)
    for _ in range(200):
        time.sleep(0.05)
        connection.sendall(more)


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"])
def test_a_server_that_drips_is_left_at_the_deadline(first: bytes) -> None:
    with talking(lambda c: _drip(c, first, b"X: y\r\n")) as site:
        began = time.monotonic()
        with pytest.raises(FetchError, match=r"did not answer within 0\.5 seconds"):
            Fetcher(frozenset({site.host}), seconds=0.5).fetch(site.url)
        assert time.monotonic() - began < 2


def test_a_body_without_end_is_left_at_the_size_limit() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            connection.sendall(b"a" * 65536)

    with talking(talk) as site, pytest.raises(FetchError, match="more than 5 MB"):
        Fetcher(frozenset({site.host})).fetch(site.url)


def test_a_server_that_speaks_no_http_or_hangs_up_is_named() -> None:
    for said in (b"SSH-2.0-OpenSSH\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"):
        with (
            talking(lambda c, s=said: c.sendall(s)) as site,  # type: ignore[misc]
            pytest.raises(FetchError, match=r"127\.0\.0\.1"),
        ):
            Fetcher(frozenset({site.host})).fetch(site.url)


def test_a_name_that_hangs_is_left_and_not_asked_again_for_a_while() -> None:
    hang = threading.Event()
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        hang.wait(5)
        return []

    fetcher = Fetcher(resolve=resolve, seconds=0.3)
    for _ in range(5):
        with pytest.raises(FetchError, match=r"The name example\.org cannot be resolved"):
            fetcher.fetch("https://example.org/")
    hang.set()
    assert len(asked) == 1


def test_one_broken_name_holds_up_no_other_but_several_domains_in_a_row_do() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        if host.startswith("broken"):
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return ["10.0.0.1"]

    def said(host: str) -> str:
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(f"https://{host}/")
        return str(caught.value)

    fetcher = Fetcher(resolve=resolve)
    for host in ("broken.a.example", "broken2.a.example", "broken.b.example"):
        assert f"The name {host} cannot be resolved" in said(host)
    assert "not on the public Internet" in said("good.example")
    for host in ("broken.c.example", "broken.d.example"):
        assert f"The name {host} cannot be resolved" in said(host)
    assert "Names cannot be resolved on this machine" in said("broken.e.example")
    count = len(asked)
    assert "Names cannot be resolved on this machine" in said("good.example")
    assert len(asked) == count


def test_a_name_that_does_not_exist_is_said_so() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(FetchError, match=r"example\.org does not exist"):
        Fetcher(resolve=resolve).fetch("https://example.org/")
    assert system_resolve("acme.localhost", 80) == ["127.0.0.1"]


def _server_tls(folder: Path, *names: str, days: int = 1) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder, *names, days=days))
    return context


def test_tls_is_checked_against_the_name_though_the_connection_goes_to_the_address(tmp_path: Path) -> None:
    tls = _server_tls(tmp_path, "acme.localhost")
    trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    with serving(lambda asked: _plain(b"safe"), tls=tls) as site:
        allowed = frozenset({f"acme.localhost:{site.port}", f"other.localhost:{site.port}"})
        fetcher = Fetcher(allowed, verify=trusted)
        assert fetcher.fetch(f"https://acme.localhost:{site.port}/").content == b"safe"
        with pytest.raises(FetchError, match="TLS certificate"):
            fetcher.fetch(f"https://other.localhost:{site.port}/")
        with pytest.raises(FetchError, match="TLS certificate"):
            Fetcher(allowed).fetch(f"https://acme.localhost:{site.port}/")


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    tls = _server_tls(tmp_path, "acme.localhost", days=-1)
    trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    with serving(lambda asked: _plain(b"old"), tls=tls) as site, pytest.raises(FetchError, match="TLS certificate"):
        Fetcher(frozenset({f"acme.localhost:{site.port}"}), verify=trusted).fetch(
            f"https://acme.localhost:{site.port}/"
        )


def test_many_threads_share_one_fetcher_each_with_its_own_deadline() -> None:
    def answering(asked: Asked) -> Answer:
        time.sleep(2.5 if "slow" in asked.path else 0)
        return _plain(asked.path.encode())

    results: dict[str, str] = {}
    with serving(answering) as site:
        fetcher = Fetcher(frozenset({site.host}), seconds=1.5)

        def fetch(path: str) -> None:
            try:
                results[path] = fetcher.fetch(site.url + path).content.decode()
            except FetchError as error:
                results[path] = str(error)

        threads = [threading.Thread(target=fetch, args=(f"/{k}{n}",)) for n in range(6) for k in ("slow", "fast")]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert all(results[f"/fast{n}"] == f"/fast{n}" for n in range(6))
    assert all("did not answer" in results[f"/slow{n}"] for n in range(6))


def test_every_private_sample_is_what_it_says() -> None:
    for address in (*PRIVATE, *PRIVATE6):
        ipaddress.ip_address(address)
