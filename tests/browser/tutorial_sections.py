"""The tutorial, second half of the set-up: every section of the agent settings, filled as a person would."""

from playwright.sync_api import expect
from tests.browser.tutorial_set_up import Walk

from leadwright.sandbox import seller

VALUE = (
    f"{seller.VALUE} For manufacturers, retailers and distributors in the United States with 1,000 to 80,000 employees."
)
BENEFITS = f"{seller.BENEFITS} Decision makers are heads of operations, supply chain, logistics and procurement."


def save(walk: Walk, number: int = 0) -> None:
    walk.page.get_by_role("button", name="Save", exact=True).nth(number).click()
    walk.see("Saved in the draft.")


def general_settings(walk: Walk) -> None:
    page = walk.page
    walk.section("Agent profile")
    page.get_by_role("textbox", name="Email signature").click()
    page.keyboard.type("Kind regards")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type(seller.NAME)
    save(walk)
    expect(page.locator(".signature-shown")).to_contain_text(seller.NAME)
    walk.picture("agent-profile")
    walk.section("Company info")
    page.get_by_label("Company name").fill(seller.NAME)
    page.get_by_label("Website").fill(f"https://{seller.SLUG}.example")
    save(walk)
    walk.section("Products")
    page.get_by_label("Value proposition").fill(VALUE)
    page.get_by_label("Benefits and features").fill(BENEFITS)
    page.get_by_label("Price list (optional)").fill(seller.PRICES)
    save(walk)
    walk.picture("products")


def selection_criteria(walk: Walk) -> None:
    page = walk.page
    walk.section("Selection criteria")
    walk.see("4 of 10 conditions used")
    page.get_by_role("button", name="Row", exact=True).first.click()
    walk.see("5 of 10 conditions used")
    page.locator("#builder .line").last.get_by_label("Column of line").select_option(label="Country/Region")
    page.locator("#builder .line").last.get_by_label("Operator of line").select_option(label="equals")
    page.locator("#builder .line").last.get_by_label("Value of line").fill("United States")
    page.get_by_label("Consider leads created in the last N days").fill("30")
    expect(page.locator("#preview")).to_contain_text(f"{len(walk.at.leads)} leads match")
    page.get_by_label("Lead (email address, full name or id)").fill(walk.at.leads[0].name)
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#why")).to_contain_text("selected")
    walk.picture("selection-criteria")
    save(walk)


def email_settings(walk: Walk) -> None:
    page = walk.page
    walk.section("Email instructions")
    page.get_by_label("Sender's postal address").fill(seller.POSTAL_ADDRESS)
    page.get_by_role("textbox", name="Topic", exact=True).fill("Warehouse robots")
    page.get_by_label("Instructions, one a line").fill("Ask for a call of fifteen minutes.")
    save(walk)
    walk.picture("email-instructions")
    walk.section("Email validation")
    save(walk)


def handoff_criteria(walk: Walk) -> None:
    page = walk.page
    walk.section("Handoff criteria")
    page.get_by_role("button", name="Generate").click()
    expect(page.locator(".criterion.proposed").first).to_be_visible()
    walk.picture("criteria-generated")
    for accept in page.get_by_label("Accept: keep this criterion when I save").all():
        if not accept.is_visible():
            accept.locator("xpath=ancestor::details[1]/summary").click()
        accept.check()
    criteria = page.locator(".criterion")
    proposed = criteria.count()
    page.get_by_role("button", name="Add a criterion").click()
    expect(criteria).to_have_count(proposed + 1)
    fresh = criteria.last
    fresh.get_by_label("Name", exact=True).fill("Order picking project")
    fresh.get_by_label("About").select_option("custom")
    fresh.get_by_label("What you want").fill("Order picking in a distribution center")
    fresh.get_by_label("Column of").select_option("lead.subject")
    fresh.scroll_into_view_if_needed()
    walk.picture("criteria-custom", ".criterion >> nth=-1")
    save(walk)
    walk.see("Employee size")
    walk.section("Readiness")
    page.get_by_label("Need").fill("They say what is slow or costly in their warehouse.")
    page.get_by_label("Timeline").fill("They want to start within a year; a project takes ten weeks.")
    page.get_by_label("Budget").fill("Money for robots is planned, or can be.")
    page.get_by_label("Authority").fill("They decide, or name who does.")
    page.get_by_label("Next steps for the seller").fill("Offer the pilot of four weeks.")
    save(walk)
    walk.picture("readiness")


def sending_discipline(walk: Walk) -> None:
    page = walk.page
    walk.section("Sending discipline")
    walk.see("Limits of sales@tallyhand-robotics.example")
    page.get_by_label("Follow-ups, days after the first mail").fill("3")
    page.get_by_label("Days of waiting after the last mail").fill("2")
    save(walk)
    walk.picture("sending-discipline")
    walk.picture("country-gates", "#gates-h")


def knowledge(walk: Walk) -> None:
    page, papers = walk.page, walk.at.papers
    walk.section("Knowledge")
    for purpose, title in (("research", "Research"), ("outreach", "Outreach emails"), ("followup", "Follow-up emails")):
        page.get_by_label("Set", exact=True).select_option(purpose)
        page.get_by_label("Files").set_input_files(sorted(papers[purpose].iterdir()))
        page.get_by_role("button", name="Add and take in").click()
        expect(page.locator("section", has=page.get_by_role("heading", name=title, exact=True))).to_contain_text(
            "Ready"
        )
    walk.picture("knowledge")
    page.get_by_label("Topic or question").fill("How long does the implementation take?")
    page.get_by_label("in", exact=True).select_option("followup")
    page.get_by_role("button", name="Test", exact=True).last.click()
    walk.see("Implementation takes")
    walk.picture("knowledge-passages", "#ask-h")
    page.get_by_label("Company", exact=True).fill(walk.at.leads[0].company.name)
    page.get_by_label("Its domain or web site").fill(walk.at.site(walk.at.leads[0]))
    page.locator("#try-h").scroll_into_view_if_needed()
    page.get_by_role("button", name="Test", exact=True).first.click()
    expect(page.get_by_role("heading", name="JSON")).to_be_visible()
    walk.see("accountOverview")
    walk.picture("knowledge-test")


def assignment_rules(walk: Walk) -> None:
    page = walk.page
    walk.section("Assignment rules")
    page.get_by_role("checkbox", name=seller.SELLERS[0][0]).check()
    page.get_by_label("Supervisor").select_option(label=seller.SUPERVISOR[0])
    save(walk)
    walk.picture("assignment-rules")
