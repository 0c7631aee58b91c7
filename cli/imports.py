"""``orderspine import``: a file or folder of orders, by a preset or by a mapping that is proposed and confirmed."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.failures import Unusable
from cli.screen import as_json, console, line, reasons, t, table


def import_path(
    path: Annotated[Path, typer.Argument(help=t("cli-import-path-help"))],
    preset: Annotated[str, typer.Option(help=t("cli-import-preset-help"))] = "",
    currency: Annotated[str, typer.Option(help=t("cli-import-currency-help"))] = "CNY",
    zone: Annotated[str, typer.Option(help=t("cli-import-zone-help"))] = "Asia/Shanghai",
    yes: Annotated[bool, typer.Option("--yes", help=t("cli-import-yes-help"))] = False,
    json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False,
) -> None:
    """Bring files in, then say what became of every order and row."""
    from cli.engine import use_prefect

    if not path.exists():
        raise Unusable(t("cli-import-no-path", path=str(path)))
    use_prefect()
    from integrations.files.preset import find_preset
    from settings import get_settings
    from tasks.import_files import preset_named

    chosen = preset_named(preset) if preset else find_preset(get_settings().presets, path)
    if chosen is None:
        chosen = _propose(path, currency, zone, yes)
    if not json:
        line("cli-import-with", preset=chosen.title or chosen.name, path=str(path))
    _run(str(path.resolve()), chosen.name, quiet=json)
    _report(json)


def _propose(path: Path, currency: str, zone: str, yes: bool) -> Any:
    """Propose a mapping for a layout that is not known, let the user confirm it, and keep it."""
    from integrations.files import confirmed
    from integrations.files.preset import save_preset
    from integrations.files.tables import sample_table
    from models.reasons import to_json
    from policies.mapping import propose_mapping
    from settings import get_settings

    if path.is_dir():
        raise Unusable(t("cli-import-folder-unknown", path=str(path)))
    sample = sample_table(path)
    proposal = propose_mapping(sample.header, sample.rows)
    table(
        ("cli-col-column", "cli-col-field", "cli-col-sure", "cli-col-why"),
        [
            (
                c.column,
                c.field or "–",
                f"{c.confidence} %",
                reasons(to_json(c.reasons)),
            )
            for c in proposal.columns
        ],
        right=(2,),
    )
    if proposal.missing:
        raise Unusable(t("cli-import-missing", fields=", ".join(proposal.missing)))
    if not yes and not (sys.stdin.isatty() and typer.confirm(t("cli-import-confirm"))):
        raise Unusable(t("cli-import-not-confirmed"))
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in path.stem.lower()).strip("-")
    name = f"file-{name or 'orders'}"
    preset = confirmed.preset_of(proposal.mapping, sample.header, name=name, currency=currency, timezone=zone)
    file = get_settings().presets / f"{name}.toml"
    save_preset(preset, file)
    line("cli-import-kept", file=str(file))
    return preset


def _run(path: str, preset: str, *, quiet: bool) -> None:
    from flows.import_files import import_files
    from tasks.connections import connections
    from tasks.masters import prepare_database

    prepare_database(connections())
    steps = logging.getLogger("prefect.task_runs")
    steps.setLevel(logging.INFO)
    shown = _Steps()
    if not quiet:
        steps.addHandler(shown)
    try:
        asyncio.run(import_files(path, preset))
    finally:
        steps.removeHandler(shown)


class _Steps(logging.Handler):
    """Shows each step of the run as it ends; long work is never silent."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the line that the step wrote into its run's log."""
        if record.funcName == "tell":
            name = getattr(record, "task_name", "")
            console.print(f"  {name:<20} {record.getMessage()}", markup=False)


def _report(json: bool) -> None:
    from tasks.report import orders_by_status, quarantine_by_reason

    by_status, by_reason = orders_by_status(), quarantine_by_reason()
    if json:
        as_json({"orders": by_status, "quarantine": by_reason})
        return
    console.print()
    rows = [(t(f"status-{status}"), f"{count:,}") for status, count in by_status.items()]
    table(("cli-col-status", "cli-col-orders"), rows, right=(1,))
    if by_reason:
        rows = [(code, f"{count:,}") for code, count in by_reason.items()]
        table(("cli-col-reason", "cli-col-count"), rows, title=f"\n{t('cli-by-reason')}", right=(1,))
        line("cli-import-see-quarantine")
