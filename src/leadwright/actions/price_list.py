"""A price list that comes as a document: its text, read in a process of its own. Keeps nothing."""

import tempfile
from pathlib import Path
from typing import BinaryIO

from leadwright.actions.knowledge import UPLOAD_KINDS
from leadwright.errors import BadInput, LeadwrightError
from leadwright.research.reading import DocumentReader

PRICE_LIST_BYTES = 10_000_000
PRICE_LIST_LENGTH = 40_000  # characters


def read_price_list(name: str, content: BinaryIO) -> str:
    """The text of a document, at most `PRICE_LIST_LENGTH` characters.

    Raises:
        BadInput: of a kind that cannot be read, without text, or too long; `field` is ``price_file``.
    """
    ending = Path(name.replace("\\", "/")).suffix.lower()
    if ending not in UPLOAD_KINDS:
        raise _refused(f"Files of these kinds can be read: {', '.join(k[1:] for k in UPLOAD_KINDS)}.")
    read = content.read(PRICE_LIST_BYTES + 1)
    if len(read) > PRICE_LIST_BYTES:
        raise _refused("This file is larger than 10 MB. Give the price list alone.")
    with tempfile.TemporaryDirectory() as folder, DocumentReader() as reader:
        path = Path(folder) / f"price-list{ending}"
        path.write_bytes(read)
        try:
            text = reader.read(path).text.strip()
        except LeadwrightError as error:
            raise _refused(str(error)) from error
    if not text:
        raise _refused("No text was found in this file. Choose another, or paste the prices.")
    if len(text) > PRICE_LIST_LENGTH:
        raise _refused(
            f"This price list has {len(text):,} characters; {PRICE_LIST_LENGTH:,} are read. Keep what leads ask for, "
            "and add the whole file under Knowledge, Follow-up emails."
        )
    return text


def _refused(why: str) -> BadInput:
    return BadInput(why, field="price_file")
