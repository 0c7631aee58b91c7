"""``orderspine quarantine``: see what was refused, mend it, let it go on."""

import getpass
from typing import Annotated

import typer

from cli.failures import Unusable
from cli.screen import as_json, line, reasons, t, table

app = typer.Typer(no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help=t("cli-json-help"))]


@app.command(name="list", help=t("cli-quarantine-list-help"))
def list_refused(
    reason: Annotated[str, typer.Option(help=t("cli-quarantine-reason-help"))] = "",
    limit: Annotated[int, typer.Option(help=t("cli-limit-help"))] = 50,
    json: Json = False,
) -> None:
    """What is in quarantine, with every reason."""
    from tasks.report import in_quarantine, quarantine_by_reason

    refused = in_quarantine(limit, reason)
    if json:
        as_json(refused)
        return
    if not refused:
        line("cli-quarantine-empty")
        return
    table(
        ("cli-col-number", "cli-col-what", "cli-col-why"),
        [(r.id, f"{r.subject} {r.source} {r.key}"[:48], reasons(r.reasons)) for r in refused],
        right=(0,),
    )
    counts = list(quarantine_by_reason().items())
    table(("cli-col-reason", "cli-col-count"), counts, title=f"\n{t('cli-by-reason')}", right=(1,))


@app.command(name="show", help=t("cli-quarantine-show-help"))
def show(number: Annotated[int, typer.Argument(help=t("cli-quarantine-number-help"))]) -> None:
    """One refused thing whole, as JSON: what came, what is wrong, what was done."""
    from tasks.report import refused_whole

    found = refused_whole(number)
    if found is None:
        raise Unusable(t("cli-quarantine-unknown", number=str(number)))
    as_json(found)


@app.command(name="mend", help=t("cli-quarantine-mend-help"))
def mend_refused(
    number: Annotated[int, typer.Argument(help=t("cli-quarantine-number-help"))],
    change: Annotated[list[str], typer.Option("--set", help=t("cli-quarantine-set-help"))],
    by: Annotated[str, typer.Option(help=t("cli-by-help"))] = "",
) -> None:
    """Correct it, check it again, let it go on."""
    from models.reasons import to_json
    from tasks.mend import mend

    changes = {}
    for pair in change:
        field, equals, value = pair.partition("=")
        if not equals:
            raise Unusable(t("cli-quarantine-set-wrong", given=pair))
        changes[field.strip()] = value
    mended = mend(number, changes, by or getpass.getuser())
    if mended.still:
        raise Unusable(f"{t('cli-quarantine-still')}\n{reasons(to_json(mended.still))}", answer_is_no=True)
    line("cli-quarantine-mended", number=str(number))


@app.command(name="dismiss", help=t("cli-quarantine-dismiss-help"))
def dismiss_refused(
    number: Annotated[int, typer.Argument(help=t("cli-quarantine-number-help"))],
    why: Annotated[str, typer.Option(help=t("cli-why-help"))],
    by: Annotated[str, typer.Option(help=t("cli-by-help"))] = "",
) -> None:
    """Decide that it is not wanted; it stays readable."""
    from tasks.mend import dismiss

    dismiss(number, why, by or getpass.getuser())
    line("cli-quarantine-dismissed", number=str(number))


@app.command(name="resume", help=t("cli-quarantine-resume-help"))
def resume() -> None:
    """Take everything that was mended as far as it can go now."""
    from cli.engine import use_prefect

    use_prefect()
    import asyncio

    from flows.fulfil_orders import fulfil_orders

    done = asyncio.run(fulfil_orders())
    line("cli-quarantine-resumed", batches=len(done))
