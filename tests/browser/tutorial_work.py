"""The tutorial, the work: simulation, start, leads in conversation, the seller's and the supervisor's desk, stop."""

import re
import time

from playwright.sync_api import Page, expect
from tests.browser.tutorial_sections import save
from tests.browser.tutorial_set_up import AGENT, Walk

from leadwright.sandbox import seller
from leadwright.sandbox.characters import Prospect
from leadwright.sandbox.prospect_inbox import AREA

EAGER, CURIOUS, REFUSING = 0, 1, 3
READY = (
    "Hello,\n\nthis comes at the right time: our people walk for miles to pick orders, and we need twice the picks in "
    "the same building. We have 400,000 dollars approved for it, want to start within three months, and I decide "
    "together with our COO. Please send a quote for twenty robots.\n\nBest regards"
)
QUESTION = "Thank you for your mail. How long does the implementation take?"
REFUSAL = "No, thank you. We are not interested in warehouse robots."


def simulation(walk: Walk) -> None:
    page = walk.page
    walk.section("Simulation")
    page.get_by_label("How many leads").fill("2")
    page.get_by_role("button", name="Start testing").click()
    walk.see("The test has begun. Nothing is sent, and no lead is changed.")
    wait(walk, "Review 2 more emails", seconds=60)
    walk.picture("simulation")
    page.locator("main table a").first.click()
    subject = page.get_by_label("Subject")
    subject.fill(f"{subject.input_value()}, in the same building")
    page.get_by_role("button", name="Save edit").click()
    walk.see("Edited")
    walk.picture("simulation-edited")
    page.get_by_role("button", name="Approve").click()
    walk.see("This is the next one.")
    page.get_by_label("What the agent should do otherwise").fill("Do not mention prices in the first mail.")
    page.get_by_role("button", name="Give feedback").click()
    walk.section("Simulation")
    walk.see("Feedback given")
    walk.section("Email instructions")
    expect(page.get_by_label("Instructions, one a line")).to_have_value(re.compile("Do not mention prices"))


def start(walk: Walk) -> None:
    page = walk.page
    walk.section("Start")
    walk.see("Everything is ready.")
    page.get_by_role("link", name="Start agent").click()
    walk.see(f"{len(walk.at.leads)} leads match")
    walk.see(f"{seller.SUPERVISOR[0]} is the supervisor.")
    walk.see("It writes to those that fit")
    walk.picture("start")
    page.get_by_role("button", name="Start now").click()
    walk.see(f"{AGENT} is on.")


def leads_flow(walk: Walk) -> None:
    page = walk.page
    walk.go("Leads")
    page.get_by_role("navigation", name="Views").get_by_role("link", name=re.compile("Being processed")).click()
    wait(walk, "In conversation", times=len(walk.at.leads), seconds=60)
    walk.picture("leads-in-processing")
    wait_until_written_to(walk)
    open_lead(walk, page, walk.at.leads[EAGER])
    open_conversation(page)
    walk.see("Sent")
    walk.picture("first-mail")


def replies(walk: Walk) -> None:
    page, leads = walk.page, walk.at.leads
    answer(walk, leads[CURIOUS], QUESTION)
    open_lead(walk, page, leads[CURIOUS])
    open_conversation(page)
    wait(walk, "2 sent, 1 heard")
    walk.see("Implementation takes")
    walk.picture("reply-answered", "article:has-text('How long does')")
    answer(walk, leads[EAGER], READY)
    answer(walk, leads[REFUSING], REFUSAL)
    open_lead(walk, page, leads[EAGER])
    wait(walk, "Handed over")
    open_lead(walk, page, leads[REFUSING])
    wait(walk, "Disqualified")


def seller_desk(walk: Walk) -> None:
    page, lead = walk.desks[seller.SELLERS[0][0]], walk.at.leads[EAGER]
    page.goto("/")
    walk.see(lead.name, page)
    walk.picture("seller-home", page=page)
    page.get_by_role("link", name=lead.name).click()
    walk.see("Suggested action", page)
    walk.picture("seller-lead", page=page)
    page.get_by_role("link", name="Qualify").first.click()
    page.get_by_label("Estimated revenue in dollars").fill("400000")
    walk.picture("seller-qualify", page=page)
    page.get_by_role("button", name="Qualify").click()
    walk.see("The lead is qualified with", page)
    for made in ("account", "contact", "opportunity"):
        walk.see(made, page)
    walk.picture("seller-qualified", page=page)


