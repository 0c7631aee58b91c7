"""How channels say what is not an ordinary sale: a deposit, its balance, an order that is fetched, a unit (A10, B3)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.shop import read_order
from integrations.taobao_trade import read_trade
from models.lifecycle import OrderKind
from models.messages import ChannelOrder

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
TID = "3600000000000100003"


def trade(step: str, status: str, **more: Any) -> ChannelOrder:
    written = {
        "tid": TID, "status": status, "step_trade_status": step, "payment": "300.00", "created": "2026-03-01 10:00:00",
        "modified": "2026-03-01 12:00:00", "buyer_open_uid": "AAH1",
        "orders": {"order": [{"oid": "1", "outer_sku_id": "SKU-1", "num": 3, "price": "100.00", "payment": "300.00"}]},
        **more,
    }  # fmt: skip
    return read_trade(TID, written, NOW)


@pytest.mark.parametrize(
    ("step", "status", "paid", "cancelled", "amount"),
    [
        ("FRONT_NOPAID_FINAL_NOPAID", "WAIT_BUYER_PAY", False, False, 0),
        ("FRONT_PAID_FINAL_NOPAID", "WAIT_BUYER_PAY", True, False, 5_000),
        ("FRONT_PAID_FINAL_NOPAID", "TRADE_CLOSED", True, True, 5_000),
    ],
)
def test_a_taobao_presale_is_a_deposit_until_its_balance_is_paid(
    step: str, status: str, paid: bool, cancelled: bool, amount: int
) -> None:
    deposit = trade(step, status, step_paid_fee="50.00", pay_time="2026-03-01 11:00:00")
    assert (deposit.order_no, deposit.kind) == (f"{TID}/deposit", OrderKind.DEPOSIT)
    assert (deposit.paid, deposit.cancelled, deposit.amount_minor) == (paid, cancelled, amount)
    assert [(line.sku, line.quantity) for line in deposit.lines] == [("SKU-1", 3)]
    assert deposit.flaws == ()


def test_then_it_is_an_order_that_completes_that_deposit() -> None:
    balance = trade("FRONT_PAID_FINAL_PAID", "WAIT_SELLER_SEND_GOODS", step_paid_fee="300.00")
    assert (balance.order_no, balance.kind, balance.deposit_no) == (TID, OrderKind.SALE, f"{TID}/deposit")
    assert (balance.paid, balance.amount_minor) == (True, 30_000)


def test_a_step_that_nobody_knows_is_a_flaw_and_an_ordinary_trade_has_none() -> None:
    assert [flaw.code for flaw in trade("FRONT_HALF", "WAIT_BUYER_PAY").flaws] == ["channel-status-unknown"]
    ordinary = trade("", "WAIT_SELLER_SEND_GOODS")
    assert (ordinary.order_no, ordinary.kind, ordinary.deposit_no, ordinary.flaws) == (TID, OrderKind.SALE, "", ())


def shop(**terms: Any) -> ChannelOrder:
    order = json.loads((PAYLOADS / "shop" / "order_shipped.json").read_text(encoding="utf-8"))
    return read_order("N1", {**order.get("payload", order), "status": "paid", **terms}, NOW)


def test_the_shop_names_kind_deposit_store_and_unit() -> None:
    assert shop().kind is OrderKind.SALE
    assert shop(kind="deposit").kind is OrderKind.DEPOSIT
    assert shop(deposit_no="N0").deposit_no == "N0"
    fetched = shop(pickup={"store": "SZ-01", "at": "2026-03-03T10:00:00+08:00"})
    assert (fetched.pickup_store, fetched.appointment_at) == ("SZ-01", datetime(2026, 3, 3, 2, tzinfo=UTC))
    line = {"sku": "SKU-1", "quantity": 1, "price": "1.00", "amount": "1.00", "unit": "box"}
    assert shop(lines=[line]).lines[0].unit == "box"


def test_what_the_shop_writes_wrong_is_a_flaw() -> None:
    codes = [{flaw.code for flaw in order.flaws} for order in (shop(kind="gift"), shop(pickup={"store": "SZ-01"}))]
    assert "order-kind-unknown" in codes[0]
    assert "time-unreadable" in codes[1]
