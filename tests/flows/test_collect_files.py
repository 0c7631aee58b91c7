"""Files that others leave come in by themselves: each content once, nothing lost, and what is unclear waits."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from life import Clock, assert_books_are_sound, codes, column, effects, rows
from played import Sandbox

import tasks.collect_documents
from flows.collect_files import collect_files
from flows.import_files import import_files
from flows.relay_outbox import relay_outbox
from integrations.errors import Unavailable
from integrations.files.confirmed import preset_of
from integrations.files.preset import load_preset, save_preset
from integrations.files.tables import header_fingerprint
from integrations.folder import Folder
from models.messages import Document
from settings import ROOT, get_settings
from tasks.collect_documents import Collected, kept_path
from tasks.read_files import FileRead

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

HEADER = "订单号,下单时间,客户,收货人,电话,省,市,地址,商品编码,数量,单价\n"
ROW = "{no},2026-03-01 10:00:00,C1,王伟,13800000000,浙江省,杭州市,文一路 1 号,SKU-0001,2,10.00\n"
PLAIN = (HEADER + ROW.format(no="F-1") + ROW.format(no="F-2\t")).encode("gb18030")
LONG_AGO = 1_700_000_000


@pytest.fixture
def places(hub: Sandbox, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Path]]:
    """Two folders: one with a named preset, and one whose files are known by their columns."""
    folders = {name: tmp_path / name for name in ("share", "upload")}
    presets = tmp_path / "presets"
    presets.mkdir()
    (presets / "plain.toml").write_text((get_settings().presets / "plain.toml").read_text("utf-8"), encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_PRESETS", str(presets))
    told = ""
    for name, preset in (("share", "plain"), ("upload", "")):
        folders[name].mkdir()
        told += f'''
[[documents]]
code = "{name}"
partner = "folder"
preset = "{preset}"
told = "ops-robot"
settings = {{ path = "{folders[name]}", quiet_seconds = 0 }}
'''
    file = get_settings().connections
    before = file.read_text(encoding="utf-8")
    file.write_text(before + told, encoding="utf-8")
    for settled in (file, presets / "plain.toml"):
        os.utime(settled, (LONG_AGO, LONG_AGO))
    get_settings.cache_clear()
    yield folders
    file.write_text(before, encoding="utf-8")
    get_settings.cache_clear()


def lay(folder: Path, name: str = "orders.csv", content: bytes = PLAIN) -> None:
    (folder / name).write_bytes(content)
    os.utime(folder / name, (LONG_AGO, LONG_AGO))


def orders() -> list[str]:
    return sorted(column("SELECT channel_order_no FROM sales_order"))


async def test_a_file_is_kept_brought_in_and_put_away(places: dict[str, Path]) -> None:
    lay(places["share"])
    done = await collect_files()
    assert Collected("share", 1, 1, 0) in done
    assert FileRead("orders.csv", orders=2, new=2) in done
    assert orders() == ["F-1", "F-2"], "a number that ends in a TAB is that number"
    [kept] = rows("SELECT * FROM kept_file")
    assert (kept.name, kept.size_bytes, kept.source, kept.state) == ("orders.csv", len(PLAIN), "share", "done")
    assert kept_path(kept.sha256, kept.name).read_bytes() == PLAIN
    assert [item.name for item in places["share"].iterdir()] == ["done"]
    events = column("SELECT count(*) FROM order_event")
    assert [step for step in await collect_files() if isinstance(step, FileRead)] == []
    assert column("SELECT count(*) FROM order_event") == events
    assert_books_are_sound()


async def test_the_same_file_by_two_routes_and_names_is_one(places: dict[str, Path]) -> None:
    lay(places["share"])
    await collect_files()
    lay(places["upload"], "again (1).csv")
    lay(places["share"])
    done = await collect_files()
    assert [(step.documents, step.new_files) for step in done if isinstance(step, Collected)] == [(1, 0), (1, 0)]
    assert column("SELECT count(*) FROM kept_file") == [1]
    assert sorted(column("SELECT name FROM delivery")) == ["again (1).csv", "orders.csv"]
    assert orders() == ["F-1", "F-2"]


async def test_a_file_of_unknown_columns_waits_until_a_person_confirmed_them(
    hub: Sandbox, places: dict[str, Path]
) -> None:
    unknown = b"ref no,bought,who,item code,pcs qty,price each\nU-1,2026-03-01 10:00:00,C1,SKU-0001,1,5.00\n"
    lay(places["upload"], "new.csv", unknown)
    lay(places["share"])
    for _ in range(2):
        await collect_files()
    await relay_outbox()
    assert orders() == ["F-1", "F-2"], "it stops no other"
    [waits] = rows("SELECT source, content, reasons, state FROM quarantine WHERE subject = 'file'")
    assert (waits.source, codes(waits.reasons), waits.state) == ("upload", ["file-layout-unknown"], "open")
    kept = Path(json.loads(waits.content)["path"] if isinstance(waits.content, str) else waits.content["path"])
    assert kept.read_bytes() == unknown
    told = [message for _, effect, message in effects(hub) if effect == "message" and "new.csv" in message]
    assert len(told) == 1, "people are told once"

    mapping = {"orders.order_no": "ref no", "orders.placed_at": "bought", "orders.customer": "who"}
    mapping |= {"lines.sku": "item code", "lines.quantity": "pcs qty", "lines.price": "price each"}
    header = unknown.decode().splitlines()[0].split(",")
    preset = preset_of(mapping, header, name="upload-shop", currency="CNY", timezone="Asia/Shanghai")
    save_preset(preset, get_settings().presets / "upload-shop.toml")
    _later(get_settings().presets / "upload-shop.toml")
    await collect_files()
    assert orders() == ["F-1", "F-2", "U-1"]
    assert column("SELECT state FROM quarantine WHERE subject = 'file'") == ["mended"]
    assert set(column("SELECT state FROM kept_file")) == {"done"}


async def test_a_statement_of_a_provider_that_is_no_partner_is_set_against_the_orders(places: dict[str, Path]) -> None:
    columns = "交易时间,交易说明,金额,交易状态,收/支,交易订单号,商家订单号"
    bill = (
        f"{columns}\n2026-03-01 10:01:00,杯,30.00(已退款10.00),交易成功,收入,J1\t,F-1\t\n"
        "2026-03-02 10:01:00,退款-杯,10.00,退款成功,支出,J1\t,F-1\t\n2026-03-02 10:02:00,杯,20.00,交易成功,?,J2,F-2\n"
    )
    known = {"fingerprints": [header_fingerprint(columns.split(","))]}
    preset = load_preset(ROOT / "presets" / "jd-bill.toml").model_copy(update=known)
    save_preset(preset, get_settings().presets / "jd-bill.toml")
    lay(places["share"])
    await collect_files()
    lay(places["upload"], "bill.csv", bill.encode("gb18030"))
    for _ in range(2):
        read = [step for step in await collect_files() if isinstance(step, FileRead)]
        assert read in ([FileRead("bill.csv", payments=2)], []), "it is read once"
    paid = "SELECT o.channel_order_no, m.outcome, m.settled_minor FROM settlement_match m JOIN sales_order o"
    assert [tuple(row) for row in rows(f"{paid} ON o.id = m.order_id")] == [("F-1", "equal", 2_000)]
    assert codes(column("SELECT reasons FROM quarantine")[0]) == ["payment-direction-unknown"]


async def test_a_broken_file_waits_and_the_others_go_on(places: dict[str, Path]) -> None:
    lay(places["share"], "broken.xlsx", b"PK\x03\x04 half a workbook")
    lay(places["share"], "wrong.csv", b"colour,size\nred,1\n")
    lay(places["share"])
    done = await collect_files()
    waiting = [step.file for step in done if isinstance(step, FileRead) and step.waits]
    assert sorted(waiting) == ["broken.xlsx", "wrong.csv"]
    assert orders() == ["F-1", "F-2"]
    reasons = column("SELECT reasons FROM quarantine WHERE subject = 'file'")
    assert [codes(stored) for stored in reasons] == [["file-unreadable"]] * 2
    assert [step for step in await collect_files() if isinstance(step, FileRead)] == [], "not read again and again"


async def test_a_run_that_dies_before_it_puts_away_loses_and_repeats_nothing(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(places["share"])

    async def cut_off(_self: Folder, _document: Document) -> bool:
        raise ValueError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "put_away", cut_off)
        with pytest.raises(ValueError, match="killed"):
            await collect_files()
    assert (places["share"] / "orders.csv").exists()
    await collect_files()
    assert not (places["share"] / "orders.csv").exists()
    assert (column("SELECT count(*) FROM kept_file"), orders()) == ([1], ["F-1", "F-2"])


async def test_nothing_is_put_away_that_could_not_be_kept(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(places["share"])

    def full(*_: object) -> int:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.collect_documents, "_record", full)
        with pytest.raises(OSError, match="no space"):
            await collect_files()
    assert (places["share"] / "orders.csv").exists()
    await collect_files()
    assert orders() == ["F-1", "F-2"]


async def test_a_place_that_marks_nothing_is_known_by_its_ids(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def keeps_no_marks(_self: Folder, _document: Document) -> bool:
        return False

    monkeypatch.setattr(Folder, "put_away", keeps_no_marks)
    lay(places["share"])
    taken = []
    for _ in range(3):
        done = await collect_files()
        taken += [step.documents for step in done if isinstance(step, Collected) and step.source == "share"]
    assert taken == [1, 0, 0]


async def test_a_place_that_is_not_there_stops_no_other(places: dict[str, Path]) -> None:
    places["upload"].rmdir()
    lay(places["share"])
    with pytest.raises(Unavailable):
        await collect_files.with_options(retries=0)()
    assert orders() == ["F-1", "F-2"]


async def test_a_person_who_imports_the_kept_file_changes_nothing(places: dict[str, Path]) -> None:
    lay(places["share"])
    await collect_files()
    [kept] = rows("SELECT * FROM kept_file")
    await import_files(str(kept_path(kept.sha256, kept.name)), "plain")
    assert orders() == ["F-1", "F-2"]
    assert_books_are_sound()


def _later(file: Path) -> None:
    """As if it had been written after the hub's standing clock."""
    at = datetime.now(UTC).timestamp() + 60
    os.utime(file, (at, at))
