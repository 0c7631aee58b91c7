from typing import Any

from peers.base import Peer
from sandbox import credentials


class AlipayPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/alipay/gateway.do",
            "app_id": credentials.ALIPAY_APP_ID,
            "private_key": credentials.ALIPAY_APP_PRIVATE_KEY,
            "alipay_public_key": credentials.ALIPAY_GATEWAY_PUBLIC_KEY,
        }
