"""U8's delivery notes (``consignment``): added for a verified order, line by line; once verified its goods are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.erp import Document, DocumentStatus
from sandbox.u8_desk import done, refused

if TYPE_CHECKING:
    from sandbox.world import World

FORM = "consignment"
_REQUIRED = ("code", "operation_type", "saletype", "custcode", "deptcode")
_REQUIRED_IN_LINES = ("inventory_code", "warehouse_code", "quantity", "rowno")


def add_delivery(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `consignment/add`."""
    if fault := _fault_of(world, content):
        return refused(fault)
    number = content["code"]
    if (FORM, number) in world.erp.documents:
        return refused(f"单据号 {number} 重复，请重新输入")
    now = world.clock.now()
    world.erp.add(Document(FORM, len(world.erp.documents) + 1, number, dict(content), now, now))
    world.ledger.record("u8", "delivery-added", number)
    return done(id=number)


def _fault_of(world: World, content: Mapping[str, Any]) -> str:
    """What is wrong with a new one, or nothing."""
    entries = content.get("entry") or []
    missing = [name for name in _REQUIRED if not content.get(name)]
    missing += [name for entry in entries for name in _REQUIRED_IN_LINES if not entry.get(name)]
    if missing or not entries:
        return f"{missing[0] if missing else 'entry'} 不能为空"
    for entry in entries:
        order = world.erp.documents.get(("saleorder", str(entry.get("socode"))))
        if order is None or order.status is not DocumentStatus.AUDITED or order.cancelled:
            return "销售订单不存在、未审核或已经关闭"
        if order.model["custcode"] != content["custcode"]:
            return "客户与销售订单不一致"
        sold = {line["inventorycode"]: float(line["quantity"]) for line in order.model["entry"]}
        if float(entry["quantity"]) > sold.get(entry["inventory_code"], 0):
            return "发货数量超过订单数量"
    return ""


def verify_delivery(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `consignment/verify`."""
    document = world.erp.documents.get((FORM, str(content.get("voucher_code"))))
    if document is None or document.status is not DocumentStatus.CREATED:
        return refused("单据不存在或已经审核")
    document.status = DocumentStatus.AUDITED
    for entry in document.model["entry"]:
        world.erp.issue(entry["socode"])
    world.ledger.record("u8", "delivery-verified", document.number)
    return done()


def deliveries_between(world: World, first: str, last: str) -> list[dict[str, Any]]:
    """Those whose number lies between two, as the list shows them."""
    return [
        {
            "code": document.number,
            "date": document.model["date"],
            "custcode": document.model["custcode"],
            "remark": document.model.get("remark", ""),
            "state": "Approved" if document.status is DocumentStatus.AUDITED else "Opening",
        }
        for document in world.erp.of_form(FORM)
        if first <= document.number <= last
    ]
