"""The lines of an order from its raw rows: each under a number that does not depend on the order of the rows."""

from collections.abc import Mapping, Sequence

from integrations.files.cells import Cells
from integrations.files.layout import Source
from integrations.files.preset import Preset
from models.lifecycle import LineKind
from models.messages import ChannelLine
from models.money import MAX_MINOR
from models.reasons import Reason

Row = Mapping[str, str]
Content = tuple[tuple[str, str], ...]
"""The cells of a row by the name of their columns: equal for equal rows."""


class LineReader:
    """Reads the lines of one preset."""

    def __init__(self, preset: Preset, cells: Cells) -> None:
        self._fields = preset.lines.fields
        self._upper = preset.reading.sku_case == "upper"
        self._services = frozenset(code.upper() for code in preset.lines.services)
        self._cells = cells

    def read(self, rows: Sequence[Row], currency: str, sign: int) -> tuple[ChannelLine, ...]:
        """The lines of one order, in a stable order; ``sign`` −1 turns returned goods into credited ones.

        A line is called by its number in the file, else by its SKU; further lines of that name end in ``#2``, ``#3``.
        A row equal to an earlier one is kept as a line of its own with the flaw ``row-duplicated``.
        """
        lines: list[ChannelLine] = []
        taken: set[str] = set()
        read: set[Content] = set()
        for _, number, sku, content in sorted(map(self._place, rows)):
            row = dict(content)
            name = number or sku or "?"
            flaws: list[Reason] = []
            if content in read:
                flaws.append(Reason("row-duplicated", {"value": name[:40]}))
            elif name in taken and self._fields.line_no:
                flaws.append(Reason("line-number-repeated", {"value": name[:40]}))
            read.add(content)
            line_no = _unused(name, taken)
            taken.add(line_no)
            lines.append(self._line(line_no, sku, row, currency, sign, flaws))
        return tuple(lines)

    def _place(self, row: Row) -> tuple[int, str, str, Content]:
        number = _text(self._fields.line_no, row)
        return len(number), number, self._sku(row), tuple(sorted(row.items()))

    def _sku(self, row: Row) -> str:
        sku = self._fields.sku.text(row)
        return sku.upper() if self._upper else sku

    def _line(self, line_no: str, sku: str, row: Row, currency: str, sign: int, flaws: list[Reason]) -> ChannelLine:
        quantity = self._quantity(row, sign, flaws)
        price = self._minor("price", row, currency, flaws)
        amount = self._minor("amount", row, currency, flaws)
        priced, amounted = _text(self._fields.price, row), _text(self._fields.amount, row)
        if not priced and not amounted:
            flaws.append(Reason("price-unreadable", {"value": ""}))
        if amount is not None:
            amount *= sign
        elif not amounted and price is not None and quantity is not None:
            amount = quantity * price
            if abs(amount) > MAX_MINOR:
                amount = None
                flaws.append(Reason("amount-unreadable", {"value": f"{quantity} × {priced}"[:40]}))
        if not priced and amount is not None and quantity:
            price = (2 * amount + quantity) // (2 * quantity)
        return ChannelLine(
            line_no=line_no,
            sku=sku,
            quantity=quantity,
            price_minor=price,
            amount_minor=amount,
            title=_text(self._fields.title, row),
            kind=LineKind.CHARGE if sku.upper() in self._services else LineKind.GOODS,
            freight_minor=sign * (self._minor("freight", row, currency, flaws) or 0),
            flaws=tuple(flaws),
            raw=row,
        )

    def _quantity(self, row: Row, sign: int, flaws: list[Reason]) -> int | None:
        text = self._fields.quantity.text(row)
        try:
            return sign * self._cells.quantity(text)
        except ValueError:
            flaws.append(Reason("quantity-unreadable", {"value": text[:40]}))
            return None

    def _minor(self, name: str, row: Row, currency: str, flaws: list[Reason]) -> int | None:
        text = _text(getattr(self._fields, name), row)
        if not text:
            return None
        try:
            return self._cells.minor(text, currency)
        except ValueError:
            code = "price-unreadable" if name == "price" else "amount-unreadable"
            flaws.append(Reason(code, {"value": text[:40]}))
            return None


def _text(source: Source | None, row: Row) -> str:
    return source.text(row) if source else ""


def _unused(name: str, taken: set[str]) -> str:
    line_no, number = name, 1
    while line_no in taken:
        number += 1
        line_no = f"{name}#{number}"
    return line_no
