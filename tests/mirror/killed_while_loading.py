"""A worker that reads an organisation in and is killed with SIGKILL around one of its commits.

Arguments: database URL, origin, CA file, tenant, client id, secret, number of the commit, before or after it.
Number 0: it is not killed.
"""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorTable
from leadwright.microsoft.connection import Connection, Secrets
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.tokens import Tokens
from leadwright.mirror.dataverse import DataverseMirror
from leadwright.mirror.incoming import Incoming


def _die_at(database: Database, number: int, side: str) -> None:
    """Be killed before the commit of that number, or when its connection has come back after it."""
    done = 0

    def commits(_connection: Any) -> None:
        nonlocal done
        done += 1
        if done == number and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)

    def comes_back(_connection: Any, _record: Any) -> None:
        if number and done >= number:
            os.kill(os.getpid(), signal.SIGKILL)

    for engine in {database._writer.engine, database._hasty.engine}:
        event.listen(engine, "commit", commits)
        event.listen(engine, "checkin", comes_back)


def main() -> None:
    url, origin, authority, tenant, client, secret, number, side = sys.argv[1:]
    connection = Connection(
        origin, tenant, client, Secrets((secret,)), origin, origin, Path(authority), instance_discovery=False
    )
    database = Database(url)
    _die_at(database, int(number), side)
    mirror = DataverseMirror(Dataverse(MicrosoftHttp(connection, Tokens(connection))))
    incoming = Incoming(database, mirror, period=0.0, page=10, most_at_once=3, polled_every=timedelta(hours=1))
    incoming.round()
    with database.reading() as session:
        assert session.get_one(MirrorTable, "lead").loadedon is not None


if __name__ == "__main__":
    main()
