from typing import Any

from peers.base import Peer
from sandbox import credentials


class JdPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/jd/routerjson",
            "app_key": credentials.JD_APP_KEY,
            "secret": credentials.JD_APP_SECRET,
            "access_token": credentials.JD_ACCESS_TOKEN,
            "page_size": 3,
        }
