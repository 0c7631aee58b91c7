"""Kuaidi100 tracks the parcels of carriers that we have no line to (``poll.kuaidi100.com``, ``resultv2=4``).

Calls ``poll/query.do`` (one parcel a call) and ``poll`` (subscribe), and takes the pushes that a subscription brings:
the whole history each time, signed with a salt of ours. One number more than once in half an hour locks the account.
Verified by: vectors after the official demos, recorded replies, and the sandbox. Not called live; no SDK signs.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Reply
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.kuaidi100_messages import COMPANIES, History, Push, track_points
from integrations.reading import canonical, parsed
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.messages import RawMessage, TrackPoint

NAME: Final = "kuaidi100"
_FOUND: Final = "200"
_NOTHING_YET: Final = {"201", "500"}
_THIS_NUMBER: Final = {"400", "408"}
_OUR_KEYS: Final = {"503", "600", "601"}
_SUBSCRIBED_ALREADY: Final = "501"

_logger = logging.getLogger(__name__)


class Kuaidi100Settings(PartnerSettings):
    """How to reach Kuaidi100."""

    url: WebAddress = Field(default="https://poll.kuaidi100.com", description="Kuaidi100's address")
    customer: str = Field(description="Customer number (customer)")
    key: SecretStr = Field(description="The account's key that signs requests")
    salt: SecretStr = Field(description="What pushes to us are signed with; we choose it")
    callback: str = Field(default="", description="Where it pushes to: our address /webhooks/<code of the connection>")
    phone: str = Field(
        default="", description="Last four digits of the sender's phone, which SF parcels are asked with"
    )
    companies: dict[str, str] = Field(
        default={}, description="Further carriers: our name, or the warehouse's code → Kuaidi100's company code"
    )


class _Result(Reply):
    result: bool | None = None
    returnCode: str | int = ""  # noqa: N815  (the partner's name)
    status: str | int = ""
    message: str | None = ""

    @property
    def code(self) -> str:
        return str(self.returnCode or self.status)


class Kuaidi100:
    """The tracker under one customer number."""

    def __init__(self, settings: Kuaidi100Settings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)
        self._companies = COMPANIES | {name.lower(): code for name, code in settings.companies.items()}

    async def track_for(self, carrier: str, waybill_nos: Sequence[str]) -> list[TrackPoint]:
        """``poll/query.do``, one number a call; a parcel that nobody knows, or whose number is refused, has no points.

        Raises ``Misconfigured`` for a carrier whose company code is not known.
        """
        company = self._company(carrier)
        points: list[TrackPoint] = []
        for number in dict.fromkeys(waybill_nos):
            points += await self._query(company, number)
        return sorted(points, key=lambda point: point.happened_at)

    async def subscribe(self, carrier: str, waybill_no: str) -> None:
        """``poll``: from now on each news of the parcel is pushed to ``callback``; subscribed already is success."""
        if not self._settings.callback:
            raise self._words.misconfigured("callback is not set: nothing can be pushed")
        parameters = {
            "callbackurl": self._settings.callback,
            "salt": self._settings.salt.get_secret_value(),
            "resultv2": "4",
            "autoCom": "0",
            "interCom": "0",
            "phone": self._settings.phone,
        }
        param = {
            "company": self._company(carrier),
            "number": waybill_no,
            "from": "",
            "to": "",
            "key": self._settings.key.get_secret_value(),
            "parameters": parameters,
        }
        form = {"schema": "json", "param": canonical(param)}
        answer = await self._wire.call("POST", f"{self._settings.url}/poll", writes=True, form=form)
        result = answer.read(_Result)
        if not result.code:
            raise answer.unreadable("it has no returnCode")
        if result.code not in {_FOUND, _SUBSCRIBED_ALREADY}:
            raise self._refusal(result)

    def receive_tracking(self, body: bytes) -> RawMessage:
        """Verify a push; its key is its content, so that a repeat is the same message. Raises ``Forged``.

        When it gives up on a parcel again, it says so in the same words: then the day counts as well.
        """
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        param = form.get("param", "")
        expected = push_sign(param, self._settings.salt.get_secret_value())
        if not param or not hmac.compare_digest(expected.encode(), form.get("sign", "").encode()):
            raise self._words.forged("the signature does not fit")
        digest, now = hashlib.sha256(param.encode("utf-8", "surrogatepass")).hexdigest(), self._clock()
        message = RawMessage(f"track:{digest[:40]}", param, now)
        self.read_tracking(message)
        return replace(message, key=f"{message.key}:{now:%Y%m%d}") if self.given_up(message) else message

    def answer_tracking(self, refusal: PartnerError | None) -> tuple[str, bytes]:
        """What Kuaidi100 wants to hear; anything but ``result: true`` makes it push again."""
        said: dict[str, Any] = {"result": True, "returnCode": "200", "message": "成功"}
        if refusal is not None:
            said = {"result": False, "returnCode": "500", "message": refusal.message}
        return "application/json", json.dumps(said, ensure_ascii=False).encode()

    def read_tracking(self, message: RawMessage) -> list[TrackPoint]:
        """The whole history in a push, oldest first; pure. Raises ``Rejected`` if it cannot be read."""
        push = self._pushed(message)
        try:
            points = track_points(push.lastResult) if push.lastResult else []
        except ValueError:
            raise self._unreadable() from None
        return sorted(points, key=lambda point: point.happened_at)

    def given_up(self, message: RawMessage) -> list[str]:
        """The parcel of a push that says ``abort``: three days without a scan, or sixty without a new one."""
        push = self._pushed(message)
        return [push.lastResult.nu] if push.status == "abort" and push.lastResult else []

    def _pushed(self, message: RawMessage) -> Push:
        try:
            return Push.model_validate(parsed(message))
        except ValueError:
            raise self._unreadable() from None

    def _unreadable(self) -> PartnerError:
        return self._words.rejected("the push does not have the promised shape")

    async def _query(self, company: str, number: str) -> list[TrackPoint]:
        param = canonical(
            {
                "com": company,
                "num": number,
                "phone": self._settings.phone,
                "resultv2": "4",
                "show": "0",
                "order": "desc",
            }
        )
        key, customer = self._settings.key.get_secret_value(), self._settings.customer
        form = {"customer": customer, "sign": query_sign(param, key, customer), "param": param}
        answer = await self._wire.call("POST", f"{self._settings.url}/poll/query.do", writes=False, form=form)
        result = answer.read(_Result)
        if result.code in _NOTHING_YET:
            return []
        if result.code in _THIS_NUMBER:
            _logger.warning("%s refuses %s %s: %s", NAME, company, number, self._words.clean(result.message or ""))
            return []
        if result.code != _FOUND:
            raise self._refusal(result) if result.code else answer.unreadable("it has neither status nor returnCode")
        try:
            return track_points(answer.read(History))
        except ValueError as error:
            raise self._words.unavailable(f"a history cannot be read: {error}") from error

    def _company(self, carrier: str) -> str:
        company = self._companies.get(carrier.lower())
        if company is None:
            raise self._words.misconfigured(f"no company code for the carrier {carrier!r}: add it to companies")
        return company

    def _refusal(self, result: _Result) -> PartnerError:
        words = result.message or "gave no reason"
        if result.code in _OUR_KEYS:
            return self._words.misconfigured(words, code=result.code)
        return self._words.rejected(words, code=result.code)


def query_sign(param: str, key: str, customer: str) -> str:
    """Upper-case MD5 of the exact ``param``, the key and the customer number."""
    return hashlib.md5((param + key + customer).encode()).hexdigest().upper()


def push_sign(param: str, salt: str) -> str:
    """Upper-case MD5 of the exact ``param`` and our salt."""
    return hashlib.md5((param + salt).encode("utf-8", "surrogatepass")).hexdigest().upper()
