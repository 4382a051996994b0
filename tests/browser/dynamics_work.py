"""After the prerequisites: settings, start, fifty leads of the organisation worked, what breaks, and the way back."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.browser import tutorial_sections as sections
from tests.browser.dynamics_set_up import DynamicsWalk
from tests.browser.tutorial_set_up import AGENT

from leadwright.sandbox import seller
from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.world import World

LEADS = 50
SELLER, SUPERVISOR = "Sam Seller", "Dana Dynamics"
_TRIED = 4  # leads of the simulation
_HOUR = "0.3"  # seconds of an hour of the sample prospects


def people(walk: DynamicsWalk) -> None:
    page = walk.page
    redirect = page.locator("#redirect-uri").inner_text()
    page.reload()
    page.get_by_role("button", name="Let people of this tenant sign in").click()
    walk.see("Button on the sign-in page")
    expect(page.locator("#redirect-uri")).to_have_text(redirect)
    portal = walk.portal
    walk.sign_in_there("admin")
    portal.goto("/_portal/entra")
    portal.get_by_role("link", name=AGENT).first.click()
    portal.get_by_role("link", name="Authentication").click()
    portal.get_by_label("Web: redirect URIs, one a line").fill(redirect)
    portal.get_by_role("button", name="Save").click()


def mirror(walk: DynamicsWalk) -> None:
    walk.page.get_by_role("navigation", name="Site map").get_by_role("link", name="Mirror").click()
    row = "xpath=//tr[starts-with(normalize-space(.), 'Leads')]"
    walk.wait("Up to date", at=row)
    walk.wait(str(LEADS), at=row)
    walk.picture("mirror")


def settings(walk: DynamicsWalk) -> None:
    page = walk.page
    page.goto("/agent")
    sections.general_settings(walk)  # type: ignore[arg-type]
    sections.email_settings(walk)  # type: ignore[arg-type]
    walk.section("Handoff criteria")
    page.get_by_role("button", name="Generate").click()
    expect(page.locator(".criterion.proposed").first).to_be_visible()
    for accept in page.get_by_label("Accept: keep this criterion when I save").all():
        if not accept.is_visible():
            accept.locator("xpath=ancestor::details[1]/summary").click()
        accept.check()
    sections.save(walk)  # type: ignore[arg-type]
    walk.section("Sending discipline")
    page.get_by_label("From", exact=True).fill("00:00")
    page.get_by_label("Until", exact=True).fill("00:00")
    page.get_by_label("Saturday").check()
    page.get_by_label("Sunday").check()
    sections.save(walk)  # type: ignore[arg-type]
    walk.section("Knowledge")
    page.get_by_label("Set", exact=True).select_option("followup")
    papers = seller.write_papers(walk.at.folder / "papers")
    page.get_by_label("Files").set_input_files(sorted(papers["followup"].iterdir()))
    page.get_by_role("button", name="Add and take in").click()
    walk.wait("Ready")
    walk.section("Assignment rules")
    page.get_by_role("checkbox", name=SELLER).check()
    page.get_by_label("Supervisor").select_option(label=SUPERVISOR)
    sections.save(walk)  # type: ignore[arg-type]
    walk.section("Selection criteria")
    page.get_by_label("Consider leads created in the last N days").fill("30")
    expect(page.locator("#preview")).to_contain_text("leads match")
    sections.save(walk)  # type: ignore[arg-type]


def start(walk: DynamicsWalk) -> None:
    page = walk.page
    walk.section("Simulation")
    page.get_by_label("How many leads").fill(str(_TRIED))
    page.get_by_role("button", name="Start testing").click()
    walk.wait(f"{_TRIED} of {_TRIED} leads have a result", 120)
    for _ in range(_TRIED):  # some of the sample leads have no address that mail could reach: those have no draft
        if not page.locator("tr:has-text('To review')").count():
            break
        page.locator("tr:has-text('To review') a").first.click()
        page.get_by_role("button", name="Approve").click()
        walk.section("Simulation")
    portal = walk.portal
    portal.goto("/_portal/outside")
    portal.get_by_label(re.compile("^Seconds that an hour")).fill(_HOUR)
    portal.get_by_role("button", name="Save").click()
    walk.see("answer by themselves", portal)
    walk.section("Start")
    page.get_by_role("link", name="Start agent").click()
    walk.see("leads match")
    page.get_by_role("button", name="Start now").click()
    walk.see(f"{AGENT} is on.")


def fifty_leads(walk: DynamicsWalk) -> None:
    """What the stand-in's own tables show in the end, not what Leadwright says of them."""
    with _tables(walk) as world:
        deadline = time.monotonic() + 240
        while not _worked(seen := _seen(world)) and time.monotonic() < deadline:
            time.sleep(2)
    assert _worked(seen), seen
    walk.portal.goto("/_portal/sales")
    walk.see(SELLER, walk.portal)
    walk.picture("sales-hub", page=walk.portal)
    walk.portal.goto("/_portal/outside")
    walk.picture("people-outside", page=walk.portal)


