"""Sheets go out harmless and once, and what people make of them is read or refused, never guessed."""

import csv
import io
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from samples import LINES, NOON, outbound

from integrations.errors import Rejected, Unavailable
from integrations.excel_bridge import ExcelBridge, ExcelBridgeSettings
from integrations.excel_bridge_sheet import OUTBOUND, outbound_sheet, safe
from models.messages import OutboundRequest, RawMessage, RefusedRow, StockLine
from sandbox.excel_bridge import fill_in

HEADER = ["Outbound", "SKU", "Shipped", "Waybill", "Shipped at", "Carrier"]


@pytest.fixture
def bridge(tmp_path: Path) -> ExcelBridge:
    settings = ExcelBridgeSettings(path=str(tmp_path), quiet_seconds=0)
    return ExcelBridge(settings, None, clock=lambda: datetime.now(UTC))


def filled_in(tmp_path: Path, *rows: list[str], encoding: str = "gb18030") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    file = tmp_path / "回单.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    return file


def cells(sheet: Path | bytes) -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(sheet) if isinstance(sheet, bytes) else sheet)
    header, *rows = book.worksheets[0].iter_rows()
    names = {title: field for field, title in OUTBOUND.items()}
    return [{names[str(h.value)]: cell for h, cell in zip(header, row, strict=True)} for row in rows]


@pytest.mark.parametrize(
    "hostile",
    ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("http://evil")'],
)
def test_nothing_that_we_write_is_a_formula(hostile: str) -> None:
    line = replace(LINES[0], sku=hostile, title=hostile)
    request = replace(outbound(), remark=hostile, lines=(line,), receiver=replace(outbound().receiver, name=hostile))
    [row] = cells(outbound_sheet(request))
    for field in ("sku", "title", "remark", "receiver"):
        assert (row[field].data_type, row[field].value[0]) == ("s", "'")
        assert row[field].number_format == "@"


def test_numbers_stay_as_they_are_written() -> None:
    receiver = replace(outbound().receiver, phone="+86 1")
    request = replace(outbound(), waybill_no="00012345678901234567", receiver=receiver)
    row = cells(outbound_sheet(request))[0]
    assert (row["waybill_no"].value, row["phone"].value) == ("00012345678901234567", "'+86 1")
    assert safe("\x00\ud800x") == "\ufffd\ufffdx"


def test_a_hostile_number_comes_back_as_it_was(bridge: ExcelBridge, tmp_path: Path) -> None:
    request = replace(outbound(), lines=(replace(LINES[0], sku="-5=X"),))
    (tmp_path / "sheet.xlsx").write_bytes(outbound_sheet(request))
    fill_in(tmp_path / "sheet.xlsx", tmp_path / "filled.xlsx", NOON, 500)
    [message] = bridge.read_answers(tmp_path / "filled.xlsx")
    assert isinstance(message, RawMessage)
    [parcel] = bridge.read_confirmation(message).parcels
    assert dict(parcel.contents) == {"-5=X": 2}


async def test_a_sheet_that_comes_back_untouched_says_nothing(bridge: ExcelBridge, tmp_path: Path) -> None:
    await bridge.push_outbound(outbound())
    await bridge.cancel_outbound("OB-1", "WH1", "no more")
    assert list(bridge.read_answers(tmp_path / "sent" / "OB-1.stopped.xlsx")) == []
    assert list(bridge.read_answers(tmp_path / "out" / "OB-1-cancel.xlsx")) == []


async def test_a_sheet_that_was_taken_is_not_laid_there_again(bridge: ExcelBridge, tmp_path: Path) -> None:
    await bridge.push_outbound(outbound())
    (tmp_path / "out" / "OB-1.xlsx").unlink()
    await bridge.push_outbound(outbound())
    assert list((tmp_path / "out").iterdir()) == []
    assert await bridge.find_outbound("OB-1") is not None


async def test_a_sheet_that_was_taken_can_only_be_asked_to_stop(bridge: ExcelBridge, tmp_path: Path) -> None:
    await bridge.push_outbound(outbound())
    (tmp_path / "out" / "OB-1.xlsx").unlink()
    for _ in range(2):
        with pytest.raises(Rejected, match="ask the warehouse"):
            await bridge.cancel_outbound("OB-1", "WH1", "=cmd")
    [row] = cells(tmp_path / "out" / "OB-1-cancel.xlsx")
    assert (row["action"].value, row["outbound_no"].value, row["remark"].value) == ("取消 CANCEL", "OB-1", "'=cmd")
    assert await bridge.find_outbound("OB-1") is not None


