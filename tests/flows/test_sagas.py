"""Whichever message fails, and however: the order is done everywhere or undone everywhere, or a person has it."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from life import Clock, assert_books_are_sound, change, codes, column, effects, place_good, rows, ship, status_of
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.order_number import order_number
from models.outbox import Owed
from sandbox.faults import Fault, FaultKind
from settings import ROOT, get_settings
from tasks.answers import answer
from tasks.invoices import request_invoice

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

TRIES = 3


@pytest.fixture(autouse=True)
def _soon_given_up(hub: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual rules, but for how often is tried."""
    rules = (ROOT / "orderspine.toml").read_text(encoding="utf-8").replace("tries = 8", f"tries = {TRIES}")
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_RULES", str(tmp_path / "rules.toml"))
    get_settings.cache_clear()


async def reserved(hub: Sandbox, clock: Clock) -> str:
    """Carrier and ERP are owed their messages; the order's number."""
    [number] = place_good(hub, 1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    assert status_of(number) == "reserved"
    return number


async def called_off(hub: Sandbox, clock: Clock) -> str:
    """The warehouse has it on its list, and the buyer has cancelled it."""
    number = await reserved(hub, clock)
    await relay_outbox()
    clock.advance(minutes=5)
    hub.world.cancel_order("shop", number)
    clock.advance(minutes=5)
    await ingest_channels(["shop"])
    await fulfil_orders()
    return number


async def shipped(hub: Sandbox, clock: Clock) -> str:
    """The warehouse has shipped, and channel and customer are owed word of it."""
    number = await reserved(hub, clock)
    await relay_outbox()
    await ship(hub)
    await track_shipments()
    assert status_of(number) == "shipped"
    return number


async def short(hub: Sandbox, clock: Clock) -> str:
    """There is no stock for it, and purchasing is owed word of that."""
    change("UPDATE stock_level SET safety = on_hand")
    [number] = place_good(hub, 1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    assert status_of(number) == "confirmed"
    return number


async def invoiced(hub: Sandbox, clock: Clock) -> str:
    """It is with the warehouse, and an invoice was asked for."""
    number = await reserved(hub, clock)
    await relay_outbox()
    request_invoice(order_number(column("SELECT id FROM sales_order")[0]), "测试公司", "", "test")
    return number


@dataclass(frozen=True)
class Step:
    """A message: how it comes to be owed, the partner's operation, and where the order ends if it is done, or not."""

    prepare: Callable[[Sandbox, Clock], Awaitable[str]]
    partner: str
    operation: str
    done: str
    undone: str


STEPS = {
    Owed.WAYBILL: Step(reserved, "sf", "EXP_RECE_CREATE_ORDER", "released", "confirmed"),
    Owed.OUTBOUND: Step(reserved, "qimen", "deliveryorder.create", "released", "confirmed"),
    Owed.ERP_ORDER: Step(reserved, "kingdee", "Save", "released", "released"),
    Owed.CANCEL_OUTBOUND: Step(called_off, "qimen", "order.cancel", "cancelled", "released"),
    Owed.CANCEL_WAYBILL: Step(called_off, "sf", "EXP_RECE_UPDATE_ORDER", "cancelled", "cancelled"),
    Owed.CANCEL_ERP_ORDER: Step(called_off, "kingdee", "ExcuteOperation", "cancelled", "cancelled"),
    Owed.CHANNEL_SHIPMENT: Step(shipped, "shop", "ship", "shipped", "shipped"),
    Owed.CUSTOMER_MESSAGE: Step(shipped, "shop", "message", "shipped", "shipped"),
    Owed.INVOICE: Step(invoiced, "nuonuo", "requestBillingNew", "released", "released"),
    Owed.NOTICE: Step(short, "dingtalk", "robot.send", "confirmed", "confirmed"),
}
FAILURES = {
    "rejected": (FaultKind.REJECT, 1),
    "its reply is lost": (FaultKind.DROP_REPLY, 1),
    "unavailable until it is given up": (FaultKind.REFUSE, None),
    "unreadable until it is given up": (FaultKind.EMPTY_JSON, None),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("kind", STEPS, ids=str)
async def test_after_any_failed_message_nothing_is_half_done(
    hub: Sandbox, clock: Clock, kind: Owed, failure: str
) -> None:
    step, (fault, times) = STEPS[kind], FAILURES[failure]
    number = await step.prepare(hub, clock)
    hub.world.add_fault(Fault(step.partner, step.operation, fault, times=times))
    for _ in range(TRIES + 1):
        await relay_outbox()
        clock.advance(hours=1)
    hub.world.clear_faults()
    await relay_outbox()

    failed = fault is not FaultKind.DROP_REPLY
    assert status_of(number) == (step.undone if failed else step.done)
    assert column("SELECT count(*) FROM outbox WHERE state = 'due'") == [0]
    with_a_person = column("SELECT kind FROM outbox WHERE state = 'person'")
    if failed and (kind is not Owed.OUTBOUND or fault is not FaultKind.EMPTY_JSON):
        assert with_a_person == [kind]
    assert_partners_agree(hub, number, {Owed(stuck) for stuck in with_a_person})
    if failed and kind in (Owed.WAYBILL, Owed.OUTBOUND, Owed.CANCEL_OUTBOUND):
        assert column("SELECT count(*) FROM hold WHERE kind = 'data' AND closed_at IS NULL") == [1], "a person decides"
    assert_books_are_sound()


def assert_partners_agree(hub: Sandbox, number: str, with_a_person: set[Owed]) -> None:
    """What each partner has, by its ledger, is what the order's status says; but what a person has been told of."""
    done = Counter(effect for _, effect, _ in effects(hub))
    of_orders = {effect: times for effect, times in effects(hub).items() if effect[1] != "message"}
    assert set(of_orders.values()) <= {1}, "a chat cannot recognise a repeat; everybody else can"
    status = status_of(number)
    wanted = 1 if status in ("released", "shipped") else 0
    if not with_a_person & {Owed.CANCEL_WAYBILL}:
        assert done["waybill-issued"] - done["waybill-cancelled"] == wanted
    assert done["outbound-created"] - done["outbound-cancelled"] == wanted
    if not with_a_person & {Owed.ERP_ORDER, Owed.CANCEL_ERP_ORDER}:
        assert done["order-saved"] - done["order-cancelled"] == wanted
    promised = column("SELECT count(*) FROM reservation WHERE state = 'open'") != [0]
    assert promised == (status in ("reserved", "released"))
    if status == "shipped":
        assert done["shipped"] == (0 if Owed.CHANNEL_SHIPMENT in with_a_person else 1)
        assert done["customer-told"] == (0 if Owed.CUSTOMER_MESSAGE in with_a_person else 1)
    told = column("SELECT detail FROM order_event WHERE kind = 'noticed'")
    assert len(told) >= len(with_a_person - {Owed.NOTICE})


@pytest.mark.parametrize(("partner", "operation"), [("sf", "EXP_RECE_CREATE_ORDER"), ("qimen", "deliveryorder.create")])
async def test_a_person_who_says_yes_sends_a_refused_order_out_under_new_numbers(
    hub: Sandbox, clock: Clock, partner: str, operation: str
) -> None:
    number = await reserved(hub, clock)
    hub.world.add_fault(Fault(partner, operation, FaultKind.REJECT))
    await relay_outbox()
    await relay_outbox()
    assert status_of(number) == "confirmed"
    [why] = column("SELECT reasons FROM hold WHERE closed_at IS NULL")
    assert codes(why) == ["partner-rejected"]

    answer(order_number(column("SELECT id FROM sales_order")[0]), "data", "yes", "li")
    await fulfil_orders()
    await relay_outbox()

    assert status_of(number) == "released"
    assert [row.state for row in rows("SELECT state FROM outbound ORDER BY id")] == ["cancelled", "accepted"]
    assert [outbound.code[-2:] for outbound in hub.world.warehouse.open_outbounds()] == ["-2"]
    assert_partners_agree(
        hub, number, {Owed(kind) for kind in column("SELECT kind FROM outbox WHERE state = 'person'")}
    )
    assert_books_are_sound()


async def test_a_person_who_says_no_calls_a_refused_order_off(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub, clock)
    hub.world.add_fault(Fault("qimen", "deliveryorder.create", FaultKind.REJECT))
    await relay_outbox()

    answer(order_number(column("SELECT id FROM sales_order")[0]), "data", "no", "li", "not worth it")
    await relay_outbox()

    assert status_of(number) == "cancelled"
    assert_partners_agree(hub, number, {Owed.OUTBOUND})
    assert_books_are_sound()
