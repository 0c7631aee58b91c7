from collections.abc import Mapping
from typing import Any, ClassVar

from peers.base import OrderThere, Peer
from sandbox import credentials


class KingdeeWisePeer(Peer):
    work: ClassVar = {"*": "[!T]*", "push_order": "SO/Save", "cancel_order": "SO/Delete"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/K3API",
            "authority_code": credentials.KINGDEE_WISE_AUTHORITY,
            "checker": credentials.KINGDEE_WISE_CHECKER,
            "unit": "PCS",
            "progress_field": "FHeadSelfS0151",
            "outbound_field": "FHeadSelfS0152",
            "waybill_field": "FHeadSelfS0153",
            "stock_object": "ICInventory",
        }

    def order(self, model: Mapping[str, Any]) -> OrderThere:
        lines = [(line["FItemID"]["FNumber"], line["Fauxqty"], line["FAuxTaxPrice"]) for line in model["Page2"]]
        return OrderThere(model["FCustID"]["FNumber"], model["FExplanation"], lines)
