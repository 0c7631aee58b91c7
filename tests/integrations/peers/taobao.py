from typing import Any

from peers.base import Peer
from sandbox import credentials


class TaobaoPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/taobao/router/rest",
            "app_key": credentials.TAOBAO_APP_KEY,
            "secret": credentials.TAOBAO_APP_SECRET,
            "session": credentials.TAOBAO_SESSION,
            "page_size": 3,
        }
