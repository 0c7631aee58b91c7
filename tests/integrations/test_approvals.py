"""Approvals as orders: forms by the settings' words, calls that verify, and tokens asked for once."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from bench import Bench, real_clock
from dingtalk.crypto import DingTalkCrypto
from lark_oapi.core.utils import AESCipher
from peers import peer
from peers.base import FORM
from samples import HOSTILE, NOON, SHIPMENT, a_paid_order

from integrations import dingtalk_callback, feishu_event, wechat_push
from integrations.approval_form import Form, FormFields
from integrations.dingtalk_form import form_of
from integrations.errors import Forged, Misconfigured
from sandbox import credentials, dingtalk_approval, feishu_approval
from sandbox.faults import Fault, FaultKind

APPROVALS = ("dingtalk_approval", "feishu_approval")
TALK_TOKEN, TALK_ID = "123456", "suite4xxxxxxxxxxxxxxx"
TALK_KEY = "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij"
TALK_SEALED = (
    "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ"
    "5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ=="
)


def call_of(name: str, number: str, **changes: Any) -> tuple[Mapping[str, str], Mapping[str, str], bytes]:
    """Query, headers and body with which a partner says that an approval changed, by the sandbox's implementation."""
    if name == "dingtalk_approval":
        query, body = dingtalk_approval.callback(number, real_clock(), **changes)
        return query, {}, body
    headers, body = feishu_approval.event(number, real_clock(), **changes)
    return {}, headers, body


@pytest.mark.proves("dingtalk_approval", "vector", "client")
def test_dingtalks_envelope_opens_as_the_vector() -> None:
    query = {
        "signature": "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0",
        "timestamp": "1445827045067",
        "nonce": "nEXhMP4r",
    }
    body = json.dumps({"encrypt": TALK_SEALED}).encode()
    key = wechat_push.encoding_key(TALK_KEY)
    assert dingtalk_callback.opened_call(query, body, TALK_TOKEN, key, TALK_ID) == {
        "EventType": "check_create_suite_url",
        "Random": "LPIdSnlF",
        "TestSuiteKey": TALK_ID,
    }


@pytest.mark.proves("dingtalk_approval", "dingtalk-sdk", "client")
def test_the_sdk_opens_what_we_answer_to_dingtalk() -> None:
    key = wechat_push.encoding_key(TALK_KEY)
    answer = dingtalk_callback.sealed_answer("success", TALK_TOKEN, key, TALK_ID, NOON)
    sdk = DingTalkCrypto(TALK_TOKEN, TALK_KEY, TALK_ID)
    signed = (answer["msg_signature"], answer["timeStamp"], answer["nonce"])
    assert sdk.decrypt_encrypt_str(*signed, answer["encrypt"]) == "success"


def test_we_open_what_the_sdk_seals_for_dingtalk() -> None:
    sealed = DingTalkCrypto(TALK_TOKEN, TALK_KEY, TALK_ID).encrypt_message(json.dumps({"said": HOSTILE}))
    query = {"signature": sealed["msg_signature"], "timestamp": str(sealed["timeStamp"]), "nonce": sealed["nonce"]}
    body = json.dumps({"encrypt": sealed["encrypt"]}).encode()
    opened = dingtalk_callback.opened_call(query, body, TALK_TOKEN, wechat_push.encoding_key(TALK_KEY), TALK_ID)
    assert opened == {"said": HOSTILE}


@pytest.mark.proves("feishu_approval", "vector", "client")
def test_feishus_vectors() -> None:
    assert feishu_event.opened("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=", "test key") == b"hello world"
    assert feishu_event.signature("1700000000", "nonce1", "ek123", b'{"encrypt":"x"}') == (
        "dac08bfcb4d99541adb559a1f290fd8a43f56578665c622e15acf5847a43a8e1"
    )


@pytest.mark.proves("feishu_approval", "lark-oapi", "sandbox")
def test_feishus_sandbox_seals_as_the_sdk_opens() -> None:
    sealed = feishu_approval.seal(HOSTILE, "test key")
    assert AESCipher("test key").decrypt_str(sealed) == HOSTILE
    assert feishu_event.opened(sealed, "test key").decode() == HOSTILE


@pytest.mark.parametrize("name", APPROVALS)
async def test_calls_that_are_not_set_up_are_refused(bench: Bench, name: str) -> None:
    left_out = {"callback_token", "callback_key", "encrypt_key", "verification_token"}
    settings = {key: value for key, value in peer(name).settings(bench.address).items() if key not in left_out}
    with pytest.raises(Forged, match="not set up"):
        await bench.partner(name, settings=settings).hear(*call_of(name, "A-1"))
    with pytest.raises(Forged):
        bench.partner(name).answer_check({})


async def test_calls_about_something_else_are_heard_and_left(bench: Bench) -> None:
    talk, feishu = bench.partner("dingtalk_approval"), bench.partner("feishu_approval")
    for changes in ({"processCode": "PROC-ANOTHER"}, {"EventType": "check_url"}, {"EventType": "bpms_task_change"}):
        assert await talk.hear(*call_of("dingtalk_approval", "A-1", **changes)) is None
    other = {"approval_code": "another", "instance_code": "A-1"}
    assert await feishu.hear(*call_of("feishu_approval", "A-1", event=other)) is None


