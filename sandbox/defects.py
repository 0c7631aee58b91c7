"""The known ways in which a generated order can be bad; each spoils one thing, the rest stays consistent."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from sandbox.money import fen, yuan

_EVERYWHERE = frozenset(
    {
        "shop",
        "taobao",
        "jd",
        "wechat_shop",
        "alibaba_1688",
        "alibaba_com",
        "shopify",
        "woocommerce",
        "dingtalk_approval",
        "feishu_approval",
    }
)

DEFECTS: Mapping[str, frozenset[str]] = {
    "unknown_sku": _EVERYWHERE,
    "zero_quantity": _EVERYWHERE,
    "negative_price": _EVERYWHERE,
    "missing_phone": _EVERYWHERE,
    "missing_receiver_name": _EVERYWHERE,
    "wrong_total": _EVERYWHERE,
    "amount_not_a_number": _EVERYWHERE,
    "no_lines": _EVERYWHERE,
    "unknown_status": _EVERYWHERE,
    "missing_currency": frozenset({"shop"}),
}
"""Defect → channels that can express it (the Chinese platforms name no currency)."""


def spoil(order: dict[str, Any], defect: str, rng: Random) -> None:
    """Give `order` this defect, in place. Raises ``ValueError`` for a defect that is not in ``DEFECTS``."""
    line = order["lines"][0]
    match defect:
        case "unknown_sku":
            line["sku"] = f"NO-SUCH-{rng.randrange(1000):03d}"
        case "zero_quantity":
            line.update(quantity=0, amount="0.00")
            _add_up(order)
        case "negative_price":
            price = -fen(line["price"])
            line.update(price=yuan(price), amount=yuan(price * line["quantity"]))
            _add_up(order)
        case "missing_phone":
            order["receiver"]["phone"] = ""
        case "missing_receiver_name":
            order["receiver"]["name"] = ""
        case "wrong_total":
            order["amount"] = yuan(fen(order["amount"]) + rng.choice((-100, 1, 990)))
        case "amount_not_a_number":
            order["amount"] = "面议"
        case "no_lines":
            order["lines"] = []
            _add_up(order)
        case "unknown_status":
            order["status"] = "teleported"
        case "missing_currency":
            order["currency"] = None
        case _:
            raise ValueError(f"unknown defect {defect}")


def _add_up(order: dict[str, Any]) -> None:
    goods = sum(fen(line["amount"]) for line in order["lines"])
    order["amount"] = yuan(goods + fen(order["freight"]))
