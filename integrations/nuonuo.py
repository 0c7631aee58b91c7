"""E-invoices through Nuonuo (``nuonuo.OpeMplatform``, sdk.nuonuo.com/open/v1/services, 2026).

The tax office issues in its own time: what is asked for is looked up later under our number (``orderNo``). The access
token is limited to some fifty requests a month, so it is kept for all callers together (``TokenStore``).
Verified by: the published vector, ``nuonuo-sdk`` both ways, the sandbox. Not called live.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

import httpx
from pydantic import Field, SecretStr, StringConstraints

from integrations.answers import Answer, Reply
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.nuonuo_messages import CURRENCY, Found, billing, invoice_of
from integrations.pdf import is_whole_pdf
from integrations.reading import canonical
from integrations.settings import PartnerSettings, WebAddress
from integrations.tokens import Token, TokenStore
from integrations.words import Words
from models.messages import Invoice, InvoiceRequest

NAME: Final = "nuonuo"
_REQUEST: Final = "nuonuo.OpeMplatform.requestBillingNew"
_QUERY: Final = "nuonuo.OpeMplatform.queryInvoiceResult"
_DONE: Final = "E0000"
_ASKED_ALREADY: Final = "E9106"
_UNKNOWN: Final = "E9500"
_GATEWAY: Final = "07"
"""How the codes begin with which the gateway refuses a call before anything is done."""
_LOGIN: Final = "0703"
_APP: Final = {"070304", "070305", "070306", "070307"}
"""Wrong app or secret, and a month's tokens used up: another token would not help."""
_A_DAY: Final = timedelta(hours=24)

TaxNo = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{15,20}$")]


class NuonuoSettings(PartnerSettings):
    """How to reach Nuonuo, and who issues the invoices."""

    url: WebAddress = Field(default="https://sdk.nuonuo.com/open/v1/services", description="Where calls go")
    token_url: WebAddress = Field(default="https://open.nuonuo.com/accessToken", description="Where the token is had")
    app_key: str = Field(description="appKey of the app")
    app_secret: SecretStr = Field(description="appSecret of the app")
    tax_no: TaxNo = Field(description="Our tax number")
    phone: str = Field(description="Our telephone number, printed on the invoice")
    address: str = Field(description="Our address, printed on the invoice")
    clerk: str = Field(description="Who issues the invoices, by name")
    kind: Literal["pc", "bs"] = Field(default="pc", description="pc: ordinary invoices; bs: special ones")


class _Given(Reply):
    access_token: str = ""
    expires_in: int = 0
    error: str = ""
    error_description: str = ""


class _Outer(Reply):
    code: str
    describe: str = ""
    result: Any = None


class _Requested(Reply):
    invoiceSerialNum: str = Field(min_length=1)  # noqa: N815  (the partner's name)


