"""The products that a source has: from its products table, or from what its order lines name."""

from collections import Counter
from collections.abc import Iterable, Iterator

from integrations.files.layout import ProductsTable, Source
from integrations.files.preset import Preset
from models.messages import CatalogueItem, RefusedRow

Rows = Iterable[dict[str, str] | RefusedRow]


def read_products(preset: Preset, table: ProductsTable, rows: Rows) -> Iterator[CatalogueItem]:
    """The products of a products table, each SKU once; a row without a SKU is no product."""
    fields = table.fields
    seen = {""}
    for row in rows:
        if isinstance(row, RefusedRow):
            continue
        sku = _sku(preset, fields.sku, row)
        if sku in seen:
            continue
        seen.add(sku)
        yield CatalogueItem(
            sku=sku,
            title=_text(fields.title, row),
            weight_grams=_grams(_text(fields.weight_grams, row)),
            category=_text(fields.category, row),
        )


def sold_products(preset: Preset, rows: Rows) -> Iterator[CatalogueItem]:
    """The goods that order lines name, each SKU once under the title it has most often; services are no products."""
    services = {code.upper() for code in preset.lines.services}
    titles: dict[str, Counter[str]] = {}
    for row in rows:
        if isinstance(row, RefusedRow):
            continue
        sku = _sku(preset, preset.lines.fields.sku, row)
        if sku and sku.upper() not in services:
            counted = titles.setdefault(sku, Counter())
            if title := _text(preset.lines.fields.title, row):
                counted[title] += 1
    for sku, counted in sorted(titles.items()):
        # Of titles met equally often the alphabetically first, so that the order of the files does not matter.
        yield CatalogueItem(sku, min(counted, key=lambda title: (-counted[title], title), default=""))


def _sku(preset: Preset, source: Source, row: dict[str, str]) -> str:
    sku = source.text(row)
    return sku.upper() if preset.reading.sku_case == "upper" else sku


def _text(source: Source | None, row: dict[str, str]) -> str:
    return source.text(row) if source else ""


def _grams(text: str) -> int | None:
    number = text.removesuffix(".0")
    return int(number) if number.isdecimal() else None
