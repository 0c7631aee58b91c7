"""Bringing the rows of an order together, from one table or from several joined ones."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from integrations.files.layout import Source, Table, joins
from integrations.files.locate import files_of
from integrations.files.preset import AnyPreset, Preset
from integrations.files.row_store import RowStore
from integrations.files.tables import UnreadableFile, read_table, refuse
from models.messages import RefusedRow
from models.reasons import Reason

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""The one way in which a row is written, so that equal rows are equal texts."""

_MAX_ORDER_NO = 100
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
"""What a spreadsheet makes of a long order number: its last digits are gone."""


def gather_orders(preset: Preset, path: Path, store: RowStore) -> Iterator[RefusedRow]:
    """Put the orders and lines of a file or folder into ``store``; the rows that belong to none come out.

    Raises ``UnreadableFile``.
    """
    empty = True
    for row in joined_rows(preset, preset.orders, path) if preset.orders.files else ():
        empty = False
        if refused := _keep_order(preset, row, store):
            yield refused
    for row in line_rows(preset, path):
        empty = False
        if refused := _keep_line(preset, row, store):
            yield refused
    if empty:
        raise UnreadableFile(f"{path.name} has a header but no rows below it: export it again.")


def files_changed_at(preset: Preset, path: Path) -> datetime:
    """When the newest file of the lines was last written."""
    newest = max(file.stat().st_mtime for file in table_files(preset, preset.lines, path))
    return datetime.fromtimestamp(newest, UTC)


def line_rows(preset: Preset, path: Path) -> Iterator[dict[str, str] | RefusedRow]:
    """The rows of all files of the lines table.

    Raises ``UnreadableFile``. But where every file is whole by itself (one table, several files), a file that cannot
    be read is refused alone, as a row with the reason ``file-unreadable``, and the others are taken.
    """
    files = table_files(preset, preset.lines, path)
    if len(files) == 1 or preset.orders.files:
        yield from joined_rows(preset, preset.lines, path)
        return
    for file in files:
        try:
            # To its end before its first row is taken, so that a file that breaks off leaves no half orders.
            for _ in _one_file(preset, preset.lines, file):
                pass
        except UnreadableFile as error:
            yield refuse({"file": file.name}, Reason("file-unreadable", {"value": str(error)}))
        else:
            yield from _one_file(preset, preset.lines, file)


def table_files(preset: AnyPreset, table: Table, path: Path) -> list[Path]:
    """The files of one table. A path to a single file names the main one, whatever it is called; a preset with more
    tables looks for the others beside it. Raises ``UnreadableFile`` if there is none."""
    if path.is_file() and table is preset.main:
        return [path]
    place = path.parent if path.is_file() else path
    files = files_of(table, place)
    if not files:
        raise UnreadableFile(
            f"{place} has no file called {' or '.join(table.files)}, which the preset {preset.name!r} reads: "
            "add it, or choose another preset."
        )
    return files


def joined_rows(preset: AnyPreset, table: Table, path: Path) -> Iterator[dict[str, str] | RefusedRow]:
    """The rows of all files of a table, each with the cells of its joined tables. Raises ``UnreadableFile``."""
    lookups = {name: _lookup(preset, join, join.key, name, path) for name, join in joins(table).items()}
    for file in table_files(preset, table, path):
        for row in _one_file(preset, table, file):
            if not isinstance(row, RefusedRow):
                for name, join in joins(table).items():
                    row.update(lookups[name].get(row[join.column], {}))
            yield row


def _one_file(preset: AnyPreset, table: Table, file: Path) -> Iterator[dict[str, str] | RefusedRow]:
    reading = preset.reading
    return read_table(file, needed=preset.needed_columns(table), encoding=reading.encoding, sheet=reading.sheet)


def _lookup(preset: AnyPreset, table: Table, key: str, name: str, path: Path) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for row in joined_rows(preset, table, path):
        if not isinstance(row, RefusedRow):
            found.setdefault(row[key], {f"{name}.{column}": cell for column, cell in row.items()})
    return found


def _keep_line(preset: Preset, row: dict[str, str] | RefusedRow, store: RowStore) -> RefusedRow | None:
    """Store a row of the lines; one that belongs to no order comes back refused."""
    if isinstance(row, RefusedRow):
        return row
    order_no = _order_no(preset.lines.fields.order_no or preset.orders.fields.order_no, row)
    if isinstance(order_no, RefusedRow):
        return order_no
    if preset.orders.files and not store.has_order(order_no):
        return refuse(row, Reason("order-unknown", {"value": order_no}))
    store.add_line(order_no, canonical(row))
    return None


def _keep_order(preset: Preset, row: dict[str, str] | RefusedRow, store: RowStore) -> RefusedRow | None:
    """Store a row of the orders; one without a number comes back refused."""
    if isinstance(row, RefusedRow):
        return row
    order_no = _order_no(preset.orders.fields.order_no, row)
    if isinstance(order_no, RefusedRow):
        return order_no
    store.add_order(order_no, canonical(row))
    return None


def _order_no(source: Source, row: dict[str, str]) -> str | RefusedRow:
    """The order number of a row, or the row refused if it has none."""
    text = source.text(row)
    if text and len(text) <= _MAX_ORDER_NO and not _ROUNDED.fullmatch(text):
        return text
    code = "order-number-unreadable" if text else "order-number-missing"
    return refuse(row, Reason(code, {"value": text[:40]}))
