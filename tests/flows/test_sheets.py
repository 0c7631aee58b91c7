"""A warehouse of people with sheets: an order goes out as a sheet, and ships by the sheet that comes back (C1)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from life import Clock, assert_books_are_sound, column, place_good, status_of, up_to_released
from played import Sandbox

from flows.collect_files import collect_files
from flows.track_shipments import track_shipments
from sandbox.excel_bridge import fill_in, notice_sheet
from settings import get_settings
from tasks.read_files import FileRead

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


@pytest.fixture
def place(hub: Sandbox, clock: Clock, tmp_path: Path) -> Iterator[Path]:
    """Where the sheets lie, in a folder for each warehouse."""
    there = tmp_path / "sheets"
    for warehouse in ("SZ-01", "SH-01"):
        (there / warehouse).mkdir(parents=True)
    file = get_settings().connections
    before = file.read_text(encoding="utf-8")
    sheets = rf'code = "\1"\npartner = "excel_bridge"\nsettings = {{ path = "{there}/\1", quiet_seconds = 0 }}'
    with_sheets = re.sub(r'code = "(\S+)"\npartner = "qimen"', sheets, before)
    file.write_text(re.sub(r'settings = \{ url = "[^"]*/qimen/.*\nsecret = "qimen"', "", with_sheets), encoding="utf-8")
    get_settings.cache_clear()
    yield there
    file.write_text(before, encoding="utf-8")
    get_settings.cache_clear()


async def test_an_order_ships_by_the_sheet_that_comes_back(hub: Sandbox, clock: Clock, place: Path) -> None:
    [number] = place_good(hub, 1, remark="=送礼", promised_on=None)
    await up_to_released()
    assert status_of(number) == "released"
    [sheet] = place.glob("*/out/*.xlsx")
    notice_sheet(hub.world, sheet)
    assert [outbound.remark for outbound in hub.world.warehouse.outbounds.values()] == ["[gift] =送礼"]
    answers = sheet.parents[1] / "in"
    answers.mkdir()
    (answers / sheet.name).write_bytes(sheet.read_bytes())  # an echo: nobody has filled it in
    await collect_files()
    await track_shipments()
    assert status_of(number) == "released"

    for copy in ("done.xlsx", "done again.xlsx"):
        fill_in(sheet, answers / copy, clock.now, 1_250)
    sheet.unlink()
    done = await collect_files()
    assert sum(step.new for step in done if isinstance(step, FileRead)) == 1, "a repeat in another file is one"
    await track_shipments()

    assert status_of(number) == "shipped"
    assert column("SELECT weight_grams FROM parcel") == [1_250]
    assert column("SELECT route FROM inbox WHERE kind = 'outbound-confirmation'") == ["file"]
    assert_books_are_sound()
