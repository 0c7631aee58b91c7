"""Alibaba.com: Pacific time with its doubled hour, two gateways that say the same, and carriers by code."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from bench import Bench
from peers import peer
from samples import NOON, a_paid_order

from integrations.alibaba_com_order import read_order
from integrations.errors import Misconfigured, PartnerError, Rejected, Unavailable
from integrations.pacific import from_pacific, not_after, not_before
from models.lifecycle import Status
from models.messages import RawMessage, ShipmentNotice


def on(gateway: str, bench: Bench, **more: Any) -> dict[str, Any]:
    return peer("alibaba_com").settings(bench.address) | {"gateway": gateway} | more


def notice(number: str, carrier: str = "sf_express") -> ShipmentNotice:
    return ShipmentNotice(number, carrier, "SF1", NOON)


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("Jul. 31, 2025, 21:09:36 PDT.", datetime(2025, 8, 1, 4, 9, 36, tzinfo=UTC)),
        ("May. 4, 2026, 00:00:00 PDT.", datetime(2026, 5, 4, 7, tzinfo=UTC)),
        ("Nov. 2, 2025, 01:30:00 PDT.", datetime(2025, 11, 2, 8, 30, tzinfo=UTC)),
        ("Nov. 2, 2025, 01:30:00 PST.", datetime(2025, 11, 2, 9, 30, tzinfo=UTC)),
        ("Dec. 10, 2025, 10:30:32 PST.", datetime(2025, 12, 10, 18, 30, 32, tzinfo=UTC)),
    ],
)
def test_a_told_time_names_its_half_of_the_year(told: str, at: datetime) -> None:
    assert from_pacific(told) == at


@pytest.mark.parametrize("told", ["", "MMM. d, yyyy, HH:mm:ss z.", "Jul. 31, 2025, 21:09:36 EST.", "2025-07-31 PDT."])
def test_a_time_of_another_form_or_zone_is_not_read(told: str) -> None:
    with pytest.raises(ValueError, match=r"PDT|match"):
        from_pacific(told)


def test_a_window_takes_in_either_reading_of_the_hour_that_is_there_twice() -> None:
    first, second = datetime(2025, 11, 2, 8, 30, tzinfo=UTC), datetime(2025, 11, 2, 9, 30, tzinfo=UTC)
    assert (not_after(first), not_before(first)) == ("2025-11-02 00:30:00", "2025-11-02 01:30:00")
    assert (not_after(second), not_before(second)) == ("2025-11-02 01:30:00", "2025-11-02 02:30:00")
    for at, written in ((datetime(2025, 7, 1, tzinfo=UTC), "2025-06-30 17:00:00"), (first + timedelta(hours=3), None)):
        assert not_after(at) == not_before(at) == (written or "2025-11-02 03:30:00")


@pytest.mark.parametrize("gateway", ["top", "iop"])
async def test_an_hour_that_is_there_twice_costs_no_order(bench: Bench, gateway: str) -> None:
    night = datetime(2025, 11, 2, 7, 50, tzinfo=UTC)
    bench.world.place_orders("alibaba_com", 30, since=night, until=night + timedelta(hours=3))
    changed = {
        each["order_no"]: datetime.fromisoformat(each["updated_at"])
        for each in bench.world.channels["alibaba_com"].book
    }
    partner = bench.partner("alibaba_com", settings=on(gateway, bench, page_size=50))
    found: list[RawMessage] = []
    for window in range(8):
        since = night + timedelta(minutes=25) * window
        cursor: str | None = None
        while True:
            page = await partner.pull_orders(since, since + timedelta(minutes=25), cursor)
            found += page.messages
            cursor = page.next_cursor
            if cursor is None:
                break
    told = {partner.read_order(each).order_no: each.occurred_at for each in found}
    assert told == {number: at.replace(microsecond=0) for number, at in changed.items()}
    assert len(found) == 30


@pytest.mark.parametrize(
    ("status", "paid", "cancelled", "reported", "hold"),
    [
        ("to_be_audited", False, False, None, ""),
        ("paying", False, False, None, ""),
        ("captured", True, False, Status.RECEIVED, "channel-forbids-shipping"),
        ("undeliver", True, False, None, ""),
        ("delivering", True, False, Status.SHIPPED, ""),
        ("wait_confirm_receipt", True, False, Status.SHIPPED, ""),
        ("trade_success", True, False, Status.COMPLETED, ""),
        ("trade_close", False, True, None, ""),
        ("frozen", True, False, Status.RECEIVED, "channel-refund-under-way"),
    ],
)
def test_only_what_waits_for_shipment_may_be_shipped(
    status: str, paid: bool, cancelled: bool, reported: Status | None, hold: str
) -> None:
    order = read_order("7", {"trade_status": status}, NOON)
    assert (order.paid, order.cancelled) == (paid, cancelled)
    assert (order.reported and order.reported.status, order.reported.hold if order.reported else "") == (reported, hold)


@pytest.mark.parametrize("gateway", ["top", "iop"])
async def test_a_shipment_is_reported_once_by_the_carriers_code(bench: Bench, gateway: str) -> None:
    number = a_paid_order(bench, "alibaba_com")
    partner = bench.partner("alibaba_com", settings=on(gateway, bench))
    for _ in range(2):
        await partner.push_shipment(notice(number))
    (effect,) = bench.world.ledger.effects("alibaba_com", "shipped")
    assert effect.content == {"waybill_no": "SF1", "carrier": "SF_EXPRESS"}


@pytest.mark.parametrize("gateway", ["top", "iop"])
async def test_what_cannot_be_reported_is_for_a_person(bench: Bench, gateway: str) -> None:
    number = a_paid_order(bench, "alibaba_com")
    partner = bench.partner("alibaba_com", settings=on(gateway, bench))
    with pytest.raises(Rejected, match=r"Corner Post is not known: report SF1 by hand"):
        await partner.push_shipment(notice(number, "Corner Post"))
    bench.world.cancel_order("alibaba_com", number)
    with pytest.raises(Rejected, match="does not wait for shipment"):
        await partner.push_shipment(notice(number))
    assert bench.effects("alibaba_com") == []


@pytest.mark.parametrize(
    ("gateway", "reply", "expected"),
    [
        ("top", {"alibaba_seller_order_list_response": {"result": {"success": False}}}, Rejected),
        ("top", {"alibaba_seller_order_list_response": {"result": {"success": True}}}, Unavailable),
        ("top", {"alibaba_seller_order_list_response": {}}, Unavailable),
        ("iop", {"code": "IllegalAccessToken", "type": "ISV"}, Misconfigured),
        ("iop", {"code": "ApiCallLimit", "type": "ISP", "message": "words"}, Unavailable),
        ("iop", {"code": "500", "type": "ISP", "message": "system error"}, Unavailable),
        ("iop", {"code": "402", "type": "ISV", "message": "words"}, Rejected),
        ("iop", {"code": "0", "value": {"order_list": []}}, Unavailable),
        ("iop", {"value": {}}, Unavailable),
    ],
)
async def test_a_refusal_has_its_class(
    bench: Bench, gateway: str, reply: dict[str, Any], expected: type[PartnerError]
) -> None:
    settings = on(gateway, bench)
    partner = bench.replying("alibaba_com", lambda _: httpx.Response(200, json=reply), settings)
    with pytest.raises(PartnerError) as caught:
        await partner.pull_orders(NOON, NOON + timedelta(minutes=1), None)
    assert type(caught.value) is expected
