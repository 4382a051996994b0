"""The faults of the web, on naive builds: a limit of the real fetcher is taken out, and its test must fail."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.research import test_fetch
from tests.unguarded import harm_is_found

from leadwright.research import fetch


def test_without_a_deadline_of_the_whole_a_server_that_drips_holds_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """F29: a limit of each read alone, as most clients have it, is never reached."""
    plain = fetch.Fetcher.__init__
    monkeypatch.setattr(fetch.Fetcher, "__init__", lambda self, *a, seconds=0.5, **k: plain(self, *a, seconds=5, **k))
    with harm_is_found():
        test_fetch.test_a_server_that_drips_is_left_at_the_deadline(b"")


@pytest.mark.parametrize(
    "proof",
    [test_fetch.test_a_body_without_end_is_left_at_the_size_limit, test_fetch.test_a_gzip_bomb_is_stopped_at_the_limit],
)
def test_without_a_limit_of_size_a_page_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch, proof: Callable[[], None]
) -> None:
    """F29"""
    plain = fetch.Fetcher.__init__
    monkeypatch.setattr(
        fetch.Fetcher, "__init__", lambda self, *a, **k: plain(self, *a, **{**k, "max_bytes": 50_000_000})
    )
    with harm_is_found():
        proof()


def test_without_a_limit_of_redirects_a_loop_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """F29"""
    monkeypatch.setattr(fetch, "MAX_REDIRECTS", 40)
    with harm_is_found():
        test_fetch.test_a_redirect_loop_ends_after_five()


def test_without_a_look_at_the_certificate_anybody_answers_for_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F29"""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    monkeypatch.setattr(test_fetch.ssl, "create_default_context", lambda **_: trusting)
    with harm_is_found():
        test_fetch.test_an_expired_certificate_is_refused(tmp_path)
