"""The people of a warehouse that works with Excel sheets: they take sheets, fill them in, and count the stock.

Written from ``docs/partners/excel_bridge.md``. They have no protocol of their own: what they do to files is done here.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook

from sandbox.clock import beijing_text
from sandbox.faults import Fault, FaultKind
from sandbox.warehouse import Outbound, OutboundLine
from sandbox.world import World

PARTNER = "excel_bridge"
_CARRIERS = {"sf_express": "SF"}
_COUNT = ("仓库 Warehouse", "商品编码 SKU", "可用数量 Available", "锁定数量 Locked")


def notice_sheet(world: World, sheet: Path) -> None:
    """Somebody sees a new sheet: an outbound to pick, or one that asks to stop."""
    rows = _rows(sheet)
    first = rows[0]
    code = first["Outbound"]
    if first["Action"].endswith("CANCEL"):
        world.ledger.record(PARTNER, "asked-to-stop", code)
        return
    lines = [OutboundLine(_bare(row["Line"]), _bare(row["SKU"]), int(row["Quantity"])) for row in rows]
    outbound = Outbound(
        code=code,
        outbound_id=code,
        warehouse=first["Warehouse"],
        order_type="JYCK",
        lines=lines,
        logistics_code=_CARRIERS.get(first["Carrier"], "OTHER"),
        express_code=first["Waybill"],
        sender_city="",
        receiver_city="",
        receiver_phone=_bare(first["Phone"]),
        remark=_bare(first["Remark"]),
        created_at=world.clock.now(),
        extend_props={"checkCode": first["Check"]},
    )
    world.warehouse.accept(outbound)
    world.ledger.record(PARTNER, "outbound-created", code)


def miss_sheet(world: World, code: str) -> None:
    """The sheet of an outbound is gone before anybody took it: nobody will pick it."""
    if outbound := world.warehouse.outbounds.get(code):
        world.warehouse.cancel(outbound)
        world.ledger.record(PARTNER, "outbound-cancelled", code)


def fill_in(sheet: Path, filled: Path, at: datetime, weight_grams: int) -> None:
    """Pick and pack: everything left in one parcel, and the sheet says so in the words of whoever types."""
    book = load_workbook(sheet)
    page = book.worksheets[0]
    columns = {str(cell.value).split(" ", 1)[1]: place for place, cell in enumerate(page[1], start=1)}
    for row in range(2, page.max_row + 1):
        page.cell(row, columns["Shipped"]).value = page.cell(row, columns["Quantity"]).value
        page.cell(row, columns["Shipped at"]).value = beijing_text(at)
        page.cell(row, columns["Weight kg"]).value = weight_grams / 1000
    book.save(filled)


def count(world: World, fault: Fault | None = None) -> bytes:
    """The stock sheet, as a spreadsheet program in Chinese saves CSV; a ``wrong_stock`` is a bad count."""
    factor = fault.factor if fault and fault.kind is FaultKind.WRONG_STOCK else 1.0
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COUNT)
    for (warehouse, sku), row in world.warehouse.stock.items():
        writer.writerow([warehouse, f"{sku}\t", int(row.available * factor), row.locked])
    return text.getvalue().encode("gb18030")


def _rows(sheet: Path) -> list[dict[str, str]]:
    page = load_workbook(sheet).worksheets[0]
    header, *rows = page.iter_rows(values_only=True)
    names = [str(name).split(" ", 1)[1] for name in header]
    return [{name: "" if cell is None else str(cell) for name, cell in zip(names, row, strict=True)} for row in rows]


def _bare(text: str) -> str:
    """Without the apostrophe that keeps a text from being a formula."""
    return text.removeprefix("'")
