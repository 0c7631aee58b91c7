"""Master data: the company, its channels and warehouses from ``connections.toml``, products and opening stock."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from models.base import insert_or_replace, table_of
from models.bulk import insert_missing, insert_numbered, insert_rows
from models.company import Company, Product, SalesChannel, Warehouse
from models.database import transaction, upgrade
from models.divisions import region_of
from models.many import among
from models.messages import CatalogueItem
from models.stock import LEVEL, MOVEMENT, Cause
from models.work import Work
from settings import get_settings
from tasks.connections import Connections

COMPANY = table_of(Company)
CHANNEL = table_of(SalesChannel)
WAREHOUSE = table_of(Warehouse)
PRODUCT = table_of(Product)


def prepare_database(connected: Connections) -> None:
    """Bring the schema up to date and store who is connected; running it again changes nothing."""
    url = get_settings().resolved_database_url()
    upgrade(url)
    with transaction(url) as session:
        company = connected.company
        row = {"code": get_settings().company, "name": company.name, "zone": company.zone}
        session.execute(insert_or_replace(session, COMPANY, ("code",), ("code", "name", "zone")), [row])
        company_id = session.execute(select(COMPANY.c.id).where(COMPANY.c.code == row["code"])).scalar_one()
        channels = [
            {"company_id": company_id, "code": c.code, "partner": c.partner, "fulfilment": c.fulfilment}
            for c in connected.channel
        ]
        columns: tuple[str, ...] = ("company_id", "code", "partner", "fulfilment")
        if channels:
            session.execute(insert_or_replace(session, CHANNEL, ("company_id", "code"), columns), channels)
        warehouses = [
            {
                "company_id": company_id, "code": w.code, "name": w.name, "region": region_of(w.region), "city": w.city,
                "street": w.street, "phone": w.phone, "orders_a_day": w.orders_a_day,
            }
            for w in connected.warehouse
        ]  # fmt: skip
        if warehouses:
            columns = tuple(warehouses[0])
            session.execute(insert_or_replace(session, WAREHOUSE, ("company_id", "code"), columns), warehouses)


def add_products(work: Work, items: Iterable[CatalogueItem]) -> dict[str, int]:
    """Store products that are not there yet; the ids of all of them by SKU."""
    rows = [
        {
            "company_id": work.company_id, "sku": item.sku, "title": item.title, "weight_grams": item.weight_grams,
            "category": item.category,
        }
        for item in items
    ]  # fmt: skip
    insert_missing(work.session, PRODUCT, rows, ("company_id", "sku"))
    query = select(PRODUCT.c.sku, PRODUCT.c.id).where(PRODUCT.c.company_id == work.company_id)
    return dict(work.rows(query.where(among(PRODUCT.c.sku, [row["sku"] for row in rows]))))


def warehouse_id_of(work: Work, code: str) -> int:
    """The id of a warehouse, made if there is none of that code yet."""
    row = {
        "company_id": work.company_id,
        "code": code,
        "name": code,
        "region": "",
        "city": "",
        "street": "",
        "phone": "",
    }
    insert_missing(work.session, WAREHOUSE, [row], ("company_id", "code"))
    query = select(WAREHOUSE.c.id).where(WAREHOUSE.c.company_id == work.company_id, WAREHOUSE.c.code == code)
    return int(work.session.execute(query).scalar_one())


def open_stock(work: Work, warehouse_id: int, units: Mapping[int, int], reference: str) -> int:
    """Open the stock of products that have no level in that warehouse yet, ``units`` by product id; how many."""
    known = select(LEVEL.c.product_id).where(LEVEL.c.warehouse_id == warehouse_id, LEVEL.c.bucket == "sellable")
    there = {row.product_id for row in work.rows(known)}
    fresh = {product_id: quantity for product_id, quantity in units.items() if product_id not in there}
    levels = [
        {
            "company_id": work.company_id, "product_id": product_id, "warehouse_id": warehouse_id,
            "bucket": "sellable", "on_hand": quantity, "reserved": 0, "safety": 0,
        }
        for product_id, quantity in fresh.items()
    ]  # fmt: skip
    ids = insert_numbered(work.session, LEVEL, levels)
    moves = [
        {
            "stock_level_id": level_id, "quantity": level["on_hand"], "cause": Cause.OPENING, "reference": reference,
            "moved_at": work.now,
        }
        for level_id, level in zip(ids, levels, strict=True)
        if level["on_hand"]
    ]  # fmt: skip
    insert_rows(work.session, MOVEMENT, moves)
    return len(levels)
