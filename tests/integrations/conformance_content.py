"""What is written arrives as meant, callbacks are checked, and recorded replies are read to exact values."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, is_dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench import Bench, real_clock
from conformance import of
from erp_tables import SHAPES
from peers import SANDBOX_NAMES
from samples import (
    CODE,
    DAY,
    HOSTILE,
    LINES,
    NOON,
    NOTICE,
    SHIPMENT,
    a_parcel_elsewhere,
    an_order_that_left,
    erp_order,
    erp_status,
    goods_back,
    invoice_request,
    outbound,
    receivable,
    waybill_request,
)

from integrations.errors import Forged, Misconfigured, Rejected, Unavailable
from integrations.pdf import is_whole_pdf
from integrations.ports import (
    AnswersByFile,
    BooksReceivables,
    Carrier,
    Erp,
    HearsOfOrders,
    Notifier,
    PaymentProvider,
    PrintsLabels,
    PushesPayments,
    ShowsOrders,
    TellsOfOrders,
    Tracker,
    TracksParcels,
    Warehouse,
)
from models.check_code import check_code
from models.messages import Place, Progress, RawMessage, Waybill
from sandbox import cainiao_link_report, credentials, kuaidi100, wechat_pay
from sandbox.bills import BillRow, Distortion
from sandbox.erp import Document, DocumentStatus
from sandbox.faults import Fault, FaultKind
from sandbox.qimen_confirm import confirmation

PAYLOADS = Path(__file__).parent / "payloads"
_LEFT_OUT = {"raw", "point_id"}
IN_XML = HOSTILE.replace("\u0001", "\ufffd")
"""XML cannot carry control characters."""


@of()
async def recorded_replies_are_read_to_exact_values(bench: Bench, name: str) -> None:
    recordings = sorted((PAYLOADS / name).glob("*.json"))
    assert recordings, f"no recording of {name}"
    for path in recordings:
        recording = json.loads(path.read_text(encoding="utf-8"))
        partner = bench.replying(name, _player(recording.get("replies", [])))
        arguments = [_argument(value) for value in recording["arguments"]]
        result = getattr(partner, recording["call"])(*arguments)
        if not isinstance(result, list) and hasattr(result, "__await__"):
            result = await result
        assert _plain(result) == recording["expected"], path.name


def _player(replies: list[Any]) -> Callable[[httpx.Request], httpx.Response]:
    """Plays replies one by one: a text is sent as it is, anything else as JSON, ``{status, json}`` with that status
    and its ``headers``, if there are any."""
    turn = count()

    def answer(request: httpx.Request) -> httpx.Response:
        reply = replies[next(turn)]
        if isinstance(reply, dict) and {"status", "json"} <= reply.keys() <= {"status", "json", "headers"}:
            return httpx.Response(reply["status"], json=reply["json"], headers=reply.get("headers"))
        return httpx.Response(200, text=reply) if isinstance(reply, str) else httpx.Response(200, json=reply)

    return answer


def _argument(value: Any) -> Any:
    samples: dict[str, Any] = {
        "$outbound": outbound(),
        "$waybill_request": waybill_request(),
        "$erp_order": erp_order(),
        "$receivable": receivable(),
        "$receivable_back": receivable("AR-1-R1", "AR-1"),
        "$goods_back": goods_back(),
        "$erp_status": erp_status(),
        "$invoice_request": invoice_request(),
        "$notice": NOTICE,
        "$shipment": SHIPMENT,
    }
    if isinstance(value, str) and value in samples:
        return samples[value]
    if isinstance(value, dict):
        for kind, read in _READERS.items():
            if kind in value:
                return read(value[kind])
    return value


def _message(body: Any) -> RawMessage:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return RawMessage("key", text, NOON)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "time": datetime.fromisoformat,
    "day": date.fromisoformat,
    "place": lambda parts: Place(*parts),
    "waybill": lambda parts: Waybill(*parts),
    "message": _message,
}
"""How what JSON cannot hold is written in a recording."""


def _plain(value: Any) -> Any:
    """Dataclasses as JSON. Left out are raw lines, which repeat the input, and the ids of track points."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain({k: v for k, v in asdict(value).items() if k not in _LEFT_OUT})
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode()
    return value.isoformat() if isinstance(value, date) else value


