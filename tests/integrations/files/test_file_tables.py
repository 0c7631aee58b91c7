"""Whatever a file looks like, its rows come out, or one sentence says what to do."""

import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from integrations.files.tables import UnreadableFile, header_fingerprint, read_header, read_table, sample_table
from models.messages import RefusedRow

Write = Callable[..., Path]
THREE = "order_no,sku,qty\nA1,帽子,2\nA2,鞋,3\n"
ROWS = [{"order_no": "A1", "sku": "帽子", "qty": "2"}, {"order_no": "A2", "sku": "鞋", "qty": "3"}]


def good(path: Path) -> list[dict[str, str]]:
    return [row for row in read_table(path) if not isinstance(row, RefusedRow)]


def refused(path: Path) -> list[RefusedRow]:
    return [row for row in read_table(path) if isinstance(row, RefusedRow)]


def codes(path: Path) -> list[str]:
    return [row.reasons[0].code for row in refused(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found(write: Write, encoding: str, delimiter: str) -> None:
    assert good(write(THREE.replace(",", delimiter).encode(encoding))) == ROWS


def test_packed_file_is_unpacked(write: Write) -> None:
    assert good(write(gzip.compress(THREE.encode()), "orders.csv.gz")) == ROWS


def test_titles_blank_lines_and_blank_cells_beyond_the_header_are_no_rows(write: Write) -> None:
    path = write("每日订单\n\norder_no,sku,qty\nA1,帽子,2,,\n,,\n\nA2,鞋,3\n")
    assert good(path) == ROWS
    assert refused(path) == []


def test_cells_are_kept_exactly(write: Write) -> None:
    path = write('order_no,note\n"A,1","two\nlines ""quoted"" "\n')
    assert good(path) == [{"order_no": "A,1", "note": 'two\nlines "quoted" '}]


def test_workbook_cells_become_the_text_that_excel_shows(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["订单明细"])
    book.active.append(["order_no", "qty", "price", "placed", "gift", None])
    book.active.append(["A1", 3.0, 0.1 + 0.2, datetime(2026, 1, 5, 10, 30), True])  # noqa: DTZ001  (Excel knows no zones)
    book.active.append([])
    book.active.append([123456789012345678, 1, 2, None, None])
    path = tmp_path / "orders.xlsx"
    book.save(path)
    assert good(path) == [
        {"order_no": "A1", "qty": "3", "price": "0.3", "placed": "2026-01-05 10:30:00", "gift": "true"}
    ]
    assert codes(path) == ["cell-lost-digits"]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.csv", "a.csv is empty"),
        (b"\xef\xbb\xbf", "a.csv", "add a header row"),
        (b" \r\n\r\n", "a.csv", "a.csv is empty"),
        (b"a,b\n1,\xff\xff\xff\n", "a.csv", "line 2 is not in UTF-8 or GB18030"),
        (b"a,b\n1,2\n3,\x00\n", "a.csv", "NUL byte in line 3"),
        ("a,b\n".encode("utf-16"), "a.csv", "UTF-16"),
        (b"PK\x03\x04rest", "a.csv", "rename it to .xlsx"),
        (b"order_no,qty\nA,1\n", "a.xlsx", "is not a whole Excel workbook"),
        (b"PK\x03\x04rest", "a.xlsx", "is not a whole Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "a.xls", "neither CSV nor .xlsx"),
        (b"\x1f\x8bbroken", "a.csv.gz", "not a whole .gz file"),
        (gzip.compress(b"a,b\n" * 999, mtime=0)[:-9], "a.csv.gz", "not a whole .gz file"),
        (b"a,b,a\n1,2,3\n", "a.csv", "names the column 'a' 2 times"),
        (b"A17,5,2026-01-05,3.50\nA18,1,2026-01-05,2.00\n", "a.csv", "does not name columns: add a header row"),
        (b"just text\n", "a.csv", "has no row with two or more cells"),
    ],
)
def test_an_unreadable_file_says_why_in_one_sentence(write: Write, content: bytes, name: str, sentence: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        list(read_table(write(content, name)))
    assert sentence in str(error.value)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_a_missing_column_is_named_with_the_nearest_one(write: Write) -> None:
    with pytest.raises(UnreadableFile, match=r"no column 'order_no' .*nearest there is 'order_nr'.* rename"):
        read_table(write("order_nr,sku\nA,1\n"), needed=[["order_no"]])


def test_one_of_several_names_suffices(write: Write) -> None:
    path = write("单号,sku\nA,1\n")
    assert list(read_table(path, needed=[["order_no", "单号"], ["sku"]])) == [{"单号": "A", "sku": "1"}]


def test_a_missing_file_and_a_missing_sheet_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="check the path"):
        read_header(tmp_path / "none.csv")
    Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(UnreadableFile, match="no sheet 'Orders'"):
        read_header(tmp_path / "a.xlsx", sheet="Orders")


def test_a_workbook_that_breaks_off_inside_a_sheet_is_named(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.xlsx", tmp_path / "cut.xlsx"
    book = Workbook()
    for number in range(200):
        book.active.append(["order_no", "sku"] if number == 0 else [f"A{number}", "K"])
    book.save(whole)
    with ZipFile(whole) as source, ZipFile(cut, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    assert len(good(whole)) == 199
    with pytest.raises(UnreadableFile, match=r"cut\.xlsx is not a whole Excel workbook"):
        list(read_table(cut))


@pytest.mark.parametrize("length", [32_001, 1_000_000])
def test_a_huge_cell_costs_its_row_only(write: Write, length: int) -> None:
    path = write(f"order_no,sku,qty\nA1,帽子,2\nA9,{'x' * length},1\nA2,鞋,3\n")
    assert good(path) == ROWS
    (row,) = refused(path)
    assert row.reasons[0].code == "cell-too-long"
    assert row.reasons[0].facts["line"] == 3
    assert all(len(cell) <= 32_000 for cell in row.row.values())


def test_a_cell_of_the_greatest_length_is_read(write: Write) -> None:
    assert len(good(write(f"a,b\n1,{'x' * 32_000}\n"))) == 1


def test_ragged_rows_are_refused_and_kept(write: Write) -> None:
    path = write("order_no,sku,qty\nA1,帽子,2\nA8,1\nA9,x,1,extra\nA2,鞋,3\n")
    assert good(path) == ROWS
    short, long = refused(path)
    assert (short.reasons[0].code, short.row) == ("row-ragged", {"order_no": "A8", "sku": "1"})
    assert long.row == {"order_no": "A9", "sku": "x", "qty": "1", "row": "extra"}


@pytest.mark.parametrize(
    "bad", ['A9,"open,1', 'A9,"x"y,1', '"A9,x,1', f'A9,"{"z" * 140_000},1'], ids=["open", "inside", "first", "huge"]
)
def test_a_stray_quotation_mark_does_not_swallow_the_next_rows(write: Write, bad: str) -> None:
    path = write(f"order_no,sku,qty\nA1,帽子,2\n{bad}\nA2,鞋,3\n")
    assert good(path) == ROWS
    (row,) = refused(path)
    assert row.row["row"].startswith(bad[:20])
    assert row.reasons[0].facts["line"] == 3


def test_a_refused_row_has_the_same_key_wherever_it_stands(write: Write) -> None:
    (first,) = refused(write("a,b\n1\n", "one.csv"))
    (second,) = refused(write("a,b\n1,2\n1\n", "two.csv"))
    assert first.row_key == second.row_key


def test_only_a_header_gives_no_rows(write: Write) -> None:
    assert list(read_table(write("order_no,sku\n"))) == []


def test_a_sample_stops_early_and_a_fingerprint_ignores_the_order_of_columns(write: Write) -> None:
    sample = sample_table(write("Order No,SKU\n" + "A,1\n" * 100), rows=5)
    assert (sample.header, len(sample.rows)) == (("Order No", "SKU"), 5)
    assert header_fingerprint(sample.header) == header_fingerprint(("sku", "order  no"))
    assert header_fingerprint(sample.header) != header_fingerprint(("sku", "order"))
