"""Whatever a partner does to a message, it has one effect or a person knows why it has none (invariants 4 and 6)."""

import json
from typing import Any

import pytest
from life import Clock, assert_books_are_sound, change, codes, column, effects, place_good, rows, ship, status_of
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from sandbox.faults import Fault, FaultKind

pytestmark = pytest.mark.usefixtures("prefect_api")

AT_THE_WAREHOUSE = [
    ("sf", "EXP_RECE_CREATE_ORDER"),
    ("qimen", "deliveryorder.create"),
    ("kingdee", "Save"),
]


async def reserved(hub: Sandbox, count: int = 1, **changes: Any) -> list[str]:
    """Orders whose messages to the partners are owed; their numbers."""
    numbers = place_good(hub, count, **changes)
    await ingest_channels(["shop"])
    await fulfil_orders()
    return numbers


async def relay_for_an_hour(clock: Clock) -> None:
    """What is put off becomes due, again and again."""
    for _ in range(4):
        await relay_outbox()
        clock.advance(minutes=20)


def lay(hub: Sandbox, partner: str, operation: str, kind: FaultKind, times: int | None = 1) -> None:
    """Lay a fault on a partner's operation."""
    hub.world.add_fault(Fault(partner, operation, kind, times=times))


async def test_a_reply_lost_after_the_work_was_done_has_no_second_effect(hub: Sandbox, clock: Clock) -> None:
    [number] = await reserved(hub)
    for partner, operation in (*AT_THE_WAREHOUSE, ("shop", "ship")):
        lay(hub, partner, operation, FaultKind.DROP_REPLY)

    await relay_for_an_hour(clock)
    await ship(hub)
    await track_shipments()
    await relay_for_an_hour(clock)

    assert status_of(number) == "shipped"
    assert column("SELECT DISTINCT state FROM outbox") == ["sent"]
    done = effects(hub)
    assert set(done.values()) == {1}
    assert {(partner, effect) for partner, effect, _ in done} >= {
        ("sf", "waybill-issued"),
        ("qimen", "outbound-created"),
        ("kingdee", "order-audited"),
        ("shop", "shipped"),
    }
    assert_books_are_sound()


@pytest.mark.parametrize("kind", [FaultKind.REFUSE, FaultKind.RATE_LIMIT, FaultKind.HTML_200, FaultKind.EMPTY_JSON])
async def test_what_a_partner_cannot_do_now_is_done_later(hub: Sandbox, clock: Clock, kind: FaultKind) -> None:
    [number] = await reserved(hub)
    for partner, operation in AT_THE_WAREHOUSE:
        lay(hub, partner, operation, kind)

    await relay_for_an_hour(clock)

    assert status_of(number) == "released"
    assert column("SELECT DISTINCT state FROM outbox") == ["sent"]
    assert set(effects(hub).values()) == {1}


async def test_a_rejected_message_waits_for_a_person_and_the_others_go(hub: Sandbox, clock: Clock) -> None:
    bad, good = await reserved(hub, 2)
    change(
        "UPDATE sales_order SET receiver = :receiver WHERE channel_order_no = :number",
        receiver=json.dumps({"name": "王伟", "province": "浙江省"}),
        number=bad,
    )

    await relay_outbox()

    [stuck] = rows("SELECT order_id, kind, state, why_person, last_error FROM outbox WHERE state <> 'sent'")
    assert (stuck.kind, stuck.state, stuck.why_person) == ("waybill", "person", "rejected")
    assert stuck.last_error
    [reasons] = column("SELECT reasons FROM order_event WHERE order_id = :id AND kind = 'noticed'", id=stuck.order_id)
    assert codes(reasons) == ["partner-rejected"]
    assert (status_of(bad), status_of(good)) == ("confirmed", "released")
    assert column("SELECT kind FROM hold WHERE closed_at IS NULL") == ["data"], "it has no stock until a person decides"


async def test_a_wrong_secret_stops_only_that_partner_and_uses_up_no_try(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reserved(hub)
    with monkeypatch.context() as wrong:
        wrong.setenv("ORDERSPINE_SECRET_SF", json.dumps({"checkword": "not the check word"}))
        for _ in range(10):
            await relay_outbox()
            clock.advance(minutes=6)
    assert rows("SELECT kind, state, tries FROM outbox WHERE kind = 'waybill'") == [("waybill", "due", 0)]
    assert column("SELECT state FROM outbox WHERE kind = 'erp-order'") == ["sent"]

    await relay_outbox()

    assert column("SELECT DISTINCT state FROM outbox") == ["sent"]


async def test_after_the_last_try_a_person_is_asked(hub: Sandbox, clock: Clock) -> None:
    await reserved(hub)
    lay(hub, "sf", "*", FaultKind.EMPTY_JSON, times=None)
    for _ in range(9):
        await relay_outbox()
        clock.advance(hours=2)

    [stuck] = rows("SELECT state, why_person, tries FROM outbox WHERE kind = 'waybill'")
    assert tuple(stuck) == ("person", "too-many-tries", 8)
    [reasons] = column("SELECT reasons FROM order_event WHERE kind = 'noticed'")
    assert codes(reasons) == ["too-many-tries"]
    assert_books_are_sound()


def close_the_gate(region: str) -> None:
    """Close the weather gate of a region, as ``check-gates`` would."""
    change(
        "INSERT INTO gate (company_id, kind, region, reasons, evidence, closed_at)"
        " SELECT id, 'weather', :region, '[]', '[]', '2026-01-01 00:00:00' FROM company",
        region=region,
    )


async def test_nothing_passes_a_closed_gate_until_it_opens(hub: Sandbox, clock: Clock) -> None:
    here, there = await reserved(hub, 2)
    change("UPDATE sales_order SET region = '广东省' WHERE channel_order_no = :number", number=here)
    change(
        "UPDATE outbox SET region = CASE WHEN kind = 'erp-order' THEN '' WHEN order_id ="
        " (SELECT id FROM sales_order WHERE channel_order_no = :number) THEN '广东省' ELSE '浙江省' END",
        number=here,
    )
    close_the_gate("广东省")

    await relay_for_an_hour(clock)
    assert (status_of(here), status_of(there)) == ("reserved", "released")
    assert len(hub.world.ledger.effects("sf", "waybill-issued")) == 1

    change("UPDATE gate SET opened_at = '2026-01-02 00:00:00', opened_by = 'somebody'")
    await relay_outbox()
    assert status_of(here) == "released"


async def test_a_gate_that_closes_after_the_claim_holds_the_message_back(hub: Sandbox, clock: Clock) -> None:
    numbers = await reserved(hub, 3)
    change("UPDATE outbox SET region = '广东省' WHERE kind = 'waybill'")
    book = hub.world.carrier.book

    def book_and_close(*words: Any, **more: Any) -> Any:
        waybill = book(*words, **more)
        if len(hub.world.carrier.waybills) == 1:
            close_the_gate("广东省")
        return waybill

    hub.world.carrier.book = book_and_close  # type: ignore[method-assign]  # the weather turns at that moment

    await relay_for_an_hour(clock)

    assert {status_of(number) for number in numbers} == {"reserved"}, "what was claimed or owed later waits too"
    assert hub.world.ledger.effects("qimen", "outbound-created") == []
    assert set(column("SELECT state FROM outbox WHERE kind = 'outbound'")) == {"due"}
    assert column("SELECT count(*) FROM outbox WHERE leased_by IS NOT NULL") == [0]
