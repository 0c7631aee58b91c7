import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from peers.base import Peer, hmac_in_base64
from sandbox import credentials
from sandbox.woocommerce_order import woo_order


class WooCommercePeer(Peer):
    dated = False
    work: ClassVar = {"*": "order.*"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/woocommerce",
            "consumer_key": credentials.WOOCOMMERCE_KEY,
            "consumer_secret": credentials.WOOCOMMERCE_SECRET,
            "webhook_secret": credentials.WOOCOMMERCE_WEBHOOK_SECRET,
            "page_size": 3,
        }

    def webhook(self, order: Mapping[str, Any], _: datetime) -> tuple[dict[str, str], bytes]:
        body = json.dumps(woo_order(dict(order)), ensure_ascii=False).encode()
        return {"x-wc-webhook-signature": hmac_in_base64(credentials.WOOCOMMERCE_WEBHOOK_SECRET, body)}, body
