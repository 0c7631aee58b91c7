"""What U8's OpenAPI keeps besides the vouchers: its token, and the writes that it has taken in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class U8Desk:
    """A write is taken in under its trade id; the first look at its result finds it under way."""

    token: str = ""
    tokens_made: int = 0
    trades: set[str] = field(default_factory=set)
    """Trade ids that were given out."""
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Trade id → what became of the write."""
    looked_at: set[str] = field(default_factory=set)

    def new_token(self) -> str:
        """A token, which ends the last one."""
        self.tokens_made += 1
        self.token = f"u8-sandbox-token-{self.tokens_made:04d}"
        return self.token

    def new_trade(self) -> str:
        """A trade id for one write."""
        trade = f"u8-trade-{len(self.trades) + 1:06d}"
        self.trades.add(trade)
        return trade

    def result_of(self, trade: str) -> dict[str, Any]:
        """The result of a write; it is under way at the first look. Raises ``KeyError`` for an unknown trade."""
        result = self.results[trade]
        if trade not in self.looked_at:
            self.looked_at.add(trade)
            return {"errcode": "10001", "errmsg": "请求正在处理中，请稍后查询结果"}
        return result


def done(**more: Any) -> dict[str, Any]:
    """The result of a write that was done."""
    return {"errcode": "0", "errmsg": "", **more}


def refused(message: str) -> dict[str, Any]:
    """The result of one that was not."""
    return {"errcode": "20001", "errmsg": message}
