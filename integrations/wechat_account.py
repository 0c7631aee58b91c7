"""Template messages of a WeChat official account (``/cgi-bin/message/template/send``, developers.weixin.qq.com, 2026).

Verified by: ``wechatpy`` against the sandbox, which our client is accepted by as well. Not called live.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final

import httpx
from pydantic import Field, SecretStr, StringConstraints

from integrations.answers import Reply
from integrations.errors import Rejected
from integrations.settings import PartnerSettings, WebAddress
from integrations.tokens import TokenStore
from integrations.wechat_line import WeChatLine
from models.messages import Notice

NAME: Final = "wechat_account"
SEND: Final = "/cgi-bin/message/template/send"
_RECIPIENT: Final = dict.fromkeys((40003, 43004, 43019, 43101), "recipients")
OpenId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{16,64}$")]


class WeChatAccountSettings(PartnerSettings):
    """How to reach the followers of one account."""

    url: WebAddress = Field(default="https://api.weixin.qq.com", description="Interface host")
    app_id: str = Field(description="AppID of the account")
    app_secret: SecretStr = Field(description="AppSecret of the account")
    template_id: str = Field(description="Id of the template, as the account's back office lists it")
    recipients: tuple[OpenId, ...] = Field(min_length=1, description="openid of each follower who is told")
    title_field: str = Field(default="thing1", description="Field of the template that takes the title")
    text_field: str = Field(default="thing2", description="Field of the template that takes the text")
    longest: int = Field(default=20, ge=2, description="Characters of a field; WeChat takes 20 in a 'thing'")


class _Sent(Reply):
    errcode: int


class WeChatAccount:
    """An account and those of its followers who are told."""

    def __init__(
        self,
        settings: WeChatAccountSettings,
        http: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime],
        token: TokenStore,
    ) -> None:
        self._settings = settings
        key = settings.app_id, settings.app_secret
        self._line = WeChatLine(NAME, settings.url, *key, http, clock, token, _RECIPIENT)

    async def notify(self, notice: Notice) -> None:
        """Send one template message to each recipient. WeChat sends the same ``dedup_key`` to a person once within
        ten minutes.

        Raises ``Rejected`` for a recipient who cannot be told, after all the others have been.
        """
        refused: Rejected | None = None
        for recipient in self._settings.recipients:
            try:
                await self._line.call(SEND, message(notice, self._settings, recipient), _Sent, writes=True)
            except Rejected as error:
                refused = refused or error
        if refused is not None:
            raise refused


def message(notice: Notice, settings: WeChatAccountSettings, recipient: str) -> dict[str, Any]:
    """The JSON of one message; title and text are cut to what a field takes."""
    fields = {settings.title_field: notice.title, settings.text_field: notice.text}
    content: dict[str, Any] = {
        "touser": recipient,
        "template_id": settings.template_id,
        "data": {name: {"value": _cut(text, settings.longest)} for name, text in fields.items()},
        "client_msg_id": sha256(notice.dedup_key.encode("utf-8", "replace")).hexdigest()[:32],
    }
    return content | {"url": notice.url} if notice.url else content


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
