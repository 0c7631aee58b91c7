"""UnionPay's settlement file (ACP 5.1.0, certificate mode, open.unionpay.com).

Asks ``filedownload`` for a day's file (``txnType`` 76) and checks UnionPay's signature. Its certificate comes with the
reply, and must be issued by the one set here. ``union_pay_file`` reads the file.
Verified by: the digest vector, ``cryptography``, and the sandbox. Not called live; no trustworthy SDK exists.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate
from cryptography.x509.oid import NameOID
from pydantic import Field, SecretStr, field_validator

from integrations.answers import Answer
from integrations.beijing import BEIJING
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.rsa_keys import private_key
from integrations.settings import PartnerSettings, WebAddress
from integrations.union_pay_file import CannotOpen, Contradiction, open_file, read_file
from integrations.words import Words
from models.messages import StatementLine

NAME: Final = "union_pay"
_SIGNER: Final = "中国银联股份有限公司"
_DONE: Final = "00"
_NO_FILE: Final = "98"
_FILE_READY_AT: Final = time(9)
_LATER: Final = {"02", "03", "04", "05"}
_OUR_KEYS: Final = {"11", "31", "32"}


class UnionPaySettings(PartnerSettings):
    """How to reach UnionPay."""

    url: WebAddress = Field(default="https://filedownload.95516.com", description="Where files are asked for")
    merchant_id: str = Field(description="Merchant number (merId)")
    cert_id: str = Field(description="Serial number of the merchant's certificate, decimal (certId)")
    private_key: SecretStr = Field(description="The merchant's RSA private key, PEM (out of the .pfx)")
    issuer: str = Field(description="UnionPay's issuing certificate (acp_prod_middle.cer), PEM")

    @field_validator("private_key")
    @classmethod
    def _is_private(cls, pem: SecretStr) -> SecretStr:
        private_key(pem)
        return pem

    @field_validator("issuer")
    @classmethod
    def _is_a_certificate(cls, pem: str) -> str:
        _certificate(pem)
        return pem


class UnionPay:
    """The settlement files of one merchant."""

    def __init__(self, settings: UnionPaySettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)
        self._private_key = private_key(settings.private_key)
        self._issuer = _certificate(settings.issuer)

    async def pull_statement(self, day: date) -> list[StatementLine]:
        """The transactions settled on a day. That there is no file means no trade, once it is nine o'clock of the next
        day in Beijing. Raises ``Rejected`` for a file that cannot be read whole."""
        asked = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": "01",
            "txnType": "76",
            "txnSubType": "01",
            "bizType": "000000",
            "accessType": "0",
            "fileType": "00",
            "merId": self._settings.merchant_id,
            "settleDate": f"{day:%m%d}",
            "txnTime": f"{self._clock().astimezone(BEIJING):%Y%m%d%H%M%S}",
            "certId": self._settings.cert_id,
        }
        form = asked | {"signature": sign(asked, self._private_key)}
        answer = await self._wire.call("POST", f"{self._settings.url}/", writes=False, form=form)
        reply = fields(answer.body.decode("utf-8", "replace"))
        if not reply.get("respCode") or not reply.get("signature"):
            raise answer.unreadable("it has no respCode, or is not signed")
        self._verify(reply)
        if reply["respCode"] == _NO_FILE:
            return self._nothing(day)
        if reply["respCode"] != _DONE:
            raise self._refusal(reply)
        return self._read(answer, reply, day)

    def _read(self, answer: Answer, reply: Mapping[str, str], day: date) -> list[StatementLine]:
        try:
            return read_file(open_file(reply.get("fileContent", "")), day)
        except CannotOpen as error:
            raise answer.unreadable(str(error)) from error
        except Contradiction as error:
            raise self._words.rejected(f"statement of {day}: {error}") from error

    def _nothing(self, day: date) -> list[StatementLine]:
        ready_at = datetime.combine(day + timedelta(days=1), _FILE_READY_AT, BEIJING)
        if self._clock() < ready_at:
            raise self._words.unavailable("the statement is not ready", code=_NO_FILE)
        return []

    def _verify(self, reply: Mapping[str, str]) -> None:
        try:
            certificate = _certificate(reply.get("signPubKeyCert", ""))
            certificate.verify_directly_issued_by(self._issuer)
            names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
            in_time = certificate.not_valid_before_utc <= self._clock() <= certificate.not_valid_after_utc
            key = certificate.public_key()
            if not in_time or not isinstance(key, RSAPublicKey) or not any(_SIGNER in name for name in names):
                raise ValueError("another one's certificate")
            key.verify(base64.b64decode(reply["signature"]), digest(reply).encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError, TypeError):
            raise self._words.misconfigured(
                "the answer is not signed by whom the issuer set here vouches for"
            ) from None

    def _refusal(self, reply: Mapping[str, str]) -> PartnerError:
        code, words = reply["respCode"], reply.get("respMsg") or "gave no reason"
        if code in _OUR_KEYS:
            return self._words.misconfigured(words, code=code)
        if code in _LATER:
            return self._words.unavailable(words, code=code)
        return self._words.rejected(words, code=code)


def digest(params: Mapping[str, str]) -> str:
    """SHA-256 in hex of the sorted, non-empty ``name=value`` pairs but ``signature``, joined by ``&``."""
    pairs = (f"{name}={params[name]}" for name in sorted(params) if name != "signature" and params[name])
    return hashlib.sha256("&".join(pairs).encode()).hexdigest()


def sign(params: Mapping[str, str], key: RSAPrivateKey) -> str:
    """Base64 of RSA-SHA256 over the text of the hex digest, not over its bytes."""
    return base64.b64encode(key.sign(digest(params).encode(), PKCS1v15(), SHA256())).decode()


def fields(text: str) -> dict[str, str]:
    """The pairs of a reply, whose values are not percent-encoded: base64 keeps its ``+`` and ``=``."""
    pairs = (pair.partition("=") for pair in text.split("&"))
    return {name: value for name, _, value in pairs}


def _certificate(pem: str) -> Certificate:
    try:
        return load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise ValueError("must be a certificate in PEM") from None
