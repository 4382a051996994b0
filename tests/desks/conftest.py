"""The office of `tests.engage`, and the desk of `tests.web`, for what people do at their desks."""

from tests.engage.conftest import database_url, office
from tests.web.conftest import api, browser, desk, made_desk

__all__ = ["api", "browser", "database_url", "desk", "made_desk", "office"]
