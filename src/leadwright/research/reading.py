"""Reads documents in a child process with limits on time and memory, so that a hostile file harms nothing.

Run as ``python -m leadwright.research.reading`` it is that child: a path a line in, a JSON answer a line out.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from leadwright.errors import BadInput, LeadwrightError, MissingExtra
from leadwright.research.documents import Document, read_document

SECONDS = 20.0
DATA_BYTES = 256 * 1024 * 1024


class DocumentReader:
    """A child process that reads documents, started when first needed and again after it died.

    Args:
        seconds: most time for one document.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, path: Path) -> Document:
        """Read one document.

        Raises:
            BadInput: it cannot be read, takes too long or too much memory.
            MissingExtra: its format needs the extra `documents`.
        """
        child = self._running()
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps(str(path)) + "\n")
            child.stdin.flush()
            answer = self._answers.get(timeout=self._seconds)
        except queue.Empty:
            self.close()
            raise BadInput(
                f"{path.name} took longer than {self._seconds:g} seconds to read. Save it simpler."
            ) from None
        except OSError:
            answer = ""
        if not answer:
            self.close()
            raise BadInput(f"{path.name} could not be read: it needs too much memory, or breaks its reader.")
        return _document(path, json.loads(answer))

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue

    def _running(self) -> subprocess.Popen[str]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        answers: queue.Queue[str] = queue.Queue()
        child = subprocess.Popen(
            [sys.executable, "-m", "leadwright.research.reading"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="ascii",
            # No secret of ours is in the child's environment.
            env={k: v for k, v in os.environ.items() if not k.startswith("LEADWRIGHT_")},
        )

        def listen() -> None:
            assert child.stdout is not None
            try:
                for answer in child.stdout:
                    answers.put(answer)
            except (OSError, ValueError):
                pass
            answers.put("")

        threading.Thread(target=listen, daemon=True, name="document-reader").start()
        self._child, self._answers = child, answers
        return child


def _document(path: Path, answer: dict[str, object]) -> Document:
    if extra := answer.get("extra"):
        raise MissingExtra(str(answer["what"]), str(extra))
    if problem := answer.get("problem"):
        raise BadInput(str(problem))
    date = answer.get("date")
    return Document(
        str(answer["title"] or path.stem), str(answer["text"]), str(date) if date else None, bool(answer["hidden"])
    )


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the time limit still holds there
        return
    for what, most in ((resource.RLIMIT_DATA, DATA_BYTES), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


def _answer(path: Path) -> dict[str, object]:
    try:
        found = read_document(path)
    except MissingExtra as error:
        return {"extra": error.extra, "what": str(error).split(" needs an extra", 1)[0]}
    except LeadwrightError as error:
        return {"problem": str(error)}
    except (MemoryError, RecursionError):
        return {"problem": f"{path.name} could not be read: it needs too much memory, or is nested too deep."}
    except OSError:
        return {"problem": f"{path.name} cannot be opened. Check that it is there and may be read."}
    except Exception as error:  # a hostile file finds errors no library documents
        return {"problem": f"{path.name} could not be read ({type(error).__name__}). Save it again."}
    return {"title": found.title, "text": found.text, "date": found.date, "hidden": found.hidden}


def _serve() -> None:
    _limit()
    for request in sys.stdin:
        sys.stdout.write(json.dumps(_answer(Path(json.loads(request)))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
