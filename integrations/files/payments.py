"""The lines of a payments table."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from integrations.files.cells import Cells, clean
from integrations.files.gather import joined_rows
from integrations.files.layout import PaymentsTable
from integrations.files.preset import AnyPreset
from integrations.files.tables import refuse
from models.messages import RefusedRow, StatementLine
from models.money import Money
from models.reasons import Reason

_SIGNS = {"in": 1, "out": -1}


def read_statement(preset: AnyPreset, path: Path) -> Iterator[StatementLine | RefusedRow]:
    """The payments of a file or folder, one statement line per row; nothing if the preset has none. ``line_id`` is the
    row's id columns joined by ``-``.

    Refused, with a reason each: no id, an id that another row has (``row-duplicated`` if that row is equal,
    ``line-number-repeated`` if not), an amount or a time that cannot be read, money that went neither in nor out.
    Raises ``UnreadableFile``.
    """
    if preset.payments:
        rows = joined_rows(preset, preset.payments, path)
        yield from _lines(preset.payments, preset.reading.cells(), preset.reading.currency, rows)


def _lines(
    table: PaymentsTable, cells: Cells, currency: str, rows: Iterable[dict[str, str] | RefusedRow]
) -> Iterator[StatementLine | RefusedRow]:
    seen: dict[str, dict[str, str]] = {}
    for row in rows:
        if isinstance(row, RefusedRow):
            yield row
            continue
        parts = [clean(row[column]) for column in table.id]
        line_id = "-".join(parts)
        if not all(parts):
            yield refuse(row, Reason("payment-number-missing", {"value": line_id[:40]}))
        elif line_id in seen:
            code = "row-duplicated" if seen[line_id] == row else "line-number-repeated"
            yield refuse(row, Reason(code, {"value": line_id[:40]}))
        else:
            seen[line_id] = row
            yield _line(table, cells, currency, line_id, row)


def _line(
    table: PaymentsTable, cells: Cells, currency: str, line_id: str, row: dict[str, str]
) -> StatementLine | RefusedRow:
    fields = table.fields
    currency = (fields.currency.text(row) if fields.currency else "") or currency
    amount, fee, time = (
        source.text(row) if source else "" for source in (fields.amount, fields.fee, fields.happened_at)
    )
    direction = fields.direction.text(row) if fields.direction else "in"
    flaws = []
    if direction not in _SIGNS:
        flaws.append(Reason("payment-direction-unknown", {"value": direction[:40]}))
    try:
        paid, cost = cells.minor(amount, currency), cells.minor(fee or "0", currency)
    except ValueError:
        flaws.append(Reason("amount-unreadable", {"value": f"{amount} {fee}".strip()[:40]}))
    try:
        happened_at = cells.moment(time)
    except ValueError:
        flaws.append(Reason("time-unreadable", {"value": time[:40]}))
    if flaws:
        return refuse(row, *flaws)
    return StatementLine(
        line_id=line_id,
        trade_no=(fields.trade_no.text(row) if fields.trade_no else "") or line_id,
        order_no=fields.order_no.text(row),
        kind=fields.kind.text(row),
        amount=Money(_SIGNS[direction] * paid, currency),
        fee=Money(cost, currency),
        happened_at=happened_at,
        title=fields.title.text(row) if fields.title else "",
    )
