"""Files people uploaded for import: one folder each under the data folder, with the mapping chosen and how far it is.

Only its owner reaches an upload. Nothing here reads the file itself; `leadfile` does.
"""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile

from leadwright.db.base import new_id
from leadwright.errors import BadInput, NotFound
from leadwright.settings import Settings

KEEP_SECONDS = 24 * 3600
_under_way: set[str] = set()  # ids of the imports of this process
_ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file."""

    id: str
    folder: Path
    name: str

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.folder / "list" / self.name

    @property
    def bad_rows(self) -> Path:
        """Rows that were not imported, with their reasons."""
        return self.folder / "not-imported.csv"

    def mapping(self) -> dict[str, Any]:
        """How the list is to be read, as the person chose: the document of a mapping."""
        mapping: dict[str, Any] = self._read("mapping") or {}
        return mapping

    def status(self) -> dict[str, Any]:
        """Empty before the import; then state, phase, share, and at the end the result."""
        status: dict[str, Any] = self._read("status") or {}
        return status

    def begin(self, now: float, lost_after: float) -> bool:
        """Claim the import of this file: True for one caller alone, until it ended refused or was lost.

        Args:
            lost_after: seconds without a sign of life after which another may begin.
        """
        claim, status = self.folder / "claim", self.status()
        if status.get("state") == "done":
            return False
        try:
            seen = max(claim.stat().st_mtime, status.get("at", 0.0))
            if now - seen > lost_after and self.id not in _under_way:
                claim.rename(self.folder / f"lost-{new_id()}")  # of two who try, one finds it gone
        except FileNotFoundError:
            pass
        try:
            claim.touch(exist_ok=False)
        except FileExistsError:
            return False
        if self.status().get("state") == "done":  # it ended between the two looks
            return False
        _under_way.add(self.id)
        return True

    def end(self, final: dict[str, Any]) -> None:
        """Keep the result; a refused import may begin again."""
        self.write("status", final)
        _under_way.discard(self.id)
        if final.get("state") != "done":
            (self.folder / "claim").unlink(missing_ok=True)

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Keep the mapping or the status; a reader sees the old or the new one, never half of it."""
        new = self.folder / f"{name}.new"
        new.write_text(json.dumps(content))
        new.replace(self.folder / f"{name}.json")

    def _read(self, name: str) -> Any:
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None


def keep(settings: Settings, owner: str, file: Any, now: float) -> Upload:
    """Store an uploaded file; uploads of this person older than a day go.

    Raises:
        BadInput: no file, or too large.
    """
    if not isinstance(file, UploadFile) or not file.filename:
        raise BadInput("Choose a file first: CSV or Excel (xlsx).", field="file")
    if (file.size or 0) > settings.import_max_mb * 1_000_000:
        raise BadInput(f"The file is larger than {settings.import_max_mb} MB. Split it.", field="file")
    _forget_old(_folder(settings, owner), now)
    name = re.sub(r"[^\w.() -]", "_", Path(file.filename.replace("\\", "/")).name)[-120:].strip(". ") or "list.csv"
    upload = Upload(id_ := new_id(), _folder(settings, owner) / id_, name)
    upload.path.parent.mkdir(parents=True, mode=0o700)
    with upload.path.open("wb") as target:
        shutil.copyfileobj(file.file, target, 1 << 20)
    return upload


def find(settings: Settings, owner: str, id_: str) -> Upload:
    """An upload of this person.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    folder = _folder(settings, owner) / id_
    files = list((folder / "list").glob("*")) if _ID.fullmatch(id_) else []
    if not files:
        raise NotFound("This upload is no longer there. Upload the file again.")
    return Upload(id_, folder, files[0].name)


def _folder(settings: Settings, owner: str) -> Path:
    return settings.data_dir / "uploads" / owner


def _forget_old(folder: Path, now: float) -> None:
    for old in folder.glob("*"):
        if now - old.stat().st_mtime > KEEP_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
