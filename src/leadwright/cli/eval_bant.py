"""`leadwright eval bant`: need, timeline, budget, authority of calls and threads, against our prices and policies."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from leadwright.cli.eval import InputFile, OutputFile, app, read_text
from leadwright.cli.eval_files import read_rows, show_progress, write_answers
from leadwright.errors import BadInput, LeadwrightError

if TYPE_CHECKING:
    from leadwright.analyst.builtin.bant import PriceList
    from leadwright.domain.evidence import Passage

Knowledge = Annotated[
    Path | None, typer.Option(help="Articles as .jsonl (title, text), a document, or a folder of them.")
]
Prices = Annotated[Path | None, typer.Option(help="Price list as .csv: a column for the product, one for the price.")]
Who = Annotated[Literal["builtin"], typer.Option("--analyst", help="Who judges.")]


@app.command()
def bant(
    input: InputFile, output: OutputFile, knowledge: Knowledge = None, prices: Prices = None, analyst: Who = "builtin"
) -> None:
    """Judge need, timeline, budget and authority of calls or threads."""
    from leadwright.analyst.builtin.bant import PriceList, read_prices

    total = sum(1 for _ in read_rows(input))
    if not total:
        raise BadInput(f"{input} holds no rows. Give a file with one call or thread a line.", field="input")
    list_prices = read_prices(read_text(prices), source=prices.name) if prices else PriceList()
    passages = tuple(_read_knowledge(knowledge)) if knowledge else ()
    answers = (judge_row(row, number, passages, list_prices) for number, row in read_rows(input))
    write_answers(output, show_progress(answers, total))
    typer.echo(f"{total:,} rows judged, written to {output}")


def judge_row(row: dict[str, Any], number: int, passages: "tuple[Passage, ...]", prices: "PriceList") -> dict[str, Any]:
    """The answer for one row; what fails becomes its `error`. A factor is met from medium on, null when unknown."""
    from leadwright.analyst.builtin.bant import judge_bant
    from leadwright.analyst.rows import lead_of_row, row_id
    from leadwright.domain.bant import is_met

    name = row_id(row, number)
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        return {"id": name, "error": "This row has no text. Put the call or the mail in the field `text`."}
    try:
        fields = lead_of_row({k: v for k, v in row.items() if k in _FIELDS})
        judgements = judge_bant(text, fields=fields, passages=passages, prices=prices)
    except LeadwrightError as error:
        return {"id": name, "error": str(error)}
    except Exception as error:  # one odd row must not cost the others
        return {"id": name, "error": f"This row could not be judged ({type(error).__name__})."}
    answer: dict[str, Any] = {"id": name}
    answer |= {f"{j.factor}_met": is_met(j) for j in judgements}
    for j in judgements:
        quotes = [{"source": e.source, "quote": e.quote} for e in j.evidence]
        answer[j.factor.value] = {
            "score": j.score.value,
            "reason": j.reason,
            "quote": quotes[0]["quote"] if quotes else None,
            "evidence": quotes,
        }
    return answer


_FIELDS = frozenset({"job_title", "jobtitle", "decisionmaker", "budgetamount", "need", "purchasetimeframe", "fullname"})


def _read_knowledge(path: Path) -> "Iterator[Passage]":
    """Passages cut as the knowledge of an agent is.

    Raises:
        BadInput: naming the file, and the line where there is one.
    """
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        for number, row in read_rows(path):
            text, title = row.get("text"), row.get("title")
            if not isinstance(text, str):
                raise BadInput(
                    f"{path}, row {number}: an article needs its words in the field `text`.", field="knowledge"
                )
            yield from _cut(f"{path.name}#{number}", str(title or f"Article {number}"), text)
        return
    yield from _read_documents(path)


def _read_documents(path: Path) -> "Iterator[Passage]":
    from leadwright.research.documents import SUFFIXES
    from leadwright.research.reading import DocumentReader

    files = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
    if not files:
        raise BadInput(f"{path} holds no document that can be read ({', '.join(sorted(SUFFIXES))}).", field="knowledge")
    with DocumentReader() as reader:
        for file in files:
            if not file.is_file():
                raise BadInput(f"{file} cannot be read: there is no such file or folder.", field="knowledge")
            document = reader.read(file)
            yield from _cut(file.name, document.title, document.text)


def _cut(source: str, title: str, text: str) -> "Iterator[Passage]":
    from leadwright.domain.evidence import Passage, SourceKind
    from leadwright.research.passages import cut

    for number, part in enumerate(cut(text), 1):
        yield Passage(f"knowledge:{source}:{number}", SourceKind.KNOWLEDGE, source, title, part.text)
