"""What ERP, warehouses and our books say of the stock is read, checked, kept and compared, lies included (D2)."""

import json
from typing import Any

import pytest
from life import Clock, change, codes, column, effects, place_good, rows, ship, up_to_released
from played import Sandbox

from flows.compare_stock import compare_stock
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from sandbox.faults import Fault, FaultKind
from tasks.mend import CannotMend, dismiss, mend
from tasks.overview import overview
from tasks.stock_report import ComparedStock, compared_stock

pytestmark = [pytest.mark.usefixtures("prefect_api", "clock"), pytest.mark.take_turns]

SKUS = 200
"""What the sandbox's shops sell, 1,000 pieces of each in both warehouses and in every book."""


def compared() -> ComparedStock:
    last = compared_stock()
    assert last is not None
    return last


def snapshot() -> list[Any]:
    return rows(
        "SELECT system, warehouse_id, product_id, available, locked, read_at FROM stock_snapshot"
        " ORDER BY system, warehouse_id, product_id"
    )


def refused() -> list[tuple[str, str, str, list[str]]]:
    """What is in quarantine: system, key, state, reasons."""
    found = rows("SELECT source, subject_key, state, reasons FROM quarantine WHERE subject = 'stock' ORDER BY id")
    return [(row.source, row.subject_key, row.state, codes(row.reasons)) for row in found]


def notices() -> list[str]:
    stored = column("SELECT payload FROM outbox WHERE kind = 'notice' ORDER BY id")
    return [(json.loads(payload) if isinstance(payload, str) else payload)["title"] for payload in stored]


async def test_where_all_say_the_same_everything_is_equal_and_nobody_is_told(hub: Sandbox) -> None:
    done = await compare_stock()

    assert (done.share, done.too_far, done.shelves) == ("0.00 %", False, {"equal": 2 * SKUS})
    assert column("SELECT count(*) FROM stock_snapshot") == [2 * 3 * SKUS]
    assert {(row.available, row.locked) for row in snapshot()} == {(1_000, 0)}
    assert compared().differences == []
    assert column("SELECT count(*) FROM outbox") == [0]
    assert refused() == []
    [decision] = rows("SELECT kind, subject, policy_version, flow_run_id, order_id FROM decision")
    assert (decision.kind, decision.subject, decision.order_id) == ("stock", "stock", None)
    assert decision.flow_run_id
    assert len(decision.policy_version) == 12


async def test_a_sku_that_differs_is_named_with_every_figure(hub: Sandbox) -> None:
    hub.world.set_stock("wms", "SZ-01", "SKU-0007", 900)
    done = await compare_stock()

    assert done.shelves == {"equal": 2 * SKUS - 1, "differs": 1}
    [off] = compared().differences
    assert (off.warehouse, off.sku, off.ours, off.wms, off.erp) == ("SZ-01", "SKU-0007", 1_000, 900, 1_000)
    assert (off.difference, off.share, off.outcome) == (100, "10.00 %", "differs")
    assert (done.too_far, notices()) == (False, [])


async def test_what_a_partner_does_not_list_is_missing_there(hub: Sandbox) -> None:
    del hub.world.erp.stock["SH-01", "SKU-0001"]
    await compare_stock()
    [off] = compared().differences
    assert (off.erp, off.outcome, codes(off.reasons)) == (0, "missing", ["stock-absent-there"])


async def test_goods_on_order_are_locked_on_all_sides_and_after_the_shipment_the_books_agree_again(
    hub: Sandbox,
) -> None:
    place_good(hub, 20)
    await up_to_released()
    await compare_stock()
    assert compared().differences == []
    assert sum(row.locked for row in snapshot() if row.system == "orderspine") > 0

    await ship(hub)
    await track_shipments()
    await compare_stock()
    assert compared().differences == []
    assert compared().erp < 2 * SKUS * 1_000


async def test_running_twice_leaves_the_same_rows(hub: Sandbox, clock: Clock) -> None:
    hub.world.set_stock("wms", "SZ-01", "SKU-0001", -3)
    hub.world.set_stock("erp", "SH-01", "SKU-0002", 970)
    await compare_stock()
    first = snapshot(), refused(), compared()
    await compare_stock()
    assert (snapshot(), refused(), compared()) == first
    clock.advance(minutes=30)
    await compare_stock()
    assert [row[:5] for row in snapshot()] == [row[:5] for row in first[0]]
    assert {row.read_at for row in snapshot()} != {row.read_at for row in first[0]}
    assert refused() == first[1]


