"""Kits and units of measure, as a person states them: a table ``kit,component,units`` or ``sku,unit,units`` (B3)."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select

from models.bulk import insert_rows
from models.lifecycle import HoldKind
from models.many import among
from models.messages import CatalogueItem
from models.order_book import HOLD, LINE
from models.work import Work
from tasks.hub import unit_of_work
from tasks.masters import add_products
from tasks.needs import KIT, UNIT, UNIT_UNKNOWN
from tasks.order_content import known_products
from tasks.shelf.find import CannotMoveStock

_KITS = ["kit", "component", "units"]
_UNITS = ["sku", "unit", "units"]

Table = dict[str, dict[str, int]]
"""Per kit or SKU: component or unit, and how many base units that is."""


@dataclass(frozen=True, slots=True)
class Defined:
    """How many kits, and units of how many products, are stated now."""

    kits: int = 0
    products: int = 0


def define(path: Path, by: str) -> Defined:
    """Store what the table says; of a kit or product that it names, all that was stated before is replaced.

    An order in a unit that is gone is held when it is decided (``unit-unknown``), until the unit is stated again.
    A kit that is no product yet becomes one. Nothing is stored if one row is wrong. Raises ``CannotMoveStock`` that
    names the row.
    """
    header, table = _read(path)
    with unit_of_work(by) as work:
        if header == _UNITS:
            _store_units(work, table, path)
            return Defined(products=len(table))
        _store_kits(work, table, path)
        return Defined(kits=len(table))


def _read(path: Path) -> tuple[list[str], Table]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    except (OSError, UnicodeDecodeError) as error:
        raise CannotMoveStock(f"{path} cannot be read: {error}") from error
    header = [cell.lower() for cell in rows[0]] if rows else []
    if header not in (_KITS, _UNITS):
        raise CannotMoveStock(f"{path}: the first row must be {','.join(_KITS)} or {','.join(_UNITS)}.")
    table: Table = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        if len(row) != len(header) or not row[0] or not row[1] or not row[2].isascii() or not row[2].isdecimal():
            raise CannotMoveStock(f"{path}, row {number}: it must be {','.join(header)}, units a whole number.")
        if int(row[2]) == 0 or row[1] in table.get(row[0], {}):
            raise CannotMoveStock(f"{path}, row {number}: {row[1]} of {row[0]} is zero, or stated twice.")
        table.setdefault(row[0], {})[row[1]] = int(row[2])
    return header, table


def _store_units(work: Work, table: Table, path: Path) -> None:
    ids = _known(work, set(table), path)
    work.session.execute(delete(UNIT).where(among(UNIT.c.product_id, [ids[sku] for sku in table])))
    rows = [
        {"product_id": ids[sku], "unit": unit, "units": units}
        for sku, stated in table.items()
        for unit, units in stated.items()
    ]
    insert_rows(work.session, UNIT, rows)
    _let_count(work, [*ids.values()])


def _let_count(work: Work, products: Sequence[int]) -> None:
    """Orders that were held because a unit of these products was gone are decided again."""
    query = (
        select(HOLD.c.order_id, HOLD.c.reasons)
        .where(HOLD.c.kind == HoldKind.DATA, HOLD.c.closed_at.is_(None))
        .where(HOLD.c.order_id.in_(select(LINE.c.order_id).where(among(LINE.c.product_id, products))))
    )
    held = [row.order_id for row in work.rows(query) if all(why["code"] == UNIT_UNKNOWN for why in row.reasons)]
    work.orders.unhold(held, HoldKind.DATA, work.run.actor)


def _store_kits(work: Work, table: Table, path: Path) -> None:
    parts = {component for stated in table.values() for component in stated}
    nested = parts & table.keys()
    if nested:
        raise CannotMoveStock(f"{path}: a kit cannot hold another kit: {', '.join(sorted(nested))}.")
    ids = _known(work, parts, path)
    kits = add_products(work, [CatalogueItem(kit, kit, None) for kit in table])
    work.session.execute(delete(KIT).where(among(KIT.c.kit_id, kits.values())))
    rows = [
        {"kit_id": kits[kit], "component_id": ids[component], "units": units}
        for kit, stated in table.items()
        for component, units in stated.items()
    ]
    insert_rows(work.session, KIT, rows)


def _known(work: Work, skus: set[str], path: Path) -> Mapping[str, int]:
    ids = known_products(work, skus)
    unknown = sorted(skus - ids.keys())
    if unknown:
        raise CannotMoveStock(f"{path}: there is no product {', '.join(unknown[:5])}.")
    return ids
