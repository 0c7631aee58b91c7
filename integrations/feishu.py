"""The custom bot of Feishu and Lark (``/open-apis/bot/v2/hook``, open.feishu.cn): a signed card to one group.

A bot says at most five things a second and 100 a minute.
Verified by: the package ``leap-feishu-webhook-notify`` (signature and transport) and the sandbox. Not called live.
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
from integrations.chunks import shortened
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.rate import Rate
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.messages import Notice

NAME: Final = "feishu"
TOO_FAST_FOR: Final = timedelta(minutes=1)
"""How long a bot that spoke too fast is to be left alone: the larger of its limits counts minutes."""

_LONGEST_TITLE: Final = 500
_LONGEST_TEXT: Final = 9_000
"""Bytes; Feishu takes 20 KB in all, and quotes and newlines are written with two."""

_TOO_FAST: Final = {11232, 99991400}
_OUR_KEYS: Final = {19001, 19021, 19022, 19024}


class FeishuSettings(PartnerSettings):
    """How to reach one group."""

    rate = Rate(40, 24)  # keeps below both limits: 100 a minute, and 5 a second

    url: WebAddress = Field(
        default="https://open.feishu.cn/open-apis/bot/v2/hook", description="Bot's address without its token"
    )
    token: SecretStr = Field(description="Last part of the bot's address")
    secret: SecretStr = Field(description="The bot's signing secret")


class _Result(Reply):
    """``code`` since 2021; bots of before say ``StatusCode``."""

    code: int | None = None
    msg: str = ""
    StatusCode: int | None = None


class Feishu:
    """A bot in a group."""

    def __init__(self, settings: FeishuSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def notify(self, notice: Notice) -> None:
        """Send one card. The bot cannot recognise a repeat: ``dedup_key`` is not sent."""
        timestamp = int(self._clock().timestamp())
        message = {
            "timestamp": str(timestamp),
            "sign": sign(timestamp, self._settings.secret.get_secret_value()),
            "msg_type": "interactive",
            "card": card(notice),
        }
        answer = await self._wire.call(
            "POST",
            f"{self._settings.url}/{self._settings.token.get_secret_value()}",
            writes=True,
            headers={"content-type": "application/json"},
            content=json.dumps(message, ensure_ascii=False).encode("utf-8", "replace"),
        )
        result = answer.read(_Result)
        code = result.StatusCode if result.code is None else result.code
        if code is None:
            raise answer.unreadable("it has neither code nor StatusCode")
        if code != 0:
            raise self._refusal(code, result.msg)

    def _refusal(self, number: int, words: str) -> PartnerError:
        code = str(number)
        if number in _TOO_FAST:
            return self._words.too_often(words, code=code, wait=TOO_FAST_FOR)
        if number in _OUR_KEYS:
            return self._words.misconfigured(words, code=code)
        return self._words.rejected(words, code=code)


def sign(timestamp: int, secret: str) -> str:
    """Base64 HMAC-SHA256 of nothing under ``{timestamp}\\n{secret}`` (seconds): the reverse of DingTalk's."""
    return base64.b64encode(hmac.digest(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)).decode()


def card(notice: Notice) -> dict[str, Any]:
    """A heading, the text, and the link. The text is plain: nothing in it mentions anybody or becomes a link."""
    elements: list[dict[str, Any]] = []
    if notice.text.strip():
        text = shortened(notice.text, _LONGEST_TEXT)
        elements.append({"tag": "div", "text": {"tag": "plain_text", "content": text}})
    if notice.url:
        elements.append({"tag": "div", "text": {"tag": "lark_md", "content": f"[{notice.url}]({notice.url})"}})
    title = shortened(notice.title.strip() or "…", _LONGEST_TITLE)
    return {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": title}},
        "elements": elements,
    }
