"""``orderspine db``: the schema, the audit trail's chains, and a restored backup."""

import typer

from cli.failures import Unusable
from cli.screen import line, t

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
    """Recompute every order's chain of events; exit code 1 if one was tampered with or lost a row."""
    from sqlalchemy import func, select

    from models.event import EVENT, broken_links
    from models.many import among
    from models.order_book import ORDER
    from tasks.hub import unit_of_work

    with unit_of_work() as work:
        count = select(func.count(), func.count(EVENT.c.order_id.distinct()))
        events, orders = work.session.execute(count.select_from(EVENT)).one()
        broken = sorted({link.order_id for link in broken_links(work.session)})
        numbers = work.session.scalars(select(ORDER.c.channel_order_no).where(among(ORDER.c.id, broken[:10]))).all()
    if broken:
        raise Unusable(t("cli-db-broken", count=len(broken), orders=", ".join(numbers)), answer_is_no=True)
    line("cli-db-verified", events=events, orders=orders)


@app.command(name="restored", help=t("cli-db-restored-help"))
def restored() -> None:
    """Make a restored database safe to run: partners are asked before anything is sent again."""
    from tasks.hub import unit_of_work

    with unit_of_work() as work:
        line("cli-db-restored", count=work.outbox.doubt())
