from typing import Any, ClassVar

from peers.base import Peer
from sandbox import credentials


class NuonuoPeer(Peer):
    work: ClassVar = {"*": "[!t]*"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/nuonuo/open/v1/services",
            "token_url": f"{base}/nuonuo/accessToken",
            "app_key": credentials.NUONUO_APP_KEY,
            "app_secret": credentials.NUONUO_APP_SECRET,
            "tax_no": credentials.NUONUO_TAX_NO,
            "phone": "02112345678",
            "address": "上海市浦东新区张江路 1 号",
            "clerk": "王会计",
        }
