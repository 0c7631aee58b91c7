"""A company with two products, one warehouse and a channel, in an empty database; no partner, no Prefect."""

import pytest
from little_company import NOW, Begin
from sqlalchemy import insert

from models.base import table_of
from models.company import Company, Customer, Product, SalesChannel, Warehouse
from models.database import transaction
from models.event import Run
from models.stock import LEVEL, MOVEMENT, Cause
from models.work import begin_work


@pytest.fixture
def begin(database_url: str) -> Begin:
    """Opens a unit of work in the name of an owner."""
    with transaction(database_url) as session:
        session.execute(insert(table_of(Company)), {"id": 1, "code": "main", "name": "", "zone": "UTC"})
        channel = {"id": 1, "company_id": 1, "code": "shop", "partner": "shop", "fulfilment": "hub"}
        session.execute(insert(table_of(SalesChannel)), channel)
        session.execute(
            insert(table_of(Customer)),
            {"id": 1, "company_id": 1, "code": "C1", "name": "", "grade": "", "risk": "normal"},
        )
        warehouse = {"id": 1, "company_id": 1, "code": "SZ-01", "name": "", "region": "", "city": "", "street": ""}
        session.execute(insert(table_of(Warehouse)), {**warehouse, "phone": ""})
        for product in (1, 2):
            row = {"id": product, "company_id": 1, "sku": f"SKU-{product}", "title": "", "category": ""}
            session.execute(insert(table_of(Product)), row)
            level = {"id": product, "company_id": 1, "product_id": product, "warehouse_id": 1, "bucket": "sellable"}
            session.execute(insert(LEVEL), {**level, "on_hand": 20, "reserved": 0, "safety": 0})
            moved = {"stock_level_id": product, "quantity": 20, "cause": Cause.OPENING, "reference": "test"}
            session.execute(insert(MOVEMENT), {**moved, "moved_at": NOW})
    return lambda owner="test": begin_work(database_url, "main", Run(owner, policy_version="v1"), NOW)
