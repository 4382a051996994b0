"""Static files by content hash, so that browsers keep them for good. Read once at the start; nothing else is served."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from leadwright.errors import NotFound

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


@cache
def _files() -> dict[str, tuple[str, bytes, bytes, str]]:
    """name -> (hash, content, gzipped content, content type)."""
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        if kind := _TYPES.get(path.suffix):
            content = path.read_bytes()
            name = hashlib.sha256(content).hexdigest()[:12]
            found[path.name] = (name, content, gzip.compress(content, mtime=0), kind)
    return found


@cache
def address(name: str) -> str:
    """Path of a static file, with the hash of its content."""
    return f"/static/{_files()[name][0]}/{name}"


async def static_file(request: Request) -> Response:
    """Serve one file of the folder; a stale hash still gets the present file, uncached."""
    found = _files().get(request.path_params["name"])
    if found is None:
        raise NotFound("There is no such file.")
    name, content, packed, kind = found
    headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-cache"}
    if request.path_params["hash"] == name:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=kind)
    return Response(content, headers=headers, media_type=kind)
