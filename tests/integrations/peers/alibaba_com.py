from typing import Any, ClassVar

from peers.base import Peer
from sandbox import credentials


class AlibabaComPeer(Peer):
    work: ClassVar = {"push_shipment": "*.shipping"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/alibaba_com/router/rest",
            "iop_url": f"{base}/alibaba_com/rest",
            "app_key": credentials.ALIBABA_COM_APP_KEY,
            "secret": credentials.ALIBABA_COM_SECRET,
            "session": credentials.ALIBABA_COM_TOKEN,
            "companies": {"sf_express": "SF_EXPRESS"},
            "page_size": 3,
        }
