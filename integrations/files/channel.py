"""The file channel (A2): a file or folder, read through a preset, as the messages of a channel."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from integrations.errors import Rejected
from integrations.files.gather import canonical, gather_orders, joined_rows, line_rows
from integrations.files.order import OrderReader
from integrations.files.payments import read_payments
from integrations.files.preset import Preset
from integrations.files.products import read_products, sold_products
from models.messages import CatalogueItem, ChannelOrder, RawMessage, RefusedRow, StatementLine


class FileChannel:
    """Reads the files of one preset. The same rows give the same messages, whatever files they stand in."""

    def __init__(self, preset: Preset) -> None:
        self.preset = preset
        self._orders = OrderReader(preset)

    def messages(self, path: Path) -> Iterator[RawMessage | RefusedRow]:
        """The refused rows of a file or folder, then one message per order, the oldest statement first.

        The body is canonical JSON, ``{"preset": name, "rows": {"lines": [row, …], "order": [row, …]}}``, with every
        cell as it stands in the file; the key is the order number and a hash of the body. ``occurred_at`` is the
        latest time that the rows state, else when the file was written.
        Raises ``UnreadableFile``.
        """
        gathered = gather_orders(self.preset, path)
        yield from gathered.refused
        dated = []
        for order_no in gathered.orders or gathered.lines:
            rows = [json.loads(row) for row in gathered.orders.get(order_no) or gathered.lines[order_no]]
            dated.append((self._orders.stated_at(rows) or gathered.files_changed_at, order_no))
        for stated_at, order_no in sorted(dated):
            body = self._body(gathered.orders.get(order_no, ()), gathered.lines.get(order_no, ()))
            yield RawMessage(f"{order_no}:{hashlib.sha256(body.encode()).hexdigest()[:16]}", body, stated_at)

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one message by the preset's rules; pure. Raises ``Rejected`` without an order number."""
        try:
            rows = json.loads(message.body)["rows"]
            order_rows, line_rows = rows["order"], rows["lines"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise Rejected(self.preset.name, "the message is not one of the file channel") from error
        return self._orders.read(order_rows, line_rows, otherwise_at=message.occurred_at)

    def statement(self, path: Path) -> Iterator[StatementLine | RefusedRow]:
        """The payments of a file or folder; nothing if the preset has none. Raises ``UnreadableFile``."""
        table = self.preset.payments
        if table:
            rows = joined_rows(self.preset, table, path)
            yield from read_payments(table, self._orders.cells, self.preset.reading.currency, rows)

    def items(self, path: Path) -> Iterator[CatalogueItem]:
        """The products of a file or folder, else the goods that its lines name. Raises ``UnreadableFile``."""
        table = self.preset.products
        if table:
            yield from read_products(self.preset, table, joined_rows(self.preset, table, path))
        else:
            yield from sold_products(self.preset, line_rows(self.preset, path))

    def _body(self, order_rows: Iterable[str], line_rows: Iterable[str]) -> str:
        """The canonical body; the rows are canonical JSON already and are not encoded again."""
        lines, order = ",".join(sorted(line_rows)), ",".join(sorted(order_rows))
        return f'{{"preset":{canonical(self.preset.name)},"rows":{{"lines":[{lines}],"order":[{order}]}}}}'
