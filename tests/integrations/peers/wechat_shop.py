from datetime import datetime
from typing import Any, ClassVar

from peers.base import Peer
from sandbox import credentials, wechat_push
from sandbox.hub import Message


class WechatShopPeer(Peer):
    work: ClassVar = {"*": "order/*/*"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/wechat_shop",
            "app_id": credentials.WECHAT_SHOP_APP_ID,
            "app_secret": credentials.WECHAT_SHOP_SECRET,
            "token": credentials.WECHAT_SHOP_TOKEN,
            "aes_key": credentials.WECHAT_SHOP_AES_KEY,
            "page_size": 3,
        }

    def call(self, number: str, at: datetime) -> Message:
        return wechat_push.push(number, "pay", at)
