import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from peers.base import Peer, hmac_in_base64
from sandbox import credentials
from sandbox.shopify_order import rest_of


class ShopifyPeer(Peer):
    dated = False
    work: ClassVar = {"*": "Order*"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/shopify",
            "access_token": credentials.SHOPIFY_ACCESS_TOKEN,
            "webhook_secret": credentials.SHOPIFY_WEBHOOK_SECRET,
            "page_size": 3,
        }

    def webhook(self, order: Mapping[str, Any], _: datetime) -> tuple[dict[str, str], bytes]:
        body = json.dumps(rest_of(dict(order)), ensure_ascii=False).encode()
        return {"x-shopify-hmac-sha256": hmac_in_base64(credentials.SHOPIFY_WEBHOOK_SECRET, body)}, body
