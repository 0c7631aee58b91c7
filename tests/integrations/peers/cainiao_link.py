from datetime import datetime
from typing import Any

from peers.base import Peer
from sandbox import cainiao_link_report, credentials
from sandbox.hub import Message
from sandbox.warehouse import Outbound


class CainiaoLinkPeer(Peer):
    dated = False
    signature = "data_digest"

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/cainiao_link/gateway/link.do",
            "provider_id": credentials.CAINIAO_LINK_PROVIDER,
            "secret": credentials.CAINIAO_LINK_SECRET,
            "owner_user_id": credentials.CAINIAO_LINK_OWNER,
        }

    def confirmation(self, shipped: Outbound, _: datetime) -> Message:
        return cainiao_link_report.confirmation(shipped, 1_250)
