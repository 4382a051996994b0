"""A new administrator walks the whole tutorial of docs/admin.md in a browser, from an empty installation to the stop.

`make pictures` takes its pictures anew.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.browser import tutorial_sections as sections
from tests.browser import tutorial_set_up as set_up
from tests.browser import tutorial_work as work
from tests.browser.camera import Camera
from tests.browser.installation import installed

PEOPLE = (
    "Wystan Ambervale",
    "Delphie Brindlecote",
    "Corvin Hollowick",
    "Adelin Mistledale",
    "Eldan Violetmere",
    "Hesper Gildenmoor",
)
STEPS: tuple[tuple[str, tuple[Callable[[set_up.Walk], None], ...]], ...] = (
    ("First visit", (set_up.first_visit,)),
    ("People", (set_up.people,)),
    ("Leads", (set_up.lead_list,)),
    ("Create the agent", (set_up.create_agent,)),
    ("Prerequisite 1: an application", (set_up.prerequisite_1,)),
    ("Prerequisite 2: an application user", (set_up.prerequisite_2,)),
    ("Prerequisite 3: a shared mailbox", (set_up.prerequisite_3,)),
    ("Prerequisite 4: approve and test it", (set_up.prerequisite_4,)),
    ("General settings", (sections.general_settings,)),
    ("Which leads it takes", (sections.selection_criteria,)),
    ("How it writes", (sections.email_settings,)),
    ("Who is worth a seller's time", (sections.handoff_criteria,)),
    ("When it writes", (sections.sending_discipline,)),
    ("What it may read", (sections.knowledge,)),
    ("Who gets the leads", (sections.assignment_rules,)),
    ("Try it", (work.simulation,)),
    ("Start", (work.start,)),
    ("Leads flow", (work.leads_flow,)),
    ("Replies", (work.replies,)),
    ("The seller's desk", (work.seller_desk,)),
    ("The supervisor's desk", (work.supervisor_desk,)),
    ("Change something", (work.back_test,)),
    ("Stop", (work.stop,)),
)


@pytest.mark.browser
@pytest.mark.timeout(1200)
def test_a_new_administrator_walks_the_whole_tutorial(tmp_path: Path) -> None:
    with installed(tmp_path, PEOPLE) as at:
        walk = set_up.Walk(at.new_page(), at, Camera())
        for _, steps in STEPS:
            for step in steps:
                step(walk)
