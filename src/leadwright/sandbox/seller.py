"""Who sells in the rehearsal: an invented maker of warehouse robots, its ideal customer, rivals and papers."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

NAME = "Tallyhand Robotics"
SLUG = "tallyhand-robotics"
VALUE = (
    "Mobile robots that bring shelves to people, so that a distribution center picks two to three times as many orders "
    "an hour in the same space."
)
BENEFITS = (
    "Two to three times the picks an hour; live within ten weeks; fewer walking and forklift accidents; rented by the "
    "month, so that capacity follows the season; no change of building or of warehouse software."
)
PRICES = "From $2,900 a month for each robot, including software, maintenance and spare parts."


@dataclass(frozen=True, slots=True)
class Rival:
    """An invented competitor with its battle card."""

    name: str
    paper: str


COMPETITORS = (
    Rival("Gripwell Automation", "gripwell-automation.md"),
    Rival("Stackline Systems", "stackline-systems.md"),
    Rival("Ferrow Conveyors", "ferrow-conveyors.html"),
)

PROFILE: list[dict[str, Any]] = [
    {
        "name": "Industry",
        "kind": "industry",
        "details": "Manufacturing, retail, consumer goods, food and beverage, pharmaceuticals and medical equipment, "
        "distribution and logistics, building products, chemicals and materials",
    },
    {"name": "Employee size", "kind": "employees", "details": "1,000 to 80,000 employees"},
    {
        "name": "Decision maker",
        "kind": "role",
        "details": "C-suite, or decision makers in operations, supply chain, logistics, warehousing or procurement",
    },
    {"name": "Location", "kind": "location", "details": "United States, except New York"},
    {"name": "Annual revenue", "kind": "revenue", "details": "$500 million to $40 billion"},
]

SELLERS = (
    ("Mira Quillhaven", "mira@tallyhand-robotics.example"),
    ("Tobin Larksomer", "tobin@tallyhand-robotics.example"),
    ("Isaura Dapplewood", "isaura@tallyhand-robotics.example"),
    ("Bastian Elmsgrave", "bastian@tallyhand-robotics.example"),
)
SUPERVISOR = ("Odalys Fairthorpe", "odalys@tallyhand-robotics.example")
POSTAL_ADDRESS = "12 Tally Lane\nColumbus, OH 43004\nUnited States"
SHARED_MAILBOX = (NAME, f"sales@{SLUG}.example")
ADMINISTRATOR = ("Rehearsal Administrator", "admin@tallyhand-robotics.example")


def write_papers(folder: Path) -> dict[str, Path]:
    """Write the seller's papers into a folder: set name -> the folder of that set.

    The Word and PowerPoint papers are made too when the extra "documents" is installed.
    """
    folders: dict[str, Path] = {}
    for purpose in ("research", "outreach", "followup", "competitors"):
        target = folders[purpose] = folder / purpose
        target.mkdir(parents=True, exist_ok=True)
        for paper in (files(__package__) / "data" / "papers" / purpose).iterdir():
            (target / paper.name).write_bytes(paper.read_bytes())
    _write_office(folders["outreach"])
    return folders


def _write_office(folder: Path) -> None:
    try:
        from docx import Document
        from pptx import Presentation
    except ImportError:
        return
    paper = Document()
    paper.add_heading("Ten weeks to the first robot", 1)
    paper.add_paragraph("A Tallyhand project takes ten weeks: two to measure, four to prepare, four to start up.")
    paper.add_paragraph("No racks are bolted down and no warehouse software is replaced.")
    paper.save(str(folder / "ten-weeks.docx"))
    slides = Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[1])
    slide.shapes.title.text = "Peak season without extra shifts"
    slide.placeholders[1].text = "Tallyhand customers rent extra robots for twelve weeks in peak season."
    slides.save(str(folder / "peak-season.pptx"))
