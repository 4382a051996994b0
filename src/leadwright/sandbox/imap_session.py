"""One IMAP session of the sandbox's mail server: the part of IMAP4rev1 that mail programs and `imaplib` use."""

import asyncio
import re
import ssl
from contextlib import suppress
from fnmatch import fnmatchcase

from leadwright.sandbox.imap_items import item
from leadwright.sandbox.imap_words import Words, matches, quoted, sections, uids_in
from leadwright.sandbox.mail_faults import MailFaults
from leadwright.sandbox.mail_store import Account, Folder, MailStore, Stored
from leadwright.sandbox.smtp_session import Dropped, _decoded, bearer

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
_MOST_BYTES = 30_000_000


class ImapSession:
    """Serves one connection until LOGOUT, a drop, or an error of the line."""

    def __init__(
        self,
        store: MailStore,
        faults: MailFaults,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._store, self._faults, self._tls = store, faults, tls
        self._reader, self._writer = reader, writer
        self._account: Account | None = None
        self._folder: Folder | None = None
        self._readonly = True
        self._seen = 0
        self._commands = 0

    async def serve(self) -> None:
        """Until the end of the session."""
        with suppress(Dropped, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            self._say(f"* OK [CAPABILITY {self._capabilities()}] sandbox")
            while await self._command():
                pass

    async def _command(self) -> bool:
        await self._writer.drain()
        words = Words(await self._line())
        tag, verb = words.text(), words.text().upper()
        by_uid = verb == "UID"
        verb = words.text().upper() if by_uid else verb
        self._commands += 1
        if self._faults.bye_at and self._commands >= self._faults.bye_at:
            self._say("* BYE going down")
            return False
        if verb == "LOGOUT":
            self._say("* BYE bye")
            self._say(f"{tag} OK done")
            return False
        handler = getattr(self, f"_do_{verb.lower()}", None) if verb.isalpha() else None
        if handler is None:
            self._say(f"{tag} BAD unknown command")
        elif self._account is None and verb not in {"CAPABILITY", "NOOP", "LOGIN", "AUTHENTICATE", "STARTTLS"}:
            self._say(f"{tag} NO sign in first")
        else:
            try:
                said = await handler(words, by_uid, tag)
                self._say(f"{tag} {said}")
            except (ValueError, IndexError) as error:
                self._say(f"{tag} BAD {error}")
        await self._writer.drain()
        if verb == "STARTTLS" and self._tls is not None:
            tls, self._tls = self._tls, None
            await self._writer.start_tls(tls)
        return True

    async def _line(self) -> list[bytes]:
        """The command as text and literals in turn."""
        parts: list[bytes] = []
        while True:
            text = await self._reader.readuntil(b"\r\n")
            found = _LITERAL.search(text)
            if found is None:
                return [*parts, text[:-2]]
            size = int(found[1])
            if size > _MOST_BYTES:
                raise Dropped
            if not found[2]:
                self._say("+ go on")
                await self._writer.drain()
            parts += [text[: found.start()], await self._reader.readexactly(size)]

    def _capabilities(self) -> str:
        idle = "" if self._faults.no_idle else " IDLE"
        names = "" if self._faults.no_namespace else " NAMESPACE"
        return f"IMAP4rev1 LITERAL+ UIDPLUS{names}{idle}{' STARTTLS' if self._tls else ''} AUTH=PLAIN AUTH=XOAUTH2"

    async def _do_capability(self, *_: object) -> str:
        self._say(f"* CAPABILITY {self._capabilities()}")
        return "OK done"

    async def _do_namespace(self, *_: object) -> str:
        self._say('* NAMESPACE (("" "/")) NIL NIL')
        return "OK done"

    async def _do_starttls(self, *_: object) -> str:
        return "OK go ahead" if self._tls else "BAD no TLS here"

    async def _do_noop(self, *_: object) -> str:
        self._tell_new()
        return "OK done"

    _do_check = _do_noop

    async def _do_login(self, words: Words, *_: object) -> str:
        return self._signed_in(words.text(), words.text())

    async def _do_authenticate(self, words: Words, *_: object) -> str:
        kind, first = words.text().upper(), words.text() if words.more() else ""
        if not first:
            self._say("+ ")
            await self._writer.drain()
            first = (await self._reader.readuntil(b"\r\n")).decode("ascii", "replace").strip()
        text = _decoded(first)
        if kind == "XOAUTH2":
            return self._signed_in(*bearer(text))
        parts = text.split("\0")
        return self._signed_in(parts[1], parts[2]) if len(parts) == 3 else "NO wrong"

    def _signed_in(self, address: str, secret: str) -> str:
        account = self._store.account(address)
        if account is None or account.password != secret:
            return "NO [AUTHENTICATIONFAILED] wrong name or password"
        self._account = account
        return f"OK [CAPABILITY {self._capabilities()}] welcome"

    async def _do_select(self, words: Words, _uid: bool, _tag: str, *, readonly: bool = False) -> str:
        folder = self._mine().folder(words.text())
        self._folder = folder
        if folder is None:
            return "NO [NONEXISTENT] no such folder"
        if folder.name in self._faults.closed:
            self._folder = None
            return self._faults.refusal
        self._readonly, self._seen = readonly, len(folder.messages)
        for line in (
            r"FLAGS (\Answered \Flagged \Deleted \Seen \Draft)",
            r"OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] limited",
            f"{self._seen} EXISTS",
            "0 RECENT",
            f"OK [UIDVALIDITY {folder.validity}] valid",
        ):
            self._say(f"* {line}")
        if self._faults.next_uid in ("on opening", "wrong"):
            self._say(f"* OK [UIDNEXT {1 if self._faults.next_uid == 'wrong' else folder.next_uid}] next")
        return f"OK [READ-{'ONLY' if readonly else 'WRITE'}] selected"

    async def _do_examine(self, words: Words, uid: bool, tag: str) -> str:
        return await self._do_select(words, uid, tag, readonly=True)

    async def _do_close(self, *_: object) -> str:
        if self._folder is not None and not self._readonly:
            self._folder.messages = [m for m in self._folder.messages if "\\Deleted" not in m.flags]
        self._folder = None
        return "OK closed"

    async def _do_list(self, words: Words, *_: object) -> str:
        pattern = (words.text() + words.text()).replace("%", "*")
        for name in (name for name in self._mine().folders if fnmatchcase(name, pattern)):
            use = f" \\{name}" if name in {"Sent", "Drafts", "Trash", "Junk"} else ""
            self._say(f'* LIST (\\HasNoChildren{use}) "/" {quoted(name)}')
        return "OK done"

    async def _do_lsub(self, *_: object) -> str:
        for name in self._mine().folders:
            self._say(f'* LSUB () "/" {quoted(name)}')
        return "OK done"

    async def _do_subscribe(self, *_: object) -> str:
        return "OK done"

    async def _do_create(self, words: Words, *_: object) -> str:
        name = words.text()
        self._mine().folders.setdefault(name, Folder(name))
        return "OK created"

    async def _do_status(self, words: Words, *_: object) -> str:
        name = words.text()
        folder = self._mine().folder(name)
        if folder is None:
            return "NO no such folder"
        if self._faults.next_uid == "not at all":
            return "BAD not of an open folder"
        unseen = sum("\\Seen" not in m.flags for m in folder.messages)
        self._say(
            f"* STATUS {quoted(name)} (MESSAGES {len(folder.messages)} UNSEEN {unseen} RECENT 0 "
            f"UIDNEXT {folder.next_uid} UIDVALIDITY {folder.validity})"
        )
        return "OK done"

    async def _do_append(self, words: Words, *_: object) -> str:
        folder = self._mine().folder(words.text())
        if folder is None:
            return "NO [TRYCREATE] no such folder"
        flags = set(words.group()) if words.ahead() == "(" else set()
        raw = words.last()
        uid = folder.add(raw, self._store.clock(), flags)
        for tell in list(self._mine().waiting):
            tell()
        return f"OK [APPENDUID {folder.validity} {uid}] appended"

    async def _do_search(self, words: Words, by_uid: bool, _tag: str) -> str:
        folder = self._open()
        keys = words.rest()
        last = folder.messages[-1].uid if folder.messages else 0
        found = [(n, m) for n, m in enumerate(folder.messages, 1) if matches(keys, n, m, len(folder.messages), last)]
        self._say("* SEARCH" + "".join(f" {m.uid if by_uid else n}" for n, m in found))
        return "OK done"

    async def _do_fetch(self, words: Words, by_uid: bool, _tag: str) -> str:
        which, sent = words.text(), 0
        wanted = sections(words.remainder(), by_uid=by_uid)
        for number, message in self._chosen(which, by_uid=by_uid):
            whole = any("[]" in w for w in wanted)
            if message.uid in self._faults.break_fetch or (whole and message.uid in self._faults.break_whole):
                raise Dropped
            if message.uid in self._faults.refuse_all_of or (whole and message.uid in self._faults.refuse_fetch):
                return self._faults.refusal
            empty = message.uid in self._faults.without_content
            items = (_nothing(w) if empty and w.startswith("BODY") else item(w, message) for w in wanted)
            answer = b"* %d FETCH (" % number + b" ".join(items) + b")\r\n"
            if any(w.startswith("BODY[") for w in wanted) and not self._readonly:
                message.flags.add("\\Seen")
            sent += len(answer)
            if self._faults.cut_fetch and sent > self._faults.cut_fetch:
                self._writer.write(answer[: len(answer) // 2])
                await self._writer.drain()
                raise Dropped
            self._writer.write(answer)
            await self._writer.drain()
        return "OK done"

    async def _do_store(self, words: Words, by_uid: bool, _tag: str) -> str:
        which, how = words.text(), words.text().upper()
        flags = set(words.group()) if words.ahead() == "(" else {words.text()}
        for number, message in self._chosen(which, by_uid=by_uid):
            if how.startswith("+"):
                message.flags |= flags
            elif how.startswith("-"):
                message.flags -= flags
            else:
                message.flags = set(flags)
            if "SILENT" not in how:
                self._say(f"* {number} FETCH (UID {message.uid} FLAGS ({' '.join(sorted(message.flags))}))")
        return "OK done"

    async def _do_copy(self, words: Words, by_uid: bool, _tag: str) -> str:
        which, folder = words.text(), self._mine().folder(words.text())
        if folder is None:
            return "NO [TRYCREATE] no such folder"
        for _, message in self._chosen(which, by_uid=by_uid):
            folder.add(message.raw, message.received, message.flags)
        return "OK done"

    async def _do_expunge(self, words: Words, by_uid: bool, _tag: str) -> str:
        folder = self._open()
        only = {m.uid for _, m in self._chosen(words.text(), by_uid=True)} if by_uid else None
        for number in range(len(folder.messages), 0, -1):
            message = folder.messages[number - 1]
            if "\\Deleted" in message.flags and (only is None or message.uid in only):
                del folder.messages[number - 1]
                self._say(f"* {number} EXPUNGE")
        self._seen = len(folder.messages)
        return "OK done"

    async def _do_idle(self, *_: object) -> str:
        if self._faults.no_idle:
            return "BAD unknown command"
        self._say("+ idling")
        await self._writer.drain()
        came = asyncio.Event()
        self._mine().waiting.add(came.set)
        ending = asyncio.ensure_future(self._reader.readuntil(b"\r\n"))
        try:
            while not ending.done():
                if not self._faults.silent_idle:
                    self._tell_new()
                    await self._writer.drain()
                news = asyncio.ensure_future(came.wait())
                await asyncio.wait({ending, news}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                came.clear()
            await ending
        finally:
            ending.cancel()
            self._mine().waiting.discard(came.set)
        if self._faults.silent_idle:
            await asyncio.sleep(3600)
        return "OK done"

    def _chosen(self, which: str, *, by_uid: bool) -> list[tuple[int, Stored]]:
        messages = self._open().messages
        last = (messages[-1].uid if by_uid else len(messages)) if messages else 0
        inside = uids_in(which, last)
        return [(n, m) for n, m in enumerate(messages, 1) if inside(m.uid if by_uid else n)]

    def _tell_new(self) -> None:
        if self._folder is not None and len(self._folder.messages) != self._seen:
            self._seen = len(self._folder.messages)
            self._say(f"* {self._seen} EXISTS")

    def _open(self) -> Folder:
        if self._folder is None:
            raise ValueError("select a folder first")
        return self._folder

    def _mine(self) -> Account:
        assert self._account is not None
        return self._account

    def _say(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")


def _nothing(wanted: str) -> bytes:
    return re.sub(r"<(\d+)\.\d+>", r"<\1>", wanted.replace("BODY.PEEK", "BODY")).encode() + b" NIL"
