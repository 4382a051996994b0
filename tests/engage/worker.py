"""A process that works for a test's office until it is killed: ``python -m tests.engage.worker URL FOLDER CLOCK``."""

import sys
import time
from datetime import datetime
from pathlib import Path

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.engine import Database
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.workflows.runtime import Runtime


def main(url: str, folder: str, clock: str) -> None:
    """Work on the clock that stands in a file."""
    settings = Settings(data_dir=Path(folder), dns_checks=False, fetch_company_sites=False, executor_id="worker")
    services = Services(
        settings,
        Database(url),
        BuiltinAnalyst(),
        clock=lambda: datetime.fromisoformat(Path(clock).read_text("utf-8")),
        rehearses=True,
    )
    Runtime(services).start()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:4])
