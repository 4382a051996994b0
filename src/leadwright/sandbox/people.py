"""The made-up people of the rehearsal and the lead list they are on. Nobody here exists."""

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random

from leadwright.sandbox.companies import Company, companies, site, slug

FIRST = [
    "Adelin",
    "Bramble",
    "Corvin",
    "Delphie",
    "Eldan",
    "Fenwyn",
    "Garrick",
    "Hesper",
    "Isolde",
    "Jorah",
    "Kestra",
    "Lorcan",
    "Maribel",
    "Nimue",
    "Orson",
    "Perrin",
    "Quilla",
    "Rosalba",
    "Soren",
    "Tamsin",
    "Ulric",
    "Verity",
    "Wystan",
    "Xanthe",
    "Yorick",
    "Zelda",
]
LAST = [
    "Ambervale",
    "Brindlecote",
    "Corwinham",
    "Dapplewood",
    "Elmsgrave",
    "Fairthorpe",
    "Gildenmoor",
    "Hollowick",
    "Inglethorn",
    "Juniperley",
    "Kettlebeck",
    "Larksomer",
    "Mistledale",
    "Nettlesham",
    "Oakenfold",
    "Pennywhistle",
    "Quillhaven",
    "Rosemount-Fell",
    "Silverbourne",
    "Thistledown",
    "Umberley",
    "Violetmere",
    "Willowquist",
    "Yarrowby",
    "Zephyrton",
]

_DECIDERS = (
    "Chief Operating Officer",
    "VP Supply Chain",
    "Chief Supply Chain Officer",
    "Director of Logistics",
    "Head of Warehouse Operations",
    "VP Distribution",
    "Director of Procurement",
    "SVP Operations",
)
_OTHERS = (
    "Marketing Specialist",
    "HR Business Partner",
    "Graphic Designer",
    "Software Engineer",
    "Tax Accountant",
    "Communications Intern",
)
_TOPICS = (
    "Faster order picking in our distribution centers",
    "Warehouse robots for peak season",
    "Cutting travel time in the warehouse",
    "Inventory accuracy in regional hubs",
    "Asked for the mobile robot brochure",
    "Labour shortage on the night shift",
    "Automation of returns handling",
    "Safety around forklifts",
)
_SOURCES = ("Web", "Trade Show", "Seminar", "Advertisement", "Word of Mouth", "External Referral", "Other")
_OWN_SOURCES = ("Partner", "Employee Referral")  # people work these themselves: the usual selection leaves them out

HEADINGS = (
    "Topic",
    "First Name",
    "Last Name",
    "Job Title",
    "Company Name",
    "Email",
    "Business Phone",
    "Website",
    "Industry",
    "No. of Employees",
    "Annual Revenue",
    "City",
    "State/Province",
    "Country/Region",
    "Lead Source",
    "Rating",
)


def leads(count: int, port: int, *, seed: int = 1) -> Iterator[dict[str, str]]:
    """The lead list: heading -> text, empty where the lead is thin.

    Args:
        count: how many. One lead in eight shares its company with another.
        port: of the world that serves the company sites.
        seed: another seed, other people.
    """
    chance = Random(f"leads:{seed}")  # noqa: S311
    firms = list(companies())
    chance.shuffle(firms)
    taken: set[str] = set()
    for number in range(count):
        place = number - 3 if number % 8 == 7 else number
        yield _lead(chance, firms[place % len(firms)], port, taken)


def write_leads(path: Path, count: int, port: int, *, seed: int = 1) -> None:
    """Write the list as a CSV file, as a sales-operations person would have it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS)
        writer.writeheader()
        writer.writerows(leads(count, port, seed=seed))


def _lead(chance: Random, firm: Company, port: int, taken: set[str]) -> dict[str, str]:
    first, last = _name(chance, firm, taken)
    thin = chance.random() < 0.07  # hardly more than a name and an address
    known = not thin and chance.random() < 0.55  # the list itself has the firm's figures
    return {
        "Topic": "" if thin else chance.choice(_TOPICS),
        "First Name": first,
        "Last Name": last,
        "Job Title": "" if thin or chance.random() < 0.05 else _title(chance),
        "Company Name": "" if chance.random() < 0.02 else firm.name,
        "Email": _email(chance, first, last, firm),
        "Business Phone": "" if thin else f"+1 555 01{chance.randrange(100):02d}",
        "Website": "" if thin or chance.random() < 0.05 else f"{site(firm.slug, port)}/",
        "Industry": firm.industry if known else "",
        "No. of Employees": str(firm.employees) if known and firm.discloses else "",
        "Annual Revenue": str(firm.revenue) if known and firm.discloses else "",
        "City": "" if thin else firm.city,
        "State/Province": "" if thin else firm.state,
        "Country/Region": "" if thin else firm.country,
        "Lead Source": chance.choice(_OWN_SOURCES if chance.random() < 0.05 else _SOURCES),
        "Rating": "Warm" if chance.random() < 0.04 else "Cold",
    }


def _name(chance: Random, firm: Company, taken: set[str]) -> tuple[str, str]:
    while True:
        first, last = chance.choice(FIRST), chance.choice(LAST)
        if (key := f"{first} {last} {firm.slug}") not in taken:
            taken.add(key)
            return first, last


def _title(chance: Random) -> str:
    return chance.choice(_DECIDERS if chance.random() < 0.62 else _OTHERS)


def _email(chance: Random, first: str, last: str, firm: Company) -> str:
    """At a reserved domain, so that no mail can ever reach anybody; some are missing, some not valid."""
    fate = chance.random()
    if fate < 0.03:
        return ""
    if fate < 0.05:
        return f"{slug(first)}.{slug(last)}@{firm.slug}.invalid"
    return f"{slug(first)}.{slug(last)}@{firm.slug}.example"
