"""A label from the command line: saved where it is wanted, or why there is none."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox


@pytest.mark.take_turns
@pytest.mark.usefixtures("prefect_api")
def test_a_label_is_saved_under_the_waybills_number_or_where_it_is_wanted(
    orderspine, hub: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    now = datetime.now(UTC)
    hub.world.place_orders("shop", 1, since=now - timedelta(hours=5), until=now, seed=7)
    [number] = [order["order_no"] for order in hub.world.channels["shop"].book]
    asyncio.run(ingest_channels(["shop"]))
    asyncio.run(fulfil_orders())
    assert orderspine("order", "label", number).code == 2
    asyncio.run(relay_outbox())
    [waybill] = hub.world.carrier.waybills
    monkeypatch.chdir(tmp_path)

    assert orderspine("order", "label", number).code == 0
    assert waybill in Path(f"{waybill}.json").read_text()
    assert "there.json" in orderspine("order", "label", number, "there.json").out
    assert Path("there.json").read_bytes() == Path(f"{waybill}.json").read_bytes()
