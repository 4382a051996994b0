"""A person judges a lead without knowing what the agent decided; then both are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadwright.db import audit
from leadwright.db.findings import FoundInsight, from_json
from leadwright.db.oversight import RejectionReview
from leadwright.db.pages import rejections as read
from leadwright.db.sales import Lead
from leadwright.domain.privileges import Depth
from leadwright.domain.rejection import Rate, Word
from leadwright.domain.stage import Stage
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.services import Services

NEEDS = ("prvReadDashboard", "prvReadLead", "prvReadActivity")
_COMMENT_LENGTH = 1_000
_SHOWN = (
    ("Company", "companyname"), ("Job title", "jobtitle"), ("Topic", "subject"), ("Industry", "lw_industry"),
    ("Employees", "numberofemployees"), ("Annual revenue", "revenue"), ("City", "address1_city"),
    ("State", "address1_stateorprovince"), ("Country", "address1_country"), ("Web site", "websiteurl"),
    ("Email", "emailaddress1"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revealed:
    """What the agent had decided, for whoever has judged.

    Args:
        wrong: the agent disqualified it, and the person would have pursued it.
    """

    stage: str
    reasons: tuple[str, ...]
    band: str | None
    version: int
    wrong: bool
    reassigned: bool


@dataclass(frozen=True, slots=True)
class Blind:
    """A lead as it is shown for judgement: its fields, what was found and what was written. No verdict.

    Args:
        word: what was said of it; empty while nobody has.
        revealed: only after that.
    """

    reviewid: str
    leadid: str
    name: str
    fields: tuple[tuple[str, Any], ...]
    insights: tuple[FoundInsight, ...]
    mails: Sequence[Any]
    word: str
    comment: str
    revealed: Revealed | None


@dataclass(frozen=True, slots=True)
class Report:
    """How often the agent rejected what a person would have pursued. `next`: key of the page after."""

    rate: Rate
    versions: list[tuple[int, Rate]]
    rows: Sequence[Any]
    next: str


def waiting_reviews(services: Services, who: Principal) -> tuple[Sequence[Any], int]:
    """Leads to judge, oldest first, at most fifty; and how many there are.

    Raises:
        NotAllowed.
    """
    _may(who)
    visible = readable(who, Lead, "prvReadLead")
    with services.database.reading() as session:
        return read.waiting(session, visible), read.how_many(session, visible)


def review_of(services: Services, who: Principal, reviewid: str) -> Blind:
    """One lead to judge, or that was judged.

    Raises:
        NotAllowed, NotFound.
    """
    _may(who)
    with services.database.reading() as session:
        found = read.one(session, reviewid)
        if found is None:
            raise NotFound("There is no such lead to judge. Go back to the list.")
        require(who, "prvReadLead", found.Lead)
        mails = read.mails(session, found.LeadRun.runid)
        review, run, lead = found.RejectionReview, found.LeadRun, found.Lead
        values = tuple((name, getattr(lead, column)) for name, column in _SHOWN if getattr(lead, column) is not None)
        return Blind(
            reviewid=reviewid,
            leadid=lead.leadid,
            name=lead.fullname or lead.companyname or "A lead",
            fields=values,
            insights=tuple(from_json(run.findings).insights),
            mails=mails,
            word=review.word,
            comment=review.comment,
            revealed=_revealed(review, run) if review.word else None,
        )


def judge(services: Services, who: Principal, reviewid: str, word: str, comment: str = "") -> Blind:
    """Say what the lead is worth. The same again changes nothing; a word that was said stays.

    Raises:
        NotAllowed, NotFound.
        BadInput: no such word, or the comment is too long.
        Conflict: somebody has judged it otherwise.
    """
    _may(who)
    require(who, "prvWriteLead")
    if word not in set(Word):
        raise BadInput("Say whether a seller should have this lead, or that you cannot say.", field="word")
    said = " ".join(comment.split())
    if len(said) > _COMMENT_LENGTH:
        raise BadInput(f"Please shorten the comment: at most {_COMMENT_LENGTH:,} characters.", field="comment")
    with services.database.transaction() as session:
        row = session.get(RejectionReview, reviewid, with_for_update=True)
        lead = session.get(Lead, row.leadid) if row else None
        if row is None or lead is None:
            raise NotFound("There is no such lead to judge. Go back to the list.")
        require(who, "prvWriteLead", lead)
        if row.word and (row.word != word or row.reviewedby != who.id):
            raise Conflict("Somebody has judged this lead meanwhile. Take the next one.")
        if not row.word:
            row.word, row.comment, row.reviewedby, row.reviewedon = word, said, who.id, services.clock()
            after = {"lead": row.leadid, "word": word, "comment": said, "version": row.version}
            audit.record(session, who.actor, "lead.judged_blind", "rejectionreview", reviewid, after=after)
    return review_of(services, who, reviewid)


def report(
    services: Services, who: Principal, since: datetime, until: datetime, *, wrong: bool = False, after: str = ""
) -> Report:
    """The false reject rate of the leads taken in during the period, by version, and the leads behind it.

    Raises:
        NotAllowed.
    """
    _may(who)
    visible = readable(who, Lead, "prvReadLead")
    with services.database.reading() as session:
        rows = read.judged(session, visible, since, until, wrong=wrong, after=after)
        more = len(rows) > read.PAGE
        return Report(
            read.false_reject_rate(session, visible, since, until),
            read.rates_of_versions(session, visible, since, until),
            rows[: read.PAGE],
            rows[read.PAGE - 1].reviewid if more else "",
        )


def _revealed(review: RejectionReview, run: Any) -> Revealed:
    decided = str(Stage.HANDED_OVER if review.control else Stage.DISQUALIFIED)
    wrong = not review.control and review.word == Word.PURSUE
    return Revealed(decided, tuple(run.reasons), run.band, review.version, wrong, run.reassigned)


def _may(who: Principal) -> None:
    for privilege in NEEDS:
        require(who, privilege)
    if who.privileges["prvReadLead"] < Depth.ORGANISATION:
        raise NotAllowed(
            "Judging rejections is for supervisors: your privilege prvReadLead reaches only your own records.",
            privilege="prvReadLead",
        )
