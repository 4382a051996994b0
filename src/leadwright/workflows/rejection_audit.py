"""Draws a random share of what the agent decided for a person who judges it blind, in the transaction that decided.

Handed-over leads are mixed in with the same chance, so that the person cannot know the verdict by being asked.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.agent import LeadRun
from leadwright.db.oversight import Oversight, RejectionReview
from leadwright.domain.rejection import is_drawn
from leadwright.domain.stage import Stage

DEFAULT_PERCENT = 5.0


def draw(session: Session, run: LeadRun, moment: datetime) -> None:
    """Ask a person about this run, when it is in the share and the agent itself decided it. Safe to repeat."""
    if run.stage not in (Stage.DISQUALIFIED, Stage.HANDED_OVER) or run.byperson:
        return
    percent = session.scalar(select(Oversight.percent).where(Oversight.agentid == run.agentid))
    if not is_drawn(run.runid, DEFAULT_PERCENT if percent is None else percent):
        return
    if session.scalar(select(RejectionReview.reviewid).where(RejectionReview.runid == run.runid)) is not None:
        return
    session.add(
        RejectionReview(
            runid=run.runid,
            leadid=run.leadid,
            agentid=run.agentid,
            version=run.version,
            control=run.stage == Stage.HANDED_OVER,
            decidedon=moment,
            drawnon=moment,
        )
    )
