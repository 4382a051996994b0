"""Import a list of leads: upload, look at what it would do, choose the columns, import with a progress bar."""

import threading
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import structlog
from starlette.responses import FileResponse, Response

from leadwright.actions.import_leads import RowsRefused, headings_of, import_file, preview
from leadwright.db.columns import table_with_own
from leadwright.domain.attributes import Table
from leadwright.domain.headings import EXTERNAL_ID, IGNORE, LEAD_ID, Fate, Heading, by_letter, importable, label_of
from leadwright.domain.spelling import plain
from leadwright.errors import BadInput, LeadwrightError
from leadwright.identity.access import Principal
from leadwright.leadfile.mapping import ImportMapping, document_of, mapping_from
from leadwright.leadfile.problems import Unsaid
from leadwright.services import Services
from leadwright.web import uploads
from leadwright.web.import_form import ON_PAGE, controls, mapping_sent, on_page, read_reading, words_of
from leadwright.web.uploads import Upload
from leadwright.web.visit import Pages, Visit

pages = Pages()
SHOWN_PROBLEMS = 200
LOST_AFTER = 120  # seconds without a sign of life
_log = structlog.get_logger(__name__)


@pages.get("/import", "prvImportLead")
def start(visit: Visit) -> Response:
    """Ask for a file."""
    return visit.page("import_start.html", problem="", limit=visit.services.settings.import_max_mb)


@pages.post("/import", "prvImportLead", takes=lambda settings: settings.import_max_mb * 1_000_000 + 100_000)
def upload(visit: Visit) -> Response:
    """Keep the file and show what it would do."""
    limit = visit.services.settings.import_max_mb
    try:
        mapping = mapping_sent(visit)
        kept = uploads.keep(visit.services.settings, visit.who.id, visit.form.get("file"), time.time())
        kept.write("mapping", document_of(mapping))
        headings_of(visit.services, visit.who, kept.path, mapping)
    except Unsaid:
        pass  # the next page asks
    except BadInput as error:
        return visit.page("import_start.html", 422, problem=str(error), limit=limit)
    return visit.to(f"/import/{kept.id}")


@pages.get("/import/{upload}", "prvImportLead")
def look(visit: Visit) -> Response:
    """The preview before, the progress while, the result after the import."""
    kept = _kept(visit)
    status = kept.status()
    if status.get("state") == "running" and time.time() - status["at"] > LOST_AFTER:
        status = {"state": "refused", "text": "The import was interrupted. Nothing was imported; start it again."}
    if status.get("state") in {"running", "done"}:
        answer = visit.page("import_progress.html", kept=kept, work=status)
        if status["state"] == "running":
            answer.headers["Refresh"] = "2"
        return answer
    return _preview(visit, kept, status.get("text", ""), 200)


@pages.post("/import/{upload}/mapping", "prvImportLead")
def choose(visit: Visit) -> Response:
    """Keep how the list is written, what its words mean and which column is which."""
    kept = _kept(visit)
    old = mapping_from(kept.mapping())
    try:
        headings = _headings(visit, kept, old)
        names = _names(headings)
        chosen = {names[h.position]: visit.text(f"column-{h.position}", most=200) for h in headings if h.text}
        wanted = read_reading(visit, old, {name: target for name, target in chosen.items() if target})
        if (wanted.encoding, wanted.delimiter) != (old.encoding, old.delimiter):
            there = set(
                _names(headings_of(visit.services, visit.who, kept.path, replace(wanted, columns={}))[1]).values()
            )
            wanted = replace(wanted, columns={name: t for name, t in wanted.columns.items() if name in there})
        headings_of(visit.services, visit.who, kept.path, wanted)
    except BadInput as error:
        return _preview(visit, kept, on_page(error), 422)
    kept.write("mapping", document_of(wanted))
    return visit.to(f"/import/{kept.id}")


@pages.post("/import/{upload}/run", "prvImportLead")
def run(visit: Visit) -> Response:
    """Import in the background; the page shows how far it is."""
    kept = _kept(visit)
    if kept.begin(time.time(), LOST_AFTER):
        kept.write("status", {"state": "running", "phase": "Reading", "share": 0, "at": time.time()})
        work = (visit.services, visit.who, kept, visit.text("skip") == "1")
        threading.Thread(target=_import, args=work, name=f"import-{kept.id}", daemon=True).start()
    return visit.to(f"/import/{kept.id}")


