"""Files through a preset: catalogue, opening stock, messages and payments; then like any other order (A2, A8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from integrations.files.channel import FileChannel
from integrations.files.payments import read_statement
from integrations.files.preset import AnyPreset, Preset, StatementPreset, load_orders_preset, load_preset
from models.base import insert_or_replace
from models.lifecycle import Route
from models.messages import CatalogueItem, RawMessage, RefusedRow, StatementLine
from models.work import Work
from policies.rules import Rules
from settings import get_settings
from tasks.connections import connections
from tasks.hub import hub_task, once_a_run, tell, unit_of_work
from tasks.masters import CHANNEL, add_products, open_stock, warehouse_id_of
from tasks.quarantine import Refusal, refuse
from tasks.readers import PRESET
from tasks.settle import Settled, settle_statement

T = TypeVar("T")
AT_A_TIME = 2_000
LINES_A_STATEMENT = 20_000


@dataclass(frozen=True, slots=True)
class Staged:
    """What files brought into the inbox."""

    orders: int
    new: int
    refused_rows: int


@dataclass(frozen=True, slots=True)
class Opened:
    """Products known now, and how many of them got an opening stock."""

    products: int
    stocked: int


def preset_named(name: str) -> AnyPreset:
    """The preset of that name. Raises ``PresetError``."""
    return load_preset(_path_of(name))


def orders_preset(name: str) -> Preset:
    """The preset of orders of that name. Raises ``PresetError``, also for that of a statement."""
    return load_orders_preset(_path_of(name))


def has_orders(preset_name: str) -> bool:
    """Whether its files hold orders, and not only a provider's statement. Raises ``PresetError``."""
    return not isinstance(preset_named(preset_name), StatementPreset)


def _path_of(preset_name: str) -> Path:
    return get_settings().presets / f"{preset_name}.toml"


@once_a_run
@hub_task
async def open_catalogue(path: str, preset_name: str) -> Opened:
    """Store the products that the files name, with the preset's opening stock where they have none yet."""
    preset = orders_preset(preset_name)
    items = list(FileChannel(preset).items(Path(path)))
    with unit_of_work() as work:
        opened = add_catalogue(work, preset, items)
    tell("%d products, %d with opening stock", opened.products, opened.stocked)
    return opened


@once_a_run
@hub_task
async def stage_orders(path: str, preset_name: str) -> Staged:
    """Put the files' orders into the inbox and their unreadable rows into quarantine; twice changes nothing."""
    preset = orders_preset(preset_name)
    with unit_of_work() as work:
        code = add_channel(work, preset)
    orders = new = refused = 0
    for some in _batched(FileChannel(preset).messages(Path(path)), AT_A_TIME):
        messages = [item for item in some if isinstance(item, RawMessage)]
        bad = [item for item in some if isinstance(item, RefusedRow)]
        with unit_of_work() as work:
            new += put_orders(work, code, messages)
            refuse(work, [Refusal(code, "row", row.row_key, row.row, row.reasons) for row in bad])
        orders, refused = orders + len(messages), refused + len(bad)
    tell("%d orders, %d of them new, %d rows refused", orders, new, refused)
    return Staged(orders, new, refused)


def add_catalogue(work: Work, preset: Preset, items: Iterable[CatalogueItem]) -> Opened:
    """Store products that are not there yet, with the preset's opening stock where they have none."""
    ids = add_products(work, items)
    warehouse_id = warehouse_id_of(work, preset.warehouse)
    units = dict.fromkeys(ids.values(), preset.opening_stock) if preset.opening_stock is not None else {}
    return Opened(len(ids), open_stock(work, warehouse_id, units, f"opening:{preset.name}"))


def add_channel(work: Work, preset: Preset) -> str:
    """The code of the channel whose orders the files hold, stored unless its connection says what it is."""
    code = preset.channel or preset.name
    if code not in {channel.code for channel in connections().channel}:
        row = {
            "company_id": work.company_id, "code": code, "partner": f"{PRESET}{preset.name}",
            "fulfilment": preset.fulfilment,
        }  # fmt: skip
        work.session.execute(insert_or_replace(work.session, CHANNEL, ("company_id", "code"), tuple(row)), [row])
    return code


def put_orders(work: Work, code: str, messages: Iterable[RawMessage]) -> int:
    """Put orders of files into the inbox; how many are new."""
    return work.inbox.put(
        [
            {
                "kind": "order", "source": code, "message_key": message.key, "route": Route.FILE,
                "body": message.body, "occurred_at": message.occurred_at,
            }
            for message in messages
        ]
    )  # fmt: skip


async def settle_files(path: str, preset_name: str, rules: Rules) -> list[Settled]:
    """The payments among the files, through the same reconciliation as any provider's statement."""
    preset = preset_named(preset_name)
    done = []
    for some in _batched(read_statement(preset, Path(path)), LINES_A_STATEMENT):
        lines = [item for item in some if isinstance(item, StatementLine)]
        bad = [item for item in some if isinstance(item, RefusedRow)]
        with unit_of_work() as work:
            refuse(work, [Refusal(preset.name, "row", row.row_key, row.row, row.reasons) for row in bad])
        done.append(await settle_statement(preset.name, lines, rules))
    return done


def _batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