def seller_qualifies(walk: DynamicsWalk) -> None:
    desk = walk.at.new_page(walk.at.desk)
    desk.goto("/sign-in")
    desk.get_by_role("link", name=re.compile("contoso|Microsoft", re.IGNORECASE)).or_(
        desk.get_by_role("button", name=re.compile("contoso|Microsoft", re.IGNORECASE))
    ).first.click()
    desk.get_by_label("Who").select_option("seller@contoso.onmicrosoft.com")
    desk.get_by_label("Password").fill(walk.at.password)
    desk.get_by_role("button", name="Sign in").click()
    desk.wait_for_url(lambda url: url.startswith(walk.at.desk) and "/sign-in" not in url)
    with _tables(walk) as world:
        hot = next(row for row in _leads_of(world, SELLER) if row["leadqualitycode"] == 1 and not row["statecode"])
    name = str(hot["fullname"])
    desk.goto(f"/leads/{hot['leadid']}")
    walk.see(name, desk)
    walk.picture("seller-lead", page=desk)
    desk.get_by_role("link", name="Qualify").first.click()
    desk.get_by_label("Estimated revenue in the lead's currency").fill("400000")
    desk.get_by_role("button", name="Qualify").click()
    walk.see("The lead is qualified with", desk)
    portal: Page = walk.portal
    portal.goto(f"/_portal/sales/leads/{hot['leadid']}")
    walk.wait("Qualified", page=portal)
    walk.wait("Opportunity", page=portal)
    walk.picture("qualified", page=portal)
    with _tables(walk) as world:
        _qualified_once(world, str(hot["leadid"]))


def something_breaks(walk: DynamicsWalk) -> None:
    """A role is revoked: command and page say so, and the agent pauses until it is back. Then back to our platform."""
    page, portal = walk.page, walk.portal
    assert _failing(walk) == []
    page.goto("/agent/prerequisites")
    portal.goto("/_control")
    portal.locator("select[name=user]").select_option(label=f"# {AGENT} (AISalesPerson)")
    portal.get_by_role("button", name="Revoke").click()
    walk.see(f"AISalesPerson is revoked from # {AGENT}.", portal)
    page.get_by_role("button", name="Check again").click()
    walk.see("does not hold the security role AISalesPerson")
    assert _failing(walk)[0].startswith("fail  2 Security role: ")
    walk.wait("The agent is paused.")
    portal.locator("select[name=user]").select_option(label=f"# {AGENT} (no role)")
    portal.get_by_role("button", name="Give back").click()
    page.get_by_role("button", name="Check again").click()
    walk.see("Every check passed.")
    page.goto("/agent/stop")
    page.get_by_role("button", name="Halt now").click()
    page.goto("/agent/prerequisites")
    page.get_by_role("link", name="Go back to the built-in platform").click()
    page.get_by_role("button", name="Switch the connection off").click()
    walk.see("This installation is on the built-in platform again.")
    with _tables(walk) as world:
        leads = records.find(world, "lead")
    assert len(leads) >= LEADS, "in Dynamics 365 nothing changes"
    page.goto(f"/leads/{leads[0]['leadid']}")
    walk.see(str(leads[0]["fullname"]))


def without_a_tenant(walk: DynamicsWalk) -> None:
    """The whole walk went this way; the control page saw each request of it."""
    guide = (Path(__file__).parents[2] / "docs" / "dynamics365.md").read_text("utf-8")
    exported = re.findall(r"^export (\w+)=", guide, re.MULTILINE)
    assert exported
    assert set(exported) <= set(walk.at.settings)
    walk.portal.goto("/_control?path=%24batch")
    walk.see("/api/data/v9.2/$batch", walk.portal)


def _failing(walk: DynamicsWalk) -> list[str]:
    """Lines of the command of the guide that say what fails."""
    said = walk.at.say("doctor", "dynamics365").splitlines()
    assert len([line for line in said if line.startswith(("ok  ", "warn", "fail"))]) >= 20, said
    return [line for line in said if line.startswith("fail")]


def _qualified_once(world: World, leadid: str) -> None:
    (made,) = records.find(world, "opportunity", originatingleadid=leadid)
    lead = records.read(world, "lead", leadid)
    assert lead is not None
    assert (lead["statecode"], lead["qualifyingopportunityid"]) == (1, made["opportunityid"])
    mails = records.find(world, "email", regardingobjectid=leadid)
    assert {True, False} <= {bool(mail["directioncode"]) for mail in mails}
    notes = [str(note["subject"]) for note in records.find(world, "annotation", objectid=leadid)]
    assert len(notes) == len(set(notes)) >= 2


@contextmanager
def _tables(walk: DynamicsWalk) -> Iterator[World]:
    world = World(walk.at.folder / "dynamics")
    try:
        yield world
    finally:
        world.close()


def _seen(world: World) -> dict[str, int]:
    leads, mails = records.find(world, "lead"), records.find(world, "email")
    owners = Counter(_owner(world, row) for row in leads)
    return {
        "leads": len(leads),
        "owned by the agent": owners[f"# {AGENT}"],
        "handed over": owners[SELLER],
        "hot": sum(row["leadqualitycode"] == 1 for row in leads),
        "disqualified": sum(row["statecode"] == 2 for row in leads),
        "notes": len(records.find(world, "annotation")),
        "written": sum(bool(row["directioncode"]) and row["statuscode"] == 3 for row in mails),
        "answers": sum(not row["directioncode"] for row in mails),
        "notifications": len(records.find(world, "appnotification")),
    }


def _worked(seen: dict[str, int]) -> bool:
    least = {
        "leads": LEADS, "owned by the agent": 20, "handed over": 5, "hot": 3, "disqualified": 2, "notes": 45,
        "written": 25, "answers": 15, "notifications": 5,
    }  # fmt: skip
    return all(seen[name] >= most for name, most in least.items())


def _leads_of(world: World, name: str) -> list[dict[str, object]]:
    return [row for row in records.find(world, "lead") if _owner(world, row) == name]


def _owner(world: World, row: dict[str, object]) -> str:
    user = records.read(world, "systemuser", str(row["ownerid"]))
    return str(user["fullname"]) if user else ""
