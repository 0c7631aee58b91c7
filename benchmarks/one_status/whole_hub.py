"""What ``orderspine up`` starts, Prefect server, web and warm worker, with the sandbox as every partner. Nothing of it
outlives the block."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.control import World
from cli import stack as machine
from cli.rehearsal import enter, rehearse
from models.messages import CatalogueItem
from sandbox import credentials as known
from sandbox.catalogue import make_catalogue
from settings import ROOT, get_settings

PATIENCE = 300.0
UNITS = 10_000


@contextmanager
def hub() -> Iterator[World]:
    """The whole hub on loopback with plenty of stock, warmed up."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        sandbox, api, web = (machine.claim_port(port, "", any_free=True) for port in (8700, 4200, 8600))
        url = f"http://127.0.0.1:{sandbox}"
        here = {"ORDERSPINE_DATABASE_URL": "", "ORDERSPINE_RULES": str(ROOT / "orderspine.toml")}
        enter({**_connected(home, url), **here})
        with machine.running(home, api, web) as stack:
            enter(stack.environment)
            get_settings.cache_clear()
            _open_company()
            stack.start(
                "sandbox", machine.python("sandbox", "--port", str(sandbox), "--hub", f"http://127.0.0.1:{web}")
            )
            machine.start_web(stack, web)
            machine.start_prefect(stack, api)
            machine.start_worker(stack)
            machine.deploy(stack)
            from tasks.automations import ensure_automations  # noqa: PLC0415 - Prefect reads its settings when imported

            ensure_automations()
            stack.await_answer("sandbox", f"{url}/_sandbox/requests")
            stack.await_answer("web", f"http://127.0.0.1:{web}/healthz")
            log = home / "logs" / "worker.log"
            wait_for("the warm worker", lambda: "is warm after" in log.read_text(errors="replace"))
            yield World(url)


def _connected(home: Path, sandbox: str) -> dict[str, str]:
    """The company of the rehearsal, whose parcels Kuaidi100 tells of by itself."""
    environment = rehearse(home, sandbox)
    file = Path(environment["ORDERSPINE_CONNECTIONS"])
    carrier = 'partner = "sf_express"\n'
    text = file.read_text(encoding="utf-8").replace(carrier, f'{carrier}tracked_by = "kuaidi100"\n')
    settings = (
        f'url = "{sandbox}/kuaidi100", customer = "{known.KUAIDI100_CUSTOMER}", key = "{known.KUAIDI100_KEY}", '
        f'salt = "{known.KUAIDI100_SALT}", callback = "http://127.0.0.1/webhooks/kuaidi100"'
    )
    tracker = f'\n[[tracker]]\ncode = "kuaidi100"\npartner = "kuaidi100"\nsettings = {{ {settings} }}\n'
    file.write_text(text + tracker, encoding="utf-8")
    return environment


def _open_company() -> None:
    from tasks.connections import connections  # noqa: PLC0415 - imports Prefect, see above
    from tasks.hub import unit_of_work  # noqa: PLC0415 - likewise
    from tasks.masters import add_products, open_stock, prepare_database, warehouse_id_of  # noqa: PLC0415 - likewise

    prepare_database(connections())
    with unit_of_work("benchmark") as work:
        ids = add_products(work, [CatalogueItem(p.sku, p.title, p.weight_grams) for p in make_catalogue(seed=1)])
        for warehouse in connections().warehouse:
            open_stock(work, warehouse_id_of(work, warehouse.code), dict.fromkeys(ids.values(), UNITS), "opening:bench")


def wait_for(what: str, true: Any) -> None:
    """Until it is so. Raises ``SystemExit`` when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {PATIENCE:.0f} s")
        time.sleep(0.25)
