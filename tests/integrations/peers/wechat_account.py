from typing import Any, ClassVar

from peers.base import Peer
from sandbox import credentials


class WeChatAccountPeer(Peer):
    work: ClassVar = {"*": "template.send"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/wechat_account",
            "app_id": credentials.WECHAT_APP_ID,
            "app_secret": credentials.WECHAT_APP_SECRET,
            "template_id": credentials.WECHAT_TEMPLATE_ID,
            "recipients": [credentials.WECHAT_FOLLOWERS[0]],
            "longest": 200,
        }
