from typing import Any

from peers.base import Peer
from sandbox import credentials


class SfExpressPeer(Peer):
    known_as = "sf"

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/sf/std/service",
            "partner_id": credentials.SF_PARTNER_ID,
            "checkword": credentials.SF_CHECKWORD,
            "monthly_card": credentials.SF_MONTHLY_CARD,
            "template_code": "fm_76130_standard_orderspine",
        }
