"""The process that reads strangers' mail: bytes in, JSON out, within limits of time and memory. Started by `reader`.

Holds no secret, opens no file and no connection. A frame is eight bytes of length and that many bytes. A question is
eight bytes that say how many mails follow, and a frame for each; the answer is one frame, a JSON list in their order.
It is written when every mail of the question was taken, so that neither side can wait for the other to read.
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import IO, Any

from leadwright.mail.limits import Limits, TooMuch
from leadwright.mail.reading import read_mail

if sys.platform != "win32":  # there the parent's clock is the only limit
    import resource


def read_frame(source: IO[bytes]) -> bytes | None:
    """The next frame; None at the end."""
    head = source.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "big")
    data = source.read(size)
    return data if len(data) == size else None


def write_frame(target: IO[bytes], data: bytes) -> None:
    """Writes one frame and passes it on at once."""
    target.write(len(data).to_bytes(8, "big"))
    target.write(data)
    target.flush()


def write_question(target: IO[bytes], mails: Sequence[bytes]) -> None:
    """Writes a question about some mails and passes it on at once."""
    target.write(len(mails).to_bytes(8, "big"))
    for raw in mails:
        target.write(len(raw).to_bytes(8, "big"))
        target.write(raw)
    target.flush()


def main() -> None:
    """Answers one mail after another until the parent is gone. The first frame is the configuration as JSON."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    first = read_frame(source)
    if first is None:
        return
    configuration = json.loads(first)
    _limit_memory(configuration["memory"])
    limits, own = Limits(**configuration["limits"]), frozenset(configuration["own"])
    while len(count := source.read(8)) == 8:
        answers = []
        for _ in range(int.from_bytes(count, "big")):
            raw = read_frame(source)
            if raw is None:
                return
            _limit_time(configuration["seconds"])
            answers.append(json.dumps(_answer(raw, own, limits)))
            del raw
        write_frame(target, f"[{','.join(answers)}]".encode())


def _answer(raw: bytes, own: frozenset[str], limits: Limits) -> dict[str, Any]:
    try:
        return {"reading": read_mail(raw, own, limits).as_json()}
    except TooMuch as error:
        return {"quarantine": ["too much", str(error)]}
    except MemoryError:
        return {"quarantine": ["too much memory", "Reading it needs more memory than is allowed."]}
    except RecursionError:
        return {"quarantine": ["too much", "Its parts lie in one another too deeply."]}
    except Exception as error:  # whatever a stranger's bytes provoke ends this mail, never the queue
        return {"quarantine": ["unreadable", f"It could not be read ({type(error).__name__})."]}


def _limit_memory(size: int) -> None:
    if sys.platform == "win32":
        return
    for kind in ("RLIMIT_AS", "RLIMIT_DATA"):
        try:
            resource.setrlimit(getattr(resource, kind), (size, size))
        except (AttributeError, ValueError, OSError):
            continue
    for kind in ("RLIMIT_CORE", "RLIMIT_FSIZE"):
        resource.setrlimit(getattr(resource, kind), (0, 0))


def _limit_time(seconds: int) -> None:
    """The system ends this process when the next mail takes longer; counted in whole seconds of processor."""
    if sys.platform == "win32":
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


if __name__ == "__main__":
    main()
