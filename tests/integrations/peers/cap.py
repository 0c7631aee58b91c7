from typing import Any

from peers.base import Peer
from sandbox import credentials


class CapPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/cap/index.atom",
            "user": credentials.CAP_USER,
            "password": credentials.CAP_PASSWORD,
            "divisions": {"广东省": "440305"},
        }
