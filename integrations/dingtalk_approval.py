"""DingTalk approvals as orders (OpenAPI v1.0, open.dingtalk.com; names of fields as in alibabacloud-dingtalk 2.2.65).

Calls ``/v1.0/oauth2/accessToken`` and, below ``/v1.0/workflow``, ``processes/instanceIds/query``, ``processInstances``
and ``processInstances/comments``; takes ``bpms_instance_change`` callbacks.
Verified by: the callback's test vector, ``dingtalk-sdk``'s own crypto, and the sandbox. Not called live.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
from pydantic import Field, SecretStr, field_validator

from integrations.answers import Answer, Reply
from integrations.approval_form import FormFields, order_of
from integrations.approval_window import changed_in, second
from integrations.carrier_names import english_name
from integrations.dingtalk_callback import opened_call, sealed_answer
from integrations.dingtalk_form import approval_of, iso_time, statement
from integrations.errors import Forged, PartnerError
from integrations.http import Wire
from integrations.reading import Reader, order_message, parsed, text
from integrations.settings import PartnerSettings, WebAddress
from integrations.tokens import Token, TokenStore
from integrations.wechat_push import NotOurs, encoding_key
from integrations.words import Words
from models.messages import ChannelOrder, Page, RawMessage, ShipmentNotice

NAME: Final = "dingtalk_approval"
_LISTED: Final = 20
"""Instances that DingTalk lists at a time."""

_ANSWERS: Final = {400, 401, 403, 404}
R = TypeVar("R", bound=Reply)


class DingTalkApprovalSettings(PartnerSettings):
    """How to reach one approval form."""

    url: WebAddress = Field(default="https://api.dingtalk.com", description="Interface host")
    app_key: str = Field(description="AppKey (Client ID) of the internal app")
    app_secret: SecretStr = Field(description="AppSecret (Client Secret) of the internal app")
    process_code: str = Field(description="Code of the approval form (PROC-…)")
    user_id: str = Field(description="userid in whose name waybills are noted on approvals")
    fields: FormFields = Field(description="Which field of the form is what")
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$", description="Currency of the form's amounts")
    look_back_days: int = Field(default=7, ge=1, le=100, description="How long an approval may take to be decided")
    callback_token: SecretStr = Field(default=SecretStr(""), description="Token of the event subscription")
    callback_key: SecretStr = Field(default=SecretStr(""), description="aes_key of the event subscription")

    @field_validator("callback_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value():
            encoding_key(key.get_secret_value())
        return key


class _Given(Reply):
    accessToken: str  # noqa: N815 - the partner's name
    expireIn: int = 7_200  # noqa: N815 - the partner's name


class _Ids(Reply):
    list: tuple[str, ...] = ()
    nextToken: str | int | None = None  # noqa: N815 - the partner's name


class _Listed(Reply):
    result: _Ids


class _Instance(Reply):
    result: dict[str, Any]


class _Commented(Reply):
    result: bool


class _Refusal(Reply):
    code: str = ""
    message: str = ""


class DingTalkApproval:
    """One approval form; every approval of it is an order."""

    def __init__(
        self,
        settings: DingTalkApprovalSettings,
        http: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime],
        token: TokenStore,
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._token = token

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:  # noqa: ARG002 - one page
        """All approvals of which the last change, their end or else their beginning, lies in the window.

        DingTalk lists by time of creation: those that were created up to ``look_back_days`` before are looked at.
        """
        codes: list[str] = []
        asked: dict[str, Any] = {
            "processCode": self._settings.process_code,
            "startTime": _milliseconds(since - timedelta(days=self._settings.look_back_days)),
            "endTime": _milliseconds(until),
            "maxResults": _LISTED,
            "nextToken": 0,
        }
        while True:
            listed = (await self._call("POST", "processes/instanceIds/query", _Listed, content=asked)).result
            codes += listed.list
            if listed.nextToken in (None, ""):
                return await changed_in(codes, self._fetch, since, until)
            asked["nextToken"] = listed.nextToken

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one approval by the settings' ``fields``."""
        instance, reader = parsed(message), Reader()
        if not text(instance.get("processInstanceId")):
            raise self._words.rejected("the approval has no processInstanceId", field="processInstanceId")
        approval = approval_of(instance, reader, message.occurred_at)
        return order_of(approval, self._settings.fields, self._settings.currency, reader)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """Comment the waybill on the approval, once: the comments are read before one is written."""
        instance = await self._instance(notice.order_no)
        records = instance.get("operationRecords")
        for record in records if isinstance(records, list) else ():
            if isinstance(record, dict) and notice.waybill_no in text(record.get("remark")):
                return
        comment = {
            "processInstanceId": notice.order_no,
            "text": f"{english_name(notice.carrier)} {notice.waybill_no}",
            "commentUserId": self._settings.user_id,
        }
        if not (await self._call("POST", "processInstances/comments", _Commented, content=comment, writes=True)).result:
            raise self._words.rejected("the comment was not accepted", field="processInstanceId")

    def answer_check(self, query: Mapping[str, str]) -> str:  # noqa: ARG002 - DingTalk checks with a call
        """DingTalk checks an address with a call of the event ``check_url``. Raises ``Forged``."""
        raise self._words.forged("DingTalk does not check an address so")

    async def hear(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> RawMessage | None:  # noqa: ARG002 - signed in the query
        """Open a callback and fetch the approval that it is about. Raises ``Forged``."""
        event = self._event(query, body)
        ours = event.get("processCode") == self._settings.process_code
        if event.get("EventType") != "bpms_instance_change" or not ours:
            return None
        return await self._fetch(text(event.get("processInstanceId")))

    def answer_call(self, body: bytes, refusal: PartnerError | None) -> tuple[int, str, bytes]:  # noqa: ARG002 - one answer to all
        """``success``, sealed; anything else makes DingTalk call again."""
        if refusal is not None:
            return 401 if isinstance(refusal, Forged) else 503, "text/plain", b"refused"
        answer = sealed_answer("success", *self._callback(), self._settings.app_key, self._clock())
        return 200, "application/json", json.dumps(answer).encode()

    def _event(self, query: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
        try:
            return opened_call(query, body, *self._callback(), self._settings.app_key)
        except NotOurs as error:
            raise self._words.forged(f"the callback does not hold: {error}") from None

    def _callback(self) -> tuple[str, bytes]:
        token, key = self._settings.callback_token.get_secret_value(), self._settings.callback_key.get_secret_value()
        if not token or not key:
            raise self._words.forged("callbacks are not set up: callback_token and callback_key are empty")
        return token, encoding_key(key)

    async def _fetch(self, number: str) -> RawMessage:
        stated = statement(number, await self._instance(number))
        try:
            occurred_at = iso_time(text(stated.get("finishTime")) or text(stated.get("createTime")))
        except ValueError:
            occurred_at = second(self._clock())
        return order_message(number, stated, occurred_at)

    async def _instance(self, number: str) -> dict[str, Any]:
        place = f"processInstances?processInstanceId={quote(number, safe='')}"
        return (await self._call("GET", place, _Instance)).result

    async def _call(
        self, method: str, place: str, shape: type[R], *, content: Mapping[str, Any] | None = None, writes: bool = False
    ) -> R:
        token = await self._token.valid(self._ask_for_token)
        answer = await self._sent(method, place, content, token, writes=writes)
        if answer.status == 401:
            token = await self._token.valid(self._ask_for_token, refused=token)
            answer = await self._sent(method, place, content, token, writes=writes)
        return self._accepted(answer).read(shape)

    async def _sent(
        self, method: str, place: str, content: Mapping[str, Any] | None, token: str, *, writes: bool
    ) -> Answer:
        # Whoever has the token may act in our name: it is as secret as the AppSecret.
        wire = Wire(Words(NAME, (*self._settings.secrets(), token)), self._http, self._clock)
        return await wire.call(
            method,
            f"{self._settings.url}/v1.0/workflow/{place}",
            writes=writes,
            headers={"x-acs-dingtalk-access-token": token, "content-type": "application/json"},
            content=None if content is None else json.dumps(content).encode(),
            accept=_ANSWERS,
        )

    async def _ask_for_token(self) -> Token:
        asked = {"appKey": self._settings.app_key, "appSecret": self._settings.app_secret.get_secret_value()}
        answer = await Wire(self._words, self._http, self._clock).call(
            "POST",
            f"{self._settings.url}/v1.0/oauth2/accessToken",
            writes=False,
            headers={"content-type": "application/json"},
            content=json.dumps(asked).encode(),
            accept=_ANSWERS,
        )
        if answer.status != 200:
            raise self._refusal(answer, wrong_key=True)
        given = answer.read(_Given)
        return Token(given.accessToken, timedelta(seconds=given.expireIn))

    def _accepted(self, answer: Answer) -> Answer:
        if answer.status in _ANSWERS:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: Answer, *, wrong_key: bool = False) -> PartnerError:
        try:
            said = _Refusal.model_validate_json(answer.body)
        except ValueError:
            said = _Refusal(message=answer.body.decode("utf-8", "replace"))
        code = said.code or f"HTTP {answer.status}"
        if "QpsLimit" in code or "throttling" in code.lower():
            return answer.words.too_often(said.message, code=code)
        if wrong_key or answer.status in {401, 403}:
            return answer.words.misconfigured(said.message, code=code)
        return answer.words.rejected(said.message, code=code)


def _milliseconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * 1000)
