"""The group robot of WeCom (``/cgi-bin/webhook/send``, developer.work.weixin.qq.com/document/path/91770): Markdown or
a card to one group.

The key in the address is the whole credential; nothing is signed. A robot says at most 20 things a minute.
Verified by: ``pten``, an independent client that says the same, and the sandbox. Not called live.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Literal

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

NAME: Final = "wecom"
TOO_FAST_FOR: Final = timedelta(minutes=1)
"""How long a robot that spoke too fast is to be left alone: the limit counts minutes."""

_LONGEST_MARKDOWN: Final = 4_096
"""Bytes of UTF-8."""

_LONGEST_TITLE: Final = 3 * 26
_LONGEST_CARD_TEXT: Final = 3 * 112
"""Bytes; WeCom shows 26 and 112 characters of a card's title and text, of three bytes each in Chinese."""

_TOO_FAST: Final = {45009}
_BUSY: Final = {-1}
_OUR_KEYS: Final = {93000}
Form = Literal["markdown", "card"]


class WeComSettings(PartnerSettings):
    """How to reach one group."""

    rate = Rate(20, 60)

    url: WebAddress = Field(default="https://qyapi.weixin.qq.com/cgi-bin/webhook/send", description="Robot's address")
    key: SecretStr = Field(description="key in the robot's address: whoever has it may post")
    form: Form = Field(default="markdown", description="markdown, or card: a notice with an address becomes a card")


class _Result(Reply):
    errcode: int
    errmsg: str = ""


class WeCom:
    """A robot in a group."""

    def __init__(self, settings: WeComSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def notify(self, notice: Notice) -> None:
        """Send one message. The robot cannot recognise a repeat: ``dedup_key`` is not sent."""
        url = httpx.URL(self._settings.url, params={"key": self._settings.key.get_secret_value()})
        body = json.dumps(message(notice, self._settings.form))
        headers = {"content-type": "application/json"}
        answer = await self._wire.call("POST", url, writes=True, headers=headers, content=body.encode())
        result = answer.read(_Result)
        if result.errcode != 0:
            raise self._refusal(result)

    def _refusal(self, result: _Result) -> PartnerError:
        code = str(result.errcode)
        if result.errcode in _TOO_FAST:
            return self._words.too_often(result.errmsg, code=code, wait=TOO_FAST_FOR)
        if result.errcode in _BUSY:
            return self._words.unavailable(result.errmsg, code=code)
        if result.errcode in _OUR_KEYS:
            return self._words.misconfigured(result.errmsg, code=code)
        return self._words.rejected(result.errmsg, code=code)


def message(notice: Notice, form: Form = "markdown") -> dict[str, Any]:
    """The robot's JSON. A card must lead somewhere, so a notice without an address is Markdown in either form."""
    if form == "card" and notice.url:
        return {"msgtype": "template_card", "template_card": _card(notice)}
    return {"msgtype": "markdown", "markdown": {"content": _markdown(notice)}}


def _card(notice: Notice) -> dict[str, Any]:
    return {
        "card_type": "text_notice",
        "main_title": {"title": shortened(notice.title, _LONGEST_TITLE)},
        "sub_title_text": shortened(notice.text, _LONGEST_CARD_TEXT),
        "jump_list": [{"type": 1, "url": notice.url, "title": notice.url}],
        "card_action": {"type": 1, "url": notice.url},
    }


def _markdown(notice: Notice) -> str:
    """A heading, the text, and the link; the text is cut so that the link is always whole."""
    head = f"#### {shortened(notice.title, _LONGEST_MARKDOWN // 8)}\n\n"
    link = f"\n\n[{notice.url}]({notice.url})" if notice.url else ""
    room = _LONGEST_MARKDOWN - len((head + link).encode("utf-8", "replace"))
    return head + shortened(notice.text, room) + link