class Nuonuo:
    """The invoices of one seller."""

    def __init__(
        self, settings: NuonuoSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime], token: TokenStore
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._token = token

    async def request_invoice(self, request: InvoiceRequest) -> str:
        """``requestBillingNew``; one that was asked for already is looked up."""
        if request.currency != CURRENCY:
            raise self._words().rejected(f"invoices are issued in {CURRENCY}", field="currency")
        try:
            return await self._request(request)
        except Rejected as error:
            if error.code != _ASKED_ALREADY:
                raise
            found = await self.find_invoice(request.request_no)
            if found is None:
                raise
            return found.serial

    async def find_invoice(self, request_no: str) -> Invoice | None:
        """``queryInvoiceResult`` by our number."""
        try:
            asked = {"orderNos": [request_no], "isOfferInvoiceDetail": "0"}
            answer, result = await self._answer(_QUERY, asked)
        except Rejected as error:
            if error.code == _UNKNOWN:
                return None
            raise
        found = answer.fit(result or (), tuple[Found, ...])
        ours = next((each for each in found if each.orderNo == request_no), None)
        try:
            return None if ours is None else invoice_of(ours)
        except ValueError as error:
            raise answer.unreadable(str(error)) from error

    async def download_invoice(self, invoice: Invoice) -> bytes:
        """Fetch the file from where Nuonuo says it is; neither token nor signature goes there."""
        answer = await self._wire(self._words()).call("GET", invoice.file_url, writes=False)
        if not is_whole_pdf(answer.body):
            raise answer.unreadable("it is not a PDF, or was cut off")
        return answer.body

    async def _request(self, request: InvoiceRequest) -> str:
        seller = {
            "salerTaxNum": self._settings.tax_no,
            "salerTel": self._settings.phone,
            "salerAddress": self._settings.address,
            "clerk": self._settings.clerk,
            "invoiceLine": self._settings.kind,
        }
        answer, result = await self._answer(_REQUEST, {"order": billing(request) | seller}, writes=True)
        return answer.fit(result, _Requested).invoiceSerialNum

    async def _answer(self, method: str, content: object, *, writes: bool = False) -> tuple[Answer, Any]:
        """The reply and the ``result`` in it; a token that is refused is asked for again once."""
        token = await self._token.valid(self._ask_for_token)
        answer, outer = await self._sent(method, content, token, writes=writes)
        if outer.code.startswith(_LOGIN) and outer.code not in _APP:
            token = await self._token.valid(self._ask_for_token, refused=token)
            answer, outer = await self._sent(method, content, token, writes=writes)
        if outer.code != _DONE:
            raise self._refusal(self._words(token), outer.code, outer.describe)
        return answer, outer.result

    async def _sent(self, method: str, content: object, token: str, *, writes: bool) -> tuple[Answer, _Outer]:
        body, at = canonical(content), str(int(self._clock().timestamp()))
        senid, nonce = uuid4().hex, str(10_000_000 + secrets.randbelow(90_000_000))
        key, secret = self._settings.app_key, self._settings.app_secret.get_secret_value()
        url = httpx.URL(self._settings.url, params={"senid": senid, "nonce": nonce, "timestamp": at, "appkey": key})
        headers = {
            "X-Nuonuo-Sign": sign(secret, key, senid, nonce, at, body),
            "accessToken": token,
            "userTax": self._settings.tax_no,
            "method": method,
            "Content-Type": "application/json",
        }
        wire = self._wire(self._words(token))
        answer = await wire.call("POST", url, writes=writes, headers=headers, content=body.encode())
        return answer, answer.read(_Outer)

    async def _ask_for_token(self) -> Token:
        form = {
            "client_id": self._settings.app_key,
            "client_secret": self._settings.app_secret.get_secret_value(),
            "grant_type": "client_credentials",
        }
        answer = await self._wire(self._words()).call("POST", self._settings.token_url, writes=False, form=form)
        given = answer.read(_Given)
        if given.error:
            raise self._words().misconfigured(given.error_description or "gives no token", code=given.error)
        if not given.access_token:
            raise answer.unreadable("it has no access_token")
        return Token(given.access_token, timedelta(seconds=given.expires_in) if given.expires_in > 0 else _A_DAY)

    def _wire(self, words: Words) -> Wire:
        return Wire(words, self._http, self._clock)

    def _words(self, token: str = "") -> Words:
        """Whoever has the token may issue in our name: it is as secret as the appSecret."""
        return Words(NAME, (*self._settings.secrets(), token))

    def _refusal(self, words: Words, code: str, said: str) -> PartnerError:
        said = said or "gave no reason"
        if code.startswith(_GATEWAY):
            return words.misconfigured(said, code=code)
        return words.rejected(said, code=code)


def sign(secret: str, app_key: str, senid: str, nonce: str, timestamp: str, body: str) -> str:
    """Base64 of the HMAC-SHA1 over the parts of the path, the call's numbers and the exact text that is sent."""
    signed = f"a=services&l=v1&p=open&k={app_key}&i={senid}&n={nonce}&t={timestamp}&f={body}"
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()