@of(Warehouse)
async def an_outbound_arrives_as_meant(bench: Bench, name: str) -> None:
    await bench.partner(name).push_outbound(outbound())
    arrived = bench.world.warehouse.outbounds["OB-1"]
    assert arrived.remark == IN_XML
    assert arrived.warehouse == "WH1"
    assert [(line.line_no, line.sku, line.quantity) for line in arrived.lines] == [
        (line.line_no, line.sku, line.quantity) for line in LINES
    ]
    assert arrived.express_code == "SF1000000001"
    assert arrived.logistics_code == "SF"
    assert CODE in arrived.extend_props.values()
    found = await bench.partner(name).find_outbound("OB-1")
    assert found.check_code == CODE


@of(Erp)
async def an_erp_order_arrives_as_meant(bench: Bench, name: str) -> None:
    receipt = await bench.partner(name).push_order(erp_order())
    (document,) = bench.world.erp.documents.values()
    customer, note, lines = ERP_ORDERS[name](document.model)
    assert (customer, note) == ("CUST001", f"{CODE} {HOSTILE}")
    assert lines == [("SKU-0001", 2, "123.45"), ("SKU-0002", 1, "0.01")]
    assert receipt.partner_id in {document.number, str(document.id)}
    assert receipt.audited
    assert receipt.check_code == CODE
    assert await bench.partner(name).find_order("SO-1") == receipt


