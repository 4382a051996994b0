"""Files as they come: encodings, separators, sheets, formulas, and hostile ones."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadwright.errors import BadInput
from leadwright.leadfile.mapping import ImportMapping, mapping_from, own_columns, read_mapping
from leadwright.leadfile.rows import LeadList
from leadwright.leadfile.source import open_list

Write = Callable[..., Path]
LINES = ["Company,Email", "Société Générale,a@b.fr", "Müller,b@c.de"]


def cells(leads: LeadList) -> list[list[Any]]:
    return [row for rows in leads.blocks() for row in rows.cells]


def numbers(leads: LeadList) -> list[int]:
    return [n for rows in leads.blocks() for n in rows.numbers]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found_out(as_csv: Write, encoding: str) -> None:
    leads = open_list(as_csv(LINES, encoding=encoding))
    assert cells(leads) == [["Société Générale", "a@b.fr"], ["Müller", "b@c.de"]]
    assert leads.headings == ("Company", "Email")


def test_a_guessed_encoding_is_said(as_csv: Write) -> None:
    assert "Windows-1252" in open_list(as_csv(LINES, encoding="cp1252")).notes[0]
    assert open_list(as_csv(LINES)).notes == ()


def test_text_in_no_encoding_we_can_tell_is_refused_with_the_remedy(as_csv: Write) -> None:
    path = as_csv(["Company,Email", "日本株式会社東京支店ソニー,a@b.jp"], encoding="shift_jis")
    with pytest.raises(BadInput, match="CSV UTF-8"):
        open_list(path)
    leads = open_list(path, ImportMapping(encoding="shift_jis"))
    assert cells(leads)[0][0] == "日本株式会社東京支店ソニー"


def test_an_accent_far_down_the_file_is_seen(as_csv: Write) -> None:
    path = as_csv([*LINES[:1], *["Acme,a@b.de"] * 90_000, "Müller,b@c.de"], encoding="cp1252")
    assert cells(open_list(path))[-1][0] == "Müller"


@pytest.mark.parametrize("encoding", ["hex", "rot13", "no such", "utf-8\0"])
def test_what_is_no_encoding_of_text_is_refused_in_words(as_csv: Write, encoding: str) -> None:
    with pytest.raises(BadInput, match="is no encoding"):
        open_list(as_csv(["Company,Email", "A,a@a.example"]), ImportMapping(encoding=encoding))


def test_a_wrong_encoding_given_is_refused_in_words(as_csv: Write) -> None:
    with pytest.raises(BadInput, match="not utf-8 text"):
        cells(open_list(as_csv(LINES, encoding="cp1252"), ImportMapping(encoding="utf-8")))
    with pytest.raises(BadInput, match="no encoding"):
        open_list(as_csv(LINES), ImportMapping(encoding="klingon"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(as_csv: Write, delimiter: str) -> None:
    lines = [delimiter.join(row) for row in (["Company", "Email", "Notes"], ["Acme", "a@b.de", "x"], ["B", "", ""])]
    leads = open_list(as_csv(lines))
    assert leads.delimiter == delimiter
    assert cells(leads) == [["Acme", "a@b.de", "x"], ["B", "", ""]]


def test_commas_in_values_do_not_hide_the_separator(as_csv: Write) -> None:
    leads = open_list(as_csv(["Company;Revenue", "A, B, C and D;1,5", "E, F;2,5"]))
    assert cells(leads)[0] == ["A, B, C and D", "1,5"]


def test_the_line_that_names_the_separator_is_obeyed(as_csv: Write) -> None:
    leads = open_list(as_csv(["sep=;", "Company;Email", "Acme;a@b.de"]))
    assert (cells(leads), numbers(leads)) == ([["Acme", "a@b.de"]], [3])


def test_line_breaks_inside_quotation_marks_stay_and_rows_count_as_a_spreadsheet_does(as_csv: Write) -> None:
    leads = open_list(as_csv(["Company,Notes", '"Acme","one', 'two ""three"""', "", "B,x"]))
    assert cells(leads) == [["Acme", 'one\ntwo "three"'], ["B", "x"]]
    assert numbers(leads) == [2, 4]


def test_a_title_above_the_headings_is_passed_over(as_csv: Write) -> None:
    leads = open_list(as_csv(["Lead export of March", "", "Company,Email", "Acme,a@b.de"]))
    assert (leads.headings, numbers(leads)) == (("Company", "Email"), [4])


def test_blank_rows_are_counted_and_short_rows_filled(as_csv: Write) -> None:
    leads = open_list(as_csv(["Company,Email,City", "A", ",,", "", "B,b@c.de"]))
    (rows,) = leads.blocks()
    assert rows.cells == [["A", "", ""], ["B", "b@c.de", ""]]
    assert rows.blank == 2


def test_a_row_with_too_many_cells_is_broken(as_csv: Write) -> None:
    (rows,) = open_list(as_csv(["Company,Email", "Acme, Inc.,a@b.de", "B,b@c.de,,"])).blocks()
    assert "3 cells" in rows.broken[0]
    assert list(rows.broken) == [0]


