"""What is asked of warehouses: outbounds, stock, and what left."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from bench import Bench, real_clock
from conformance import of
from peers import peer
from samples import (
    CODE,
    HOSTILE,
    LINES,
    NOON,
    outbound,
)

from integrations.errors import Forged, Rejected
from integrations.ports import (
    AnswersByFile,
    Erp,
    Warehouse,
)
from models.messages import RawMessage
from sandbox.faults import FaultKind

IN_XML = HOSTILE.replace("\u0001", "\ufffd")
"""XML cannot carry control characters."""


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
    message = peer(name).confirmation(shipped, at)
    return dict(message.params), {key.lower(): value for key, value in message.headers.items()}, message.body


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
    if not peer(name).dated:
        assert len({partner.receive_callback(query, headers, body, at).key for at in apart}) == 1
        return
    for at in apart:
        with pytest.raises(Forged):
            partner.receive_callback(query, headers, body, at)


def _forgeries(name: str, query: dict[str, str], body: bytes) -> list[tuple[dict[str, str], bytes]]:
    """Calls with another content, with another signature or none, and with other parameters where those are signed."""
    signature = peer(name).signature
    forged: list[tuple[dict[str, str], bytes]] = [(query, body.replace(b"OB-1", b"OB-2")), ({}, b"")]
    if signature not in query:
        signed = f"{signature}=".encode()
        bodies = (body.replace(signed, instead) for instead in (b"", signed + b"A", signed + b"%C3%A9"))
        return [*forged, *((query, each) for each in bodies)]
    others = ({parameter: "somebody"} for parameter in query if parameter != signature)
    unsigned = {parameter: value for parameter, value in query.items() if parameter != signature}
    changes = (*others, {signature: "0" * 32}, {signature: "é"})
    return [*forged, (unsigned, body), *((query | change, body) for change in changes)]


@of(Warehouse)
async def a_confirmation_with_entities_of_its_own_is_refused(bench: Bench, name: str) -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><request>&b;</request>'
    thief = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><request>&x;</request>'
    for body in (bomb, thief, "<request/>", "", "no XML"):
        with pytest.raises(Rejected):
            bench.partner(name).read_confirmation(RawMessage("key", body, NOON))
