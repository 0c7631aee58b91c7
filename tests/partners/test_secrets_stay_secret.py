"""A known secret in every place, two days' work with it, and then a look at everything that was written down."""

import json
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from played import Sandbox
from prefect.client.orchestration import get_client
from sqlalchemy import inspect, text

from cli.rehearsal import SECRETS
from flows.check_gates import check_gates
from flows.compare_stock import compare_stock
from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.reconcile_payments import reconcile_payments
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.database import open_engine
from sandbox.faults import Fault, FaultKind
from settings import get_settings
from tasks.connections import connections
from tasks.failures import Failure, tell_of_failure
from tasks.partners.credentials import block_type, keep_credential, variable
from tests.prefect_api import PrefectServer

FLOWS = (
    ingest_channels, fulfil_orders, relay_outbox, track_shipments, compare_stock, reconcile_payments, check_gates,
)  # fmt: skip


@pytest.fixture
def _all_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO):
        yield


def secret_words() -> set[str]:
    """What must be found nowhere: each secret that is no everyday word, and each as it would stand in JSON."""
    values = {value for secret in SECRETS.values() for value in secret.values() if len(value) > 12}
    return values | {json.dumps(value)[1:-1] for value in values}


@asynccontextmanager
async def kept_in_prefect(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Every credential as a block, none in the environment. Other tests share this Prefect, and expect no block."""
    kept = {connection.secret: connection.partner for connection in connections().all()}
    for secret, name in kept.items():
        await keep_credential(secret, name, SECRETS[secret])
        monkeypatch.delenv(variable(secret))
    try:
        yield
    finally:
        for secret, name in kept.items():
            await block_type(name).adelete(secret)


def everything_in(url: str) -> Iterator[str]:
    """Every row of every table of a database, as text."""
    engine = open_engine(url)
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608  (a name that it has told)
                yield f"{table}: {tuple(row)!r}"
    engine.dispose()


async def live(hub: Sandbox) -> None:
    """A working day, and one on which every partner refuses us."""
    for fault in (None, FaultKind.EXPIRED_SESSION):
        now = get_settings().now()
        hub.world.place_orders("shop", 3, since=now.replace(hour=0), until=now, dirty_share=0.3)
        if fault:
            for partner in ("shop", "taobao", "qimen", "sf", "kingdee", "alipay", "qweather", "dingtalk"):
                hub.world.add_fault(Fault(partner, "*", fault, times=None))
        for step in FLOWS:
            await step(return_state=True)
    await tell_of_failure(Failure("relay-outbox", "odd-owl", "Failed", "it ended badly", ""))


@pytest.mark.usefixtures("prefect_api", "_all_is_logged")
async def test_no_secret_is_written_down_anywhere(
    hub: Sandbox,
    prefect_server: PrefectServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with kept_in_prefect(monkeypatch):
        await live(hub)
        async with get_client() as client:
            runs, artifacts = await client.read_flow_runs(limit=50), await client.read_artifacts()
        in_prefect = [*everything_in(f"sqlite:///{prefect_server.database}")]
    written = [
        *in_prefect,
        *everything_in(get_settings().resolved_database_url()),
        *(record.getMessage() for record in caplog.records),
        *(run.model_dump_json() for run in runs),
        *(artifact.model_dump_json() for artifact in artifacts),
        *(str(path.read_bytes()) for path in Path(os.environ["ORDERSPINE_HOME"]).rglob("*.log")),
    ]
    assert len(runs) >= len(FLOWS)
    assert any(each.startswith("block_document:") for each in written), "the credentials are there, encrypted"
    assert any(each.startswith("log:") for each in written)
    assert any(each.startswith("partner_account:") for each in written)
    for secret in secret_words():
        found = [each[:60] for each in written if secret in each]
        assert not found, found