class TestABadFigure:
    async def test_is_refused_and_the_others_go_on(self, hub: Sandbox) -> None:
        hub.world.set_stock("wms", "SZ-01", "SKU-0001", -3)
        done = await compare_stock()

        assert refused() == [("SZ-01", "SZ-01:SKU-0001", "open", ["stock-negative"])]
        assert done.shelves == {"equal": 2 * SKUS - 1, "unknown": 1}
        [unsure] = compared().differences
        assert (unsure.wms, codes(unsure.reasons)) == (None, ["stock-agrees", "stock-refused-there"])
        assert column("SELECT count(*) FROM stock_snapshot WHERE system = 'SZ-01'") == [SKUS - 1]

    async def test_of_an_article_that_we_do_not_have_is_refused(self, hub: Sandbox) -> None:
        hub.world.add_fault(Fault("qimen", "inventory.query", FaultKind.STRAY_STOCK, times=1, sku="GHOST-1"))
        done = await compare_stock()
        [(system, key, state, why)] = refused()
        assert (key, state, why) == (f"{system}:GHOST-1", "open", ["sku-unknown"])
        assert done.shelves == {"equal": 2 * SKUS}

    async def test_that_is_stated_more_than_once_is_refused_with_all_that_was_stated(self, hub: Sandbox) -> None:
        # 200 SKUs are four calls: the one that asks for it adds it up, the three others name it besides.
        hub.world.add_fault(Fault("qimen", "inventory.query", FaultKind.STRAY_STOCK, times=None, sku="SKU-0060"))
        done = await compare_stock()

        assert sorted(refused()) == [
            (warehouse, f"{warehouse}:SKU-0060", "open", ["stock-stated-twice"]) for warehouse in ("SH-01", "SZ-01")
        ]
        [content, _] = column("SELECT content FROM quarantine WHERE subject = 'stock'")
        stated = (json.loads(content) if isinstance(content, str) else content)["stated"]
        assert sorted(figure["available"] for figure in stated) == [1_000, 1_000, 1_000, 2_000]
        assert done.shelves == {"equal": 2 * SKUS - 2, "unknown": 2}

    async def test_is_closed_by_the_next_good_snapshot_and_open_again_if_it_comes_back(
        self, hub: Sandbox, clock: Clock
    ) -> None:
        for pieces, state in ((-3, "open"), (1_000, "mended"), (-4, "open"), (-5, "open")):
            hub.world.set_stock("wms", "SZ-01", "SKU-0001", pieces)
            await compare_stock()
            assert [(row[1], row[2]) for row in refused()] == [("SZ-01:SKU-0001", state)]
            if state == "mended":
                assert column("SELECT mended_by FROM quarantine") == ["compare-stock"]
            clock.advance(minutes=30)
        [row] = rows("SELECT content, refused_at, mended_at FROM quarantine")
        assert "-5" in str(row.content)
        assert row.mended_at is None

    async def test_of_the_erp_belongs_to_one_warehouse(self, hub: Sandbox) -> None:
        hub.world.set_stock("erp", "SZ-01", "SKU-0001", -3)
        await compare_stock()
        assert [row[:3] for row in refused()] == [("kingdee", "SZ-01:SKU-0001", "open")]
        hub.world.set_stock("erp", "SZ-01", "SKU-0001", 1_000)
        hub.world.set_stock("erp", "SH-01", "SKU-0001", -3)
        await compare_stock()
        assert [row[:3] for row in refused()] == [
            ("kingdee", "SZ-01:SKU-0001", "mended"), ("kingdee", "SH-01:SKU-0001", "open"),
        ]  # fmt: skip

    async def test_cannot_be_mended_here_and_stays_dismissed_while_it_is_repeated(self, hub: Sandbox) -> None:
        hub.world.set_stock("wms", "SZ-01", "SKU-0001", -3)
        await compare_stock()
        [number] = column("SELECT id FROM quarantine")
        with pytest.raises(CannotMend, match="compare-stock"):
            mend(number, {"available": "3"}, "wang")
        dismiss(number, "they know", "wang")
        await compare_stock()
        assert [row[2] for row in refused()] == ["dismissed"]
        hub.world.set_stock("wms", "SZ-01", "SKU-0001", -9)
        await compare_stock()
        assert [row[2] for row in refused()] == ["open"]


