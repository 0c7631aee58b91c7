"""U8's receivables (``oughtreceive``): added blue or red, verified once; the lines come to the head's amount."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sandbox.erp import Document, DocumentStatus
from sandbox.u8_desk import done, refused

if TYPE_CHECKING:
    from sandbox.world import World

FORM = "oughtreceive"


def add_receivable(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `oughtreceive/add`."""
    if fault := _fault_of(content):
        return refused(fault)
    number = content["code"]
    if (FORM, number) in world.erp.documents:
        return refused(f"单据号 {number} 重复，请重新输入")
    now = world.clock.now()
    world.erp.add(Document(FORM, len(world.erp.documents) + 1, number, dict(content), now, now))
    world.ledger.record("u8", "receivable-added", number)
    return done(id=number)


def _fault_of(content: Mapping[str, Any]) -> str:
    """What is wrong with a new one, or nothing."""
    entries = content.get("entry") or []
    if not content.get("code") or not content.get("cust_vendor_code") or not entries:
        return "单据号、客商编码和单据体不能为空"
    try:
        total = Decimal(content["amount"])
        parts = [Decimal(entry["amount"]) for entry in entries]
    except (KeyError, TypeError, InvalidOperation):
        return "金额不正确"
    if total <= 0 or sum(parts) != total:
        return "单据体金额合计与单据头金额不相等"
    blue = content.get("bdebitcredit", True)
    if any(entry.get("bdebitcredit", False) == blue for entry in entries):
        return "单据体借贷方向必须与单据头相反"
    return ""


def verify_receivable(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `oughtreceive/verify`."""
    document = world.erp.documents.get((FORM, str(content.get("voucher_code"))))
    if document is None or document.status is not DocumentStatus.CREATED:
        return refused("单据不存在或已经审核")
    document.status = DocumentStatus.AUDITED
    world.ledger.record("u8", "receivable-verified", document.number)
    return done()


def receivables_between(world: World, first: str, last: str) -> list[dict[str, Any]]:
    """Those whose number lies between two, as the list shows them."""
    return [
        {
            "code": document.number,
            "date": document.model["date"],
            "cust_vendor_code": document.model["cust_vendor_code"],
            "amount": document.model["amount"],
            "state": "Approved" if document.status is DocumentStatus.AUDITED else "Opening",
        }
        for document in world.erp.of_form(FORM)
        if first <= document.number <= last
    ]
