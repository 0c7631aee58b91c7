from typing import Any

from peers.base import Peer
from sandbox import credentials


class UnionPayPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/unionpay",
            "merchant_id": credentials.UNIONPAY_MERCHANT_ID,
            "cert_id": credentials.UNIONPAY_CERT_ID,
            "private_key": credentials.UNIONPAY_MERCHANT_PRIVATE_KEY,
            "issuer": credentials.UNIONPAY_ISSUER,
        }
