"""Run as a program: one pass over a mailbox that dies at its nth commit of a write, before or after it.

Arguments: database URL, mailbox id, SMTP port, IMAP port, n (as many commits succeed), ``before`` or ``after``.
"""

import os
import signal
import sys
from typing import Any

from tests.mail.backlogs import read_all
from tests.mail.post_office import Clock, open_mailbox

from leadwright.db.engine import Database


def main(url: str, mailboxid: str, smtp: str, imap: str, last: str, when: str) -> None:
    """Ends with 0 when it comes to its end."""
    database, begun = Database(url), 0
    dialects = {id(engine): engine.dialect for engine in (database._writer, database._hasty)}
    commit = database._hasty.dialect.do_commit

    def die_in_time(connection: Any) -> None:
        nonlocal begun
        begun += 1
        if begun > int(last) and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        commit(connection)
        if begun > int(last):
            os.kill(os.getpid(), signal.SIGKILL)

    for dialect in dialects.values():
        dialect.do_commit = die_in_time  # type: ignore[method-assign]
    read_all(database, mailboxid, open_mailbox(int(smtp), int(imap)), Clock())


if __name__ == "__main__":
    main(*sys.argv[1:])
