"""IOP, Alibaba.com's new open platform (openapi.alibaba.com): the signed call."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import httpx
from pydantic import SecretStr

from integrations.answers import Answer, Reply
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.words import Words

_OUR_KEYS: Final = {
    "IllegalAccessToken", "IncompleteSignature", "IllegalTimestamp", "InvalidAppKey", "InsufficientPermission",
}  # fmt: skip
_ITS_FAULT: Final = {"ISP", "SYSTEM"}
"""Types of errors: of the service behind the platform, and of the platform; the third, ``ISV``, is the caller's."""

R = TypeVar("R", bound=Reply)


class _Refusal(Reply):
    code: str | int
    type: str | None = None
    message: str | None = None


class Iop:
    """One application's line to the platform; its errors speak in the partner's name."""

    def __init__(
        self,
        url: str,
        app_key: str,
        secret: SecretStr,
        access_token: SecretStr,
        words: Words,
        http: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._url = url
        self._app_key = app_key
        self._secret = secret
        self._access_token = access_token
        self._words = words
        self._wire = Wire(words, http, clock)
        self._clock = clock

    async def call(self, path: str, params: Mapping[str, str], shape: type[R], *, writes: bool = False) -> R:
        """The reply of the interface at ``path``. Raises the error that a refusal's code means."""
        signed = {
            **params,
            "app_key": self._app_key,
            "access_token": self._access_token.get_secret_value(),
            "timestamp": str(int(self._clock().astimezone(UTC).timestamp() * 1000)),
            "sign_method": "sha256",
        }
        form = signed | {"sign": sign(path, signed, self._secret.get_secret_value())}
        answer = await self._wire.call("POST", f"{self._url}{path}", writes=writes, form=form)
        reply = answer.read(dict[str, Any])
        refusal = answer.fit(reply, _Refusal)
        if str(refusal.code) != "0":
            raise self._refusal(answer, refusal)
        return answer.fit(reply, shape)

    def _refusal(self, answer: Answer, refusal: _Refusal) -> PartnerError:
        code, words = str(refusal.code), refusal.message or "gave no reason"
        if code.endswith("CallLimit"):
            return self._words.too_often(words, code=code)
        if code in _OUR_KEYS:
            return self._words.misconfigured(words, code=code)
        if refusal.type in _ITS_FAULT:
            return self._words.unavailable(words, code=code, outcome_unknown=answer.writes)
        return self._words.rejected(words, code=code)


def sign(path: str, params: Mapping[str, str], secret: str) -> str:
    """The platform's signature: HMAC-SHA256 over the path and the parameters, sorted (upper-case hexadecimal)."""
    joined = path + "".join(name + params[name] for name in sorted(params) if name != "sign")
    return hmac.new(secret.encode(), joined.encode(), hashlib.sha256).hexdigest().upper()
