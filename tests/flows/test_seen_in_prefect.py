"""What a run shows in Prefect's UI: how far long work is, and in the end a table of what became of it."""

import json

import pytest
from life import Clock, column, place_good
from played import Sandbox
from prefect.artifacts import Artifact

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from settings import get_settings

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

A_BATCH = (
    "flows.fulfil_orders.ORDERS_A_BATCH",
    "tasks.ready.ORDERS_A_BATCH",
    "flows.relay_outbox.MESSAGES_A_BATCH",
    "tasks.ready.MESSAGES_A_BATCH",
)


def two_orders_a_page(connections: str) -> str:
    """The same connections, but that the shop shows its orders page by page."""
    assert connections.count('partner = "shop"\nsettings = {') == 1
    return connections.replace('partner = "shop"\nsettings = {', 'partner = "shop"\nsettings = { page_size = 2,')


async def test_long_work_shows_how_far_it_is_and_what_became_of_it(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in A_BATCH:
        monkeypatch.setattr(name, 4)
    file = get_settings().connections
    file.write_text(two_orders_a_page(file.read_text(encoding="utf-8")), encoding="utf-8")
    place_good(hub, 5)

    await ingest_channels(["shop"])
    pulled, bar = await Artifact.aget("ingest-channels"), await Artifact.aget("ingest-channels-progress")
    assert json.loads(pulled.data) == [{"step": "pulled", "channel": "shop", "seen": 5, "new": 5}]
    assert (bar.type, bar.data, bar.flow_run_id) == ("progress", 100.0, pulled.flow_run_id)

    shown = {}
    for step, name in ((fulfil_orders, "fulfil-orders"), (relay_outbox, "relay-outbox")):
        done = await step()
        table, bar = await Artifact.aget(name), await Artifact.aget(f"{name}-progress")
        shown[name] = json.loads(table.data)
        assert [row["step"] for row in shown[name]] == [type(batch).__name__.lower() for batch in done]
        assert len(done) > 1, "of several batches"
        assert (bar.type, bar.data, bar.flow_run_id) == ("progress", 100.0, table.flow_run_id)

    decided = shown["fulfil-orders"]
    assert [sum(row.get(name, 0) for row in decided) for name in ("messages", "created")] == [5, 5]
    sent = column("SELECT count(*) FROM outbox WHERE state = 'sent'")
    assert [sum(row["sent"] for row in shown["relay-outbox"])] == sent