@pytest.mark.parametrize("after", [0, 3, 5000])
def test_a_quotation_mark_that_never_closes_is_found_with_its_row(as_csv: Write, after: int) -> None:
    path = as_csv(["Company,Notes", "A,x", 'B,"open', *["C,y"] * after])
    with pytest.raises(BadInput, match="opened in row 3 "):
        cells(open_list(path))


def test_a_very_long_open_cell_is_found_too(as_csv: Write) -> None:
    path = as_csv(["Company,Notes", 'B,"open', *["C,yyyyyyyyyyyyyyyyyyyyyyyy"] * 20_000])
    with pytest.raises(BadInput, match="opened in row 2 "):
        cells(open_list(path))


def test_a_stray_quotation_mark_is_no_error(as_csv: Write) -> None:
    assert cells(open_list(as_csv(["Company,Notes", 'A,5" disk', 'B,"x" y']))) == [["A", '5" disk'], ["B", "x y"]]


def test_nul_bytes_do_not_stop_the_reading(as_csv: Write) -> None:
    assert cells(open_list(as_csv(["Company,Email", "Ac\0me,a@b.de"])))[0][0] == "Ac\0me"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n\r\n  ", "is empty"),
        (b"\0" * 5000, "is empty"),
        (b",,,\n,,\n", "is empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, r"\.xls file"),
        (b"\x1f\x8b\x08\0", "compressed"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"PK\x03\x04 nothing more", "damaged"),
        (bytes(range(256)) * 20, "UTF-8"),
        (b"ab\0\0\0" * 1000, "not a text file"),
    ],
)
def test_what_is_no_list_is_refused_in_words(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=says):
        cells(open_list(path))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(BadInput, match="no file"):
            open_list(path)


def test_a_file_of_one_gigabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.write(b"Company,Email\n")
        stream.truncate(1_000_000_000)
    with pytest.raises(BadInput, match=r"1,000 MB, one import takes 512 MB.*import_max_mb"):
        open_list(path)


def test_too_many_rows_are_refused_with_the_limit(as_csv: Write) -> None:
    with pytest.raises(BadInput, match=r"more than 10 rows.*import_max_rows"):
        cells(open_list(as_csv(["Company", *["A"] * 11]), max_rows=10))
    assert len(cells(open_list(as_csv(["Company", *["A"] * 10]), max_rows=10))) == 10


def test_memory_does_not_grow_with_a_csv_file(as_csv: Write) -> None:
    def peak(rows: int) -> int:
        path = as_csv(["Company,Email,Notes", *[f"Acme {i},a{i}@b.de,{'x' * 60}" for i in range(rows)]])
        tracemalloc.start()
        for _ in open_list(path).blocks():
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(120_000) < 1.2 * peak(30_000)


def workbook(path: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_gives_typed_cells(tmp_path: Path) -> None:
    rows = [["Company", "Employees", "Close Date", "Opt"], ["Acme", 1200, date(2026, 3, 1), True], [], ["B", 1.5]]
    leads = open_list(workbook(tmp_path / "a.xlsx", ("Leads", rows)))
    assert cells(leads) == [["Acme", 1200.0, date(2026, 3, 1), "yes"], ["B", 1.5, "", ""]]
    assert (numbers(leads), leads.sheet) == ([2, 4], "Leads")


def test_the_first_sheet_with_headings_is_taken_or_the_one_asked_for(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ("Read me", [["This list was made in March"]]),
        ("Empty", []),
        ("Leads", [["Company", "Email"], ["Acme", "a@b.de"]]),
        ("More", [["Company", "Email"], ["Other", "o@b.de"]]),
    )
    assert cells(open_list(path))[0][0] == "Acme"
    assert "More" in open_list(path).notes[0]
    assert cells(open_list(path, ImportMapping(sheet="More")))[0][0] == "Other"
    with pytest.raises(BadInput, match=r"no sheet.*Read me, Empty, Leads, More"):
        open_list(path, ImportMapping(sheet="leads!"))
    with pytest.raises(BadInput, match="empty"):
        open_list(path, ImportMapping(sheet="Empty"))


def test_a_table_that_does_not_start_at_the_corner_keeps_its_letters(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value in {"C3": "Company", "D3": "Email", "C4": "Acme", "D4": "a@b.de"}.items():
        sheet[place] = value
    book.save(tmp_path / "a.xlsx")
    leads = open_list(tmp_path / "a.xlsx")
    assert leads.headings == ("", "", "Company", "Email")
    assert (cells(leads), numbers(leads)) == ([["", "", "Acme", "a@b.de"]], [4])


def test_formulas_without_a_result_and_error_values_name_their_cells(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Leads")
        sheet.write_row(0, 0, ["Company", "Employees"])
        sheet.write_row(1, 0, ["Good"])
        sheet.write_formula(1, 1, "=1+1", None, 2)
        sheet.write_formula(2, 0, "=A2", None, "Copy")
        sheet.write_formula(3, 1, "=1/0", None, "#DIV/0!")
    leads = open_list(path)
    assert cells(leads)[:2] == [["Good", 2.0], ["Copy", ""]]
    assert leads.bad_cells == {(4, 1): "cell B4 shows #DIV/0!. Correct it"}

    unsaved = workbook(tmp_path / "b.xlsx", ("Leads", [["Company", "Employees"], ["Acme", "=1+1"]]))
    assert "cell B2 holds a formula" in open_list(unsaved).bad_cells[2, 1]


def _zip(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * 30_000_000})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(BadInput, match="20 MB when unpacked"):
        open_list(bomb, max_mb=20)


def test_a_workbook_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    parts = {"xl/workbook.xml": b"<x/>"} | {f"xl/{n}.xml": b"" for n in range(5_001)}
    with pytest.raises(BadInput, match="5,000 parts"):
        open_list(_zip(tmp_path / "a.xlsx", parts), max_mb=20)


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * 30_000_000})
    raw = bomb.read_bytes().replace((30_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    bomb.write_bytes(raw)
    with pytest.raises(BadInput, match="20 MB when unpacked"):
        open_list(bomb, max_mb=20)


def test_other_packages_and_document_types_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no XLSX workbook"):
        open_list(_zip(tmp_path / "a.docx", {"word/document.xml": b"<x/>"}))
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha">]><workbook><sheets><sheet name="&a;"/></sheets></workbook>'
    with pytest.raises(BadInput, match=r"workbook|document type"):
        open_list(_zip(tmp_path / "b.xlsx", {"xl/workbook.xml": laughs}))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), start=st.sampled_from([b"", b"Company,Email\n", b"\xff\xfe", b"PK\x03\x04"]))
