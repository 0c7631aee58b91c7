"""``orderspine db``: the schema."""

import typer

from cli.screen import line, t

app = typer.Typer(no_args_is_help=True)


@app.command(name="upgrade", help=t("cli-db-upgrade-help"))
def upgrade() -> None:
    """Bring the database up to date and store who is connected."""
    from models.database import schema_versions
    from settings import get_settings
    from tasks.connections import connections
    from tasks.masters import prepare_database

    prepare_database(connections())
    present, _ = schema_versions(get_settings().resolved_database_url())
    line("cli-db-upgraded", version=present or "")
