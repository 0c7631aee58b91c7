"""Yuan written with two decimals, counted in fen."""

from __future__ import annotations

from decimal import Decimal


def yuan(fen: int) -> str:
    """`12345` → `123.45`."""
    sign, amount = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{amount // 100}.{amount % 100:02d}"


def fen(text: str) -> int:
    """`123.45` → `12345`. Raises ``decimal.InvalidOperation`` if `text` is no number."""
    return int((Decimal(text) * 100).to_integral_exact())
