"""Cainiao LINK: what the SDK says of our signature and the sandbox's, what is sent, and which reports are believed."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element

import httpx
import pytest
from bench import Bench, real_clock
from samples import CODE, HOSTILE, NOON, outbound

from integrations.cainiao_link import CainiaoLink, digest
from integrations.errors import Rejected
from integrations.markup import read_xml
from models.lifecycle import OrderKind
from models.messages import OutboundProgress, RawMessage, Stage
from sandbox.cainiao_link_envelope import data_digest
from sandbox.cainiao_link_report import confirmation, progress
from sandbox.credentials import CAINIAO_LINK_OWNER, CAINIAO_LINK_PROVIDER, CAINIAO_LINK_SECRET


class _Told:
    """A reply as the SDK expects one of aiohttp's."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self._text = response.text

    async def text(self, _charset: str) -> str:
        return self._text


class _Line:
    """What the SDK uses of a session of aiohttp's: the request goes out over httpx."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def post(self, url: str, data: dict[str, str], headers: dict[str, str]) -> _Told:
        return _Told(await self._http.post(url, data=data, headers=headers))


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The SDK's client class. Its package imports aiohttp, which is not installed, for names alone."""
    stand_in = ModuleType("aiohttp")
    vars(stand_in).update(ClientSession=object, ClientWebSocketResponse=object)
    monkeypatch.setitem(sys.modules, "aiohttp", stand_in)
    from cainiao import WayBill  # noqa: PLC0415  (only with the stand-in above)

    yield WayBill
    for name in [name for name in sys.modules if name.partition(".")[0] == "cainiao"]:
        del sys.modules[name]


def link(bench: Bench) -> CainiaoLink:
    partner = bench.partner("cainiao_link")
    assert isinstance(partner, CainiaoLink)
    return partner


def recorded(bench: Bench) -> list[dict[str, str]]:
    """The form of every request that goes out from now on."""
    forms: list[dict[str, str]] = []

    async def keep(request: httpx.Request) -> None:
        forms.append(dict(parse_qsl(request.content.decode(), keep_blank_values=True)))

    bench.http.event_hooks["request"] = [keep]
    return forms


@pytest.mark.parametrize(
    ("content", "secret", "expected"),
    [
        ("hello1234", "key123", "ufYU7rvXhHY3IDyZgyt6SA=="),  # the open platform's page 107969
        ('{"orderCode":"LP001"}', "testsecret", "O2SrOOiFC5OrbHp6TtbiXQ=="),
    ],
)
@pytest.mark.proves("cainiao_link", "vector", "client")
@pytest.mark.proves("cainiao_link", "vector", "sandbox")
def test_both_sides_sign_as_the_vectors_and_the_sdk(sdk: Any, content: str, secret: str, expected: str) -> None:
    client = sdk(url="", token="", appsecret=secret, session=None)
    for text in (content, content + HOSTILE):
        theirs = client.public_request_parameters("ANY", text)["data_digest"]
        assert digest(text, secret) == data_digest(text, secret) == theirs
    assert digest(content, secret) == expected


@pytest.mark.proves("cainiao_link", "cainiao", "client")
async def test_what_we_send_is_what_the_sdk_would_send(sdk: Any, bench: Bench) -> None:
    forms = recorded(bench)
    partner = link(bench)
    bench.world.set_stock("wms", "WH1", "SKU-0001", 5)
    await partner.push_outbound(outbound())
    await partner.find_outbound("OB-1")
    await partner.pull_stock("WH1", ["SKU-0001"])
    await partner.cancel_outbound("OB-1", "WH1", HOSTILE)
    client = sdk(url="", token=CAINIAO_LINK_PROVIDER, appsecret=CAINIAO_LINK_SECRET, session=None)
    assert len(forms) == 4
    for form in forms:
        assert form == client.public_request_parameters(form["msg_type"], form["logistics_interface"])


