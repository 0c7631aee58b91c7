"""``orderspine demo``: two days in the life of a small company, everything on this machine, nothing outside it."""

import asyncio
import os
import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import Unusable
from cli.screen import console, line, t


def demo_rules(home: Path) -> Path:
    """The rules of the checkout, but that a parcel is late after a day: the demo has only two."""
    from settings import ROOT

    file = home / "orderspine.toml"
    rules = (ROOT / "orderspine.toml").read_text(encoding="utf-8")
    file.write_text(rules.replace("late_after_hours = 48", "late_after_hours = 24"), encoding="utf-8")
    return file


def demo(
    stay: Annotated[bool, typer.Option("--stay/--no-stay", help=t("cli-demo-stay-help"))] = True,
    orders: Annotated[int, typer.Option(min=50, max=5_000, help=t("cli-demo-orders-help"))] = 300,
) -> None:
    """Run the whole lifecycle on embedded defaults and say at the end what was caught, and how."""
    from cli import stack as machine
    from cli.rehearsal import enter, rehearse
    from settings import get_settings

    started = time.monotonic()
    home = get_settings().home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    prefect, web, sandbox = (
        machine.claim_port(port, option, any_free=True)
        for port, option in ((4200, "--prefect-port"), (8600, "--web-port"), (8700, "--sandbox-port"))
    )
    sandbox_url, web_url = f"http://127.0.0.1:{sandbox}", f"http://127.0.0.1:{web}"
    clock = {"ORDERSPINE_CLOCK_FILE": str(home / "now"), "ORDERSPINE_DATABASE_URL": ""}
    enter({**rehearse(home, sandbox_url), **clock, "ORDERSPINE_RULES": str(demo_rules(home))})
    with machine.running(home, prefect, web) as stack:
        enter(stack.environment)
        get_settings.cache_clear()
        from cli import demo_days
        from tasks.automations import ensure_automations

        demo_days.open_company(home)
        with console.status(t("cli-starting-prefect")):
            stack.start("sandbox", machine.python("sandbox", "--port", str(sandbox), "--hub", web_url))
            machine.start_web(stack, web)
            machine.start_prefect(stack, prefect)
            machine.start_worker(stack)  # it warms up while the deployments are made
            machine.deploy(stack)
            ensure_automations()
            machine.register_credentials()
            stack.await_answer("sandbox", f"{sandbox_url}/_sandbox/requests")
            stack.await_answer("web", f"{web_url}/healthz")
        line("cli-demo-ready", seconds=int(time.monotonic() - started))
        failed = asyncio.run(demo_days.live_two_days(sandbox_url, home, orders))
        demo_days.summarise(sandbox_url)
        took = int(time.monotonic() - started)
        line("cli-demo-open", prefect=f"http://127.0.0.1:{prefect}", web=web_url, seconds=took)
        line("cli-demo-try", home=os.path.relpath(home), number=demo_days.interesting_order())
        if stay:
            line("cli-demo-stays")
            try:
                while True:
                    time.sleep(1)
                    stack.check()
            except KeyboardInterrupt:
                line("cli-stopping")
    if failed:
        logs = os.path.relpath(home / "logs")
        raise Unusable(t("cli-demo-failed", steps=", ".join(failed), logs=logs), answer_is_no=True)
