"""Cutting what is longer than a partner takes."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Consecutive pieces of at most ``size`` items."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def shortened(text: str, longest: int) -> str:
    """``text`` in at most ``longest`` bytes of UTF-8, no character cut in two; an ellipsis says that there was more."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= longest:
        return text
    return encoded[: max(0, longest - len("…".encode()))].decode("utf-8", "ignore") + "…"
