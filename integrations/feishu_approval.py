"""Feishu (Lark) approvals as orders (approval/v4, open.feishu.cn, as in the SDK lark-oapi 1.7.5).

Calls ``auth/v3/tenant_access_token/internal`` and, below ``approval/v4/instances``, the list, one instance and its
comments; takes ``approval_instance`` events.
Verified by: the event's test vectors, ``lark-oapi`` (its cipher, and its client against the sandbox), and the sandbox.
Not called live.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer, Reply
from integrations.approval_form import FormFields, order_of
from integrations.approval_window import changed_in, second
from integrations.carrier_names import english_name
from integrations.errors import Forged, PartnerError
from integrations.feishu_event import NotOurs, insist, opened_event
from integrations.feishu_form import approval_of, changed_at, statement
from integrations.http import Wire
from integrations.reading import Reader, order_message, parsed, section, text
from integrations.settings import PartnerSettings, WebAddress
from integrations.tokens import Token, TokenStore
from integrations.words import Words
from models.messages import ChannelOrder, Page, RawMessage, ShipmentNotice

NAME: Final = "feishu_approval"
_LISTED: Final = 100
"""Instances that Feishu lists at a time."""

_ANSWERS: Final = {400, 401, 403, 404}
_TOO_OFTEN: Final = {99991400}
_ITS_FAULT: Final = {1395001}
_TOKEN: Final = {99991661, 99991663, 99991664, 99991665, 99991668}
_OUR_KEYS: Final = _TOKEN | {10003, 10012, 10014, 99991401, 99991672, 99991679}
R = TypeVar("R", bound=Reply)


class FeishuApprovalSettings(PartnerSettings):
    """How to reach one approval form."""

    url: WebAddress = Field(default="https://open.feishu.cn", description="Interface host; Lark has another")
    app_id: str = Field(description="App ID of the custom app (cli_…)")
    app_secret: SecretStr = Field(description="App Secret of the custom app")
    approval_code: str = Field(description="Code of the approval form")
    user_id: str = Field(description="open_id in whose name waybills are noted on approvals")
    fields: FormFields = Field(description="Which field of the form is what")
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$", description="Currency of the form's amounts")
    look_back_days: int = Field(default=7, ge=1, le=100, description="How long an approval may take to be decided")
    encrypt_key: SecretStr = Field(default=SecretStr(""), description="Encrypt Key of the event subscription")
    verification_token: SecretStr = Field(default=SecretStr(""), description="Verification Token of the subscription")


class _Said(Reply):
    code: int
    msg: str = ""


class _Given(Reply):
    tenant_access_token: str
    expire: int = 7_200


class _Listed(Reply):
    instance_code_list: tuple[str, ...] | None = None
    page_token: str = ""
    has_more: bool = False


class _Commented(Reply):
    comment_id: str | int


class FeishuApproval:
    """One approval form; every approval of it is an order."""

    def __init__(
        self,
        settings: FeishuApprovalSettings,
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

        Feishu lists by time of creation: those that were created up to ``look_back_days`` before are looked at.
        """
        codes: list[str] = []
        asked = {
            "approval_code": self._settings.approval_code,
            "start_time": _milliseconds(since - timedelta(days=self._settings.look_back_days)),
            "end_time": _milliseconds(until),
            "page_size": str(_LISTED),
        }
        while True:
            answer, found = await self._call("GET", f"instances?{urlencode(asked)}")
            listed = answer.fit(found, _Listed)
            codes += listed.instance_code_list or ()
            if not listed.has_more:
                return await changed_in(codes, self._fetch, since, until)
            asked["page_token"] = listed.page_token

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one approval by the settings' ``fields``."""
        instance, reader = parsed(message), Reader()
        if not text(instance.get("instance_code")):
            raise self._words.rejected("the approval has no instance_code", field="instance_code")
        approval = approval_of(instance, reader, message.occurred_at)
        return order_of(approval, self._settings.fields, self._settings.currency, reader)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """Comment the waybill on the approval, once: the comments are read before one is written."""
        instance = await self._instance(notice.order_no)
        comments = instance.get("comment_list")
        for comment in comments if isinstance(comments, list) else ():
            if notice.waybill_no in text(section(comment).get("comment")):
                return
        who = urlencode({"user_id_type": "open_id", "user_id": self._settings.user_id})
        said = {"text": f"{english_name(notice.carrier)} {notice.waybill_no}"}
        content = {"content": json.dumps(said, ensure_ascii=False)}
        place = f"instances/{quote(notice.order_no, safe='')}/comments?{who}"
        answer, done = await self._call("POST", place, content=content)
        answer.fit(done, _Commented)

    def answer_check(self, query: Mapping[str, str]) -> str:  # noqa: ARG002 - Feishu checks with a call
        """Feishu checks an address with a call, ``url_verification``. Raises ``Forged``."""
        raise self._words.forged("Feishu does not check an address so")

    async def hear(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> RawMessage | None:  # noqa: ARG002 - signed in the headers
        """Open an event and fetch the approval that it is about. Raises ``Forged``."""
        call = self._opened(body)
        if call.get("type") == "url_verification":
            return None
        try:
            insist(headers, body, self._settings.encrypt_key.get_secret_value())
        except NotOurs as error:
            raise self._words.forged(f"the event does not hold: {error}") from None
        event = section(call.get("event"))
        if event.get("approval_code") != self._settings.approval_code or not text(event.get("instance_code")):
            return None
        return await self._fetch(text(event["instance_code"]))

    def answer_call(self, body: bytes, refusal: PartnerError | None) -> tuple[int, str, bytes]:
        """The challenge of a check, ``{}`` for an event; anything but 200 makes Feishu call again."""
        if refusal is not None:
            return 401 if isinstance(refusal, Forged) else 503, "text/plain", b"refused"
        call = self._opened(body)
        said = {"challenge": call.get("challenge")} if call.get("type") == "url_verification" else {}
        return 200, "application/json", json.dumps(said).encode()

    def _opened(self, body: bytes) -> Mapping[str, Any]:
        key, token = self._settings.encrypt_key.get_secret_value(), self._settings.verification_token.get_secret_value()
        if not key or not token:
            raise self._words.forged("events are not set up: encrypt_key and verification_token are empty")
        try:
            return opened_event(body, key, token)
        except NotOurs as error:
            raise self._words.forged(f"the event does not hold: {error}") from None

    async def _fetch(self, code: str) -> RawMessage:
        stated = statement(code, await self._instance(code))
        return order_message(code, stated, changed_at(stated) or second(self._clock()))

    async def _instance(self, code: str) -> dict[str, Any]:
        answer, found = await self._call("GET", f"instances/{quote(code, safe='')}?user_id_type=open_id")
        return answer.fit(found, dict[str, Any])

    async def _call(self, method: str, place: str, *, content: Mapping[str, Any] | None = None) -> tuple[Answer, Any]:
        token = await self._token.valid(self._ask_for_token)
        answer = await self._sent(method, place, content, token)
        if self._code(answer) in _TOKEN:
            token = await self._token.valid(self._ask_for_token, refused=token)
            answer = await self._sent(method, place, content, token)
        return answer, section(self._accepted(answer)).get("data")

    async def _sent(self, method: str, place: str, content: Mapping[str, Any] | None, token: str) -> Answer:
        # Whoever has the token may act in our name: it is as secret as the App Secret.
        wire = Wire(Words(NAME, (*self._settings.secrets(), token)), self._http, self._clock)
        return await wire.call(
            method,
            f"{self._settings.url}/open-apis/approval/v4/{place}",
            writes=content is not None,
            headers={"authorization": f"Bearer {token}", "content-type": "application/json; charset=utf-8"},
            content=None if content is None else json.dumps(content).encode(),
            accept=_ANSWERS,
        )

    async def _ask_for_token(self) -> Token:
        asked = {"app_id": self._settings.app_id, "app_secret": self._settings.app_secret.get_secret_value()}
        answer = await Wire(self._words, self._http, self._clock).call(
            "POST",
            f"{self._settings.url}/open-apis/auth/v3/tenant_access_token/internal",
            writes=False,
            headers={"content-type": "application/json; charset=utf-8"},
            content=json.dumps(asked).encode(),
            accept=_ANSWERS,
        )
        given = answer.fit(self._accepted(answer), _Given)
        return Token(given.tenant_access_token, timedelta(seconds=given.expire))

    def _code(self, answer: Answer) -> int | None:
        """The partner's own code, if its reply has one."""
        try:
            return _Said.model_validate_json(answer.body).code
        except ValueError:
            return None

    def _accepted(self, answer: Answer) -> Any:
        """The reply of an accepted call. Raises the class of the error otherwise."""
        if answer.status != 200 and self._code(answer) is None:
            words = answer.body.decode("utf-8", "replace")
            named = answer.words.misconfigured if answer.status in {401, 403} else answer.words.rejected
            raise named(words, code=f"HTTP {answer.status}")
        reply = answer.json()
        said = answer.fit(reply, _Said)
        code = str(said.code)
        if said.code in _TOO_OFTEN:
            wait = answer.headers.get("x-ogw-ratelimit-reset", "")
            pause = timedelta(seconds=int(wait)) if wait.isdecimal() else None
            raise answer.words.too_often(said.msg, code=code, wait=pause)
        if said.code in _ITS_FAULT:
            raise answer.words.unavailable(said.msg, code=code, outcome_unknown=answer.writes)
        if said.code in _OUR_KEYS:
            raise answer.words.misconfigured(said.msg, code=code)
        if said.code != 0:
            raise answer.words.rejected(said.msg, code=code)
        return reply


def _milliseconds(at: datetime) -> str:
    return str(int(at.astimezone(UTC).timestamp() * 1000))
