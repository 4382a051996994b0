"""Gathers what the counting rule of competitors needs, and what is known of those it chooses."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import Integer, String, bindparam, func, or_, select
from sqlalchemy.orm import Session

from leadwright.analyst import Offering
from leadwright.db.configuration import Configuration
from leadwright.db.recent import Recent
from leadwright.db.sales import Account, Competitor, Lead, LeadCompetitor, Opportunity, OpportunityCompetitor
from leadwright.domain.competitors import Choice, Closed, choose
from leadwright.domain.evidence import Passage
from leadwright.domain.optionsets import OpportunityState
from leadwright.research.company import research_topic
from leadwright.research.company_names import company_domain, mentions, name_key
from leadwright.research.knowledge import retrieve
from leadwright.research.means import Means
from leadwright.research.subjects import Subject, subject_key

_CLOSED_LOOKED_AT = 200
_LIST = re.compile(
    r"\b(?:competitors?|alternatives?|rivals?)(?:\s+(?:of|to)\s+[^.:]{1,60}?)?"
    r"(?:\s+(?:include|includes|including|are|is|such as|like)\b|\s*:)\s*([^.;!?]{3,200})",
    re.IGNORECASE,
)
# Built once: every lead asks these. A value that a lead does not have is NULL, which nothing equals.
_ON_LEAD = (
    select(Competitor.name)
    .join(LeadCompetitor, LeadCompetitor.competitorid == Competitor.competitorid)
    .where(LeadCompetitor.leadid == bindparam("leadid"))
    .order_by(Competitor.name)
)
_KNOWN = select(Competitor.name).limit(500)
_CLOSED = (
    select(Competitor.name, Opportunity.statecode, Opportunity.actualclosedate)
    .select_from(Opportunity)
    .join(OpportunityCompetitor, OpportunityCompetitor.opportunityid == Opportunity.opportunityid)
    .join(Competitor, Competitor.competitorid == OpportunityCompetitor.competitorid)
    .outerjoin(Account, Account.accountid == Opportunity.parentaccountid)
    .where(
        Opportunity.statecode.in_([OpportunityState.WON, OpportunityState.LOST]),
        or_(
            Opportunity.parentaccountid == bindparam("account", type_=String),
            func.lower(Account.lw_industry) == bindparam("industry", type_=String),
            Account.industrycode == bindparam("code", type_=Integer),
        ),
    )
    .order_by(Opportunity.actualclosedate.desc().nulls_last())
    .limit(_CLOSED_LOOKED_AT)
)
_papers = Recent[list[Passage]](timedelta(seconds=5), most=500)  # they are the same for every lead
_NAME = re.compile(r"(?:[A-Z0-9][\w&'’.-]*)(?:\s+(?:[A-Z0-9&][\w&'’.-]*)){0,3}")


def choose_competitors(
    session: Session, lead: Lead, configuration: Configuration, company: Iterable[Passage], ours: Iterable[Passage]
) -> Choice:
    """The competitors of one lead by the rule of product.md 5, point 4.

    Args:
        company: web passages of the lead's company.
        ours: search results about our own company's competitors.
    """
    on_lead = session.scalars(_ON_LEAD, {"leadid": lead.leadid}).all()
    if on_lead:
        return choose(on_lead, {}, (), ())
    configured = [name.strip() for name in configuration.competitors.names if name.strip()]
    known = list(dict.fromkeys([*configured, *session.scalars(_KNOWN)]))
    own = {name_key(configuration.company.name), name_key(lead.companyname)}
    web = web_mentions([*company, *ours], known, own)
    return choose((), web, closed_of_similar(session, lead), configured)


def web_mentions(found: Sequence[Passage], known: Sequence[str], own: set[str]) -> dict[str, int]:
    """Competitor -> number of passages that name it; names that only a list such as "competitors include" gives count.

    Args:
        known: names to look for.
        own: name keys that are no competitors: ours and the lead's.
    """
    counts: Counter[str] = Counter()
    keys = {name_key(name): name for name in known}
    for passage in found:
        text = f"{passage.title}. {passage.text}"
        named = {name for name in known if mentions(text, name)}
        for listed in _LIST.findall(passage.text):
            for name in _names_in(listed):
                named.add(keys.get(name_key(name), name))
        counts.update(name for name in named if name_key(name) and name_key(name) not in own)
    return dict(counts)


def closed_of_similar(session: Session, lead: Lead) -> list[Closed]:
    """Competitors on closed opportunities of the same account, or of accounts of the same industry; newest first."""
    industry = lead.lw_industry.lower() if lead.lw_industry else None
    alike = {"account": lead.parentaccountid or None, "industry": industry, "code": lead.industrycode}
    if not any(value is not None for value in alike.values()):
        return []
    rows = session.execute(_CLOSED, alike).all()
    return [Closed(r.name, r.statecode == OpportunityState.WON, r.actualclosedate) for r in rows]


def our_market(means: Means, offering: Offering, runid: str) -> Subject | None:
    """Search results about who competes with us; looked up once for all leads."""
    domain = company_domain(offering.website)
    key = subject_key("ours", domain, name_key(offering.company))
    return research_topic(means, key, runid, offering.company, "competitors alternatives", website=domain)


def known_of(means: Means, name: str, offering: Offering, runid: str) -> tuple[list[Passage], str]:
    """Passages about one competitor, documents first, then search results; and what went wrong, if anything."""
    found = _papers.get((means.database.url, name), means.clock(), lambda: _papers_about(means, name))
    subject = research_topic(
        means, subject_key("competitor", name_key(name)), runid, name, "company products strengths weaknesses"
    )
    return [*found, *(subject.passages if subject else ())], subject.detail if subject else ""


def _papers_about(means: Means, name: str) -> list[Passage]:
    query = f"{name} overview strengths weaknesses opportunities threats talking points price"
    with means.database.reading() as session:
        return retrieve(session, f"competitor:{name}", query, 6, embedding=means.embedding)


def _names_in(listed: str) -> list[str]:
    names = []
    for part in re.split(r",|\band\b|\bor\b|/|•", listed):
        if (found := _NAME.match(part.strip())) and len(found.group()) > 1:
            names.append(found.group().rstrip(" .'’-"))
    return names[:10]
