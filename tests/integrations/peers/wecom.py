from typing import Any

from peers.base import Peer
from sandbox import credentials


class WeComPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {"url": f"{base}/wecom/cgi-bin/webhook/send", "key": credentials.WECOM_KEY}
