from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from samples import CODE

from peers.base import OrderThere, Peer, ReceivableThere
from sandbox import credentials
from sandbox.erp import Document, DocumentStatus


class U8OpenApiPeer(Peer):
    known_as = "u8"
    work: ClassVar = {
        "push_order": "saleorder/add",
        "cancel_order": "saleorder/close",
        "book_receivable": "oughtreceive/add",
    }

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/u8",
            "from_account": credentials.U8_FROM_ACCOUNT,
            "to_account": credentials.U8_TO_ACCOUNT,
            "app_key": credentials.U8_APP_KEY,
            "app_secret": credentials.U8_APP_SECRET,
            "department": "05",
            "delivery_notes": True,
            "wait": 0.01,
        }

    def order(self, model: Mapping[str, Any]) -> OrderThere:
        lines = [(entry["inventorycode"], entry["quantity"], entry["taxunitprice"]) for entry in model["entry"]]
        return OrderThere(model["custcode"], model["memo"], lines)

    def receivable(self, model: Mapping[str, Any]) -> ReceivableThere:
        sign = 1 if model["bdebitcredit"] else -1
        owed = [(entry["digest"].split(" × ")[0], Decimal(entry["amount"]) * sign) for entry in model["entry"]]
        return ReceivableThere(model["cust_vendor_code"], owed)

    def told(self, before: Mapping[str, Any], order: Document, *others: Document) -> set[str]:
        """Nobody can change an order there: a delivery note says how far it is."""
        (note,) = others
        progress = "shipped" if note.status is DocumentStatus.AUDITED else "released"
        code, waybills = note.model["remark"].split(" ", 1)
        assert code == note.model["define10"] == CODE
        return {progress, note.number, waybills.replace(", ", ",")}