@pytest.mark.proves("cainiao_link", "cainiao", "sandbox")
async def test_the_sandbox_takes_the_sdks_requests(sdk: Any, bench: Bench) -> None:
    asked = f"<request><ownerUserId>{CAINIAO_LINK_OWNER}</ownerUserId><orderCode>OB-1</orderCode></request>"
    url = f"{bench.address}/cainiao_link/gateway/link.do"

    async def ask(secret: str, kind: str = "WMS_CONSIGN_BILL_GET") -> Any:
        client = sdk(url=url, token=CAINIAO_LINK_PROVIDER, appsecret=secret, session=_Line(bench.http))
        return await client.request(client.public_request_parameters(kind, asked))

    assert await link(bench).push_outbound(outbound())
    found = await ask(CAINIAO_LINK_SECRET)
    assert found["response"]["consignSendInfoList"]["consignSendInfo"]["status"] == "WMS_ACCEPT"
    assert (await ask("another"))["errorCode"] == "S02"
    assert (await ask(CAINIAO_LINK_SECRET, "WMS_ANYTHING"))["errorCode"] == "S04"


async def test_an_outbound_is_told_in_fen_beijing_time_and_cainiaos_codes(bench: Bench) -> None:
    forms = recorded(bench)
    request = outbound()
    masked = replace(request, channel="jd", receiver=replace(request.receiver, token="oaid-1"))
    await link(bench).push_outbound(masked)
    [form] = forms
    told = read_xml(form["logistics_interface"].encode())
    wanted = {
        "orderCode": "OB-1", "erpOrderCode": "OB-1", "orderType": "201", "storeCode": "WH1", "orderSource": "214",
        "tmsServiceCode": "SF", "tmsOrderCode": request.waybill_no, "orderAmount": str(request.amount_minor),
        "receiverInfo/receiverArea": "南山区", "receiverInfo/receiverMobile": "13800000001",
        "senderInfo/senderProvince": "上海市", "extendFields": f"checkCode:{CODE};oaid:oaid-1;",
    }  # fmt: skip
    assert {path: told.findtext(path) for path in wanted} == wanted
    assert told.findtext("orderCreateTime", "").startswith(f"{request.requested_at:%Y}-")
    first = told.find("orderItemList/orderItem")
    assert first is not None
    line = request.lines[0]
    names = ("orderItemId", "itemId", "itemCode", "itemQuantity", "inventoryType", "actualPrice")
    assert [first.findtext(name) for name in names] == [
        line.line_no, line.sku, line.sku, str(line.quantity), "1", str(line.price_minor),
    ]  # fmt: skip


async def test_an_exchange_is_told_and_stopped_as_one(bench: Bench) -> None:
    partner = link(bench)
    await partner.push_outbound(replace(outbound(), kind=OrderKind.EXCHANGE))
    [told] = bench.world.warehouse.open_outbounds()
    assert told.order_type == "502"
    with pytest.raises(Rejected, match="单据类型"):
        await partner.cancel_outbound("OB-1", "WH1", "no more")
    await partner.cancel_outbound("OB-1", "WH1", "no more", OrderKind.EXCHANGE)
    assert bench.world.warehouse.open_outbounds() == []


async def test_cainiao_chooses_the_company_where_we_have_none(bench: Bench) -> None:
    forms = recorded(bench)
    await link(bench).push_outbound(replace(outbound(), carrier="", waybill_no=""))
    told = read_xml(forms[0]["logistics_interface"].encode())
    assert (told.find("tmsServiceCode"), told.find("tmsOrderCode")) == (None, None)


async def test_what_was_shipped_is_not_cancelled(bench: Bench) -> None:
    partner = link(bench)
    await partner.push_outbound(outbound())
    [shipped] = bench.world.warehouse.open_outbounds()
    bench.world.warehouse.ship(shipped, real_clock())
    with pytest.raises(Rejected, match="已发货"):
        await partner.cancel_outbound("OB-1", "WH1", "changed her mind")


async def test_a_refusal_is_told_in_its_own_words_where_questions_are_not_taken(bench: Bench) -> None:
    def refused(code: str, words: str) -> httpx.Response:
        return httpx.Response(200, json={"success": "false", "errorCode": code, "errorMsg": words})

    replies = [refused("B0003", "仓库编码不正确"), refused("S04", "非法的通知类型")] * 2
    partner = bench.replying("cainiao_link", lambda _: replies.pop(0))
    with pytest.raises(Rejected, match="仓库编码不正确"):
        await partner.push_outbound(outbound())
    with pytest.raises(Rejected, match="仓库编码不正确"):
        await partner.cancel_outbound("OB-1", "WH1", "changed her mind")
    assert replies == []


