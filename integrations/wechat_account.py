"""Template messages of a WeChat official account (``/cgi-bin/message/template/send``, developers.weixin.qq.com, 2026).

The token comes from ``/cgi-bin/stable_token``, which gives everybody the same one while it lasts: asking again takes it
from nobody. One that is refused is asked for again once.
Verified by: ``wechatpy`` against the sandbox, which our client is accepted by as well. Not called live.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final

import httpx
from pydantic import Field, SecretStr, StringConstraints

from integrations.answers import Answer, Reply
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.settings import PartnerSettings, WebAddress
from integrations.tokens import Token, TokenStore
from integrations.words import Words
from models.messages import Notice

NAME: Final = "wechat_account"
TOO_FAST_FOR: Final = {45011: timedelta(minutes=1), 45009: timedelta(hours=1)}
"""How long to leave WeChat alone after 'too often this minute' and 'too often today'."""

_BUSY: Final = {-1}
_TOKEN: Final = {40001, 40014, 42001}
_OUR_KEYS: Final = _TOKEN | {40002, 40013, 40037, 40125, 40164, 41002, 41004, 48001, 48004, 50001, 50002}
_RECIPIENT: Final = {40003, 43004, 43019, 43101}
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


class _Given(Reply):
    access_token: str = ""
    expires_in: int = 7_200
    errcode: int = 0
    errmsg: str = ""


class _Sent(Reply):
    errcode: int
    errmsg: str = ""


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
        self._http = http
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._token = token

    async def notify(self, notice: Notice) -> None:
        """Send one template message to each recipient. WeChat sends the same ``dedup_key`` to a person once within
        ten minutes.

        Raises ``Rejected`` for a recipient who cannot be told, after all the others have been.
        """
        refused: Rejected | None = None
        for recipient in self._settings.recipients:
            try:
                await self._send(message(notice, self._settings, recipient))
            except Rejected as error:
                refused = refused or error
        if refused is not None:
            raise refused

    async def _send(self, content: dict[str, Any]) -> None:
        token = await self._token.valid(self._ask_for_token)
        sent = await self._sent(content, token)
        if sent.errcode in _TOKEN:
            token = await self._token.valid(self._ask_for_token, refused=token)
            sent = await self._sent(content, token)
        if sent.errcode != 0:
            raise self._refusal(self._words_with(token), sent.errcode, sent.errmsg)

    async def _sent(self, content: dict[str, Any], token: str) -> _Sent:
        url = httpx.URL(f"{self._settings.url}/cgi-bin/message/template/send", params={"access_token": token})
        return (await self._post(url, content, self._words_with(token), writes=True)).read(_Sent)

    async def _ask_for_token(self) -> Token:
        asked = {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.app_secret.get_secret_value(),
        }
        answer = await self._post(f"{self._settings.url}/cgi-bin/stable_token", asked, self._words, writes=False)
        given = answer.read(_Given)
        if given.errcode != 0:
            raise self._refusal(self._words, given.errcode, given.errmsg)
        if not given.access_token:
            raise answer.unreadable("it has no access_token")
        return Token(given.access_token, timedelta(seconds=given.expires_in))

    async def _post(self, url: httpx.URL | str, content: Any, words: Words, *, writes: bool) -> Answer:
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        wire = Wire(words, self._http, self._clock)
        return await wire.call("POST", url, writes=writes, headers={"content-type": "application/json"}, content=body)

    def _words_with(self, token: str) -> Words:
        """Whoever has the token may send in our name: it is as secret as the AppSecret."""
        return Words(NAME, (*self._settings.secrets(), token))

    def _refusal(self, words: Words, number: int, said: str) -> PartnerError:
        code = str(number)
        if number in TOO_FAST_FOR:
            return words.too_often(said, code=code, wait=TOO_FAST_FOR[number])
        if number in _BUSY:
            return words.unavailable(said, code=code)
        if number in _OUR_KEYS:
            return words.misconfigured(said, code=code)
        return words.rejected(said, code=code, field="recipients" if number in _RECIPIENT else "")


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
