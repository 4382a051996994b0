"""A dashboard that takes long to count: the page comes at once, says so, and shows the figures when they are there."""

import time
from dataclasses import replace

from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import PASSWORD, Desk

from leadwright.db.pages.kept_board import KeptBoards
from leadwright.web.app import create_app


def test_the_page_comes_before_its_figures_and_shows_them_at_the_next_look(desk: Desk) -> None:
    app = create_app(replace(desk.services, boards=KeptBoards(patience=0)))
    with Browser(app, base_url=ORIGIN) as client:
        signed = {"email": "manager@seller.example", "password": PASSWORD, "next": "/"}
        assert client.submit("/sign-in", signed, form="/sign-in").status_code == 303
        first = client.get("/dashboard?days=30").text
        assert "The figures of the last 30 days are being counted." in first
        assert "data-refresh" in first
        for _ in range(200):
            shown = client.get("/dashboard?days=30").text
            if "Last refreshed" in shown:
                break
            time.sleep(0.05)
        assert "Lead processing funnel" in shown
        assert client.get("/dashboard/leads?figure=cost&days=30").status_code == 200
