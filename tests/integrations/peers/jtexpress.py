from typing import Any

from peers.base import Peer
from sandbox import credentials


class JtExpressPeer(Peer):
    known_as = "jt"

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/jt/webopenplatformapi/api",
            "api_account": credentials.JT_API_ACCOUNT,
            "private_key": credentials.JT_PRIVATE_KEY,
            "customer_code": credentials.JT_CUSTOMER_CODE,
            "password": credentials.JT_PASSWORD,
        }
