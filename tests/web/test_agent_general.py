"""General settings: the rich signature with its image, the price list out of a file; and the mail they end up in."""

import base64
import email
import html
import re
from collections.abc import Callable
from dataclasses import replace
from email import policy
from typing import Any

import pytest
from sqlalchemy import update
from tests.mail.post_office import SENDER
from tests.mail.test_compose import PLAIN
from tests.web.conftest import Browser
from tests.web.desk import Desk

from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.configuration import Configuration, Profile
from leadwright.errors import BadInput
from leadwright.mail.compose import compose
from leadwright.mail.signature import MOST_IMAGE, as_text, check_image, clean_signature, image_of, signature_of

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
RICH = (
    "Kind regards<br><b>Sam Seller</b><br>"
    '<a href="https://www.northwind.example/shelves">Our shelves</a> <img alt="Logo">'
)


@pytest.fixture(autouse=True)
def _sections_are_open(desk: Desk) -> None:
    with desk.services.database.transaction() as session:
        session.execute(update(Prerequisite).values(done=True, state="done"))


def _profile(desk: Desk) -> Profile:
    with desk.services.database.reading() as session:
        return Configuration.model_validate(session.get_one(Agent, desk.agentid).draft).profile


def _text(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_a_rich_signature_with_an_image_is_kept_safe_and_shown(desk: Desk, browser: Callable[..., Browser]) -> None:
    page, admin = "/agent/section/profile", browser("admin")
    hostile = f'{RICH}<script>alert(1)</script><a href="javascript:alert(1)">x</a><img src="https://t.example/p.gif">'
    form = {"name": "Sales Agent", "signature_html": hostile}
    files = {"signature_image": ("logo.png", PIXEL, "image/png")}
    assert admin.submit(page, form, form=page, files=files).status_code == 303
    kept = _profile(desk)
    assert "script" not in kept.signature_html
    assert "t.example" not in kept.signature_html
    assert "https://www.northwind.example/shelves" in kept.signature
    assert kept.signature.startswith("Kind regards\nSam Seller\n")
    shown = admin.get(page).text
    assert '<img src="/agent/section/profile/image" alt="Logo">' in shown
    image = admin.get("/agent/section/profile/image")
    assert (image.headers["content-type"], image.content) == ("image/png", PIXEL)
    admin.submit(page, {**form, "remove_image": "1"}, form=page)
    assert _profile(desk).signature_image == ""
    assert admin.get("/agent/section/profile/image").status_code == 404


def test_an_image_that_is_none_is_refused_beside_its_field(desk: Desk, browser: Callable[..., Browser]) -> None:
    page, admin = "/agent/section/profile", browser("admin")
    for content, why in ((b"<svg/>", "PNG, JPEG or GIF"), (b"\xff\xd8\xff" + b"x" * MOST_IMAGE, "save it smaller")):
        files = {"signature_image": ("logo.png", content, "image/png")}
        answer = admin.submit(page, {"name": "Sales Agent", "signature_html": "Hi"}, form=page, files=files)
        assert answer.status_code == 422
        assert why in _text(answer.text)
    with pytest.raises(BadInput, match="remote image"):
        check_image("https://tracker.example/p.gif")


def test_a_mail_carries_the_image_itself_and_the_same_words_as_plain_text() -> None:
    clean = clean_signature(RICH)
    signature = signature_of(Profile(signature=as_text(clean), signature_html=clean, signature_image=image_of(PIXEL)))
    assert signature
    body = f"Hello Jo,\n\nshelves.\n\n{signature.text}\n\nOther terms."
    raw = compose(SENDER, replace(PLAIN, body=body, signature=signature)).raw
    mail: Any = email.message_from_bytes(raw, policy=policy.default)
    assert mail.defects == []
    plain, rich = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert "Sam Seller\r\nOur shelves (https://www.northwind.example/shelves)" in plain.replace("\n", "\r\n").replace(
        "\r\r", "\r"
    )
    assert '<a href="https://www.northwind.example/shelves">Our shelves</a>' in rich
    assert rich.index("shelves.") < rich.index("Sam Seller") < rich.index("Other terms.")
    image = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert image.get_content() == PIXEL
    assert f'src="cid:{image["Content-ID"].strip("<>")}"' in rich
    assert "http" not in "".join(re.findall(r'src="([^"]+)"', rich))


def test_a_mail_without_the_signature_is_not_given_it_again() -> None:
    signature = signature_of(Profile(signature="Sam", signature_html="<b>Sam</b>"))
    raw = compose(SENDER, replace(PLAIN, body="Hello Jo,\n\nbye", signature=signature)).raw
    assert b"<b>Sam" not in raw


def test_plain_text_alone_takes_the_place_of_a_rich_signature(desk: Desk, browser: Callable[..., Browser]) -> None:
    page, admin = "/agent/section/profile", browser("admin")
    admin.submit(page, {"name": "Sales Agent", "signature_html": "<b>Sam</b>\nNorthwind"}, form=page)
    assert _profile(desk).signature_html
    admin.submit(page, {"name": "Sales Agent", "signature": "Sam\nNorthwind"}, form=page)
    assert (_profile(desk).signature, _profile(desk).signature_html) == ("Sam\nNorthwind", "")
    admin.submit(page, {"name": "Sales Agent", "signature_html": "Sam\nTom & Co"}, form=page)
    assert (_profile(desk).signature, _profile(desk).signature_html) == ("Sam\nTom & Co", "Sam<br>Tom &amp; Co")


def test_a_price_list_comes_out_of_a_file(desk: Desk, browser: Callable[..., Browser]) -> None:
    page, admin = "/agent/section/products", browser("admin")
    files = {"price_file": ("prices.csv", b"Plan,Price\nShelf Basic,$900 a month\n", "text/csv")}
    answer = admin.submit(page, {"value_proposition": "Shelves"}, form=page, files=files)
    assert answer.status_code == 303
    assert "Shelf Basic" in admin.get(page).text
    files = {"price_file": ("prices.exe", b"MZ", "application/octet-stream")}
    refused = admin.submit(page, {"value_proposition": "Shelves"}, form=page, files=files)
    assert refused.status_code == 422
    assert "Files of these kinds can be read" in _text(refused.text)
