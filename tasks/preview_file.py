"""What a file of orders would bring and what would be decided about it: it is brought in, and all of it taken back."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from integrations.files.channel import FileChannel
from models.company import SalesChannel
from models.inbox import INBOX
from models.many import among
from models.messages import ChannelOrder, RawMessage, RefusedRow
from models.work import Work
from policies.rules import Rules
from tasks.accept_orders import check, masters_of, store
from tasks.hub import ORDERS_A_BATCH
from tasks.import_files import add_catalogue, add_channel, orders_preset, put_orders
from tasks.masters import CHANNEL
from tasks.preview_orders import Previewed, decide_without_trace
from tasks.quarantine import Refusal
from tasks.reading import trying_out
from tasks.statements import Statement, identity_of, newest_of_each, read_statements
from tasks.store_orders import known_orders


def preview_file(path: Path, preset_name: str, rules: Rules) -> list[Previewed]:
    """What an import of the file or folder would refuse, and what a run would then decide about its orders together:
    those of one batch, should there be more.

    Raises ``PresetError``, ``UnreadableFile``, ``DatabaseNotReady``.
    """
    preset = orders_preset(preset_name)
    files = FileChannel(preset)
    items, read = list(files.items(path)), list(islice(files.messages(path), ORDERS_A_BATCH))
    messages = [message for message in read if isinstance(message, RawMessage)]
    refused = [Previewed("", row.row_key, None, row.reasons) for row in read if isinstance(row, RefusedRow)]
    with trying_out() as work:
        add_catalogue(work, preset, items)
        code = add_channel(work, preset)
        put_orders(work, code, messages)
        statements, unreadable = _statements(work, code, files, [message.key for message in messages])
        refused += [Previewed("", message.key, None, tuple(message.reasons)) for message in unreadable]
        masters = masters_of(work, statements)
        here = {order.order_id for order in known_orders(work, statements).values()}
        statements, findings = check(statements, masters, rules, work.now)
        store(work, statements, findings, masters, rules)
        stored = known_orders(work, statements)
        ids = [stored[identity_of(statement)].order_id for statement in statements]
        found = decide_without_trace(work, ids, rules)
    theirs = {order.number: order.channel_order_no for order_id, order in found.items() if order_id not in here}
    return [*refused, *(_called_as_there(order, theirs) for order in found.values())]


def _called_as_there(order: Previewed, theirs: Mapping[str, str]) -> Previewed:
    """An order and its decision, with the channel's numbers for orders whose own were taken back."""
    number = "" if order.number in theirs else order.number
    return replace(order, number=number, decision=_renamed(order.decision, theirs))


def _renamed(told: Any, names: Mapping[str, str]) -> Any:
    if isinstance(told, dict):
        return {key: _renamed(value, names) for key, value in told.items()}
    if isinstance(told, list):
        return [_renamed(value, names) for value in told]
    return names.get(told, told) if isinstance(told, str) else told


def _statements(work: Work, code: str, files: FileChannel, keys: list[str]) -> tuple[list[Statement], list[Refusal]]:
    def read(_source: str, _route: str, message: RawMessage) -> ChannelOrder:
        return files.read_order(message)

    [row] = work.rows(select(CHANNEL).where(CHANNEL.c.company_id == work.company_id, CHANNEL.c.code == code))
    of_file = (INBOX.c.company_id == work.company_id, INBOX.c.source == code, among(INBOX.c.message_key, keys))
    messages = work.rows(select(INBOX).where(*of_file).order_by(INBOX.c.id))
    statements, unreadable = read_statements(messages, {code: SalesChannel(**row._mapping)}, read)
    newest, _ = newest_of_each(statements)
    return newest, unreadable
