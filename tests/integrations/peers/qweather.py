from typing import Any

from peers.base import Peer
from sandbox import credentials


class QWeatherPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/qweather",
            "key_id": credentials.QWEATHER_KEY_ID,
            "project_id": credentials.QWEATHER_PROJECT_ID,
            "private_key": credentials.QWEATHER_PRIVATE_KEY,
        }
