from datetime import datetime
from typing import Any

from peers.base import Peer
from sandbox import credentials, wechat_pay
from sandbox.bills import BillRow
from sandbox.hub import Message


class WechatPayPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": base,
            "merchant_id": credentials.WECHAT_MERCHANT_ID,
            "serial_no": credentials.WECHAT_MERCHANT_SERIAL,
            "private_key": credentials.WECHAT_MERCHANT_PRIVATE_KEY,
            "api_v3_key": credentials.WECHAT_API_V3_KEY,
            "platform_keys": {credentials.WECHAT_PLATFORM_KEY_ID: credentials.WECHAT_PLATFORM_PUBLIC_KEY},
        }

    def notification(self, row: BillRow, at: datetime) -> Message:
        return wechat_pay.notification(row, at)
