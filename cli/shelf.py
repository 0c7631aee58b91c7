"""``orderspine stock announce``, ``count``, ``return`` …: what people do to goods."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import Unusable
from cli.screen import line, t

Sku = Annotated[str, typer.Argument(help=t("cli-stock-sku-help"))]
Quantity = Annotated[int, typer.Argument(help=t("cli-stock-quantity-help"))]
Warehouse = Annotated[str, typer.Option(help=t("cli-stock-warehouse-help"))]
By = Annotated[str, typer.Option(help=t("cli-by-help"))]
Announced = Annotated[str, typer.Argument(help=t("cli-stock-announced-reference-help"))]
OnlySku = Annotated[str, typer.Option(help=t("cli-stock-only-sku-help"))]
Looked = Annotated[str, typer.Option(help=t("cli-stock-look-reference-help"))]

app = typer.Typer()


@app.command(name="announce", help=t("cli-stock-announce-help"))
def announce(
    sku: Sku,
    quantity: Quantity,
    warehouse: Warehouse,
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=t("cli-stock-on-help"))],
    reference: Annotated[str, typer.Option(help=t("cli-stock-order-reference-help"))],
    by: By = "",
) -> None:
    """Expect goods."""
    from tasks.shelf import arrivals

    done = arrivals.announce(sku, warehouse, quantity, on.date(), reference, _person(by))
    told: dict[str, str | int] = {"sku": sku, "quantity": quantity, "warehouse": warehouse}
    line("cli-stock-announced", **told, day=on.date().isoformat(), available=done.available)


@app.command(name="arrive", help=t("cli-stock-arrive-help"))
def arrive(
    reference: Announced,
    sku: OnlySku = "",
    quantity: Annotated[int | None, typer.Option(help=t("cli-stock-part-help"))] = None,
    note: Annotated[str, typer.Option(help=t("cli-stock-note-help"))] = "",
    by: By = "",
) -> None:
    """Book in what was announced."""
    from tasks.shelf import arrivals

    done = arrivals.arrive(reference, _person(by), sku=sku, quantity=quantity, note=note)
    line("cli-stock-arrived", pieces=done.pieces, left=done.still_expected, orders=done.orders_freed)


@app.command(name="call-off", help=t("cli-stock-call-off-help"))
def call_off(
    reference: Announced,
    sku: OnlySku = "",
    why: Annotated[str, typer.Option(help=t("cli-stock-call-off-why-help"))] = "",
    by: By = "",
) -> None:
    """What was announced will not come."""
    from tasks.shelf import arrivals

    done = arrivals.call_off(reference, _person(by), sku=sku, why=why)
    line("cli-stock-call-off-asked" if done.asked else "cli-stock-called-off", pieces=done.pieces)


@app.command(name="count", help=t("cli-stock-count-help"))
def count(
    sku: Sku,
    counted: Annotated[int, typer.Argument(help=t("cli-stock-counted-help"))],
    warehouse: Warehouse,
    reference: Annotated[str, typer.Option(help=t("cli-stock-count-reference-help"))] = "",
    quarantine: Annotated[bool, typer.Option("--quarantine", help=t("cli-stock-quarantine-option-help"))] = False,
    by: By = "",
) -> None:
    """Book what was counted."""
    from models.lifecycle import Bucket
    from tasks.shelf import counting

    bucket = Bucket.QUARANTINE if quarantine else Bucket.SELLABLE
    number = reference or datetime.now(UTC).isoformat(timespec="seconds")
    done = counting.count(sku, warehouse, counted, number, _person(by), bucket)
    told = {"sku": sku, "warehouse": warehouse}
    line("cli-stock-counted-now", **told, before=done.before, now=done.now, orders=done.orders_freed)
    if done.losing:
        line("cli-stock-count-losing", orders=", ".join(done.losing))
    if done.missing:
        raise Unusable(
            t("cli-stock-count-doubt", missing=done.missing, orders=", ".join(done.in_doubt)), answer_is_no=True
        )


@app.command(name="return", help=t("cli-stock-return-help"))
def take_in(
    sku: Sku,
    quantity: Quantity,
    warehouse: Warehouse,
    reference: Annotated[str, typer.Option(help=t("cli-stock-return-reference-help"))],
    by: By = "",
) -> None:
    """Take returned pieces into quarantine."""
    from tasks.shelf import quarantined

    now = quarantined.take_in(sku, warehouse, quantity, reference, _person(by))
    line("cli-stock-returned", sku=sku, quantity=quantity, warehouse=warehouse, now=now)


@app.command(name="clear", help=t("cli-stock-clear-help"))
def clear(sku: Sku, quantity: Quantity, warehouse: Warehouse, reference: Looked, by: By = "") -> None:
    """Put pieces from quarantine back on the shelf."""
    from tasks.shelf import quarantined

    freed = quarantined.clear(sku, warehouse, quantity, reference, _person(by))
    line("cli-stock-cleared", sku=sku, quantity=quantity, warehouse=warehouse, orders=freed)


@app.command(name="scrap", help=t("cli-stock-scrap-help"))
def scrap(sku: Sku, quantity: Quantity, warehouse: Warehouse, reference: Looked, by: By = "") -> None:
    """Throw pieces from quarantine away."""
    from tasks.shelf import quarantined

    left = quarantined.scrap(sku, warehouse, quantity, reference, _person(by))
    line("cli-stock-scrapped", sku=sku, quantity=quantity, warehouse=warehouse, now=left)


@app.command(name="safety", help=t("cli-stock-safety-help"))
def safety(sku: Sku, quantity: Quantity, warehouse: Warehouse, by: By = "") -> None:
    """Keep pieces back from every promise."""
    from tasks.shelf.safety import set_safety

    freed = set_safety(sku, warehouse, quantity, _person(by))
    line("cli-stock-safety-set", sku=sku, units=quantity, warehouse=warehouse, orders=freed)


@app.command(name="transfer", help=t("cli-stock-transfer-help"))
def transfer(
    sku: Sku,
    quantity: Quantity,
    source: Annotated[str, typer.Option("--from", help=t("cli-stock-from-help"))],
    destination: Annotated[str, typer.Option("--to", help=t("cli-stock-to-help"))],
    reference: Annotated[str, typer.Option(help=t("cli-stock-transfer-reference-help"))],
    by: By = "",
) -> None:
    """Order goods from one warehouse for another."""
    from tasks.shelf import transfers

    done = transfers.transfer(sku, quantity, source, destination, reference, _person(by))
    told: dict[str, str | int] = {"sku": sku, "quantity": quantity, "source": source, "destination": destination}
    line("cli-stock-transferred", number=done.number, **told)


@app.command(name="sell", help=t("cli-stock-sell-help"))
def sell(
    goods: Annotated[list[str], typer.Argument(help=t("cli-stock-sell-goods-help"))],
    warehouse: Warehouse,
    reference: Annotated[str, typer.Option(help=t("cli-stock-receipt-help"))],
    by: By = "",
) -> None:
    """Book a sale over the counter."""
    from tasks.shelf import store_sales

    done = store_sales.sell(warehouse, [_sold(some) for some in goods], reference, _person(by))
    line("cli-stock-sold" if done.new else "cli-stock-sold-before", number=done.number)


@app.command(name="define", help=t("cli-stock-define-help"))
def define(file: Annotated[Path, typer.Argument(help=t("cli-stock-file-help"))], by: By = "") -> None:
    """State kits or units of measure."""
    from tasks.shelf import catalogue

    done = catalogue.define(file, _person(by))
    line("cli-stock-defined", kits=done.kits, products=done.products)


def _sold(written: str) -> tuple[str, int, int]:
    from models.money import AmountError, parse_minor

    sku, _, rest = written.partition("=")
    pieces, _, price = rest.partition("@")
    try:
        return sku, int(pieces), parse_minor(price, "CNY")
    except (ValueError, AmountError):
        raise Unusable(t("cli-stock-goods-wrong", given=written)) from None


def _person(by: str) -> str:
    return by or getpass.getuser()