@of(HearsOfOrders)
async def an_erp_is_told_how_far_an_order_is(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    await partner.push_order(erp_order())
    (document,) = bench.world.erp.documents.values()
    before = dict(document.model)
    for progress in (Progress.RELEASED, Progress.SHIPPED, Progress.SHIPPED):
        await partner.push_status(erp_status(progress))
    (_, *others) = bench.world.erp.documents.values()
    told = TOLD_BY_A_DOCUMENT[name](*others) if name in TOLD_BY_A_DOCUMENT else _told_in_own_fields(before, document)
    assert told == {"shipped", "OB-1", "SF1000000001,SF1000000002"}
    assert {field: document.model[field] for field in before} == before, "nothing else is changed"
    receipt = await partner.find_order("SO-1")
    assert receipt is not None
    assert receipt.audited


def _told_in_own_fields(before: Mapping[str, Any], document: Document) -> set[str]:
    return {value for field, value in document.model.items() if field not in before}


def _told_by_a_delivery_note(note: Document) -> set[str]:
    progress = "shipped" if note.status is DocumentStatus.AUDITED else "released"
    code, waybills = note.model["remark"].split(" ", 1)
    assert code == note.model["define10"] == CODE
    return {progress, note.number, waybills.replace(", ", ",")}


TOLD_BY_A_DOCUMENT: Mapping[str, Callable[..., set[str]]] = {"u8_openapi": _told_by_a_delivery_note}
"""ERPs whose orders nobody can change: what another document says of progress, outbound and waybills."""


@of(HearsOfOrders)
async def an_erp_is_not_told_of_what_it_has_not_or_what_is_anothers(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    with pytest.raises(Rejected):
        await partner.push_status(erp_status())
    await partner.push_order(erp_order())
    (document,) = bench.world.erp.documents.values()
    before = dict(document.model)
    with pytest.raises(Rejected):
        await partner.push_status(erp_status(code=check_code("OUT0000000002")))
    assert document.model == before
    await partner.cancel_order("SO-1")
    called_off = dict(document.model)
    with pytest.raises(Rejected):
        await partner.push_status(erp_status())
    assert document.model == called_off


@of(Erp)
async def an_erp_order_with_anothers_check_code_is_not_taken_for_ours(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    await partner.push_order(erp_order())
    with pytest.raises(Rejected):
        await partner.push_order(replace(erp_order(), check_code=check_code("OUT0000000002")))


@of(BooksReceivables)
async def a_receivable_arrives_as_meant_and_its_reversal_takes_it_away(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    await an_order_that_left(bench, name)
    assert await partner.find_receivable(receivable()) is None
    receipt = await partner.book_receivable(receivable())
    assert receipt.audited
    assert await partner.find_receivable(receivable()) == receipt
    back = receivable("AR-1-R1", "AR-1")
    receipt = await partner.book_receivable(back)
    assert await partner.find_receivable(back) == receipt
    assert await partner.book_receivable(back) == receipt
    (_, *vouchers) = bench.world.erp.documents.values()
    told = [RECEIVABLES[name](voucher.model) for voucher in vouchers]
    assert told == [
        ("CUST001", [("SKU-0001", sign * Decimal("246.90")), ("SKU-0002", sign * Decimal("0.01"))]) for sign in (1, -1)
    ]


@of(BooksReceivables)
async def a_receivable_of_another_customer_is_not_taken_for_ours(bench: Bench, name: str) -> None:
    await an_order_that_left(bench, name, "SOMEBODY")
    await bench.partner(name).book_receivable(replace(receivable(), customer="SOMEBODY"))
    with pytest.raises(Rejected):
        await bench.partner(name).book_receivable(receivable())


def _sap_sign(model: Mapping[str, Any]) -> int:
    return -1 if "CreditMemoRequestType" in model else 1


def _sap_price(item: Mapping[str, Any]) -> Decimal:
    return Decimal(item["to_PricingElement"][0]["ConditionRateValue"])


RECEIVABLES: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, list[tuple[str, Decimal]]]]] = {
    "kingdee_cloud": lambda model: (
        model["FCUSTOMERID"]["FNumber"],
        [
            (entry["FMATERIALID"]["FNumber"], entry["FPriceQty"] * Decimal(entry["FTaxPrice"]))
            for entry in model["FEntityDetail"]
        ],
    ),
    "u8_openapi": lambda model: (
        model["cust_vendor_code"],
        [
            (entry["digest"].split(" × ")[0], Decimal(entry["amount"]) * (1 if model["bdebitcredit"] else -1))
            for entry in model["entry"]
        ],
    ),
    "sap": lambda model: (
        model["SoldToParty"],
        [
            (item["Material"], _sap_sign(model) * Decimal(item["RequestedQuantity"]) * _sap_price(item))
            for item in model["to_Item"]
        ],
    ),
}
"""What a receivable in an ERP's own words says: customer, and of each line SKU and what is owed for it."""


@of(TellsOfOrders)
async def news_of_orders_are_read_from_what_changed(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    for number, code in (("SO-1", CODE), ("SO-2", check_code("OUT0000000002"))):
        await partner.push_order(replace(erp_order(number), check_code=code))
    now = real_clock()
    window = (now - timedelta(minutes=1), now + timedelta(minutes=1))
    assert {(news.order_no, news.check_code, news.open) for news in await partner.pull_news(*window)} == {
        ("SO-1", CODE, True),
        ("SO-2", check_code("OUT0000000002"), True),
    }
    await partner.cancel_order("SO-2")
    assert {(news.order_no, news.open) for news in await partner.pull_news(*window)} == {
        ("SO-1", True),
        ("SO-2", False),
    }
    assert await partner.pull_news(now + timedelta(minutes=1), now + timedelta(minutes=2)) == []


@of(ShowsOrders)
async def an_erp_says_how_our_orders_are(bench: Bench, name: str) -> None:
    partner = await _an_open_and_a_closed_order(bench, name)
    asked = ["SO-1", "SO-2", f"SO-3{HOSTILE}", *(f"SO-9{n:05d}" for n in range(1_100))]
    told = await partner.pull_orders_as_they_are(asked)
    assert sorted((news.order_no, news.partner_id, news.open) for news in told) == [
        ("SO-1", "SO-1", True),
        ("SO-2", "SO-2", False),
    ]
    assert {news.check_code for news in told} <= {"", CODE}
    assert [news.order_no for news in await partner.pull_orders_as_they_are(["SO-2"])] == ["SO-2"]
    assert await partner.pull_orders_as_they_are([]) == []


async def _an_open_and_a_closed_order(bench: Bench, name: str) -> Any:
    """The client of an ERP, or of its books, that has them under the numbers SO-1 and SO-2."""
    if name in SHAPES:
        books = bench.books(name)
        books.add_order("SO-1", "demo")
        books.add_order("SO-2", "demo")
        books.call_off("SO-2")
        return bench.partner(name)
    partner = bench.partner(name)
    await partner.push_order(erp_order("SO-1"))
    await partner.push_order(erp_order("SO-2"))
    await partner.cancel_order("SO-2")
    return partner


ERP_ORDERS: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str, list[tuple[str, int, str]]]]] = {
    "kingdee_cloud": lambda model: (
        model["FCustId"]["FNumber"],
        model["FNote"],
        [(entry["FMaterialId"]["FNumber"], entry["FQty"], entry["FTaxPrice"]) for entry in model["FSaleOrderEntry"]],
    ),
    "kingdee_wise": lambda model: (
        model["FCustID"]["FNumber"],
        model["FExplanation"],
        [(line["FItemID"]["FNumber"], line["Fauxqty"], line["FAuxTaxPrice"]) for line in model["Page2"]],
    ),
    "u8_openapi": lambda model: (
        model["custcode"],
        model["memo"],
        [(entry["inventorycode"], entry["quantity"], entry["taxunitprice"]) for entry in model["entry"]],
    ),
    "sap": lambda model: (
        model["SoldToParty"],
        model["to_Text"][0]["LongText"],
        [
            (item["Material"], int(item["RequestedQuantity"]), item["to_PricingElement"][0]["ConditionRateValue"])
            for item in model["to_Item"]
        ],
    ),
}
"""What an order in an ERP's own words says: customer, remark, and of each line SKU, quantity and price."""


