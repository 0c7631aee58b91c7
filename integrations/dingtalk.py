"""The group robot of DingTalk (``/robot/send``, signed, open.dingtalk.com): Markdown or a card to one group.

A robot says at most 20 things a minute and is then blocked for ten: callers put several things into one notice.
Verified by: the package ``DingtalkChatbot`` (signature, form of a card) and the sandbox. Not called live.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Reply
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.rate import Rate
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.messages import Notice

NAME: Final = "dingtalk"
BLOCKED_FOR: Final = timedelta(minutes=10)
"""How long a robot that spoke too fast is blocked."""

_LONGEST_TEXT: Final = 4_500
"""Characters; DingTalk takes 20,000 bytes in all."""

_TOO_FAST: Final = {130101, 90030}
_BUSY: Final = {-1}
_OUR_KEYS: Final = {310000, 300001, 300005}


class DingTalkSettings(PartnerSettings):
    """How to reach one group."""

    rate = Rate(20, 60)

    url: WebAddress = Field(default="https://oapi.dingtalk.com/robot/send", description="Robot's address")
    access_token: SecretStr = Field(description="access_token in the robot's address")
    secret: SecretStr = Field(description="The robot's signing secret (SEC…)")
    button: str = Field(default="查看", min_length=1, description="What the button of a card says")


class _Result(Reply):
    errcode: int
    errmsg: str = ""


class DingTalk:
    """A robot in a group."""

    def __init__(self, settings: DingTalkSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def notify(self, notice: Notice) -> None:
        """Send one message. The robot cannot recognise a repeat: ``dedup_key`` is not sent."""
        timestamp = int(self._clock().timestamp() * 1000)
        url = httpx.URL(
            self._settings.url,
            params={
                "access_token": self._settings.access_token.get_secret_value(),
                "timestamp": str(timestamp),
                "sign": sign(timestamp, self._settings.secret.get_secret_value()),
            },
        )
        body = json.dumps(message(notice, self._settings.button))
        headers = {"content-type": "application/json"}
        answer = await self._wire.call("POST", url, writes=True, headers=headers, content=body.encode())
        result = answer.read(_Result)
        if result.errcode != 0:
            raise self._refusal(result)

    def _refusal(self, result: _Result) -> PartnerError:
        code = str(result.errcode)
        if result.errcode in _TOO_FAST:
            return self._words.too_often(result.errmsg, code=code, wait=BLOCKED_FOR)
        if result.errcode in _BUSY:
            return self._words.unavailable(result.errmsg, code=code)
        if result.errcode in _OUR_KEYS:
            return self._words.misconfigured(result.errmsg, code=code)
        return self._words.rejected(result.errmsg, code=code)


def sign(timestamp: int, secret: str) -> str:
    """Base64 HMAC-SHA256 of ``{timestamp}\\n{secret}`` under the secret (milliseconds); not yet percent-encoded."""
    content = f"{timestamp}\n{secret}"
    return base64.b64encode(hmac.digest(secret.encode(), content.encode(), hashlib.sha256)).decode()


def message(notice: Notice, button: str) -> dict[str, Any]:
    """The robot's JSON: a card whose button leads to the notice's address, Markdown if it has none."""
    text = notice.text if len(notice.text) <= _LONGEST_TEXT else notice.text[:_LONGEST_TEXT] + "…"
    said = {"title": notice.title, "text": f"#### {notice.title}\n\n{text}"}
    if notice.url:
        return {"msgtype": "actionCard", "actionCard": {**said, "singleTitle": button, "singleURL": notice.url}}
    return {"msgtype": "markdown", "markdown": said}
