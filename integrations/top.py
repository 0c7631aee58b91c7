"""TOP, Alibaba's open platform (v2.0): the signed call that Taobao's shops and Cainiao's waybills have in common."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeVar

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer, Reply
from integrations.beijing import to_beijing
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words

_OUR_KEYS: Final = {"11", "12", "24", "25", "26", "27", "28", "29", "30", "31", "42"}
_ITS_FAULT: Final = {"10"}

SignMethod = Literal["md5", "hmac", "hmac-sha256"]
R = TypeVar("R", bound=Reply)


class TopSettings(PartnerSettings):
    """How to call TOP for one shop."""

    url: WebAddress = Field(default="https://eco.taobao.com/router/rest", description="TOP's address")
    app_key: str = Field(description="AppKey of the application")
    secret: SecretStr = Field(description="AppSecret of the application")
    session: SecretStr = Field(description="Session key that the shop's owner granted")
    sign_method: SignMethod = Field(default="hmac-sha256", description="How requests are signed")


class _Refusal(Reply):
    code: int | str
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""


class Top:
    """One application's line to TOP; its errors speak in the partner's name."""

    def __init__(
        self, settings: TopSettings, words: Words, http: httpx.AsyncClient, *, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._words = words
        self._wire = Wire(words, http, clock)
        self._clock = clock

    async def call(self, method: str, params: Mapping[str, str], shape: type[R], *, writes: bool = False) -> R:
        """What stands in the reply's node for ``method``. Raises the error that a refusal's code means."""
        secret = self._settings.secret.get_secret_value()
        signed = {
            **params,
            "method": method,
            "app_key": self._settings.app_key,
            "session": self._settings.session.get_secret_value(),
            "timestamp": to_beijing(self._clock()),
            "v": "2.0",
            "format": "json",
            "sign_method": self._settings.sign_method,
        }
        form = signed | {"sign": sign(signed, secret, self._settings.sign_method)}
        answer = await self._wire.call("POST", self._settings.url, writes=writes, form=form)
        reply = answer.read(dict[str, Any])
        if "error_response" in reply:
            raise self._refusal(answer, answer.fit(reply["error_response"], _Refusal))
        node = method.removeprefix("taobao.").replace(".", "_") + "_response"
        return answer.fit(reply.get(node), shape)

    def _refusal(self, answer: Answer, refusal: _Refusal) -> PartnerError:
        code, words = str(refusal.code), refusal.sub_msg or refusal.msg
        shown = f"{code} {refusal.sub_code}".strip()
        if code == "7":
            return self._words.too_often(words, code=shown, wait=_banned_for(words + refusal.msg))
        if code in _OUR_KEYS:
            return self._words.misconfigured(words, code=shown)
        if code in _ITS_FAULT or refusal.sub_code.startswith("isp."):
            return self._words.unavailable(words, code=shown, outcome_unknown=answer.writes)
        return self._words.rejected(words, code=shown)


def sign(params: Mapping[str, str], secret: str, method: SignMethod) -> str:
    """TOP's signature over every non-empty parameter but ``sign`` (upper-case hexadecimal)."""
    joined = "".join(name + params[name] for name in sorted(params) if name != "sign" and params[name])
    if method == "md5":
        return hashlib.md5(f"{secret}{joined}{secret}".encode()).hexdigest().upper()
    digest = "md5" if method == "hmac" else "sha256"
    return hmac.new(secret.encode(), joined.encode(), digest).hexdigest().upper()


def _banned_for(words: str) -> timedelta | None:
    seconds = re.search(r"(\d+)\s*(?:more\s*)?seconds", words)
    return timedelta(seconds=int(seconds[1])) if seconds else None
