"""1688: what is refunded is not sent, refusals in two layers, carriers by code, and times with a zone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from bench import Bench
from peers import peer
from samples import NOON, a_paid_order

from integrations.alibaba_1688_order import moment, written
from integrations.errors import Misconfigured, PartnerError, Rejected, Unavailable
from models.messages import ShipmentNotice


def notice(number: str, carrier: str = "sf_express") -> ShipmentNotice:
    return ShipmentNotice(number, carrier, "SF1", NOON)


def test_times_carry_milliseconds_and_a_zone() -> None:
    at = datetime(2026, 5, 4, 15, 59, 59, 7_000, UTC)
    assert written(at) == "20260504235959007+0800"
    assert moment(written(at)) == at
    assert moment("20260504155959007+0000") == at
    for bad in ("", "20260504235959", "20261304235959000+0800"):
        with pytest.raises(ValueError, match="does not match"):
            moment(bad)


async def test_only_what_was_not_refunded_is_sent(bench: Bench) -> None:
    number = a_paid_order(bench, "alibaba_1688")
    order = bench.world.channels["alibaba_1688"].book[number]
    order["lines"] = [{**order["lines"][0], "line_no": n, "sku": f"SKU-{n}", "quantity": n} for n in (1, 2)]
    order["items"] = {1: {"refundStatus": "refundsuccess"}}
    await bench.partner("alibaba_1688").push_shipment(notice(number))
    (effect,) = bench.world.ledger.effects("alibaba_1688", "shipped")
    assert [entry["amount"] for entry in effect.content["entries"]] == [2]
    assert effect.content["carrier"] == "SF"


async def test_an_order_that_is_off_is_not_shipped(bench: Bench) -> None:
    number = a_paid_order(bench, "alibaba_1688")
    bench.world.cancel_order("alibaba_1688", number)
    with pytest.raises(Rejected, match="不允许发货"):
        await bench.partner("alibaba_1688").push_shipment(notice(number))
    assert bench.effects("alibaba_1688") == []


async def test_a_carrier_without_a_code_at_1688_stops_the_partner_and_can_be_told(bench: Bench) -> None:
    number = a_paid_order(bench, "alibaba_1688")
    with pytest.raises(Misconfigured, match="Corner Post"):
        await bench.partner("alibaba_1688").push_shipment(notice(number, "Corner Post"))
    settings = peer("alibaba_1688").settings(bench.address) | {"companies": {"corner post": "CORNER"}}
    await bench.partner("alibaba_1688", settings=settings).push_shipment(notice(number, "Corner Post"))
    (shipment,) = bench.world.channels["alibaba_1688"].shipments.values()
    assert shipment.carrier == "CORNER"


@pytest.mark.parametrize(
    ("status", "reply", "expected"),
    [
        (400, {"error_code": "gw.SignatureInvalid", "error_message": "words"}, Misconfigured),
        (400, {"error_code": "gw.QosAppFrequencyLimit", "error_message": "words"}, Unavailable),
        (400, {"error_code": "IllegalArgument", "error_message": "words"}, Rejected),
        (401, {"error_code": "401", "error_message": "words"}, Misconfigured),
        (200, {"errorCode": "INVALID_PARAM", "errorMessage": "words"}, Rejected),
        (200, {"success": "false"}, Rejected),
        (200, {"request_id": "1"}, Unavailable),
    ],
)
async def test_a_refusal_has_its_class(
    bench: Bench, status: int, reply: dict[str, Any], expected: type[PartnerError]
) -> None:
    partner = bench.replying("alibaba_1688", lambda _: httpx.Response(status, json=reply))
    with pytest.raises(PartnerError) as caught:
        await partner.pull_orders(NOON, NOON + timedelta(minutes=1), None)
    assert type(caught.value) is expected


async def test_an_order_of_which_nothing_is_told_is_asked_for_later(bench: Bench) -> None:
    partner = bench.replying("alibaba_1688", lambda _: httpx.Response(200, json={"success": "true"}))
    with pytest.raises(Unavailable, match="told nothing"):
        await partner.push_shipment(notice("7"))
