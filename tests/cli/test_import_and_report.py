"""Files in, figures out: what a user of the command line sees."""

import json
from pathlib import Path

import pytest

HEADER = (
    "order ref number,order date time,buyer code,ship to,mobile phone,ship province,ship city,ship address,"
    "item code,pcs qty,price each,line amount,ccy"
)
ORDERS = f"""{HEADER}
A-1,2026-06-01 10:00:00,C1,王芳,13800000001,广东省,深圳市,福华路1号,SKU-1,2,10.00,20.00,CNY
A-2,2026-06-01 11:00:00,C2,李雷,13800000002,上海市,上海市,南京路1号,SKU-2,0,5.00,0.00,CNY
A-2,2026-06-01 11:00:00,C2,李雷,13800000002,上海市,上海市,南京路1号,SKU-1,1,10.00,10.00,CNY
"""


@pytest.fixture
def file(home: Path) -> Path:
    path = home / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


@pytest.mark.usefixtures("prefect_api")
class TestAnUnknownFile:
    def test_is_imported_by_the_proposed_mapping_and_known_from_then_on(self, orderspine, file):
        first = orderspine("import", str(file), "--yes")
        assert first.code == 0, first.err
        assert "orders.order_no" in first.out
        assert "kept" in first.out
        again = orderspine("import", str(file), "--json")
        assert again.code == 0, again.err
        told = json.loads(again.out)
        assert sum(told["orders"].values()) == 2
        assert told["quarantine"]["quantity-not-positive"] == 1

    def test_is_not_imported_without_a_yes(self, orderspine, file):
        answer = orderspine("import", str(file))
        assert answer.code == 2
        assert "--yes" in answer.err

    def test_a_refused_line_is_shown_mended_and_goes_on(self, orderspine, file):
        orderspine("import", str(file), "--yes")
        listed = json.loads(orderspine("quarantine", "list", "--json").out)
        number = str(next(row["id"] for row in listed if row["subject"] == "line"))
        still = orderspine("quarantine", "mend", number, "--set", "quantity=-1")
        assert (still.code, "not good" in still.err) == (1, True)
        mended = orderspine("quarantine", "mend", number, "--set", "quantity=3", "--by", "wang")
        assert mended.code == 0, mended.err
        assert orderspine("quarantine", "resume").code == 0
        story = json.loads(orderspine("order", "show", "A-2", "--json").out)
        assert "line-mended" in [event["kind"] for event in story["events"]]
        assert story["untouched"] is True
        assert orderspine("quarantine", "mend", number, "--set", "quantity=3").code == 2

    def test_the_story_of_an_order_reads_in_both_languages(self, orderspine, file, monkeypatch):
        from settings import get_settings  # noqa: PLC0415  (its cache is what the test turns over)

        orderspine("import", str(file), "--yes")
        assert "received" in orderspine("order", "show", "A-1").out
        monkeypatch.setenv("ORDERSPINE_LOCALE", "zh")
        get_settings.cache_clear()
        assert "接收" in orderspine("order", "show", "A-1").out


def _bytes(text: str) -> bytes:
    return text.encode("utf-8")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (_bytes("just a note, no table"), "no column"),
        (_bytes(ORDERS.splitlines()[0]), "row"),
        (b"PK\x03\x04 not a workbook", ""),
        (_bytes(ORDERS.replace("order ref number", "colour")), "order"),
    ],
    ids=["empty file", "no table", "only a header", "not a workbook", "missing column"],
)
def test_a_file_that_cannot_be_used_gives_one_sentence_and_exit_code_2(orderspine, home, content, told):
    suffix = "xlsx" if content.startswith(b"PK") else "csv"
    path = home / f"bad.{suffix}"
    path.write_bytes(content)
    answer = orderspine("import", str(path), "--yes")
    assert answer.code == 2
    assert told in answer.err.lower()
    assert "Traceback" not in answer.err


def test_a_path_that_is_not_there_is_said(orderspine, home):
    answer = orderspine("import", str(home / "nowhere"))
    assert (answer.code, "There is no" in answer.err) == (2, True)
