from typing import Any

from peers.base import Peer
from sandbox import credentials


class FeishuPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/feishu/open-apis/bot/v2/hook",
            "token": credentials.FEISHU_TOKEN,
            "secret": credentials.FEISHU_SECRET,
        }
