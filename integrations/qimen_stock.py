"""Qimen's XML about stock: what lies there, and what changed it. No I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from integrations.beijing import from_beijing
from integrations.markup import text_of
from integrations.reading import whole
from models.messages import ChangeCause, Condition, StockChange, StockLine, StockReport

_CONDITIONS: Final[Mapping[str, Condition]] = {
    **dict.fromkeys(("", "ZP"), Condition.GOOD),
    **dict.fromkeys(("CC", "JS", "XS"), Condition.DEFECTIVE),
}
_COMES_BY: Final[Mapping[str, ChangeCause]] = {
    **dict.fromkeys(("CGRK", "SCRK", "DBRK", "B2BRK", "QTRK"), ChangeCause.RECEIVED),
    **dict.fromkeys(("THRK", "HHRK", "XTRK"), ChangeCause.RETURNED),
}
_RECEIVED: Final = {"", "FULFILLED", "PARTFULFILLED"}
_ADJUSTED: Final = {"": ChangeCause.COUNTED, "CHECK": ChangeCause.COUNTED, "ADJUST": ChangeCause.OTHER}


def read_stock(root: Element, warehouse: str) -> list[StockLine]:
    """The good pieces in an ``inventory.query`` reply, summed over batches. Raises ``ValueError``."""
    available: Counter[str] = Counter()
    locked: Counter[str] = Counter()
    for item in root.iterfind("items/item"):
        sku = text_of(item, "itemCode")
        if text_of(item, "warehouseCode") in {"", warehouse} and text_of(item, "inventoryType") in {"", "ZP"}:
            available[sku] += whole(text_of(item, "quantity"))
            locked[sku] += whole(text_of(item, "lockQuantity") or 0)
    return [StockLine(warehouse, sku, quantity, locked[sku]) for sku, quantity in available.items()]


def read_changes(root: Element, owner_code: str, received_at: datetime) -> StockReport:
    """A ``stockchange.report``; each item names its own document. Raises ``ValueError`` if a required field is missing,
    the goods are another owner's, or batches do not sum up to their item.

    Pieces that are locked (``isLocked``) or in transit (``ZT``) are unclear: nobody says what becomes of them.
    """
    found = []
    for item in root.iterfind("items/item"):
        _insist_on_owner(item, owner_code)
        change = StockChange(
            warehouse=_required(item, "warehouseCode"),
            sku=_required(item, "itemCode"),
            quantity=_quantity(item),
            condition=condition_of(item),
            cause=_COMES_BY.get(text_of(item, "orderType"), ChangeCause.OTHER),
            document=_required(item, "orderCode"),
            change_id=_required(item, "outBizCode"),
            changed_at=_moment(item, "changeTime", received_at),
            word=text_of(item, "inventoryType"),
        )
        if text_of(item, "isLocked") == "Y":
            change = replace(change, condition=Condition.UNCLEAR, word="isLocked")
        found.append(change)
    return _summed(found)


def read_count(root: Element, owner_code: str, received_at: datetime) -> StockReport:
    """An ``inventory.report``: by how much a stock-take or an adjustment differs from the warehouse's books. A long one
    comes in pages, each a change of its own. Raises ``ValueError`` as for a change."""
    _insist_on_owner(root, owner_code)
    kind, page = text_of(root, "adjustType"), text_of(root, "currentPage")
    if kind not in _ADJUSTED:
        raise ValueError(f"adjustType {kind[:40]} is neither a count nor an adjustment")
    change_id = _required(root, "outBizCode") + (f":{page}" if page else "")
    return _summed(
        StockChange(
            warehouse=_required(root, "warehouseCode"),
            sku=_required(item, "itemCode"),
            quantity=_quantity(item),
            condition=condition_of(item),
            cause=_ADJUSTED[kind],
            document=_required(root, "checkOrderCode"),
            change_id=change_id,
            changed_at=_moment(root, "checkTime", received_at),
            word=text_of(item, "inventoryType"),
        )
        for item in root.iterfind("items/item")
    )


def read_entry(root: Element, owner_code: str, received_at: datetime) -> StockReport:
    """An ``entryorder.confirm``: goods that were announced, or bought, have arrived. The owner is checked where it is
    named. Raises ``ValueError`` as for a change, and for an entry that is not received."""
    owner, status = text_of(root, "entryOrder/ownerCode"), text_of(root, "entryOrder/status")
    if owner not in {"", owner_code}:
        raise ValueError(f"the goods belong to {owner[:40]}")
    if status not in _RECEIVED:
        raise ValueError(f"status {status[:40]} is not that of a received entry")
    return _summed(
        StockChange(
            warehouse=_required(root, "entryOrder/warehouseCode"),
            sku=_required(line, "itemCode"),
            quantity=quantity,
            condition=condition_of(stated),
            cause=_COMES_BY.get(text_of(root, "entryOrder/entryOrderType"), ChangeCause.RECEIVED),
            document=_required(root, "entryOrder/entryOrderCode"),
            change_id=_required(root, "entryOrder/outBizCode"),
            changed_at=_moment(root, "entryOrder/operateTime", received_at),
            word=text_of(stated, "inventoryType"),
        )
        for line in root.iterfind("orderLines/orderLine")
        for stated, quantity in _received(line)
    )


def _received(line: Element) -> list[tuple[Element, int]]:
    """The pieces of a line, or of each of its batches, with what states their condition."""
    total = whole(_required(line, "actualQty"))
    batches = [(batch, whole(_required(batch, "actualQty"))) for batch in line.iterfind("batchs/batch")]
    if batches and (summed := sum(pieces for _, pieces in batches)) != total:
        raise ValueError(f"{text_of(line, 'itemCode')[:40]}: {total} received, but its batches sum up to {summed}")
    return [(batch if text_of(batch, "inventoryType") else line, pieces) for batch, pieces in batches] or [
        (line, total)
    ]


def condition_of(item: Element) -> Condition:
    """In which state the pieces of an item are; good ones if it does not say."""
    return _CONDITIONS.get(text_of(item, "inventoryType"), Condition.UNCLEAR)


def _summed(changes: Iterable[StockChange]) -> StockReport:
    """One change of a SKU and state for each document: several batches stand as several items."""
    summed: dict[StockChange, int] = {}
    for change in changes:
        alike = replace(change, quantity=0)
        summed[alike] = summed.get(alike, 0) + change.quantity
    if not summed:
        raise ValueError("it names no item")
    return StockReport(tuple(replace(alike, quantity=quantity) for alike, quantity in summed.items() if quantity))


def _quantity(item: Element) -> int:
    quantity = whole(_required(item, "quantity"))
    batches = [(whole(_required(batch, "quantity")), batch) for batch in item.iterfind("batchs/batch")]
    if batches and sum(pieces for pieces, _ in batches) != quantity:
        raise ValueError(f"{text_of(item, 'itemCode')[:40]}: {quantity} changed, but its batches sum up otherwise")
    if any(text_of(batch, "inventoryType") and condition_of(batch) != condition_of(item) for _, batch in batches):
        raise ValueError(f"{text_of(item, 'itemCode')[:40]}: its batches are in another state than it")
    return quantity


def _insist_on_owner(element: Element, owner_code: str) -> None:
    if (owner := _required(element, "ownerCode")) != owner_code:
        raise ValueError(f"the goods belong to {owner[:40]}")


def _required(element: Element, name: str) -> str:
    if not (value := text_of(element, name)):
        raise ValueError(f"{name} is missing")
    return value


def _moment(element: Element, name: str, otherwise: datetime) -> datetime:
    stated = text_of(element, name)
    return from_beijing(stated) if stated else otherwise
