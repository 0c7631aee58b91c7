"""Who packs without a warehouse system prints the carrier's label from the order."""

from pathlib import Path

import httpx
import pytest
from life import Clock, column, place_good, up_to_released
from played import Sandbox

from models.order_number import order_number
from sandbox.faults import Fault, FaultKind
from settings import get_settings
from tasks.labels import CannotPrint, fetch_label
from tasks.story import Outbound, order_story
from web.app import create_app

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


async def test_a_label_is_offered_where_the_warehouse_prints_none_and_fetched_when_asked(
    hub: Sandbox, clock: Clock
) -> None:
    [number] = place_good(hub, 1)
    await up_to_released()
    ours = order_number(column("SELECT id FROM sales_order")[0])
    [(outbound, waybill)] = [(kept.number, kept.waybill_no) for kept in offered(number, label=False)]
    change_connections('partner = "qimen"\n', 'partner = "qimen"\nprints_labels = false\n')
    change_connections(
        'partner = "sf_express"\nsettings = { ', 'partner = "sf_express"\nsettings = { template_code = "t", '
    )
    offered(number, label=True)

    label = await fetch_label(ours)
    assert (label.name, label.media_type) == (f"{waybill}.pdf", "application/pdf")
    assert str(waybill).encode() in label.content
    transport = httpx.ASGITransport(create_app(), client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as visitor:
        assert f'href="/orders/{outbound}/label"' in (await visitor.get(f"/orders/{ours}")).text
        shown = await visitor.get(f"/orders/{outbound}/label")
        assert (shown.content, shown.headers["content-type"]) == (label.content, "application/pdf")
        assert shown.headers["content-disposition"] == f'inline; filename="{waybill}.pdf"'
        hub.world.add_fault(Fault("sf", "COM_RECE_CLOUD_PRINT_WAYBILLS", FaultKind.REJECT))
        assert (await visitor.get(f"/orders/{outbound}/label")).status_code == 404


async def test_without_a_waybill_or_a_carrier_that_prints_it_is_said_why_there_is_no_label(
    hub: Sandbox, clock: Clock
) -> None:
    with pytest.raises(CannotPrint, match="SO404 has no waybill"):
        await fetch_label("SO404")
    [number] = place_good(hub, 1)
    await up_to_released()
    change_connections('code = "SF"', 'code = "SF2"')
    with pytest.raises(CannotPrint, match="SF gives no labels"):
        await fetch_label(number)


def offered(number: str, *, label: bool) -> list[Outbound]:
    story = order_story(number)
    assert story is not None
    assert [outbound.label for outbound in story.outbounds] == [label]
    return list(story.outbounds)


def change_connections(old: str, new: str) -> None:
    file: Path = get_settings().connections
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
