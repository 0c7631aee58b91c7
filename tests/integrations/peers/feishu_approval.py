from datetime import datetime
from typing import Any, ClassVar

from peers.base import FORM, Peer
from sandbox import credentials, feishu_approval
from sandbox.hub import Message


class FeishuApprovalPeer(Peer):
    work: ClassVar = {"*": "approval.*"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": base,
            "app_id": credentials.FEISHU_APP_ID,
            "app_secret": credentials.FEISHU_APP_SECRET,
            "approval_code": credentials.FEISHU_APPROVAL_CODE,
            "user_id": "ou_hub",
            "fields": FORM,
            "encrypt_key": credentials.FEISHU_ENCRYPT_KEY,
            "verification_token": credentials.FEISHU_VERIFICATION_TOKEN,
        }

    def call(self, number: str, at: datetime) -> Message:
        headers, body = feishu_approval.event(number, at)
        return Message("/webhooks/feishu_approval", body, headers)
