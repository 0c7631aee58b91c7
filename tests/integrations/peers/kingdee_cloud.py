from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from peers.base import OrderThere, Peer, ReceivableThere
from sandbox import credentials


class KingdeeCloudPeer(Peer):
    known_as = "kingdee"

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/k3cloud",
            "account_id": credentials.KINGDEE_ACCOUNT_ID,
            "user": credentials.KINGDEE_USER,
            "app_id": credentials.KINGDEE_APP_ID,
            "app_secret": credentials.KINGDEE_APP_SECRET,
        }

    def order(self, model: Mapping[str, Any]) -> OrderThere:
        lines = [
            (entry["FMaterialId"]["FNumber"], entry["FQty"], entry["FTaxPrice"]) for entry in model["FSaleOrderEntry"]
        ]
        return OrderThere(model["FCustId"]["FNumber"], model["FNote"], lines)

    def receivable(self, model: Mapping[str, Any]) -> ReceivableThere:
        owed = [
            (entry["FMATERIALID"]["FNumber"], entry["FPriceQty"] * Decimal(entry["FTaxPrice"]))
            for entry in model["FEntityDetail"]
        ]
        return ReceivableThere(model["FCUSTOMERID"]["FNumber"], owed)
