from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from peers.base import OrderThere, Peer, ReceivableThere
from sandbox import credentials


class SapPeer(Peer):
    work: ClassVar = {
        "push_order": "A_SalesOrder.create",
        "cancel_order": "A_SalesOrderItem.change",
        "book_receivable": "BillingDocument.CreateFromSDDocument",
    }

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/sap/opu/odata/sap",
            "user": credentials.SAP_USER,
            "password": credentials.SAP_PASSWORD,
            "client": credentials.SAP_CLIENT,
            "sales_organisation": "1710",
            "progress_field": "YY1_Progress_SDH",
            "outbound_field": "YY1_Outbound_SDH",
            "waybill_field": "YY1_Waybills_SDH",
        }

    def order(self, model: Mapping[str, Any]) -> OrderThere:
        lines = [(item["Material"], int(item["RequestedQuantity"]), _price(item)) for item in model["to_Item"]]
        return OrderThere(model["SoldToParty"], model["to_Text"][0]["LongText"], lines)

    def receivable(self, model: Mapping[str, Any]) -> ReceivableThere:
        sign = -1 if "CreditMemoRequestType" in model else 1
        owed = [
            (item["Material"], sign * Decimal(item["RequestedQuantity"]) * Decimal(_price(item)))
            for item in model["to_Item"]
        ]
        return ReceivableThere(model["SoldToParty"], owed)


def _price(item: Mapping[str, Any]) -> str:
    return str(item["to_PricingElement"][0]["ConditionRateValue"])
