"""A WeChat shop: what wechatpy says of pushes, refunds that change apart from their order, and the token."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from bench import Bench, real_clock
from conformance_channels import pulled
from peers import peer
from samples import NOON, a_paid_order
from wechatpy.crypto import WeChatCrypto

from integrations import wechat_push
from integrations.errors import Forged, Misconfigured, Rejected, Unavailable
from integrations.wechat_shop_event import order_named, sealed_content
from models.messages import ShipmentNotice
from sandbox import wechat_push as sandbox_push
from sandbox.credentials import WECHAT_SHOP_AES_KEY, WECHAT_SHOP_APP_ID, WECHAT_SHOP_SECRET, WECHAT_SHOP_TOKEN
from sandbox.faults import Fault, FaultKind

MINUTE = timedelta(minutes=1)
SAMPLE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)
SAMPLE_KEY = wechat_push.encoding_key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")


@pytest.mark.proves("wechat_shop", "vector", "client")
def test_a_push_is_signed_and_opened_as_in_the_published_samples() -> None:
    assert wechat_push.signature("test", "1410685589", "test") == "f21891de399b4e33a1a93c9a7b8a8fffb5a443ff"
    signed = ("QDG6eK", "1409659813", "1372623149", SAMPLE)
    assert wechat_push.signature(*signed) == "477715d11cdb4164915debcba66cb864d751f3e6"
    message = wechat_push.opened(SAMPLE, SAMPLE_KEY, "wx5823bf96d3bd56c7").decode()
    assert "<Content><![CDATA[hello]]></Content>" in message
    assert "<MsgId>4561255354251345929</MsgId>" in message
    for sealed, app_id in ((SAMPLE, "wx0"), (SAMPLE[:-24], "wx5823bf96d3bd56c7"), ("é", "wx0"), ("", "wx0")):
        with pytest.raises(wechat_push.NotOurs):
            wechat_push.opened(sealed, SAMPLE_KEY, app_id)


def test_the_echo_of_wecom_opens_with_the_same_code() -> None:
    echo = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
    signed = ("QDG6eK", "1409659589", "263014780", echo)
    assert wechat_push.signature(*signed) == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert wechat_push.opened(echo, SAMPLE_KEY, "wx5823bf96d3bd56c7") == b"1616140317555161061"


@pytest.mark.parametrize("key", ["", "short", "*" * 43, "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C="])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"43 characters|base64|padding"):
        wechat_push.encoding_key(key)


@pytest.mark.proves("wechat_shop", "wechatpy", "client")
@pytest.mark.proves("wechat_shop", "wechatpy", "sandbox")
async def test_what_wechatpy_pushes_is_heard_and_what_the_sandbox_pushes_wechatpy_opens(bench: Bench) -> None:
    number = a_paid_order(bench, "wechat_shop")
    crypto = WeChatCrypto(WECHAT_SHOP_TOKEN, WECHAT_SHOP_AES_KEY, WECHAT_SHOP_APP_ID)
    event = f"<xml><Event>channels_ec_order_pay</Event><order_info><order_id>{number}</order_id></order_info></xml>"
    sealed = crypto.encrypt_message(event, "nonce-1", "1777910411").encode()
    query = {"timestamp": "1777910411", "nonce": "nonce-1"}
    signature = wechat_push.signature(WECHAT_SHOP_TOKEN, "1777910411", "nonce-1", sealed_content(sealed))
    assert f"<MsgSignature><![CDATA[{signature}]]>".encode() in sealed
    message = await bench.partner("wechat_shop").hear(query | {"msg_signature": signature}, {}, sealed)
    assert json.loads(message.body)["order_id"] == number
    ours = sandbox_push.push(number, "pay", NOON)
    xml = f"<xml><ToUserName>x</ToUserName><Encrypt>{sealed_content(ours.body)}</Encrypt></xml>"
    opened = crypto.decrypt_message(xml, ours.params["msg_signature"], ours.params["timestamp"], ours.params["nonce"])
    assert json.loads(opened)["order_info"] == {"order_id": int(number)}


@pytest.mark.parametrize(
    ("event", "number"),
    [
        (b'{"Event": "channels_ec_order_new", "order_info": {"order_id": 7}}', "7"),
        (b'{"finder_shop_aftersale_status_update": {"order_id": "7", "after_sale_order_id": "9"}}', "7"),
        (b"<xml><order_info><order_id>7</order_id></order_info></xml>", "7"),
        (b'{"Event": "product_spu_audit", "ProductAudit": {"product_id": 1}}', ""),
        (b"[]", ""),
        (b"<xml><Event>x</Event></xml>", ""),
    ],
)
def test_an_event_names_its_order_or_none(event: bytes, number: str) -> None:
    assert order_named(event) == number


async def test_a_push_about_no_order_is_answered_and_nothing_asked(bench: Bench) -> None:
    sealed = sandbox_push.seal(b'{"Event": "product_spu_audit"}')
    query = {"timestamp": "1", "nonce": "2", "msg_signature": sandbox_push.sign("1", "2", sealed)}
    assert await bench.partner("wechat_shop").hear(query, {}, json.dumps({"Encrypt": sealed}).encode()) is None
    assert bench.world.requests.total("wechat_shop") == 0


async def test_an_address_is_proven_by_an_echo(bench: Bench) -> None:
    call = sandbox_push.push("1", "pay", NOON)
    assert bench.partner("wechat_shop").answer_check({**call.params, "echostr": "42"}) == "42"


async def test_without_push_settings_nothing_is_heard(bench: Bench) -> None:
    settings = {k: v for k, v in peer("wechat_shop").settings(bench.address).items() if k not in {"token", "aes_key"}}
    partner = bench.partner("wechat_shop", settings=settings)
    call = sandbox_push.push("1", "pay", NOON)
    with pytest.raises(Forged, match="not set up"):
        await partner.hear(call.params, call.headers, call.body)
    with pytest.raises(Forged, match="not set up"):
        partner.answer_check({"signature": wechat_push.signature("", "", "")})


def refund(line: dict[str, Any], status: str, at: datetime, number: str = "9001") -> dict[str, Any]:
    fen = round(float(line["price"]) * 100)
    refunded = {"number": number, "line_no": line["line_no"], "pieces": 1, "fen": fen, "status": status}
    return refunded | {"changed_at": at.isoformat()}


async def test_a_refund_that_changes_later_than_its_order_brings_the_order_again(bench: Bench) -> None:
    number = a_paid_order(bench, "wechat_shop")
    order = bench.world.channels["wechat_shop"].book[number]
    later = NOON + timedelta(hours=30)
    partner = bench.partner("wechat_shop")
    assert await pulled(partner, later - MINUTE, later + 9 * MINUTE) == []
    order["lines"][0]["quantity"] = 2
    order["refunds"] = [refund(order["lines"][0], "MERCHANT_PROCESSING", later, f"90{n}") for n in range(3)]
    asked = await pulled(partner, later - MINUTE, later + MINUTE)
    assert {partner.read_order(message).order_no for message in asked} == {number}
    reported = partner.read_order(asked[0]).reported
    assert reported is not None
    assert reported.hold == "channel-refund-under-way"
    order["refunds"] = [refund(order["lines"][0], "MERCHANT_REFUND_SUCCESS", later + 2 * MINUTE)]
    (message,) = await pulled(partner, later + MINUTE, later + 9 * MINUTE)
    agreed = partner.read_order(message)
    assert agreed.updated_at == message.occurred_at == later + 2 * MINUTE
    assert agreed.lines[0].quantity == 1
    assert agreed.reported is None


async def test_only_what_was_not_refunded_is_sent(bench: Bench) -> None:
    number = a_paid_order(bench, "wechat_shop")
    order = bench.world.channels["wechat_shop"].book[number]
    order["lines"] = [{**order["lines"][0], "line_no": n, "sku": f"SKU-{n}", "quantity": 2} for n in (1, 2)]
    order["refunds"] = [refund(order["lines"][0], "MERCHANT_REFUND_SUCCESS", NOON, f"90{n}") for n in range(2)]
    order["refunds"].append(refund(order["lines"][1], "MERCHANT_REFUND_SUCCESS", NOON, "999"))
    await bench.partner("wechat_shop").push_shipment(ShipmentNotice(number, "sf_express", "SF1", NOON))
    (effect,) = bench.world.ledger.effects("wechat_shop", "shipped")
    assert [product["product_cnt"] for product in effect.content["products"]] == [1]


async def test_an_expired_token_is_asked_for_once_however_many_wait(bench: Bench) -> None:
    bench.world.place_orders("wechat_shop", 12, since=NOON, until=NOON + MINUTE)
    shop = bench.partner("wechat_shop", settings=peer("wechat_shop").settings(bench.address) | {"page_size": 100})
    await shop.pull_orders(NOON, NOON + 20 * MINUTE, None)
    bench.world.wechat_shop.expire_token()
    pages = await asyncio.gather(*(shop.pull_orders(NOON, NOON + 20 * MINUTE, None) for _ in range(3)))
    assert [len(page.messages) for page in pages] == [12, 12, 12]
    assert bench.world.requests.total("wechat_shop", "token") == 2


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    ("kind", "expected"), [(FaultKind.STATUS_500, Unavailable), (FaultKind.EXPIRED_SESSION, Misconfigured)]
)
async def test_without_a_token_nothing_has_been_done(bench: Bench, kind: FaultKind, expected: type) -> None:
    number = a_paid_order(bench, "wechat_shop")
    bench.world.add_fault(Fault("wechat_shop", "token", kind, times=None))
    with pytest.raises(expected) as caught:
        await bench.partner("wechat_shop").push_shipment(ShipmentNotice(number, "sf_express", "SF1", NOON))
    assert not getattr(caught.value, "outcome_unknown", False)
    assert bench.effects("wechat_shop") == []


async def test_a_wrong_secret_stops_the_partner(bench: Bench) -> None:
    settings = peer("wechat_shop").settings(bench.address) | {"app_secret": "x" + WECHAT_SHOP_SECRET}
    with pytest.raises(Misconfigured) as caught:
        await bench.partner("wechat_shop", settings=settings).pull_orders(NOON, NOON + MINUTE, None)
    assert caught.value.code == "40125"


async def test_an_order_that_is_listed_and_then_refused_is_kept_with_the_refusal(bench: Bench) -> None:
    call = sandbox_push.push("42", "pay", real_clock())
    partner = bench.partner("wechat_shop")
    message = await partner.hear(call.params, call.headers, call.body)
    order = partner.read_order(message)
    assert order.order_no == "42"
    assert "order not exist" in message.body
    assert {flaw.code for flaw in order.flaws} >= {"channel-status-unknown", "lines-missing", "amount-unreadable"}


async def test_an_order_that_is_off_is_not_shipped(bench: Bench) -> None:
    number = a_paid_order(bench, "wechat_shop")
    bench.world.cancel_order("wechat_shop", number)
    with pytest.raises(Rejected, match="does not allow"):
        await bench.partner("wechat_shop").push_shipment(ShipmentNotice(number, "sf_express", "SF1", NOON))
    assert bench.effects("wechat_shop") == []
