"""``orderspine db``: the schema, the audit trail's chains, the stock's balances, and a restored backup."""

from typing import TYPE_CHECKING

import typer

from cli.failures import Unusable
from cli.screen import line, t

if TYPE_CHECKING:
    from models.work import Work

app = typer.Typer(no_args_is_help=True)


@app.command(name="upgrade", help=t("cli-db-upgrade-help"))
def upgrade() -> None:
    """Bring the database up to date and store who is connected."""
    from models.database import read_schema
    from settings import get_settings
    from tasks.connections import connections
    from tasks.masters import prepare_database

    prepare_database(connections())
    schema = read_schema(get_settings().resolved_database_url())
    line("cli-db-upgraded", version=schema.present or "")


@app.command(name="verify", help=t("cli-db-verify-help"))
def verify() -> None:
    """Recompute every order's chain of events and every balance of stock; exit code 1 if one was tampered with, lost a
    row, or is not the sum of its rows."""
    from sqlalchemy import func, select

    from models.event import EVENT, broken_links
    from models.many import among
    from models.order_book import ORDER
    from models.stock import LEVEL
    from tasks.hub import unit_of_work

    with unit_of_work() as work:
        count = select(func.count(), func.count(EVENT.c.order_id.distinct()))
        events, orders = work.session.execute(count.select_from(EVENT)).one()
        broken = sorted({link.order_id for link in broken_links(work.session)})
        numbers = work.session.scalars(select(ORDER.c.channel_order_no).where(among(ORDER.c.id, broken[:10]))).all()
        levels = work.session.scalar(select(func.count()).select_from(LEVEL))
        unsound = work.stock.balances_broken()
        shelves = _shelves(work, unsound[:10])
    faults = []
    if broken:
        faults.append(t("cli-db-broken", count=len(broken), orders=", ".join(numbers)))
    if unsound:
        faults.append(t("cli-db-unsound", count=len(unsound), shelves=", ".join(shelves)))
    if faults:
        raise Unusable(" ".join(faults), answer_is_no=True)
    line("cli-db-verified", events=events, orders=orders, levels=levels or 0)


def _shelves(work: "Work", level_ids: list[int]) -> list[str]:
    """What lies there, where, and in which bucket."""
    from sqlalchemy import select

    from models.base import table_of
    from models.company import Product, Warehouse
    from models.many import among
    from models.stock import LEVEL

    product, warehouse = table_of(Product), table_of(Warehouse)
    query = (
        select(product.c.sku, warehouse.c.code, LEVEL.c.bucket)
        .join(product, product.c.id == LEVEL.c.product_id)
        .join(warehouse, warehouse.c.id == LEVEL.c.warehouse_id)
        .where(among(LEVEL.c.id, level_ids))
        .order_by(LEVEL.c.id)
    )
    return [" ".join(row) for row in work.rows(query)]


@app.command(name="restored", help=t("cli-db-restored-help"))
def restored() -> None:
    """Make a restored database safe to run: partners are asked before anything is sent again."""
    from tasks.hub import unit_of_work

    with unit_of_work() as work:
        line("cli-db-restored", count=work.outbox.doubt())
