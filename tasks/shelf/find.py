"""The product and the warehouse that a person names."""

from sqlalchemy import select

from models.lifecycle import Bucket
from models.work import Work
from tasks.masters import WAREHOUSE
from tasks.order_content import known_products


class CannotMoveStock(ValueError):
    """It cannot be booked; the message says why and what to do."""


def product_named(work: Work, sku: str) -> int:
    """The id of a SKU. Raises ``CannotMoveStock``."""
    product_id = known_products(work, {sku}).get(sku)
    if product_id is None:
        raise CannotMoveStock(f"There is no product {sku}.")
    return product_id


def warehouse_named(work: Work, code: str) -> int:
    """The id of a warehouse. Raises ``CannotMoveStock``."""
    of_company = WAREHOUSE.c.company_id == work.company_id
    codes = dict(work.rows(select(WAREHOUSE.c.code, WAREHOUSE.c.id).where(of_company)))
    if code not in codes:
        raise CannotMoveStock(f"There is no warehouse {code}. There are: {', '.join(sorted(codes)) or 'none'}.")
    return int(codes[code])


def level_named(work: Work, sku: str, warehouse: str, bucket: Bucket = Bucket.SELLABLE) -> int:
    """The id of a stock level, made if there is none. Raises ``CannotMoveStock``."""
    return work.stock.open_level(product_named(work, sku), warehouse_named(work, warehouse), bucket)


def above_zero(quantity: int) -> int:
    """The quantity, if it is one that can be moved. Raises ``CannotMoveStock``."""
    if quantity <= 0:
        raise CannotMoveStock(f"The quantity must be above zero, not {quantity}.")
    return quantity
