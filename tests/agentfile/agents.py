"""Random agents, as the settings page could hold them."""

from datetime import time
from typing import Any

from hypothesis import strategies as st
from tests.selection.trees import criteria

from leadwright.agentfile.shape import AgentFile, Names, Source
from leadwright.db.configuration import (
    Assignment,
    Company,
    CompetitorList,
    Configuration,
    EmailInstructions,
    Handoff,
    Profile,
    ProfileCriterion,
    Selection,
    SellerSegment,
    Sending,
)
from leadwright.domain.fit import CriterionKind
from leadwright.domain.selection import to_json

NAMES = Names(
    {f"person-{n}": f"seller{n}@office.example" for n in range(4)}, {"team-west": "West", "team-east": 'East "2"'}
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
long_texts = st.one_of(
    texts,
    st.lists(texts, min_size=1, max_size=4).map("\n".join),
    st.sampled_from(['"""', '\\"""\n\\', "\n", '"\n"', "a\r\nb"]),
)
words = st.text("abcdefgh ", min_size=1, max_size=20).filter(lambda t: bool(t.strip()))
trees: Any = st.one_of(st.none(), criteria.map(to_json))
criterion = st.builds(
    ProfileCriterion,
    name=words,
    kind=st.sampled_from(CriterionKind),
    details=long_texts,
    must_have=st.booleans(),
    fields=st.lists(st.sampled_from(["lead.jobtitle", "account.revenue"]), max_size=2),
    url=st.sampled_from(["", "https://example.com/{{Lead.Company Name}}"]),
    instructions=long_texts,
)
segments = st.builds(
    SellerSegment, name=words, conditions=criteria.map(to_json).filter(lambda t: bool(t.get("all") or t.get("any")))
)


@st.composite
def sending(draw: Any) -> Sending:
    start = draw(st.integers(0, 22))
    return Sending(
        window_start=time(start),
        window_end=time(draw(st.integers(start + 1, 23)), draw(st.sampled_from([0, 30]))),
        weekdays=sorted(draw(st.sets(st.integers(0, 6), min_size=1))),
        time_zone=draw(st.sampled_from(["", "Europe/Berlin"])),
        per_company=draw(st.integers(1, 100)),
        follow_up_days=draw(st.sampled_from([[], [3], [3, 7, 14]])),
        last_wait_days=draw(st.one_of(st.none(), st.integers(1, 90))),
        why=draw(texts),
    )


@st.composite
def assignments(draw: Any) -> Assignment:
    people = list(NAMES.people)
    by_team = draw(st.booleans())
    return Assignment(
        sellers=[] if by_team else draw(st.lists(st.sampled_from(people), unique=True)),
        team=draw(st.sampled_from([None, *NAMES.teams])) if by_team else None,
        supervisor=draw(st.sampled_from([None, *people])),
        keep_human_owner=draw(st.booleans()),
    )


configurations = st.builds(
    Configuration,
    profile=st.builds(Profile, description=long_texts, signature=long_texts, disclaimer=texts, other_terms=long_texts),
    company=st.builds(
        Company,
        name=texts,
        website=st.sampled_from(["", "https://shelves.example"]),
        value_proposition=long_texts,
        benefits=long_texts,
        price_list=long_texts,
    ),
    selection=st.builds(
        Selection,
        name=texts,
        description=long_texts,
        conditions=trees,
        look_back_days=st.one_of(st.none(), st.integers(1, 400)),
        seller_segments=st.lists(segments, max_size=2, unique_by=lambda s: s.name),
    ),
    email=st.builds(
        EmailInstructions,
        topic=texts,
        use_news=st.booleans(),
        fields=st.lists(st.sampled_from(["lead.subject", "account.description"]), unique=True),
        tone=long_texts,
        instructions=st.lists(long_texts, max_size=3),
        fixed_subject=texts,
        fixed_body=long_texts,
    ),
    criteria=st.lists(criterion, max_size=4, unique_by=lambda c: c.name),
    assignment=assignments(),
    competitors=st.builds(CompetitorList, names=st.lists(words, max_size=3, unique=True)),
    handoff=st.builds(Handoff, need=long_texts, budget=texts, fast_track=st.booleans(), next_steps=long_texts),
    sending=sending(),
    search_fields=st.lists(st.sampled_from(["lead.jobtitle", "lead.subject"]), unique=True),
)
sources = st.builds(
    Source,
    purpose=st.sampled_from(["research", "outreach", "followup", 'competitor:Kalt & "Warm"']),
    kind=st.sampled_from(["site", "feed"]),
    location=words.map(lambda w: f"https://{w.replace(' ', '-')}.example"),
    title=texts,
)
agents = st.builds(
    AgentFile,
    name=words.map(lambda w: " ".join(w.split())),
    mode=st.sampled_from(["research", "engage"]),
    configuration=configurations,
    user=texts,
    knowledge=st.lists(sources, max_size=4, unique_by=lambda s: (s.purpose, s.kind, s.location)).map(tuple),
    mailbox=st.sampled_from(
        [{}, {"address": "sales@office.example", "per_minute": 30, "per_day": 900, "at_once": 4, "authserv_id": "mx"}]
    ),
    identities=st.sampled_from([{}, {"application": "Leadwright", "application_user": "Agent"}]),
)
