"""OData V2 services of an SAP Gateway, and actions of its V4 services: HTTP Basic, CSRF tokens, pages, and its errors.

A write needs the CSRF token of a session; the session's cookie stays in the HTTP client's jar.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import httpx
from pydantic import Field

from integrations.answers import Answer, Reply
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.words import Words

R = TypeVar("R", bound=Reply)

_REFUSALS: Final = frozenset({400, 403, 404, 409, 412})
_STATE_MOVED: Final = frozenset({409, 412})
_ROWS: Final = 500


class _Rows(Reply):
    results: list[dict[str, Any]]
    count: int = Field(alias="__count")


class _Page(Reply):
    d: _Rows


class _Said(Reply):
    value: str = ""


class _Mistake(Reply):
    code: str = ""
    message: _Said | str = _Said()


class _MistakeBody(Reply):
    error: _Mistake


class OData:
    """The services below one address. ``always`` goes with every request, such as ``sap-client``."""

    def __init__(
        self,
        partner: str,
        url: str,
        user: str,
        password: str,
        always: Mapping[str, str],
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
    ) -> None:
        self._url = url
        self._always = always
        self._login = base64.b64encode(f"{user}:{password}".encode("utf-8", "replace")).decode()
        self.words = Words(partner, (password, self._login))
        self._wire = Wire(self.words, http, clock)
        self._token = ""
        self._asking = asyncio.Lock()

    async def query(self, path: str, options: Mapping[str, str], shape: type[R]) -> list[R]:
        """All rows of an entity set that fit ``options``, page by page."""
        rows: list[R] = []
        while True:
            page = {"$inlinecount": "allpages", "$skip": str(len(rows)), "$top": str(_ROWS)}
            answer = self._checked(await self._call("GET", path, {**options, **page}))
            found = answer.read(_Page).d
            rows += [answer.fit(row, shape) for row in found.results]
            if len(rows) >= found.count or not found.results:
                return rows

    async def create(self, path: str, content: Mapping[str, Any]) -> Answer:
        """Insert an entity, its parts included; the reply is the entity."""
        return await self._write("POST", path, content, {})

    async def change(self, path: str, content: Mapping[str, Any], etag: str) -> None:
        """Merge into an entity that still has this ETag. Raises ``Conflict`` if it has another."""
        answer = await self._write("PATCH", path, content, {"if-match": etag})
        if answer.status != 204:
            raise answer.unreadable("it is not the empty one that follows a change")

    async def _write(self, method: str, path: str, content: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """A token that is not accepted any more is fetched anew, once: nothing was done until then."""
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        token = await self._valid_token(path, "")
        answer = await self._call(method, path, {}, {**headers, "x-csrf-token": token}, body)
        if answer.status == 403 and answer.headers.get("x-csrf-token", "").lower() == "required":
            token = await self._valid_token(path, token)
            answer = await self._call(method, path, {}, {**headers, "x-csrf-token": token}, body)
        return self._checked(answer)

    async def _valid_token(self, path: str, refused: str) -> str:
        """The token to use now; a new one if none is held but the ``refused`` one. Several at once ask once."""
        async with self._asking:
            if self._token == refused:
                service = path.partition("/")[0] + "/"
                answer = self._checked(await self._call("GET", service, {}, {"x-csrf-token": "Fetch"}))
                self._token = answer.headers.get("x-csrf-token", "")
                if not self._token:
                    raise answer.unreadable("it has no CSRF token")
            return self._token

    async def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        url = httpx.URL(f"{self._url}/{path}", params={**self._always, **query})
        told = {
            "accept": "application/json", "content-type": "application/json",
            "authorization": f"Basic {self._login}", **(headers or {}),
        }  # fmt: skip
        reads = method == "GET"
        return await self._wire.call(method, url, writes=not reads, headers=told, content=body, accept=_REFUSALS)

    def _checked(self, answer: Answer) -> Answer:
        if answer.status in _REFUSALS:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: Answer) -> PartnerError:
        """What an error means: ``{"error": {"code", "message": {"lang", "value"}}}``, where V4 has a text for the
        message, or whatever stands there."""
        try:
            mistake = _MistakeBody.model_validate_json(answer.body).error
        except ValueError:
            mistake = _Mistake(message=_Said(value=answer.body.decode("utf-8", "replace")))
        words = mistake.message if isinstance(mistake.message, str) else mistake.message.value
        said, code = words or "gave no reason", mistake.code or f"HTTP {answer.status}"
        if answer.status == 403:
            return self.words.misconfigured(said, code=code)
        if answer.status in _STATE_MOVED:
            return self.words.conflict(said, code=code)
        return self.words.rejected(said, code=code)


def quoted(literal: str) -> str:
    """A text for ``$filter`` or a key, with quotes doubled."""
    return "'" + literal.replace("'", "''") + "'"
