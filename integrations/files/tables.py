"""A table: a CSV or Excel file whose first row names its columns, read row by row."""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from integrations.files.delimited import read_delimited
from integrations.files.records import MAX_CELL, Record, UnreadableFile
from integrations.files.workbook import read_workbook
from models.messages import RefusedRow
from models.reasons import Reason

__all__ = [
    "Sample", "UnreadableFile", "header_fingerprint", "numbered_rows", "read_header", "read_table", "refuse",
    "sample_table",
]  # fmt: skip

SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".xlsx", ".xlsm")
"""The endings of the file names that are read."""

Row = Mapping[str, str]
"""One row: column name → the cell exactly as it stands in the file."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The header of a file and its first rows, to propose a mapping from (``policies.mapping``)."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(
    path: Path, *, needed: Sequence[Sequence[str]] = (), encoding: str = "", sheet: str = ""
) -> Generator[dict[str, str] | RefusedRow, None, None]:
    """The rows below the header, streamed; a row that cannot be used comes as a ``RefusedRow`` in its place.

    ``needed`` are the columns that must be there; of each inner sequence one suffices. ``encoding`` is a Python
    codec, empty for UTF-8 or GB18030. Refused rows name ``cell-too-long``, ``row-ragged``, ``row-malformed`` or
    ``cell-lost-digits``.
    Raises ``UnreadableFile``, at once for everything that the header shows.
    """
    header, records = _opened(path, needed, encoding, sheet)
    return _rows(path, header, records)


def numbered_rows(
    path: Path, *, needed: Sequence[Sequence[str]] = ()
) -> Generator[tuple[int, dict[str, str] | RefusedRow], None, None]:
    """As ``read_table``, each row with the number of its line, for errors that a person mends in the file."""
    header, records = _opened(path, needed, "", "")
    with closing(records):
        for record in records:
            yield record.line, _row(path, header, record)


def read_header(path: Path, *, encoding: str = "", sheet: str = "") -> tuple[str, ...]:
    """The names of the columns, trimmed. Raises ``UnreadableFile``."""
    records = _records(path, encoding, sheet)
    header = _header(path, records)
    records.close()
    return tuple(header)


def sample_table(path: Path, *, rows: int = 50, encoding: str = "", sheet: str = "") -> Sample:
    """The header and up to ``rows`` sound rows. Raises ``UnreadableFile``."""
    header = read_header(path, encoding=encoding, sheet=sheet)
    with closing(read_table(path, encoding=encoding, sheet=sheet)) as table:
        sound = (row for row in table if not isinstance(row, RefusedRow))
        return Sample(header, tuple(islice(sound, rows)))


def header_fingerprint(header: Sequence[str]) -> str:
    """A short hash of the set of column names: the same layout is recognised whatever the order of its columns."""
    names = sorted(" ".join(name.split()).casefold() for name in header)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def refuse(row: Mapping[str, object], *reasons: Reason) -> RefusedRow:
    """A refused row under a key that depends on its content alone; overlong cells are kept to ``MAX_CELL``."""
    kept = {name: str(cell)[:MAX_CELL] for name, cell in row.items()}
    text = "\n".join(f"{name}\t{kept[name]}" for name in sorted(kept))
    return RefusedRow(hashlib.sha256(text.encode()).hexdigest()[:32], kept, reasons)


def _records(path: Path, encoding: str, sheet: str) -> Generator[Record, None, None]:
    name = path.name.lower()
    if not path.is_file():
        raise UnreadableFile(f"{path} is not a file: check the path.")
    if not name.endswith(SUFFIXES):
        raise UnreadableFile(f"{path.name} is neither CSV nor .xlsx: save it as one of them.")
    if name.endswith((".xlsx", ".xlsm")):
        return read_workbook(path, sheet=sheet)
    return read_delimited(path, encoding=encoding)


def _opened(
    path: Path, needed: Sequence[Sequence[str]], encoding: str, sheet: str
) -> tuple[list[str], Generator[Record, None, None]]:
    records = _records(path, encoding, sheet)
    header = _header(path, records)
    for alternatives in needed:
        if not set(alternatives) & set(header):
            records.close()
            raise UnreadableFile(_missing(path, alternatives, header))
    return header, records


def _header(path: Path, records: Iterator[Record]) -> list[str]:
    first = next(records, None)
    if first is None:
        raise UnreadableFile(f"{path.name} has no row with two or more cells: add a header row above the data.")
    names = [cell.strip() or f"column {number}" for number, cell in enumerate(first.cells, start=1)]
    if first.refused is not None or _looks_like_data(names):
        shown = " | ".join(names)[:60]
        raise UnreadableFile(
            f"{path.name}: line {first.line} ({shown}) does not name columns: add a header row above the data."
        )
    for name, times in Counter(names).items():
        if times > 1:
            raise UnreadableFile(f"{path.name} names the column {name!r} {times} times: rename or delete all but one.")
    return names


_VALUE = re.compile(r"[-+¥$€£]?\d[\d.,:/\- T年月日]*%?")


def _looks_like_data(names: Sequence[str]) -> bool:
    """Half of the cells are numbers or dates, which column names are not."""
    return 2 * sum(bool(_VALUE.fullmatch(name)) for name in names) >= len(names)


def _missing(path: Path, alternatives: Sequence[str], header: Sequence[str]) -> str:
    wanted = " or ".join(repr(name) for name in alternatives[:4])
    near = [name for column in alternatives for name in difflib.get_close_matches(column, header, n=1, cutoff=0.6)]
    there = f"the nearest there is {near[0]!r}" if near else f"it has {', '.join(header)[:120]}"
    return f"{path.name} has no column {wanted} ({there}): rename the column, or correct the preset."


def _rows(
    path: Path, header: list[str], records: Generator[Record, None, None]
) -> Generator[dict[str, str] | RefusedRow, None, None]:
    with closing(records):
        for record in records:
            yield _row(path, header, record)


def _row(path: Path, header: list[str], record: Record) -> dict[str, str] | RefusedRow:
    line, cells, reason = record
    if reason is None:
        return dict(zip(header, cells, strict=True))
    where = Reason(reason.code, {**reason.facts, "file": path.name, "line": line})
    return refuse(_named(header, cells), where)


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    """The cells of a refused row under the names of their columns, or its text under ``row``."""
    if len(cells) == 1 and len(header) > 1:
        return {"row": cells[0]}
    named = dict(zip(header, cells, strict=False))
    if len(cells) > len(header):
        named["row"] = ",".join(cells[len(header) :])
    return named
