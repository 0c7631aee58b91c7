"""The commands, and how an error is told: one sentence that says what to do, and an exit code that means something.

Exit codes: 0 done; 1 the answer is no (a check failed, something is broken); 2 the call cannot be carried out.
"""

import sys

import typer

from cli import (
    changes,
    credentials,
    customers,
    database,
    doctor,
    gates,
    imports,
    invoices,
    orders,
    policy,
    quarantine,
    reports,
    scaffold,
    stay_up,
    stock,
)
from cli.demo import demo
from cli.failures import Unusable, explain
from cli.replays import replay
from cli.screen import complaints, t

app = typer.Typer(
    help=t("cli-help"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(name="demo", help=t("cli-demo-help"))(demo)
app.command(name="up", help=t("cli-up-help"))(stay_up.up)
app.command(name="import", help=t("cli-import-help"))(imports.import_path)
app.add_typer(orders.app, name="order", help=t("cli-order-help"))
app.add_typer(changes.app, name="change", help=t("cli-change-help"))
app.add_typer(customers.app, name="customer", help=t("cli-customer-help"))
app.add_typer(quarantine.app, name="quarantine", help=t("cli-quarantine-help"))
app.add_typer(stock.app, name="stock", help=t("cli-stock-help"))
app.add_typer(invoices.app, name="invoice", help=t("cli-invoice-help"))
app.add_typer(reports.app, name="report", help=t("cli-report-help"))
app.add_typer(gates.app, name="gate", help=t("cli-gate-help"))
app.add_typer(policy.app, name="policy", help=t("cli-policy-help"))
app.command(name="replay", help=t("cli-replay-help"))(replay)
app.add_typer(credentials.app, name="credential", help=t("cli-credential-help"))
app.add_typer(scaffold.app, name="new", help=t("cli-new-help"))
app.add_typer(database.app, name="db", help=t("cli-db-help"))
app.command(name="doctor", help=t("cli-doctor-help"))(doctor.doctor)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Exception as error:
        told = explain(error)
        if told is None:
            raise
        complaints.print(told, markup=False, style="red")
        sys.exit(1 if isinstance(error, Unusable) and error.answer_is_no else 2)


if __name__ == "__main__":
    main()
