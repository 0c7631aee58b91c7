from datetime import datetime
from typing import Any, ClassVar

from peers.base import FORM, Peer
from sandbox import credentials, dingtalk_approval
from sandbox.hub import Message


class DingTalkApprovalPeer(Peer):
    work: ClassVar = {"*": "workflow.*"}

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/dingtalk_approval",
            "app_key": credentials.DINGTALK_APP_KEY,
            "app_secret": credentials.DINGTALK_APP_SECRET,
            "process_code": credentials.DINGTALK_PROCESS_CODE,
            "user_id": "manager1",
            "fields": FORM,
            "callback_token": credentials.DINGTALK_CALLBACK_TOKEN,
            "callback_key": credentials.DINGTALK_CALLBACK_KEY,
        }

    def call(self, number: str, at: datetime) -> Message:
        query, body = dingtalk_approval.callback(number, at)
        return Message("/webhooks/dingtalk_approval", body, {}, query)