@pages.get("/import/{upload}/not-imported", "prvImportLead")
def not_imported(visit: Visit) -> Response:
    """The rows that were left out, with their reasons, as a file."""
    kept = _kept(visit)
    if not kept.bad_rows.exists():
        return visit.to(f"/import/{kept.id}", "Every row was imported.")
    return FileResponse(kept.bad_rows, media_type="text/csv", filename=f"{kept.path.stem}-not-imported.csv")


def _kept(visit: Visit) -> Upload:
    return uploads.find(visit.services.settings, visit.who.id, visit.request.path_params["upload"])


def _names(headings: list[Heading]) -> dict[int, str]:
    """How the mapping names each column: by its heading, or by its letter where another has the same heading."""
    often = Counter(plain(h.text) for h in headings)
    return {h.position: h.text if often[plain(h.text)] == 1 else by_letter(h.position) for h in headings}


def _headings(visit: Visit, kept: Upload, mapping: ImportMapping) -> list[Heading]:
    """What each heading means; none when it must be said first how the list is written."""
    try:
        return headings_of(visit.services, visit.who, kept.path, mapping)[1]
    except Unsaid:
        return []


def _preview(visit: Visit, kept: Upload, problem: str, status: int) -> Response:
    mapping = mapping_from(kept.mapping())
    headings = _headings(visit, kept, mapping)
    targets = {plain(name): target for name, target in mapping.columns.items()}
    seen = None
    try:
        seen = preview(visit.services, visit.who, kept.path, mapping)
    except BadInput as error:
        problem = problem or on_page(error)
    with visit.services.database.reading() as session:
        table = table_with_own(session, "lead")
    shown = list(dict.fromkeys(n for row in seen.first for n in row)) if seen else []
    table_labels = {a.name: a.label for a in (*table.attributes.values(), *(seen.new_columns if seen else ()))}
    return visit.page(
        "import_preview.html",
        status,
        kept=kept,
        problem=problem,
        seen=seen,
        headings=headings,
        mapping={position: targets.get(plain(name), "") for position, name in _names(headings).items()},
        controls=controls(mapping, text=kept.path.suffix.lower() not in {".xlsx", ".xlsm"}),
        words=words_of(mapping, seen, table),
        labels_of={a.name: a.label for a in table.attributes.values()},
        remedies=ON_PAGE,
        targets=_targets(table),
        ignore=IGNORE,
        fate=Fate,
        own=_own_column if visit.may("prvWriteCustomColumn") else None,
        columns=shown,
        labels={n: table_labels.get(n) or label_of(n) for n in shown},
        choices={a.name: a.choices or a.words for a in table.attributes.values() if a.choices or a.words},
        most=SHOWN_PROBLEMS,
    )


def _targets(table: Table) -> list[tuple[str, str]]:
    """What a column of the list may become, by label."""
    columns = sorted(((a.name, a.label) for a in importable(table).values()), key=lambda t: t[1])
    return [(LEAD_ID, label_of(LEAD_ID)), (EXTERNAL_ID, label_of(EXTERNAL_ID)), *columns]


def _own_column(heading: Heading) -> str:
    """The mapping that keeps a heading as a new text column."""
    return f"new_{plain(heading.text)[:40] or f'column{heading.position + 1}'}: text"


def _import(services: Services, who: Principal, kept: Upload, skip: bool) -> None:
    last = 0.0

    def progress(phase: str, share: float) -> None:
        nonlocal last
        if time.time() - last > 0.3:
            last = time.time()
            kept.write("status", {"state": "running", "phase": phase, "share": share, "at": last})

    final: dict[str, Any]
    try:
        done = import_file(
            services,
            who,
            kept.path,
            mapping_from(kept.mapping()),
            progress,
            skip_bad_rows=skip,
            bad_rows_file=kept.bad_rows,
        )
        names = ("rows", "created", "updated", "unchanged", "bad_rows", "repeated", "notes")
        final = {"state": "done", **{n: getattr(done, n) for n in names}, "file": done.bad_rows_file is not None}
    except RowsRefused as error:
        few = f"Nothing was imported: {error.bad_rows:,} of {error.rows:,} rows cannot be used. "
        final = {"state": "refused", "text": few + "Correct them, or import the good rows only."}
    except BadInput as error:
        final = {"state": "refused", "text": on_page(error)}
    except LeadwrightError as error:
        final = {"state": "refused", "text": str(error)}
    except Exception:
        _log.exception("import failed", upload=kept.id)
        final = {"state": "refused", "text": "This is a fault in Leadwright. Nothing was imported; it was recorded."}
    kept.end(final)