async def test_a_sheet_that_nobody_took_is_stopped(bridge: ExcelBridge, tmp_path: Path) -> None:
    await bridge.push_outbound(outbound())
    for _ in range(2):
        await bridge.cancel_outbound("OB-1", "WH1", "no more")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["OB-1-cancel.xlsx"]
    assert await bridge.find_outbound("OB-1") is None
    with pytest.raises(Rejected):
        await bridge.cancel_outbound("OB-9", "WH1", "nobody knows it")


@pytest.mark.parametrize("number", ["../OB-1", "a/b", "..", "a\\b"])
async def test_a_number_that_is_a_path_is_refused(bridge: ExcelBridge, number: str) -> None:
    request: OutboundRequest = replace(outbound(), outbound_no=number)
    with pytest.raises(Rejected):
        await bridge.push_outbound(request)


def test_several_outbounds_in_a_csv_of_gb18030_with_tabs_are_read(bridge: ExcelBridge, tmp_path: Path) -> None:
    file = filled_in(
        tmp_path,
        ["OB-1\t", "SKU-1\t", "2", "SF1\t", "2026年5月4日 12:30", "sf_express"],
        ["OB-1\t", "SKU-1\t", "1", "SF2", "2026-05-04 12:31", ""],
        ["OB-2", "SKU-2", "", "SF3", "", ""],
        ["", "SKU-3", "4", "SF4", "", ""],
        ["", "", "", "", "", ""],
    )
    answers = list(bridge.read_answers(file))
    refused = [answer for answer in answers if isinstance(answer, RefusedRow)]
    [message] = [answer for answer in answers if isinstance(answer, RawMessage)]
    assert [[reason.code for reason in row.reasons] for row in refused] == [["outbound-unknown"]]
    confirmed = bridge.read_confirmation(message)
    assert (confirmed.outbound_no, confirmed.confirmed_at) == ("OB-1", NOON + timedelta(minutes=31))
    assert [(p.waybill_no, p.carrier, dict(p.contents)) for p in confirmed.parcels] == [
        ("SF1", "sf_express", {"SKU-1": 2}),
        ("SF2", "other", {"SKU-1": 1}),
    ]


def test_the_same_answer_in_another_file_and_order_is_a_repeat(bridge: ExcelBridge, tmp_path: Path) -> None:
    rows = [["OB-1", "A", "1", "SF1", "", ""], ["OB-1", "B", "2", "SF1", "", ""]]
    first = [m.key for m in bridge.read_answers(filled_in(tmp_path, *rows)) if isinstance(m, RawMessage)]
    again = [
        m.key
        for m in bridge.read_answers(filled_in(tmp_path, *rows[::-1], encoding="utf-8-sig"))
        if isinstance(m, RawMessage)
    ]
    rows[0][2] = "2"
    changed = [m.key for m in bridge.read_answers(filled_in(tmp_path, *rows)) if isinstance(m, RawMessage)]
    assert first == again != changed


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["OB-1", "A", "", "SF1", "2026-05-04", ""], "blank"),
        (["OB-1", "A", "two", "SF1", "", ""], "two"),
        (["OB-1", "A", "1.5", "SF1", "", ""], "1.5"),
        (["OB-1", "A", "-1", "SF1", "", ""], "-1"),
        (["OB-1", "A", "1", "", "", ""], "waybill"),
        (["OB-1", "A", "1", "SF1", "soon", ""], "soon"),
    ],
)
def test_what_cannot_be_read_is_said(bridge: ExcelBridge, tmp_path: Path, row: list[str], told: str) -> None:
    [message] = bridge.read_answers(filled_in(tmp_path, row))
    assert isinstance(message, RawMessage)
    with pytest.raises(Rejected, match=told):
        bridge.read_confirmation(message)


async def test_only_a_fresh_count_is_an_answer(bridge: ExcelBridge, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="nobody has counted"):
        await bridge.pull_stock("WH1", ["A"])
    (tmp_path / "stock").mkdir()
    sheet = tmp_path / "stock" / "count.csv"
    sheet.write_bytes("仓库,商品编码,可用数量,锁定数量\nWH1,A\t,7,\nWH2,A,9,1\n".encode("gb18030"))
    assert await bridge.pull_stock("WH1", ["A", "B"]) == [StockLine("WH1", "A", 7, 0)]
    sheet.write_bytes("仓库,商品编码,可用数量\nWH1,A,many\n".encode("gb18030"))
    with pytest.raises(Unavailable, match="many"):
        await bridge.pull_stock("WH1", ["A"])
    old = (datetime.now(UTC) - timedelta(hours=37)).timestamp()
    os.utime(sheet, (old, old))
    with pytest.raises(Unavailable, match="nobody has counted"):
        await bridge.pull_stock("WH1", ["A"])