class TestAPartnerThatIsDown:
    async def test_stops_no_other_and_is_shown(self, hub: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        hub.world.set_stock("wms", "SZ-01", "SKU-0001", 900)
        # A key that is not ours: the same way through the flow as an outage, without its minutes of retries. A person
        # is told of it, and no run fails.
        monkeypatch.setenv("ORDERSPINE_SECRET_KINGDEE", json.dumps({"app_secret": "somebody else's"}))
        await compare_stock()

        assert [stopped.account for stopped in overview().stopped] == ["kingdee_cloud/kingdee"]
        assert set(column("SELECT DISTINCT system FROM stock_snapshot")) == {"SZ-01", "SH-01", "orderspine"}
        last = compared()
        assert last.unread == [["kingdee", "SH-01"], ["kingdee", "SZ-01"]]
        assert (last.compared, last.share) == (0, "")
        [off] = [line for line in last.differences if line.outcome != "equal"]
        assert (off.ours, off.wms, off.erp, off.outcome) == (1_000, 900, None, "differs")
        assert codes(off.reasons) == ["stock-differs", "stock-unread-there"]

    async def test_has_its_old_figures_kept_but_not_compared(
        self, hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hub.world.set_stock("erp", "SZ-01", "SKU-0001", 500)
        await compare_stock()
        before = [row for row in snapshot() if row.system == "kingdee"]
        clock.advance(minutes=30)
        monkeypatch.setenv("ORDERSPINE_SECRET_KINGDEE", json.dumps({"app_secret": "somebody else's"}))
        await compare_stock()
        assert [row for row in snapshot() if row.system == "kingdee"] == before
        assert compared().shelves == {"equal": 2 * SKUS}


class TestPeople:
    async def test_are_told_when_the_tolerance_is_passed_once_a_day_and_when_it_is_over(
        self, hub: Sandbox, clock: Clock
    ) -> None:
        clock.now = clock.now.replace(hour=1, minute=0)
        clock.advance()
        _lose_in_the_warehouse(hub, 20_000)
        assert not (await compare_stock()).too_far
        _lose_in_the_warehouse(hub, 20_001)
        for _ in range(2):
            done = await compare_stock()
            assert (done.share, done.too_far) == ("5.01 %", True)
            clock.advance(minutes=30)
        await relay_outbox()
        assert len(notices()) == 1
        assert sum(effect == "message" for _, effect, _ in effects(hub).elements()) == 1

        clock.advance(days=1)
        await compare_stock()
        assert len(notices()) == 2
        _lose_in_the_warehouse(hub, 0)
        assert (await compare_stock()).changed
        assert not (await compare_stock()).changed
        assert len(notices()) == 3
        assert len(set(notices())) == 2

    async def test_are_not_told_that_it_is_over_while_a_partner_cannot_be_asked(
        self, hub: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _lose_in_the_warehouse(hub, 30_000)
        await compare_stock()
        monkeypatch.setenv("ORDERSPINE_SECRET_KINGDEE", json.dumps({"app_secret": "somebody else's"}))
        await compare_stock()
        assert compared().too_far_since is not None
        assert [title.endswith("apart in stock") for title in notices()] == [True, False], "and that Kingdee stopped"

    async def test_are_told_nothing_if_the_rules_name_nobody(
        self, hub: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
    ) -> None:
        (tmp_path / "rules.toml").write_text("[stock_comparison]\ntolerance_share = 0\n")
        monkeypatch.setenv("ORDERSPINE_RULES", str(tmp_path / "rules.toml"))
        _reset_settings()
        hub.world.set_stock("wms", "SZ-01", "SKU-0001", 999)
        assert (await compare_stock()).too_far
        assert notices() == []


async def test_a_lying_warehouse_is_too_far_apart(hub: Sandbox) -> None:
    hub.world.add_fault(Fault("qimen", "inventory.query", FaultKind.WRONG_STOCK, times=None, factor=0.9))
    done = await compare_stock()
    assert (done.share, done.too_far, done.shelves) == ("10.00 %", True, {"differs": 2 * SKUS})


async def test_a_warehouse_in_which_nothing_is_kept_is_no_trouble(hub: Sandbox) -> None:
    change("DELETE FROM stock_movement")
    change("DELETE FROM stock_level")
    done = await compare_stock()
    assert (done.shelves, done.too_far, snapshot()) == ({}, False, [])


def _lose_in_the_warehouse(hub: Sandbox, pieces: int) -> None:
    """All in all so many pieces less than the ERP's 400,000 are on the shelves of Shenzhen."""
    for product in hub.world.catalogue:
        lost = min(pieces, 1_000)
        hub.world.set_stock("wms", "SZ-01", product.sku, 1_000 - lost)
        pieces -= lost


def _reset_settings() -> None:
    from settings import get_settings  # noqa: PLC0415  (its cache is what the test turns over)

    get_settings.cache_clear()
