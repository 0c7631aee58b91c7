from typing import Any

from peers.base import Peer
from sandbox import credentials


class CainiaoPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/cainiao/router/rest",
            "app_key": credentials.CAINIAO_APP_KEY,
            "secret": credentials.CAINIAO_APP_SECRET,
            "session": credentials.CAINIAO_SESSION,
            "cp_code": credentials.CAINIAO_COMPANY,
            "user_id": credentials.CAINIAO_USER_ID,
            "template_url": "http://cloudprint.cainiao.com/template/standard/101/524",
        }
