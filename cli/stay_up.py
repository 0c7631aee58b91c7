"""``orderspine up``: the hub on one machine, until it is stopped."""

import os
import time
from typing import Annotated

import typer

from cli.screen import console, line, t


def up(
    prefect_port: Annotated[int, typer.Option(help=t("cli-port-prefect-help"))] = 4200,
    web_port: Annotated[int, typer.Option(help=t("cli-port-web-help"))] = 8600,
) -> None:
    """Start Prefect server, worker and web, deploy every step, and stay."""
    from cli import stack as machine
    from settings import get_settings
    from tasks.connections import connections

    home = get_settings().home
    machine.claim_port(prefect_port, "--prefect-port")
    machine.claim_port(web_port, "--web-port")
    with machine.running(home, prefect_port, web_port) as stack:
        os.environ.update(stack.environment)
        get_settings.cache_clear()
        from tasks.automations import ensure_automations
        from tasks.masters import prepare_database

        prepare_database(connections())
        with console.status(t("cli-starting-prefect")):
            machine.start_prefect(stack, prefect_port)
            machine.start_web(stack, web_port)
            machine.start_worker(stack)  # it warms up while the deployments are made
            machine.deploy(stack)
            ensure_automations()
            machine.register_credentials()
            stack.await_answer("web", f"http://127.0.0.1:{web_port}/healthz")
        address = home / "prefect-api-url"
        address.write_text(stack.environment["PREFECT_API_URL"])
        line("cli-up", prefect=f"http://127.0.0.1:{prefect_port}", web=f"http://127.0.0.1:{web_port}")
        try:
            while True:
                time.sleep(1)
                stack.check()
        except KeyboardInterrupt:
            line("cli-stopping")
        finally:
            address.unlink(missing_ok=True)
