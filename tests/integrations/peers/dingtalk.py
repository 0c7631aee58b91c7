from typing import Any

from peers.base import Peer
from sandbox import credentials


class DingTalkPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/dingtalk/robot/send",
            "access_token": credentials.DINGTALK_TOKEN,
            "secret": credentials.DINGTALK_SECRET,
        }
