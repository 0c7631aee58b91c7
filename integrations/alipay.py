"""Alipay's daily statement through the open platform (v1.0, RSA2, opendocs.alipay.com).

Calls ``alipay.data.dataservice.bill.downloadurl.query``, checks Alipay's signature over the raw text of its answer, and
fetches the file within the 30 seconds that its address lives. ``alipay_bill`` reads the file.
Verified by: the official SDK, which the sandbox takes and which takes our requests, a real merchant bill, the sandbox.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import Field, SecretStr, field_validator

from integrations.alipay_bill import CannotOpen, Contradiction, open_bill, read_bill
from integrations.answers import Answer, Reply
from integrations.beijing import to_beijing
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.rsa_keys import private_key, public_key
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.messages import StatementLine

NAME: Final = "alipay"
_METHOD: Final = "alipay.data.dataservice.bill.downloadurl.query"
_NODE: Final = "alipay_data_dataservice_bill_downloadurl_query_response"
_NOT_READY: Final = {"BILL_NOT_EXIST", "isp.bill_not_exist"}
_NOTHING_TRADED: Final = "NO_BILL_DATA"
_OUR_KEYS: Final = {"40006", "20001", "40002"}
_ITS_FAULT: Final = {"20000"}
_TOO_OFTEN: Final = {"40005"}


class AlipaySettings(PartnerSettings):
    """How to reach Alipay."""

    url: WebAddress = Field(default="https://openapi.alipay.com/gateway.do", description="Gateway")
    app_id: str = Field(description="Id of the application")
    private_key: SecretStr = Field(description="The application's RSA private key, PEM")
    alipay_public_key: str = Field(description="Alipay's RSA public key, PEM")

    @field_validator("private_key")
    @classmethod
    def _is_private(cls, pem: SecretStr) -> SecretStr:
        private_key(pem)
        return pem

    @field_validator("alipay_public_key")
    @classmethod
    def _is_public(cls, pem: str) -> str:
        public_key(pem)
        return pem


class _Address(Reply):
    code: str
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""
    bill_download_url: str = ""


class Alipay:
    """The statements of one merchant."""

    def __init__(self, settings: AlipaySettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)
        self._private_key = private_key(settings.private_key)
        self._public_key = public_key(settings.alipay_public_key)

    async def pull_statement(self, day: date) -> list[StatementLine]:
        """The trade bill of a day in Beijing. Raises ``Rejected`` for a file that does not agree with its footer."""
        address = await self._download_address(day)
        if address is None:
            return []
        try:
            file = await self._wire.call("GET", httpx.URL(address), writes=False)
        except Rejected as error:
            # The address lives for 30 seconds; the next attempt gets a fresh one.
            raise self._words.unavailable("the statement could not be fetched", code=error.code) from error
        try:
            return read_bill(open_bill(file.body))
        except CannotOpen as error:
            raise file.unreadable(str(error)) from error
        except Contradiction as error:
            raise self._words.rejected(f"statement of {day}: {error}") from error

    async def _download_address(self, day: date) -> str | None:
        params = {
            "app_id": self._settings.app_id,
            "method": _METHOD,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": to_beijing(self._clock()),
            "version": "1.0",
            "biz_content": json.dumps({"bill_type": "trade", "bill_date": day.isoformat()}),
        }
        form = params | {"sign": sign(params, self._private_key)}
        answer = await self._wire.call("POST", self._settings.url, writes=False, form=form)
        reply = answer.read(dict[str, Any])
        found = answer.fit(reply.get(_NODE) or reply.get("error_response"), _Address)
        if found.code != "10000":
            if found.sub_code == _NOTHING_TRADED:
                return None
            raise self._refusal(found)
        self._verify(answer, str(reply.get("sign", "")))
        if not found.bill_download_url:
            raise answer.unreadable("it has no bill_download_url")
        return found.bill_download_url

    def _verify(self, answer: Answer, signature: str) -> None:
        node = raw_node(answer.body.decode("utf-8", "replace"), _NODE)
        try:
            self._public_key.verify(base64.b64decode(signature), node.encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error):
            raise self._words.misconfigured("the answer is not signed with the Alipay public key set here") from None

    def _refusal(self, reply: _Address) -> PartnerError:
        words, shown = reply.sub_msg or reply.msg, f"{reply.code} {reply.sub_code}".strip()
        if reply.sub_code in _NOT_READY:
            return self._words.unavailable("the statement is not ready", code=shown)
        if reply.code in _OUR_KEYS:
            return self._words.misconfigured(words, code=shown)
        if reply.code in _TOO_OFTEN:
            return self._words.too_often(words, code=shown)
        if reply.code in _ITS_FAULT or reply.sub_code.startswith(("isp.", "aop.")):
            return self._words.unavailable(words, code=shown)
        return self._words.rejected(words, code=shown)


def sign(params: Mapping[str, str], key: RSAPrivateKey) -> str:
    """RSA2: base64 of RSA-SHA256 over the sorted, non-empty ``name=value`` pairs but ``sign``, joined by ``&``."""
    content = "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "sign" and params[name])
    return base64.b64encode(key.sign(content.encode(), PKCS1v15(), SHA256())).decode()


def raw_node(body: str, name: str) -> str:
    """The text of one member's value exactly as it was sent, which is what Alipay signs; empty if it is not there."""
    start = body.find(f'"{name}"')
    colon = body.find(":", start)
    if start < 0 or colon < 0:
        return ""
    brace = body.find("{", colon)
    try:
        _, end = json.JSONDecoder().raw_decode(body, brace)
    except ValueError:
        return ""
    return body[brace:end]