def supervisor_desk(walk: Walk) -> None:
    page, lead = walk.desks[seller.SUPERVISOR[0]], walk.at.leads[REFUSING]
    walk.go("Dashboard", page)
    walk.see("Disqualified", page)
    walk.picture("dashboard", page=page)
    walk.go("Leads", page)
    page.get_by_role("navigation", name="Views").get_by_role("link", name=re.compile("Disqualified")).click()
    page.get_by_role("link", name="With reasons, reassign many").click()
    walk.see(lead.name, page)
    page.get_by_label(lead.name).check()
    page.get_by_label("Give the chosen to").select_option(label=seller.SELLERS[0][0])
    walk.picture("reassign", page=page)
    page.get_by_role("button", name="Reassign").click()
    walk.see("1 lead reassigned; the new owners are told.", page)
    theirs = walk.desks[seller.SELLERS[0][0]]
    theirs.goto("/")
    walk.see(lead.name, theirs)


def back_test(walk: Walk) -> None:
    page = walk.page
    walk.go("Agent settings")
    walk.section("Handoff criteria")
    size = page.locator("details.criterion:has(> summary:has-text('80,000 employees'))")
    size.locator("summary").first.click()
    size.get_by_label("What you want").fill("200,000 to 300,000 employees")
    size.get_by_label("Must have").check()
    save(walk)
    walk.section("Start")
    walk.see("Changes not yet applied")
    walk.picture("changes")
    page.get_by_role("link", name="Back-test first").click()
    page.get_by_role("button", name="Start", exact=True).click()
    wait(walk, "would end otherwise")
    walk.see("Disqualified")
    walk.see("200,000 to 300,000")
    walk.picture("back-test")
    walk.section("Start")
    page.get_by_role("link", name="All versions and their differences").click()
    page.get_by_role("button", name="Restore as draft").first.click()
    walk.section("Start")
    walk.see("The draft is what is in force.")


def stop(walk: Walk) -> None:
    page = walk.page
    walk.go("Agent settings")
    page.get_by_role("link", name="Stop agent").click()
    walk.see("Leads in work are finished")
    walk.picture("stop")
    page.get_by_role("button", name="Stop: finish begun leads").click()
    walk.see("takes no new leads")
    expect(page.locator("h1")).to_contain_text("Finishing")
    while skip(walk):  # the days of the follow-ups pass, until every conversation has ended
        pass
    walk.go("Agent settings")
    wait(walk, f"{AGENT} is off: it takes no leads.")
    expect(page.locator("h1")).to_contain_text("Off")
    walk.picture("stopped")


def wait(walk: Walk, text: str, times: int = 1, seconds: float = 30) -> None:
    """Reload as a person would until the page says it so many times."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if walk.page.locator("main").inner_text().count(text) >= times:
            return
        walk.page.wait_for_timeout(400)
        walk.page.reload()
    raise AssertionError(f"{text!r} never appeared; the page says: {walk.page.locator('main').inner_text()}")


def open_lead(walk: Walk, page: Page, lead: Prospect) -> None:
    """By the search above."""
    page.get_by_role("searchbox", name="Search leads").fill(lead.name)
    page.keyboard.press("Enter")
    page.locator("main").get_by_role("link", name=lead.name).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(lead.name)


def open_conversation(page: Page) -> None:
    """The second tab of the lead."""
    page.get_by_role("navigation", name="Lead", exact=True).get_by_role("link", name="Conversation").click()


def skip(walk: Walk) -> bool:
    """Let the rehearsal's clock jump to what is due next; False when nothing is."""
    walk.go(AREA.text)
    button = walk.page.get_by_role("button", name="Skip to what is due next")
    if not button.count():
        return False
    button.click()
    walk.at.settle()
    return True


def wait_until_written_to(walk: Walk) -> None:
    """Everybody of the list has got the first mail: their working day has begun."""
    end = time.monotonic() + 60
    while any(not walk.at.prospects.received_count(lead) for lead in walk.at.leads):
        assert time.monotonic() < end, "not everybody was written to"
        skip(walk)


def answer(walk: Walk, lead: Prospect, words: str) -> None:
    """In the place of the lead, by real SMTP."""
    page = walk.page
    walk.go(AREA.text)
    page.get_by_role("link", name=lead.name, exact=True).click()
    page.get_by_label("Text").fill(words)
    page.get_by_role("button", name="Send").click()
    walk.see(f"Sent as {lead.name}")
