"""A credential that is refused stops that partner alone, one person hears once, and it goes on when it is mended."""

import json

import pytest
from life import Clock, column, place_good, rows, status_of
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from sandbox.faults import Fault, FaultKind
from tasks.overview import overview

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]
WRONG = json.dumps({"checkword": "not the check word"})


def calls(hub: Sandbox, partner: str) -> int:
    """How often a partner was called."""
    return sum(n for kind, n in hub.world.requests.counts().items() if kind.partner == partner)


def notices() -> list[str]:
    """What people were told of stopped partners."""
    return column(
        "SELECT payload FROM outbox WHERE kind = 'notice' AND idempotency_key LIKE 'notice:partner-stopped:%'"
    )


async def some_orders(hub: Sandbox, count: int) -> list[str]:
    numbers = place_good(hub, count)
    await ingest_channels(["shop"])
    await fulfil_orders()
    return numbers


async def test_it_is_called_once_in_five_minutes_whatever_waits_for_it(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = await some_orders(hub, 5)
    with monkeypatch.context() as wrong:
        wrong.setenv("ORDERSPINE_SECRET_SF", WRONG)
        await relay_outbox()
        at_once = calls(hub, "sf")
        for _ in range(3):
            await relay_outbox()
        assert calls(hub, "sf") == at_once, "it is left alone"
        clock.advance(minutes=6)
        await relay_outbox()
        assert calls(hub, "sf") == at_once + 1, "one call finds out whether it still refuses us"
        await relay_outbox()
        assert calls(hub, "sf") == at_once + 1
        [stopped] = overview().stopped
        assert (stopped.account, "A1006" in stopped.why) == ("sf_express/sf", True)
    assert set(rows("SELECT state, tries FROM outbox WHERE kind = 'waybill'")) == {("due", 0)}
    assert set(column("SELECT state FROM outbox WHERE kind = 'erp-order'")) == {"sent"}, "the others go on"

    await relay_outbox()

    assert {status_of(number) for number in numbers} == {"released"}, "with the right one it goes on at once"
    assert overview().stopped == ()
    assert len(notices()) == 1, "one person heard once"


async def test_the_same_credential_counts_again_when_the_partner_accepts_it(hub: Sandbox, clock: Clock) -> None:
    [number] = await some_orders(hub, 1)
    hub.world.add_fault(Fault("sf", "*", FaultKind.EXPIRED_SESSION, times=1))
    await relay_outbox()
    assert (status_of(number), len(overview().stopped)) == ("reserved", 1)
    clock.advance(minutes=6)
    await relay_outbox()
    assert (status_of(number), overview().stopped) == ("released", ())


async def test_a_partner_that_takes_several_calls_goes_on_too(hub: Sandbox, clock: Clock) -> None:
    await some_orders(hub, 3)
    hub.world.add_fault(Fault("kingdee", "Save", FaultKind.EXPIRED_SESSION, times=1))
    await relay_outbox()
    assert len(overview().stopped) == 1
    clock.advance(minutes=6)
    await relay_outbox()
    assert overview().stopped == ()
    assert set(column("SELECT state FROM outbox WHERE kind = 'erp-order'")) == {"sent"}


async def test_a_channel_that_is_stopped_fails_no_run_and_the_others_are_read(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_good(hub, 2)
    monkeypatch.setenv("ORDERSPINE_SECRET_TAOBAO", json.dumps({"secret": "wrong", "session": "wrong"}))
    assert [pulled.channel for pulled in await ingest_channels()] == ["shop"]
    before = calls(hub, "taobao")
    assert [pulled.channel for pulled in await ingest_channels()] == ["shop"]
    assert calls(hub, "taobao") == before
    assert len(notices()) == 1


async def test_a_carrier_that_is_stopped_does_not_keep_parcels_of_others_from_being_followed(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORDERSPINE_SECRET_SF")
    await some_orders(hub, 1)
    await relay_outbox()
    await track_shipments()
    [stopped] = overview().stopped
    assert "credential set sf" in stopped.why, "a missing credential is told like a refused one"