@of(Erp)
async def an_erp_order_is_taken_back_wherever_it_stands(bench: Bench, name: str) -> None:
    for requests_done in range(20):
        bench.world.reset()
        peer = SANDBOX_NAMES.get(name, name)
        bench.world.add_fault(Fault(peer, "*", FaultKind.REFUSE, times=None, after=requests_done))
        with suppress(Unavailable):
            await bench.partner(name).push_order(erp_order())
        pushed = bench.world.faults.laid[0].after > 0
        bench.world.clear_faults()
        was_there = bool(bench.world.erp.documents)
        for _ in range(2):
            await bench.partner(name).cancel_order("SO-1")
            left = [document.cancelled for document in bench.world.erp.documents.values()]
            assert left in ([], [True])
        if pushed:
            assert was_there
            return
    pytest.fail("an order of twenty requests")


@of(Erp)
async def an_erp_order_whose_goods_are_issued_is_not_taken_back(bench: Bench, name: str) -> None:
    await bench.partner(name).push_order(erp_order())
    bench.world.issue_goods("SO-1")
    with pytest.raises(Rejected):
        await bench.partner(name).cancel_order("SO-1")
    receipt = await bench.partner(name).find_order("SO-1")
    assert receipt is not None
    assert receipt.audited


@of(Notifier)
async def a_notice_arrives_as_meant(bench: Bench, name: str) -> None:
    await bench.partner(name).notify(NOTICE)
    (effect,) = bench.world.ledger.effects(name, "message")
    said = json.dumps(effect.content["message"], ensure_ascii=False)
    for part in (NOTICE.title, "𠮷𡃁👍", "]]", NOTICE.url, "O'Neil"):
        assert part in said


@of(Carrier)
async def a_waybill_is_never_invented(bench: Bench, name: str) -> None:
    waybill = await bench.partner(name).book_waybill(waybill_request())
    assert waybill.request_no == "OB-1"
    issued = bench.world.ledger.effects(None, "waybill-issued", "OB-1")
    assert [effect.content["waybill_no"] for effect in issued] == [waybill.waybill_no]


@of(Carrier)
async def a_waybill_carries_the_check_code(bench: Bench, name: str) -> None:
    waybill = await bench.partner(name).book_waybill(waybill_request())
    carried = bench.world.waybill(waybill.waybill_no)
    assert carried is not None
    assert CODE in carried.reference
    assert await bench.partner(name).find_waybill("OB-1") == waybill


