"""WeChat Pay's daily bill and its notifications (API v3, ``WECHATPAY2-SHA256-RSA2048``, pay.weixin.qq.com).

Calls ``/v3/bill/tradebill`` and the address that it gives, checks WeChat's signature over the first and the stated hash
over the second. Notifications are verified with the platform's key and decrypted with the APIv3 key (AES-256-GCM).
Verified by: a vector, the package ``wechatpayv3`` on both sides, and the sandbox. Not called live.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from uuid import uuid4

import httpx
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import Field, SecretStr, ValidationError, field_validator

from integrations.answers import Answer, Reply
from integrations.errors import Forged, PartnerError, Rejected
from integrations.http import Wire
from integrations.reading import canonical, parsed
from integrations.rsa_keys import private_key, public_key
from integrations.settings import PartnerSettings, WebAddress
from integrations.wechat_pay_bill import CannotOpen, Contradiction, open_bill, read_bill
from integrations.wechat_pay_news import Envelope, payment_news
from integrations.words import Words
from models.messages import PaymentNews, RawMessage, StatementLine

NAME: Final = "wechat_pay"
SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
PATIENCE: Final = timedelta(minutes=5)
"""How far WeChat's time stamp may be from ours."""

_NOTHING_TRADED: Final = "NO_STATEMENT_EXIST"
_NOT_READY: Final = {"STATEMENT_CREATING", "NO_BILL_EXIST", "SYSTEM_ERROR"}
_OUR_KEYS: Final = {"SIGN_ERROR", "NO_AUTH", "MCH_NOT_EXISTS"}
_KEY_BYTES: Final = 32


