"""The same POST again gives the same answer: the header Idempotency-Key, kept for two days, across crashes.

A request with a key is noted before it is worked on. Each transaction it commits marks the note in that very
transaction, so whoever comes after a crash knows whether anything was done: if not it is done now, else the
answer says so, and nothing is ever done twice.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from leadwright.db.base import new_id
from leadwright.db.engine import before_commit
from leadwright.db.programs import KeptAnswer
from leadwright.errors import BadInput, Conflict
from leadwright.identity.secrets import open_vault
from leadwright.services import Services

HEADER = "Idempotency-Key"
KEPT = timedelta(days=2)
_LONGEST = 255
_LEASE = timedelta(seconds=60)
_RENEW_SECONDS = 20.0
_WAIT_SECONDS = 10.0
_WORKING, _ACTED = 0, 1  # statuses of a note without an answer
_NOT_KEPT = frozenset({"content-length", "date", "server"})


@dataclass(frozen=True, slots=True)
class _Note:
    """A key of one caller with what was asked under it; `holder` names this try."""

    callerid: str
    key: str
    requesthash: str
    holder: str

    @property
    def purpose(self) -> str:
        return f"keptanswer:{self.callerid}:{self.key}"


async def answered_once(
    services: Services, request: Request, callerid: str, work: Callable[[], Awaitable[Response]]
) -> Response:
    """The answer of `work`, or the one it gave before under the same key.

    Args:
        work: handles the request; it answers errors too, and raises only what is a fault of ours.

    Raises:
        BadInput: the key is not one, or was used for another request.
        Conflict: the first request with it is still at work after ten seconds, or ended without an answer.
    """
    key = request.headers.get(HEADER, "")
    if not 1 <= len(key) <= _LONGEST or not key.isascii() or not key.isprintable():
        raise BadInput(f"{HEADER} must have 1 to {_LONGEST} printable ASCII characters, such as a UUID.", field=HEADER)
    try:
        note = _Note(callerid, key, await _fingerprint(request), new_id())
        for _ in range(int(_WAIT_SECONDS * 10)):
            found = await run_in_threadpool(_begin, services, note)
            if isinstance(found, Response):
                return found
            if found is not None:
                return await _carry_out(services, found, work)
            await asyncio.sleep(0.1)
    finally:
        await request.close()
    raise Conflict("The first request with this key is still being worked on. Ask again soon, with the same key.")


def _begin(services: Services, note: _Note) -> _Note | Response | None:
    """Our note with its lease, the answer kept, or None while another one works on it."""
    moment = services.clock()
    try:
        with services.database.transaction() as session:
            session.execute(delete(KeptAnswer).where(KeptAnswer.createdon < moment - KEPT))
            query = select(KeptAnswer).where(KeptAnswer.callerid == note.callerid, KeptAnswer.key == note.key)
            kept = session.scalar(query.with_for_update())
            if kept is None:
                session.add(
                    KeptAnswer(
                        callerid=note.callerid,
                        key=note.key,
                        requesthash=note.requesthash,
                        holder=note.holder,
                        heldto=moment + _LEASE,
                        createdon=moment,
                    )
                )
                return note
            if kept.requesthash != note.requesthash:
                raise BadInput(f"This {HEADER} was used for another request. Use a new one.", field=HEADER)
            if kept.status > _ACTED:
                return _reopened(services, note, kept)
            if kept.heldto is not None and kept.heldto > moment:
                return None
            if kept.status == _ACTED:
                raise Conflict(
                    "This request was carried out, but the process ended before its answer was kept. Look at what "
                    f"came of it; to do it once more, use a new {HEADER}."
                )
            kept.heldto, kept.holder = moment + _LEASE, note.holder
            return note
    except IntegrityError:
        return None


async def _carry_out(services: Services, note: _Note, work: Callable[[], Awaitable[Response]]) -> Response:
    try:
        async with _renewing(services, note):
            marked = before_commit.set(lambda session: _mark(session, note))
            try:
                answer = await work()
            finally:
                before_commit.reset(marked)
    except BaseException:
        await run_in_threadpool(_forget, services, note)
        raise
    await run_in_threadpool(_keep, services, note, answer)
    return answer


@contextlib.asynccontextmanager
async def _renewing(services: Services, note: _Note) -> AsyncIterator[None]:
    """Keeps the lease while the request is worked on, however long that takes."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            await run_in_threadpool(_prolong, services, note)

    task = asyncio.create_task(renew())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _mine(note: _Note) -> Any:
    mine = (KeptAnswer.callerid == note.callerid) & (KeptAnswer.key == note.key)
    return mine & (KeptAnswer.holder == note.holder)


def _mark(session: Session, note: _Note) -> None:
    """In each transaction of the request: something was done. Refused when another process took over meanwhile."""
    done = update(KeptAnswer).where(_mine(note)).values(status=_ACTED)
    if session.execute(done).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("This request took so long that it was begun again elsewhere. Ask again with the same key.")


def _prolong(services: Services, note: _Note) -> None:
    with services.database.transaction() as session:
        session.execute(update(KeptAnswer).where(_mine(note)).values(heldto=services.clock() + _LEASE))


def _keep(services: Services, note: _Note, answer: Response) -> None:
    """Keep the answer; a refusal that changed nothing is not kept, so that the cause can be mended."""
    body = {
        "body": base64.b64encode(bytes(answer.body)).decode(),
        "headers": [[k, v] for k, v in answer.headers.items() if k not in _NOT_KEPT],
    }
    sealed = open_vault(services.settings).seal(json.dumps(body), note.purpose)
    with services.database.transaction() as session:
        mine = _mine(note)
        if answer.status_code >= 400:
            session.execute(delete(KeptAnswer).where(mine, KeptAnswer.status == _WORKING))
        kept = {"status": answer.status_code, "answer": sealed, "heldto": None}
        session.execute(update(KeptAnswer).where(mine).values(**kept))


def _forget(services: Services, note: _Note) -> None:
    """A fault of ours: what was begun and did nothing may be tried again; else the note says so at once."""
    with services.database.transaction() as session:
        mine = _mine(note)
        session.execute(delete(KeptAnswer).where(mine, KeptAnswer.status == _WORKING))
        session.execute(update(KeptAnswer).where(mine).values(heldto=None))


def _reopened(services: Services, note: _Note, kept: KeptAnswer) -> Response:
    stored = json.loads(open_vault(services.settings).open(kept.answer, note.purpose))
    headers = {**dict(stored["headers"]), "Idempotency-Replayed": "true"}
    return Response(base64.b64decode(stored["body"]), kept.status, headers=headers)


async def _fingerprint(request: Request) -> str:
    """SHA-256 over what is asked: method, address, kind and body. Uploads are read in blocks, never whole."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    found = sha256(f"{request.method} {request.url.path}?{request.url.query} {kind}\n".encode())
    if kind != "multipart/form-data":
        found.update(await request.body())
        return found.hexdigest()
    for name, value in (await request.form()).multi_items():
        found.update(f"\n{name}\n".encode())
        if isinstance(value, UploadFile):
            found.update(f"{value.filename}\n".encode())
            while block := await value.read(1 << 16):
                found.update(block)
            await value.seek(0)
        else:
            found.update(value.encode())
    return found.hexdigest()
