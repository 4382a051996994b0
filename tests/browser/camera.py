"""Pictures of the tutorial: numbered, small, and only when LEADWRIGHT_PICTURES names the folder they go to."""

import os
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Locator, Page

_ROOM = 76  # pixels above what is shown: the bar on top stays


class Camera:
    """Takes `NN-name.png` of what is in the window; every call waits for the page, with or without a folder."""

    def __init__(self) -> None:
        folder = os.environ.get("LEADWRIGHT_PICTURES", "")
        self.folder = Path(folder) if folder else None
        self.taken: list[str] = []

    def take(self, page: Page, name: str, at: Locator | None = None) -> None:
        """One picture.

        Args:
            at: what shall stand on top; else the top of the page.
        """
        page.wait_for_load_state("load")
        self.taken.append(f"{len(self.taken) + 1:02}-{name}.png")
        if self.folder is None:
            return
        page.evaluate("document.activeElement && document.activeElement.blur()")
        top = at.evaluate("e => e.getBoundingClientRect().top + scrollY") - _ROOM if at else 0
        page.evaluate("top => scrollTo(0, top)", top)
        page.mouse.move(0, 0)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / self.taken[-1]).write_bytes(_small(page.screenshot(animations="disabled")))


def _small(png: bytes) -> bytes:
    from PIL import Image

    made = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()
