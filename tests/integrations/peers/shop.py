import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

from peers.base import Peer
from sandbox import credentials


class ShopPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {"url": f"{base}/shop", "secret": credentials.SHOP_SECRET, "page_size": 3}

    def webhook(self, order: Mapping[str, Any], at: datetime) -> tuple[dict[str, str], bytes]:
        body = json.dumps({"type": "order.updated", "data": order}, ensure_ascii=False)
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(credentials.SHOP_SECRET).sign("msg_1", at, body),
        }
        return headers, body.encode()
