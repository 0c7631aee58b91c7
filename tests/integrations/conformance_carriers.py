"""What is asked of carriers and of who tracks for others."""

import json
from datetime import timedelta

import pytest
from bench import Bench, real_clock
from conformance import of
from peers import peer
from samples import (
    CODE,
    a_parcel_elsewhere,
    waybill_request,
)

from integrations.errors import Forged, Misconfigured, Rejected
from integrations.pdf import is_whole_pdf
from integrations.ports import (
    Carrier,
    PrintsLabels,
    Tracker,
    TracksParcels,
)


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
    return peer(name).push(waybill).body