@of(PrintsLabels)
async def a_label_is_that_of_its_waybill(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    waybill = await partner.book_waybill(waybill_request())
    label = await partner.fetch_label(waybill)
    assert label.waybill_no == waybill.waybill_no
    assert waybill.waybill_no in label.content.decode()
    assert is_whole_pdf(label.content) if label.media_type == "application/pdf" else json.loads(label.content)
    assert await partner.fetch_label(waybill) == label
    await partner.cancel_waybill(waybill)
    with pytest.raises(Rejected):
        await partner.fetch_label(waybill)


@of(TracksParcels)
async def any_number_of_parcels_is_tracked(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    waybills = [(await partner.book_waybill(waybill_request(f"OB-{n}"))).waybill_no for n in range(23)]
    bench.world.work_at_carrier(real_clock() + timedelta(days=9))
    points = await partner.track([*waybills, waybills[0], "SF0000000000000"])
    assert {point.waybill_no for point in points} == set(waybills)
    assert [point.happened_at for point in points] == sorted(point.happened_at for point in points)
    assert len({point.point_id for point in points}) == len(points)
    states = [point.state for point in points if point.waybill_no == waybills[0]]
    assert states[0] == "picked_up"
    assert states[-1] == "delivered"
    assert "unknown" not in states
    assert await partner.track(waybills) == points


@of(Tracker)
async def parcels_of_another_carrier_are_tracked(bench: Bench, name: str) -> None:
    numbers = [a_parcel_elsewhere(bench, f"OB-{n}") for n in range(3)]
    partner = bench.partner(name)
    points = await partner.track_for("ZTO", [*numbers, numbers[0], "ZT0000000000000"])
    assert {point.waybill_no for point in points} == set(numbers)
    assert [point.happened_at for point in points] == sorted(point.happened_at for point in points)
    assert len({point.point_id for point in points}) == len(points)
    states = [point.state for point in points if point.waybill_no == numbers[0]]
    assert (states[0], states[-1]) == ("picked_up", "delivered")
    assert "unknown" not in states
    assert await partner.track_for("zto", numbers) == points
    with pytest.raises(Misconfigured, match="NOBODY"):
        await partner.track_for("NOBODY", numbers)


@of(Tracker)
async def what_a_tracker_pushes_is_what_it_would_answer(bench: Bench, name: str) -> None:
    number = a_parcel_elsewhere(bench, "OB-1")
    partner = bench.partner(name)
    body = _pushed(bench, name, number)
    message = partner.receive_tracking(body)
    assert partner.receive_tracking(body).key == message.key
    assert partner.read_tracking(message) == await partner.track_for("ZTO", [number])
    for refusal in (None, Forged(name, "words")):
        media_type, said = partner.answer_tracking(refusal)
        assert media_type
        assert said


@of(Tracker)
async def a_forged_push_is_refused(bench: Bench, name: str) -> None:
    number = a_parcel_elsewhere(bench, "OB-1")
    body = _pushed(bench, name, number)
    for forged in (body.replace(number.encode(), b"ZT1"), body.replace(b"sign=", b"sign=0"), b"", b"\xff", b"param=1"):
        with pytest.raises(Forged):
            bench.partner(name).receive_tracking(forged)


def _pushed(bench: Bench, name: str, number: str) -> bytes:
    waybill = bench.world.waybill(number)
    assert waybill is not None
    return PUSHES[name](waybill).body


PUSHES: Mapping[str, Callable[[Any], Any]] = {
    "kuaidi100": lambda waybill: kuaidi100.push(waybill, "zhongtong", credentials.KUAIDI100_SALT)
}
"""What a tracker pushes of a parcel of ZTO, signed by the sandbox's own implementation."""


ROWS = (
    BillRow("420000000120260504001", "SO-1", "杯子", NOON, 12_345),
    BillRow("420000000120260504002", "SO-2", HOSTILE.replace("\n", " "), NOON + timedelta(minutes=1), 1),
)


@of(PaymentProvider)
async def a_statement_says_what_was_paid_and_refunded(bench: Bench, name: str) -> None:
    struck = bench.world.make_bill(
        DAY, rows=ROWS, from_orders=False, distortions=[Distortion.REFUND, Distortion.WRONG_AMOUNT]
    )
    assert struck
    lines = await bench.partner(name).pull_statement(DAY)
    assert [(line.trade_no, line.order_no, line.kind, line.amount.minor, line.fee.minor) for line in lines] == [
        (row.trade_no, row.merchant_order_no, "refund" if row.refund_no else "payment", row.amount_fen, row.fee_fen)
        for row in bench.world.bills.days[DAY]
    ]
    assert [line.happened_at for line in lines] == [row.paid_at for row in bench.world.bills.days[DAY]]
    assert lines[-1].line_id != lines[-2].line_id


@of(PaymentProvider)
async def no_trade_is_an_empty_statement_and_none_yet_is_for_later(bench: Bench, name: str) -> None:
    with pytest.raises(Unavailable):
        await bench.partner(name).pull_statement(real_clock().date() + timedelta(days=1))
    bench.world.make_bill(DAY, from_orders=False)
    assert await bench.partner(name).pull_statement(DAY) == []


@of(PushesPayments)
async def a_payment_is_told_at_once(bench: Bench, name: str) -> None:
    now = real_clock()
    partner = bench.partner(name)
    refund = BillRow(ROWS[0].trade_no, "SO-1", "杯子", NOON + timedelta(hours=1), -45, refund_no="R-1")
    for row, kind in ((ROWS[0], "payment"), (refund, "refund")):
        headers, body = _told(name, row, now)
        message = partner.receive_payment(headers, body, now)
        assert partner.receive_payment(headers, body, now + timedelta(minutes=4)).key == message.key
        news = partner.read_payment(message)
        assert (news.kind, news.order_no, news.trade_no, news.refund_no) == (kind, "SO-1", row.trade_no, row.refund_no)
        assert (news.amount.minor, news.done, news.happened_at) == (row.amount_fen, True, row.paid_at)
    accepted, refused = partner.answer_payment(None), partner.answer_payment(Forged(name, "words"))
    assert 200 <= accepted[0] < 300 <= refused[0]


@of(PushesPayments)
async def a_forged_or_stale_payment_is_refused(bench: Bench, name: str) -> None:
    now = real_clock()
    headers, body = _told(name, ROWS[0], now)
    partner = bench.partner(name)
    signature = next(key for key in headers if key.endswith("signature"))
    for forged, content in (
        (headers, body.replace(b"SUCCESS", b"CLOSED")),
        (headers | {signature: "AAAA"}, body),
        (headers | {signature: "é"}, body),
        (headers | {signature: "WECHATPAY/SIGNTEST/AAAA"}, body),
        ({}, body),
        (headers, b""),
    ):
        with pytest.raises(Forged):
            partner.receive_payment(forged, content, now)
    for at in (now - timedelta(minutes=6), now + timedelta(minutes=6)):
        with pytest.raises(Forged):
            partner.receive_payment(headers, body, at)


def _told(name: str, row: BillRow, at: datetime) -> tuple[dict[str, str], bytes]:
    message = NOTIFICATIONS[name](row, at)
    return {key.lower(): value for key, value in message.headers.items()}, message.body


NOTIFICATIONS: Mapping[str, Callable[[BillRow, datetime], Any]] = {"wechat_pay": wechat_pay.notification}
"""What a provider tells of a payment, signed by the sandbox's own implementation."""


@of(Warehouse, Erp)
async def stock_is_what_the_partner_says(bench: Bench, name: str) -> None:
    skus = [f"SKU-{n:04d}" for n in range(130)]
    for place, sku in enumerate(skus):
        for system in ("wms", "erp"):
            bench.world.set_stock(system, "WH1", sku, place)
            bench.world.set_stock(system, "WH2", sku, 999)
    partner = bench.partner(name)
    lines = await partner.pull_stock("WH1", [*skus, "SKU-NONE"])
    assert {line.sku: (line.warehouse, line.available) for line in lines} == {
        sku: ("WH1", place) for place, sku in enumerate(skus)
    }
    assert await partner.pull_stock("WH1", []) == []
    bench.fault(name, FaultKind.WRONG_STOCK)
    assert {line.available for line in await partner.pull_stock("WH1", skus[100:101])} == {90}


async def _confirmed(bench: Bench, name: str, at: datetime) -> Callable[[], RawMessage]:
    """What a warehouse says when it has shipped, as often as it is said; some call, some put a file somewhere."""
    partner = bench.partner(name)
    if isinstance(partner, AnswersByFile):
        await partner.push_outbound(outbound())
        assert bench.people
        filled = bench.people.answer("OB-1", at, 1_250)

        def read() -> RawMessage:
            [message] = partner.read_answers(filled)
            assert isinstance(message, RawMessage)
            return message

        return read
    query, headers, body = await _callback(bench, name, at)
    later = count()
    return lambda: partner.receive_callback(query, headers, body, at + next(later) * timedelta(minutes=9))


async def _callback(bench: Bench, name: str, at: datetime) -> tuple[dict[str, str], dict[str, str], bytes]:
    await bench.partner(name).push_outbound(outbound())
    bench.world.set_stock("wms", "WH1", "SKU-0001", 5)
    (shipped,) = bench.world.warehouse.open_outbounds()
    bench.world.warehouse.ship(shipped, at)
    message = CALLBACKS[name](shipped, at)
    return dict(message.params), {key.lower(): value for key, value in message.headers.items()}, message.body


CALLBACKS: Mapping[str, Callable[[Any, datetime], Any]] = {
    "qimen": lambda shipped, at: confirmation(shipped, 1_250, at),
    "cainiao_link": lambda shipped, _: cainiao_link_report.confirmation(shipped, 1_250),
    "excel_bridge": lambda shipped, at: confirmation(shipped, 1_250, at),
}
"""How a warehouse's confirmation is signed, by the sandbox's own implementation. A warehouse that does not call takes
the calls of another for forged."""

UNSTAMPED = frozenset({"cainiao_link"})
"""Warehouses whose signature covers a report's content and nothing else, not even a time: an old call is a repeat."""


@of(Warehouse)
async def a_confirmation_says_what_left(bench: Bench, name: str) -> None:
    now = real_clock().replace(microsecond=0)
    told = await _confirmed(bench, name, now)
    message = told()
    assert told().key == message.key
    confirmed = bench.partner(name).read_confirmation(message)
    assert (confirmed.outbound_no, confirmed.final, confirmed.confirmed_at) == ("OB-1", True, now)
    (parcel,) = confirmed.parcels
    assert (parcel.waybill_no, parcel.carrier, parcel.weight_grams) == ("SF1000000001", "sf_express", 1_250)
    assert dict(parcel.contents) == {"SKU-0001": 2, "SKU-0002": 1}
    assert confirmed.check_code == CODE


@of(Warehouse)
async def a_forged_or_stale_confirmation_is_refused(bench: Bench, name: str) -> None:
    now = real_clock()
    query, headers, body = await _callback(bench, name, now)
    partner = bench.partner(name)
    for forged_query, forged_body in _forgeries(name, query, body):
        with pytest.raises(Forged):
            partner.receive_callback(forged_query, headers, forged_body, now)
    apart = (now - timedelta(minutes=11), now + timedelta(minutes=11))
    if name in UNSTAMPED:
        assert len({partner.receive_callback(query, headers, body, at).key for at in apart}) == 1
        return
    for at in apart:
        with pytest.raises(Forged):
            partner.receive_callback(query, headers, body, at)


def _forgeries(name: str, query: dict[str, str], body: bytes) -> list[tuple[dict[str, str], bytes]]:
    if name in UNSTAMPED:
        signature = b"data_digest="
        bodies = (body.replace(signature, instead) for instead in (b"", signature + b"A", signature + b"%C3%A9"))
        return [(query, body.replace(b"OB-1", b"OB-2")), *((query, forged) for forged in bodies), ({}, b"")]
    return [
        (query, body.replace(b"OB-1", b"OB-2")),
        (query | {"customerId": "somebody"}, body),
        (query | {"sign": "0" * 32}, body),
        (query | {"sign": "é"}, body),
        ({key: value for key, value in query.items() if key != "sign"}, body),
        ({}, b""),
    ]


@of(Warehouse)
async def a_confirmation_with_entities_of_its_own_is_refused(bench: Bench, name: str) -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><request>&b;</request>'
    thief = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><request>&x;</request>'
    for body in (bomb, thief, "<request/>", "", "no XML"):
        with pytest.raises(Rejected):
            bench.partner(name).read_confirmation(RawMessage("key", body, NOON))
