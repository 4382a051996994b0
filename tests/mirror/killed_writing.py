"""A worker that sends and is killed at a step of its own choice. Run by the fault tests as a process."""

import json
import os
import random
import signal
import sys
from datetime import timedelta
from pathlib import Path

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.errors import Busy, CrmError
from leadwright.microsoft.connection import Connection, Secrets
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.tokens import Tokens
from leadwright.mirror.writer import Writer


def main() -> None:
    """JSON on the command line: url, origin, tenant, client, secret, ca, most, minutes ahead, kill (0: never)."""
    given = json.loads(sys.argv[1])
    connection = Connection(
        dataverse_url=given["origin"], tenant_id=given["tenant"], client_id=given["client"],
        credential=Secrets((given["secret"],)), authority=given["origin"], graph_url=given["origin"],
        ca_file=Path(given["ca"]), instance_discovery=False, timeout=20.0,
    )  # fmt: skip
    database = Database(given["url"])
    dataverse = Dataverse(MicrosoftHttp(connection, Tokens(connection), patience=5.0))
    left = given["kill"]

    def step(_name: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    ahead = timedelta(minutes=given["minutes"])
    writer = Writer(database, lambda: dataverse, f"worker {random.random()}", lambda: now() + ahead, step)
    for _ in range(40):
        try:
            if not writer.send_due(given["most"]):
                break
        except (CrmError, Busy):
            break
    database.close()


if __name__ == "__main__":
    main()
