from typing import Any, ClassVar

from peers.base import Peer
from sandbox import credentials


class Alibaba1688Peer(Peer):
    work: ClassVar = {"*": "*Order*"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/alibaba_1688/openapi",
            "app_key": credentials.ALIBABA_1688_APP_KEY,
            "secret": credentials.ALIBABA_1688_SECRET,
            "access_token": credentials.ALIBABA_1688_TOKEN,
            "page_size": 3,
        }
