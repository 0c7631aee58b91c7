from typing import Any

from peers.base import Peer
from sandbox import credentials, kuaidi100
from sandbox.carrier import Waybill
from sandbox.hub import Message


class Kuaidi100Peer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/kuaidi100",
            "customer": credentials.KUAIDI100_CUSTOMER,
            "key": credentials.KUAIDI100_KEY,
            "salt": credentials.KUAIDI100_SALT,
            "callback": "http://127.0.0.1/webhooks/kuaidi100",
        }

    def push(self, waybill: Waybill) -> Message:
        return kuaidi100.push(waybill, "zhongtong", credentials.KUAIDI100_SALT)