async def test_what_a_report_is_stands_in_its_content_for_its_type_is_not_signed(bench: Bench) -> None:
    partner = link(bench)
    await partner.push_outbound(outbound())
    [order] = bench.world.warehouse.open_outbounds()
    step = progress(order, "WMS_PICKED", NOON).body
    bench.world.warehouse.ship(order, NOON)
    whole = confirmation(order, 1_250).body
    kinds = (b"WMS_CONSIGN_ORDER_CONFIRM", b"WMS_ORDER_STATUS_UPLOAD")
    for body in (whole, step):
        relabelled = [body.replace(kind, other) for kind in kinds for other in kinds]
        messages = {partner.receive_callback({}, {}, told, NOON) for told in relabelled}
        assert len(messages) == 1
    read = partner.read_confirmation(partner.receive_callback({}, {}, step, NOON))
    assert read == OutboundProgress("OB-1", Stage.PICKED, "WMS_PICKED", NOON, check_code=CODE)
    with pytest.raises(Rejected, match="WMS_INVENTORY_COUNT"):
        partner.receive_callback({}, {}, whole.replace(kinds[0], b"WMS_INVENTORY_COUNT"), NOON)


def parcel(line: str = "", quantity: int = 2, waybill_no: str = "SF1") -> str:
    named = f"<orderItemId>{line}</orderItemId>" if line else ""
    item = f"<tmsItem><itemId>A</itemId><itemQuantity>{quantity}</itemQuantity>{named}</tmsItem>"
    number = f"<tmsOrderCode>{waybill_no}</tmsOrderCode>"
    return f"<tmsOrders><tmsOrder>{number}<tmsItems>{item}</tmsItems></tmsOrder></tmsOrders>"


def picked(line: str, quantity: int) -> str:
    items = f"<items><item><quantity>{quantity}</quantity></item></items>"
    return f"<orderItems><orderItem><orderItemId>{line}</orderItemId>{items}</orderItem></orderItems>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<tmsOrders/>", "no parcel holds anything"),
        (parcel() + "<confirmType>2</confirmType>", "neither final nor partial"),
        (parcel(waybill_no=""), "no tmsOrderCode"),
        (parcel(quantity=0), "cannot hold 0"),
        (picked("1", 3) + parcel(), "2 in parcels, but 3 on lines"),
        (picked("1", 2) + parcel("2"), "line 1: 0 in parcels, but 2 on lines"),
        ("<status/>", "neither tmsOrders nor a status"),
    ],
)
def test_a_report_that_contradicts_itself_goes_to_a_person(content: str, words: str) -> None:
    partner = Bench("http://127.0.0.1:1", None, httpx.AsyncClient(), str).partner("cainiao_link")  # type: ignore[arg-type]  # no peer is asked
    body = f"<request><orderCode>OB-1</orderCode>{content}</request>"
    with pytest.raises(Rejected, match=words):
        partner.read_confirmation(RawMessage("key", body, NOON))


def test_a_step_that_is_not_known_is_trouble(bench: Bench) -> None:
    words = {
        "WMS_CANCEL": Stage.STOPPED,
        "WMS_FAILED": Stage.STOPPED,
        "TMS_REJECT": Stage.IN_TROUBLE,
        "?": Stage.IN_TROUBLE,
    }
    partner = link(bench)
    for word, stage in words.items():
        body = f"<request><orderCode>OB-1</orderCode><status>{word}</status></request>"
        read = partner.read_confirmation(RawMessage("key", body, NOON))
        assert read == OutboundProgress("OB-1", stage, word, NOON)


def test_a_refused_report_is_told_the_gateways_codes(bench: Bench) -> None:
    partner = link(bench)

    def told(refusal: Any) -> Element:
        media_type, body = partner.answer_callback(refusal)
        assert media_type.startswith("text/xml")
        return read_xml(body)

    assert told(None).findtext("success") == "true"
    for refusal, code in ((partner._words.forged("no"), "S02"), (partner._words.rejected("no"), "S05")):
        assert (told(refusal).findtext("success"), told(refusal).findtext("errorCode")) == ("false", code)
