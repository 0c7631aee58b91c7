"""The file channel (A2): a file or folder, read through a preset, as the messages of a channel."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from integrations.errors import Rejected
from integrations.files.gather import canonical, files_changed_at, gather_orders, joined_rows, line_rows
from integrations.files.order import OrderReader
from integrations.files.preset import Preset
from integrations.files.products import read_products, sold_products
from integrations.files.row_store import RowStore
from models.messages import CatalogueItem, ChannelOrder, RawMessage, RefusedRow


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
        with RowStore() as store:
            yield from gather_orders(self.preset, path, store)
            otherwise_at = files_changed_at(self.preset, path)

            def stated_at(rows: Sequence[str]) -> datetime:
                return self._orders.stated_at([json.loads(row) for row in rows]) or otherwise_at

            for order_no, at, order_rows, line_rows in store.orders_by_time(stated_at):
                body = self._body(order_rows, line_rows)
                yield RawMessage(f"{order_no}:{hashlib.sha256(body.encode()).hexdigest()[:16]}", body, at)

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one message by the preset's rules; pure. Raises ``Rejected`` without an order number."""
        try:
            rows = json.loads(message.body)["rows"]
            order_rows, line_rows = rows["order"], rows["lines"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise Rejected(self.preset.name, "the message is not one of the file channel") from error
        return self._orders.read(order_rows, line_rows, otherwise_at=message.occurred_at)

    def items(self, path: Path) -> Iterator[CatalogueItem]:
        """The products of a file or folder, else the goods that its lines name. Raises ``UnreadableFile``."""
        table = self.preset.products
        if table:
            yield from read_products(self.preset, table, joined_rows(self.preset, table, path))
        else:
            yield from sold_products(self.preset, line_rows(self.preset, path))

    def _body(self, order_rows: Iterable[str], line_rows: Iterable[str]) -> str:
        """The canonical body; the rows are sorted, canonical JSON already and are not encoded again."""
        lines, order = ",".join(line_rows), ",".join(order_rows)
        return f'{{"preset":{canonical(self.preset.name)},"rows":{{"lines":[{lines}],"order":[{order}]}}}}'
