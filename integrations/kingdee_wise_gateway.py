"""The line to K3API, the web interface of Kingdee K/3 WISE: a token from an authority code, and named operations.

    GET  {url}/Token/Create?authorityCode=…             lasts ``Validity`` seconds, an hour unless set otherwise
    POST {url}/{object}/{operation}?Token=…             ``{"Data": …}`` → ``{"StatusCode", "Message", "Data"}``

Success is a ``StatusCode`` of 200 inside the reply. Codes of refusals are not published: an ended token and a missing
right are known by their words.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
from pydantic import SecretStr

from integrations.answers import Answer, Reply
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.tokens import Token, TokenStore
from integrations.words import Words

S = TypeVar("S", bound="Said")

_DONE: Final = 200
_NOT_ALLOWED: Final = ("授权", "权限", "authority")
_JSON: Final = {"content-type": "application/json"}


class Said(Reply):
    """What every reply says: 200, or what went wrong."""

    StatusCode: int
    Message: str | None = ""


class _Given(Reply):
    Token: str
    Validity: int


class _Token(Said):
    Data: _Given


class WiseGateway:
    """One authority code's access to one account set."""

    def __init__(
        self,
        partner: str,
        url: str,
        authority_code: SecretStr,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
        token: TokenStore,
    ) -> None:
        self._partner = partner
        self._url = url
        self._authority_code = authority_code.get_secret_value()
        self._http = http
        self._clock = clock
        self._token = token

    async def read(self, operation: str, content: Mapping[str, Any], shape: type[S]) -> S:
        """What a question such as ``SO/GetList`` is answered."""
        return await self._ask(operation, content, shape, writes=False)

    async def write(self, operation: str, content: Mapping[str, Any], shape: type[S]) -> S:
        """What a change such as ``SO/Save`` is answered."""
        return await self._ask(operation, content, shape, writes=True)

    async def _ask(self, operation: str, content: Mapping[str, Any], shape: type[S], *, writes: bool) -> S:
        """One call with a token. A token that is not accepted any more is fetched anew, once: nothing was done."""
        token = await self._token.valid(self._ask_for_token)
        answer = await self._post(operation, content, token, writes=writes)
        if _concerns_the_token(answer.read(Said)):
            token = await self._token.valid(self._ask_for_token, refused=token)
            answer = await self._post(operation, content, token, writes=writes)
        self._check(answer, token)
        return answer.read(shape)

    async def _ask_for_token(self) -> Token:
        url = httpx.URL(f"{self._url}/Token/Create", params={"authorityCode": self._authority_code})
        answer = await self._wire().call("GET", url, writes=False)
        said = answer.read(Said)
        if said.StatusCode != _DONE:
            raise self._words().misconfigured(said.Message or "gave no token", code=str(said.StatusCode))
        given = answer.read(_Token).Data
        return Token(given.Token, timedelta(seconds=given.Validity))

    async def _post(self, operation: str, content: Mapping[str, Any], token: str, *, writes: bool) -> Answer:
        url = httpx.URL(f"{self._url}/{operation}", params={"Token": token})
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        return await self._wire(token).call("POST", url, writes=writes, headers=_JSON, content=body)

    def _check(self, answer: Answer, token: str) -> None:
        said = answer.read(Said)
        if said.StatusCode != _DONE:
            raise _refusal(self._words(token), said)

    def _wire(self, token: str = "") -> Wire:
        return Wire(self._words(token), self._http, self._clock)

    def _words(self, token: str = "") -> Words:
        """Whoever has the token may act in our name: it is as secret as the authority code."""
        return Words(self._partner, (self._authority_code, token))


def _refusal(words: Words, said: Said) -> PartnerError:
    message, code = said.Message or "gave no reason", str(said.StatusCode)
    if _concerns_the_token(said) or any(phrase in message.lower() for phrase in _NOT_ALLOWED):
        return words.misconfigured(message, code=code)
    return words.rejected(message, code=code)


def _concerns_the_token(said: Said) -> bool:
    return said.StatusCode != _DONE and "token" in (said.Message or "").lower()