async def test_feishu_checks_our_address_with_a_challenge(bench: Bench) -> None:
    feishu = bench.partner("feishu_approval")
    check = {"type": "url_verification", "challenge": "c-1", "token": credentials.FEISHU_VERIFICATION_TOKEN}
    body = json.dumps({"encrypt": feishu_approval.seal(json.dumps(check))}).encode()
    assert await feishu.hear({}, {}, body) is None
    assert json.loads(feishu.answer_call(body, None)[2]) == {"challenge": "c-1"}
    forged = json.dumps({"encrypt": feishu_approval.seal(json.dumps(check | {"token": "another"}))}).encode()
    with pytest.raises(Forged, match="token"):
        await feishu.hear({}, {}, forged)


@pytest.mark.parametrize("name", APPROVALS)
async def test_a_token_that_expired_is_asked_for_once(bench: Bench, name: str) -> None:
    number = a_paid_order(bench, name)
    partner = bench.partner(name)
    await partner.pull_orders(NOON, NOON + timedelta(hours=1), None)
    bench.world.add_fault(Fault(name, "instance", FaultKind.EXPIRED_SESSION, times=1))
    await asyncio.gather(*(partner.hear(*call_of(name, number)) for _ in range(5)))
    assert bench.world.requests.total(name, "token") == 2


@pytest.mark.parametrize("name", APPROVALS)
@pytest.mark.usefixtures("no_waiting")
async def test_a_token_that_is_not_had_says_why(bench: Bench, name: str) -> None:
    wrong = peer(name).settings(bench.address) | {"app_secret": "wrong"}
    with pytest.raises(Misconfigured, match=r"(?i)secret"):
        await bench.partner(name, settings=wrong).push_shipment(SHIPMENT)


@pytest.mark.parametrize("name", APPROVALS)
async def test_an_approval_that_took_days_is_found_when_it_ends(bench: Bench, name: str) -> None:
    number = a_paid_order(bench, name)
    ended = NOON + timedelta(days=6)
    bench.world.set_now(ended)
    bench.world.update_order(name, number, {"remark": "agreed to at last"})
    page = await bench.partner(name).pull_orders(ended, ended + timedelta(minutes=1), None)
    assert [bench.partner(name).read_order(each).order_no for each in page.messages] == [number]


@pytest.mark.parametrize("name", APPROVALS)
@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({key: value for key, value in FORM.items() if key != "sku"}, r"fields\.sku"),
        ({**FORM, "colour": "颜色"}, r"fields\.colour"),
        ({**FORM, "quantity": ""}, r"fields\.quantity"),
    ],
)
def test_a_wrong_mapping_is_named(bench: Bench, name: str, fields: dict[str, str], named: str) -> None:
    with pytest.raises(Misconfigured, match=named):
        bench.partner(name, settings=peer(name).settings(bench.address) | {"fields": fields})


@pytest.mark.parametrize("name", APPROVALS)
async def test_a_form_without_a_table_is_one_line(bench: Bench, name: str) -> None:
    fields = {"sku": "备注", "quantity": "运费", "receiver": "收货人", "phone": "联系电话", "street": "地址"}
    number = a_paid_order(bench, name)
    bench.world.update_order(name, number, {"remark": "SKU-0001", "freight": "3"})
    partner = bench.partner(name, settings=peer(name).settings(bench.address) | {"fields": fields})
    order = partner.read_order(await partner.hear(*call_of(name, number)))
    assert [(line.sku, line.quantity, line.price_minor) for line in order.lines] == [("SKU-0001", 3, 0)]
    assert (order.amount_minor, order.flaws, order.paid) == (0, (), True)
    assert order.customer.code


def test_dingtalks_form_may_hold_anything() -> None:
    assert form_of(None) == form_of([1, {"name": None}, "x"]) == Form()
    table = {"name": "明细", "componentType": "TableField"}
    for value in (None, "[", "{}", "[1]", '[{"rowValue": 1}]', "[" * 100_000):
        assert list(form_of([table | {"value": value}]).tables) == ["明细"]


def test_every_field_of_the_mapping_is_described() -> None:
    assert [name for name, about in FormFields.model_fields.items() if not about.description] == []


@pytest.mark.parametrize(
    ("name", "reply", "later"),
    [
        ("dingtalk_approval", httpx.Response(403, json={"code": "Forbidden.AccessDenied.QpsLimitForApi"}), True),
        ("feishu_approval", httpx.Response(400, json={"code": 1395001, "msg": "errors"}), True),
        ("dingtalk_approval", httpx.Response(403, json={"code": "Forbidden.AccessDenied.IpNotInWhiteList"}), False),
        ("feishu_approval", httpx.Response(400, json={"code": 99991672, "msg": "Access denied"}), False),
    ],
)
async def test_codes_are_told_apart(bench: Bench, name: str, reply: httpx.Response, later: bool) -> None:
    token = {"accessToken": "t", "expireIn": 1, "code": 0, "tenant_access_token": "t", "expire": 1}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=token) if "oken" in request.url.path else reply

    with pytest.raises(Exception, match=name) as caught:
        await bench.replying(name, answer).pull_orders(NOON, NOON + timedelta(hours=1), None)
    assert type(caught.value).__name__ == ("Unavailable" if later else "Misconfigured")
