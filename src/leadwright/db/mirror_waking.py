"""What failed goes on at once: the mirror, tables that fail, writes that wait. For whoever mended the cause."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from leadwright.db.mirror import MirrorState, MirrorTable
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.domain.outgoing import WriteState


def wake_mirror(session: Session, moment: datetime) -> None:
    """Put off nothing any longer that failed, in the caller's transaction; should it fail again, the waits begin small.

    What it says and since when stays until it works. A wait that Microsoft asked for is kept to by the line itself.
    """
    model: Any
    for model in (MirrorState, MirrorTable):
        again = {"dueat": None, "failures": 1}
        session.execute(update(model).where(model.failures > 0).values(again))
    waits = (MirrorWrite.state == WriteState.WAITING) & (MirrorWrite.dueat > moment)
    session.execute(update(MirrorWrite).where(waits).values(dueat=None))
