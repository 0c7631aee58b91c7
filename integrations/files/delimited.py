"""CSV and its relatives: comma, semicolon or TAB, one row after the other."""

import csv
import io
from collections import deque
from collections.abc import Generator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from integrations.files.encoding import detect_encoding, open_bytes
from integrations.files.records import MAX_CELL, Record, fit, is_header, ragged, too_long
from models.reasons import Reason


def read_delimited(path: Path, *, encoding: str = "") -> Generator[Record, None, None]:
    """The rows of a text table, its header first; blank lines, and titles above the header, are left out.

    A quotation mark that does not belong makes ``csv`` swallow the following rows. Such a row, and one that spans
    several lines and does not fit the header, costs its first line only: the others are read anew.
    Raises ``UnreadableFile`` as ``detect_encoding`` does.
    """
    codec = detect_encoding(path, declared=encoding)
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=codec, newline="") as text:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=_delimiter(lines.peek(20)), strict=True)
        width = 0
        while True:
            lines.start_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield _broken(lines)
                continue
            if not any(cells) or not (width or is_header(cells)):
                continue
            width = width or len(cells)
            fitting = fit(cells, width)
            if fitting is not None:
                yield Record(lines.first, fitting, too_long(fitting))
            elif len(lines.row) > 1:
                yield _broken(lines)
            else:
                yield Record(lines.first, cells, ragged(cells, width))


class _Lines:
    """The lines of a text; keeps those of the row being read, so that they can be given back."""

    def __init__(self, text: TextIO) -> None:
        self.row: list[str] = []
        self.first = 1
        self._text = text
        self._again: deque[str] = deque()

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._text)
        self.row.append(line)
        return line

    def peek(self, count: int) -> list[str]:
        """The first ``count`` lines; they will be read again."""
        self._again.extend(islice(self._text, count))
        return list(self._again)

    def start_row(self) -> None:
        self.first += len(self.row)
        self.row = []

    def keep_first_only(self) -> str:
        """Give all lines of this row but the first back, to be read again."""
        self._again.extendleft(reversed(self.row[1:]))
        del self.row[1:]
        return self.row[0]


def _broken(lines: _Lines) -> Record:
    """A row that ``csv`` cannot split: quotation marks that do not pair, or a cell beyond its field limit."""
    text = lines.keep_first_only()
    if len(text) > csv.field_size_limit():
        reason = Reason("cell-too-long", {"value": text[:40], "length": len(text)})
    else:
        reason = Reason("row-malformed", {"value": text[:40]})
    return Record(lines.first, [text[:MAX_CELL]], reason)


def _delimiter(start: Sequence[str]) -> str:
    """The delimiter that is used most in the first line that has any: lines above it are titles."""
    header = next((line for line in start if any(mark in line for mark in ",;\t")), "")
    return max(",;\t", key=header.count)
