"""An order whose warehouse stands behind Cainiao LINK: it ships by a report that carries no time, and only once."""

import re
from collections.abc import Iterator

import pytest
from life import Clock, assert_books_are_sound, column, place_good, status_of, up_to_released
from played import Sandbox

from flows.track_shipments import track_shipments
from sandbox import credentials
from sandbox.cainiao_link_report import confirmation, progress
from settings import get_settings
from tasks.receive import Call, Reception

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


@pytest.fixture
def behind_link(hub: Sandbox, clock: Clock) -> Iterator[None]:
    """Every warehouse is reached through LINK."""
    file = get_settings().connections
    before = file.read_text(encoding="utf-8")
    settings = (
        f'settings = {{ url = "\\1/cainiao_link/gateway/link.do", provider_id = "{credentials.CAINIAO_LINK_PROVIDER}", '
        f'secret = "{credentials.CAINIAO_LINK_SECRET}", owner_user_id = "{credentials.CAINIAO_LINK_OWNER}" }}'
    )
    linked = re.sub(r'settings = \{ url = "([^"]*?)/qimen/.*\nsecret = "qimen"', settings, before)
    file.write_text(linked.replace('partner = "qimen"', 'partner = "cainiao_link"'), encoding="utf-8")
    get_settings.cache_clear()
    yield
    file.write_text(before, encoding="utf-8")
    get_settings.cache_clear()


async def test_an_old_report_that_comes_again_ships_nothing_twice(
    hub: Sandbox, clock: Clock, behind_link: None
) -> None:
    [number] = place_good(hub, 1, remark="送礼", promised_on=None)
    await up_to_released()
    assert status_of(number) == "released"
    [outbound] = hub.world.warehouse.open_outbounds()
    assert (outbound.system, outbound.remark) == ("cainiao_link", "[gift] 送礼")
    reception = Reception()

    async def tell(body: bytes) -> str:
        answer = await reception.take(outbound.warehouse, Call({}, {}, body))
        return "taken" if b"<success>true</success>" in answer.body else "refused"

    assert await tell(progress(outbound, "WMS_PICKED", clock.now).body) == "taken"
    await track_shipments()
    assert status_of(number) == "picked"
    await hub.world.work_in_warehouse()
    report = confirmation(outbound, 1_250).body
    assert await tell(report.replace(b"SF", b"XX")) == "refused"
    assert [await tell(report) for _ in range(2)] == ["taken", "taken"]
    await track_shipments()
    assert status_of(number) == "shipped"
    clock.advance(days=3)
    assert await tell(report) == "taken"
    await track_shipments()
    assert column("SELECT weight_grams FROM parcel") == [1_250]
    assert status_of(number) == "shipped"
    assert_books_are_sound()