def test_no_bytes_whatever_give_anything_but_rows_or_a_sentence(tmp_path: Path, data: bytes, start: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(start + data)
    with suppress(BadInput):
        cells(open_list(path))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 6000), byte=st.integers(0, 255))
def test_a_damaged_workbook_gives_rows_or_a_sentence(tmp_path: Path, at: int, byte: int) -> None:
    path = tmp_path / "good.xlsx"
    if not path.exists():
        workbook(path, ("Leads", [["Company", "Email"], *[[f"Acme {i}", f"a{i}@b.de"] for i in range(30)]]))
    raw = bytearray(path.read_bytes())
    raw[at % len(raw)] = byte
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(raw)
    with suppress(BadInput):
        cells(open_list(damaged))


def test_a_mapping_file_is_read_from_toml_and_json(tmp_path: Path) -> None:
    toml = tmp_path / "map.toml"
    toml.write_text(
        'dates = "day first"\nnumbers = "comma"\ndelimiter = "tab"\n[columns]\nFirma = "companyname"\n'
        'Region = "new_region: text"\n[values.leadsourcecode]\n"Phone Inquiry" = "Other"\n'
    )
    mapping = read_mapping(toml)
    assert (mapping.delimiter, mapping.rules.dates, mapping.rules.numbers) == ("\t", "day first", "comma")
    targets, new = own_columns(mapping)
    assert targets == {"Firma": "companyname", "Region": "new_region"}
    assert [(a.name, a.label, a.kind) for a in new] == [("new_region", "Region", "text")]
    flat = tmp_path / "map.json"
    flat.write_text(json.dumps({"Firma": "companyname"}))
    assert read_mapping(flat).columns == {"Firma": "companyname"}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"columns": {"A": "nonsense"}}, "no column of a lead"),
        ({"columns": {"A": "ownerid"}}, "no column of a lead"),
        ({"columns": {"A": "new_a: picture"}}, "no kind of column"),
        ({"columns": {"A": "lw_secret: text"}}, "lw_ is Leadwright"),
        ({"columns": {"A": 5}}, "logical name"),
        ({"columns": {}, "colours": 1}, '"colours" is not known'),
        ({"dates": "american", "columns": {}}, "not one of day first"),
        ({"columns": {}, "values": {"A": "x"}}, "values"),
        ([], "table of headings"),
    ],
)
def test_a_wrong_mapping_is_refused_in_words(document: Any, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        own_columns(mapping_from(document))


def test_a_mapping_file_that_is_damaged_or_missing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[columns")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    for name, says in {"a.toml": "not valid TOML", "b.toml": "not UTF-8", "c.toml": "cannot be read"}.items():
        with pytest.raises(BadInput, match=says):
            read_mapping(tmp_path / name)


def test_a_workbook_is_known_by_its_content_not_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("Leads", [["Company"], ["Acme"]]))
    renamed = path.rename(tmp_path / "leads.csv")
    assert cells(open_list(renamed)) == [["Acme"]]
    fake = tmp_path / "b.xlsx"
    fake.write_bytes(io.BytesIO(b"Company\nAcme\n").getvalue())
    with pytest.raises(BadInput, match="no workbook"):
        open_list(fake)
