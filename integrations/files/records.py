"""What every kind of file is broken down into before columns have names: numbered rows of text cells."""

from collections.abc import Sequence
from typing import NamedTuple

from models.reasons import Reason

MAX_CELL = 32_000
"""The longest cell that is read, in characters. Excel itself stops at 32,767."""


class UnreadableFile(ValueError):
    """A file, or a whole table, that cannot be read. The message is one sentence that ends with what to do."""


class Record(NamedTuple):
    """One row of a file: where it stands, its cells, and why it is refused if it is.

    A refused row that could not be split has a single cell: its text.
    """

    line: int
    cells: list[str]
    refused: Reason | None = None


def fit(cells: list[str], width: int) -> list[str] | None:
    """``cells`` at exactly ``width``, dropping blank cells beyond it; ``None`` if the row does not fit."""
    if len(cells) > width and not any(cells[width:]):
        return cells[:width]
    return cells if len(cells) == width else None


def is_header(cells: Sequence[str]) -> bool:
    """Whether the row can name columns: exports put titles and notes above, which fill a single cell."""
    return sum(bool(cell.strip()) for cell in cells) > 1


def too_long(cells: Sequence[str]) -> Reason | None:
    """Why the row is refused if one of its cells is longer than ``MAX_CELL``."""
    for cell in cells:
        if len(cell) > MAX_CELL:
            return Reason("cell-too-long", {"value": cell[:40], "length": len(cell)})
    return None


def ragged(cells: Sequence[str], width: int) -> Reason:
    """Why a row that does not fit the header is refused."""
    return Reason("row-ragged", {"value": ",".join(cells)[:40], "cells": len(cells), "expected": width})
