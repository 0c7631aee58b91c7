from typing import Any

from peers.base import Peer
from sandbox import credentials


class SlackPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "webhook": f"{base}{credentials.SLACK_WEBHOOK_PATH}",
            "signing_secret": credentials.SLACK_SIGNING_SECRET,
        }
