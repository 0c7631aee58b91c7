"""The line to WeChat's interfaces for a shop and for an official account: each call carries the app's token, which is
asked for and renewed here.

The token comes from ``/cgi-bin/stable_token``, which gives everybody the same one while it lasts: asking again takes it
from nobody. One that is refused is asked for again once.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, TypeVar

import httpx
from pydantic import SecretStr

from integrations.answers import Answer, Reply
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.tokens import Token, TokenStore
from integrations.words import Words

TOO_FAST_FOR: Final = {45011: timedelta(minutes=1), 45009: timedelta(hours=1)}
"""How long to leave WeChat alone after 'too often this minute' and 'too often today'."""

_BUSY: Final = {-1}
_TOKEN: Final = {40001, 40014, 42001}
_OUR_KEYS: Final = _TOKEN | {40002, 40013, 40037, 40125, 40164, 41002, 41004, 48001, 48004, 50001, 50002}

R = TypeVar("R", bound=Reply)


class _Given(Reply):
    access_token: str = ""
    expires_in: int = 7_200


class _Outcome(Reply):
    errcode: int = 0
    errmsg: str = ""


class WeChatLine:
    """Calls as one app. Raises only the classes of ``integrations.errors``; ``fields``: what a refusal is about, by its
    code."""

    def __init__(
        self,
        name: str,
        url: str,
        app_id: str,
        secret: SecretStr,
        http: httpx.AsyncClient,
        now: Callable[[], datetime],
        token: TokenStore,
        fields: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        self._fields = fields
        self._name = name
        self._url = url
        self._app_id = app_id
        self._secret = secret.get_secret_value()
        self._http = http
        self._token = token
        self.now = now

    async def call(self, path: str, asked: Mapping[str, Any], shape: type[R], *, writes: bool = False) -> R:
        """The reply to ``asked`` at ``path``; a token that has expired is renewed once, and the call made again."""
        token = await self._token.valid(self._ask_for_token)
        answer, outcome = await self._sent(path, asked, token, writes=writes)
        if outcome.errcode in _TOKEN:
            token = await self._token.valid(self._ask_for_token, refused=token)
            answer, outcome = await self._sent(path, asked, token, writes=writes)
        if outcome.errcode != 0:
            raise self._refusal(answer, outcome)
        return answer.read(shape)

    async def _sent(self, path: str, asked: Mapping[str, Any], token: str, *, writes: bool) -> tuple[Answer, _Outcome]:
        url = httpx.URL(f"{self._url}{path}", params={"access_token": token})
        answer = await self._post(url, asked, self._words(token), writes=writes)
        return answer, answer.read(_Outcome)

    async def _ask_for_token(self) -> Token:
        asked = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
        answer = await self._post(f"{self._url}/cgi-bin/stable_token", asked, self._words(""), writes=False)
        outcome = answer.read(_Outcome)
        if outcome.errcode != 0:
            raise self._refusal(answer, outcome)
        given = answer.read(_Given)
        if not given.access_token:
            raise answer.unreadable("it has no access_token")
        return Token(given.access_token, timedelta(seconds=given.expires_in))

    async def _post(self, url: httpx.URL | str, content: Mapping[str, Any], words: Words, *, writes: bool) -> Answer:
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        wire = Wire(words, self._http, self.now)
        return await wire.call("POST", url, writes=writes, headers={"content-type": "application/json"}, content=body)

    def _words(self, token: str) -> Words:
        """Whoever has the token may act in our name: it is as secret as the AppSecret."""
        return Words(self._name, (self._secret, token))

    def _refusal(self, answer: Answer, outcome: _Outcome) -> PartnerError:
        words, code, said = answer.words, str(outcome.errcode), outcome.errmsg
        if outcome.errcode in TOO_FAST_FOR:
            return words.too_often(said, code=code, wait=TOO_FAST_FOR[outcome.errcode])
        if outcome.errcode in _BUSY:
            return words.unavailable(said, code=code, outcome_unknown=answer.writes)
        if outcome.errcode in _OUR_KEYS:
            return words.misconfigured(said, code=code)
        return words.rejected(said, code=code, field=self._fields.get(outcome.errcode, ""))
