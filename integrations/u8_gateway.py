"""The line to U8's OpenAPI: tokens, trade ids, and writes whose results are looked up.

Everything that proves who we are stands in the query: a token of about two hours, and for each write a ``tradeid``. A
write is taken in and answered by an address at which its result is looked up.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer, Reply
from integrations.errors import PartnerError, Unavailable
from integrations.http import Wire
from integrations.tokens import Token, TokenStore
from integrations.words import Words

R = TypeVar("R", bound="Said")

_UNDER_WAY: Final = ("处理中", "正在处理")
_TOO_OFTEN: Final = ("频繁", "超过限制")
_NOT_ALLOWED: Final = ("app_key", "app_secret", "from_account", "to_account", "授权", "权限")


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls, with which application, and whose U8 it is."""

    url: str
    caller: str
    owner: str
    app_key: str
    app_secret: SecretStr
    data_source: int | None


class Said(Reply):
    """What every reply says: 0, or what went wrong."""

    errcode: str | int
    errmsg: str | None = ""

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return str(self.errcode) == "0"


class _Id(Reply):
    id: str


class _Given(_Id):
    lasts: int = Field(alias="expiresIn")


class _Token(Said):
    token: _Given


class _Trade(Said):
    trade: _Id


class _Taken(Said):
    url: str = ""
    id: str = ""


class U8Gateway:
    """One application's access to one account set. ``wait`` is the seconds before each look at a result, ``looks`` how
    many there are."""

    def __init__(
        self,
        partner: str,
        account: Account,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
        token: TokenStore,
        *,
        wait: float,
        looks: int,
    ) -> None:
        self._partner = partner
        self._account = account
        self._http = http
        self._clock = clock
        self._wait = wait
        self._looks = looks
        self._token = token

    async def read(self, path: str, asked: Mapping[str, str], shape: type[R]) -> R:
        """What a question below ``api/`` is answered."""
        return await self._ask("GET", f"api/{path}", asked, shape)

    async def write(self, operation: str, content: Mapping[str, Any]) -> str:
        """Hand in a change such as ``saleorder/add`` and wait for its result; the voucher's code, if U8 says it."""
        trade = await self._ask("GET", "system/tradeid", {}, _Trade)
        body = json.dumps({operation.partition("/")[0]: content}, ensure_ascii=False).encode("utf-8", "replace")
        taken = await self._ask("POST", f"api/{operation}", {"tradeid": trade.trade.id}, _Taken, body)
        return await self._result(taken) if taken.url else taken.id

    async def _result(self, taken: _Taken) -> str:
        """What became of a write. Whoever cannot learn it does not know whether it was done."""
        url, home = httpx.URL(taken.url), httpx.URL(self._account.url)
        if (url.scheme, url.host, url.port) != (home.scheme, home.host, home.port):
            raise self._words().unavailable("the result stands at another address than U8's", outcome_unknown=True)
        for _ in range(self._looks):
            await asyncio.sleep(self._wait)
            try:
                found = (await self._wire("").call("GET", url, writes=False)).read(_Taken)
            except Unavailable as error:
                raise self._words().unavailable(error.message, outcome_unknown=True) from error
            if found.ok:
                return found.id
            if not any(phrase in (found.errmsg or "") for phrase in _UNDER_WAY):
                raise _refusal(self._words(), found)
        raise self._words().unavailable("the result is not there yet", outcome_unknown=True)

    async def _ask(
        self, method: str, path: str, asked: Mapping[str, str], shape: type[R], body: bytes | None = None
    ) -> R:
        """One call with a token. A token that is not accepted any more is fetched anew, once: nothing was done."""
        token = await self._token.valid(self._ask_for_token)
        answer = await self._call(method, path, {**asked, "token": token}, body)
        if _concerns_the_token(answer.read(Said)):
            token = await self._token.valid(self._ask_for_token, refused=token)
            answer = await self._call(method, path, {**asked, "token": token}, body)
        said = answer.read(Said)
        if not said.ok:
            raise _refusal(self._words(token), said)
        return answer.read(shape)

    async def _ask_for_token(self) -> Token:
        secret = {"app_secret": self._account.app_secret.get_secret_value()}
        answer = await self._call("GET", "system/token", secret, None)
        said = answer.read(Said)
        if not said.ok:
            raise _refusal(self._words(), said)
        given = answer.read(_Token).token
        return Token(given.id, timedelta(seconds=given.lasts))

    async def _call(self, method: str, path: str, query: Mapping[str, str], body: bytes | None) -> Answer:
        account = self._account
        always = {"from_account": account.caller, "app_key": account.app_key}
        if path.startswith("api/"):
            always["to_account"] = account.owner
            if account.data_source is not None:
                always["ds_sequence"] = str(account.data_source)
        url = httpx.URL(f"{account.url}/{path}", params={**always, **query})
        headers = {"content-type": "application/json"}
        wire = self._wire(query.get("token", ""))
        return await wire.call(method, url, writes=method == "POST", headers=headers, content=body)

    def _wire(self, token: str) -> Wire:
        return Wire(self._words(token), self._http, self._clock)

    def _words(self, token: str = "") -> Words:
        """Whoever has the token may act in our name: it is as secret as the AppSecret."""
        return Words(self._partner, (self._account.app_secret.get_secret_value(), token))


def _refusal(words: Words, said: Said) -> PartnerError:
    message, code = said.errmsg or "gave no reason", str(said.errcode)
    if _concerns_the_token(said) or any(phrase in message for phrase in _NOT_ALLOWED):
        return words.misconfigured(message, code=code)
    if any(phrase in message for phrase in _TOO_OFTEN):
        return words.unavailable(message, code=code)
    return words.rejected(message, code=code)


def _concerns_the_token(said: Said) -> bool:
    return not said.ok and "token" in (said.errmsg or "").lower()