class WechatPaySettings(PartnerSettings):
    """How to reach WeChat Pay."""

    url: WebAddress = Field(default="https://api.mch.weixin.qq.com", description="WeChat Pay's address")
    merchant_id: str = Field(description="Merchant number (mchid)")
    serial_no: str = Field(description="Serial number of the merchant's certificate")
    private_key: SecretStr = Field(description="The merchant's RSA private key, PEM")
    api_v3_key: SecretStr = Field(description="APIv3 key, 32 characters, that notifications are encrypted with")
    platform_keys: dict[str, str] = Field(
        description="WeChat's keys: PUB_KEY_ID_… or a certificate's serial number → public key or certificate, PEM"
    )

    @field_validator("private_key")
    @classmethod
    def _is_private(cls, pem: SecretStr) -> SecretStr:
        private_key(pem)
        return pem

    @field_validator("api_v3_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value().encode()) != _KEY_BYTES:
            raise ValueError("must have 32 bytes")
        return key

    @field_validator("platform_keys")
    @classmethod
    def _are_public(cls, keys: dict[str, str]) -> dict[str, str]:
        for pem in keys.values():
            public_key(pem)
        return keys


class _Bill(Reply):
    hash_type: str = ""
    hash_value: str = ""
    download_url: str = Field(min_length=1)


class _Refusal(Reply):
    code: str
    message: str = ""


class WechatPay:
    """The bills and notifications of one merchant."""

    def __init__(self, settings: WechatPaySettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)
        self._private_key = private_key(settings.private_key)
        self._platform_keys = {serial: public_key(pem) for serial, pem in settings.platform_keys.items()}

    async def pull_statement(self, day: date) -> list[StatementLine]:
        """The trade bill of a day in Beijing. Raises ``Rejected`` for a file that does not agree with its footer."""
        bill = await self._bill(day)
        if bill is None:
            return []
        try:
            file = await self._get(httpx.URL(bill.download_url))
        except Rejected as error:
            # The address lives for five minutes; the next attempt gets a fresh one.
            raise self._words.unavailable("the statement could not be fetched", code=error.code) from error
        try:
            content = open_bill(file.body)
            if bill.hash_type != "SHA1" or not hmac.compare_digest(_sha1(content), bill.hash_value.lower()):
                raise file.unreadable("the file does not have the stated hash")
            return read_bill(content)
        except CannotOpen as error:
            raise file.unreadable(str(error)) from error
        except Contradiction as error:
            raise self._words.rejected(f"statement of {day}: {error}") from error

    def receive_payment(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RawMessage:
        """Verify signature and time, then decrypt; the key is the notification's id. Raises ``Forged``."""
        self._verify(headers, body, now)
        try:
            envelope = Envelope.model_validate_json(body)
            sealed = envelope.resource
            cipher = AESGCM(self._settings.api_v3_key.get_secret_value().encode())
            opened = cipher.decrypt(
                sealed.nonce.encode(), base64.b64decode(sealed.ciphertext), sealed.associated_data.encode()
            )
            content = json.loads(opened)
        except (ValidationError, ValueError, InvalidTag):
            raise self._words.forged("the notification cannot be opened with our key") from None
        message = canonical({"event_type": envelope.event_type, "resource": content})
        return RawMessage(envelope.id, message, envelope.create_time)

    def answer_payment(self, refusal: PartnerError | None) -> tuple[int, str, bytes]:
        """204, or the reason why not: then WeChat tells again, up to fifteen times."""
        if refusal is None:
            return 204, "application/json", b""
        said = json.dumps({"code": "FAIL", "message": refusal.message}, ensure_ascii=False).encode()
        return 401 if isinstance(refusal, Forged) else 500, "application/json", said

    def read_payment(self, message: RawMessage) -> PaymentNews:
        """Translate a notification; pure. Raises ``Rejected`` for an event or a shape that is not known."""
        try:
            return payment_news(parsed(message), message.occurred_at)
        except ValueError as error:
            raise self._words.rejected(str(error)) from None

    async def _bill(self, day: date) -> _Bill | None:
        query = {"bill_date": day.isoformat(), "bill_type": "ALL", "tar_type": "GZIP"}
        answer = await self._get(httpx.URL(f"{self._settings.url}/v3/bill/tradebill", params=query), accept=(400,))
        if answer.status != 200:
            refusal = answer.read(_Refusal)
            if refusal.code == _NOTHING_TRADED:
                return None
            raise self._refusal(refusal)
        bill = answer.read(_Bill)
        try:
            self._verify(answer.headers, answer.body, self._clock())
        except Forged as error:
            raise self._words.misconfigured(f"the answer is not WeChat's: {error.message}") from None
        return bill

    async def _get(self, url: httpx.URL, accept: tuple[int, ...] = ()) -> Answer:
        signed = authorization(
            "GET",
            url.raw_path.decode(),
            "",
            merchant_id=self._settings.merchant_id,
            serial_no=self._settings.serial_no,
            key=self._private_key,
            timestamp=int(self._clock().timestamp()),
            nonce=uuid4().hex,
        )
        headers = {"authorization": signed, "accept": "application/json"}
        return await self._wire.call("GET", url, writes=False, headers=headers, accept=accept)

    def _verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        key = self._platform_keys.get(headers.get("wechatpay-serial", ""))
        if key is None:
            raise self._words.forged("signed with a key that is not among platform_keys")
        stamp, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
        if not stamp.isdecimal() or abs(now.timestamp() - int(stamp)) > PATIENCE.total_seconds():
            raise self._words.forged("its time is more than five minutes from ours")
        signed = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        try:
            signature = base64.b64decode(headers.get("wechatpay-signature", ""), validate=True)
            key.verify(signature, signed, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            raise self._words.forged("the signature does not fit") from None

    def _refusal(self, refusal: _Refusal) -> PartnerError:
        words, code = refusal.message or "gave no reason", refusal.code
        if code in _NOT_READY:
            return self._words.unavailable(words, code=code)
        if code in _OUR_KEYS:
            return self._words.misconfigured(words, code=code)
        return self._words.rejected(words, code=code)


def authorization(
    method: str,
    path: str,
    body: str,
    *,
    merchant_id: str,
    serial_no: str,
    key: RSAPrivateKey,
    timestamp: int,
    nonce: str,
) -> str:
    """The header: RSA-SHA256 over method, path with query, time stamp, nonce and body, each with a line end."""
    text = f"{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n"
    signature = base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    return (
        f'{SCHEME} mchid="{merchant_id}",nonce_str="{nonce}",signature="{signature}",timestamp="{timestamp}",'
        f'serial_no="{serial_no}"'
    )


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
