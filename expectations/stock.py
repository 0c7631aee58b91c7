"""What a stock snapshot must satisfy before it is compared with our books (D2)."""

from great_expectations import ExpectationSuite

from expectations.rules import at_least, at_most, present, satisfies, unique

LARGEST_STOCK = 1_000_000_000


def stock_snapshot() -> ExpectationSuite:
    """The suite over what a partner says that it has, one row per warehouse and SKU.

    Columns: ``warehouse, sku, sku_known`` (bool), ``available, locked`` (units).
    """
    return ExpectationSuite(
        name="stock-snapshot",
        expectations=[
            present("warehouse", "warehouse-missing"),
            present("sku", "sku-missing"),
            satisfies(
                "sku_known", ["sku", "sku_known"], "sku-unknown", "the SKU is in the catalogue", says={"sku": "sku"}
            ),
            present("available", "stock-missing"),
            at_least(0, "available", "stock-negative"),
            at_most(LARGEST_STOCK, "available", "stock-too-large"),
            present("locked", "stock-missing"),
            at_least(0, "locked", "stock-negative"),
            at_most(LARGEST_STOCK, "locked", "stock-too-large"),
            unique(["sku", "warehouse"], "stock-stated-twice"),
        ],
    )
