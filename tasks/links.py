"""Addresses of what people look at in the Prefect UI."""

from prefect.settings import PREFECT_UI_URL


def run_url(flow_run_id: str) -> str:
    """Where a flow run is shown; empty when this process knows no Prefect server."""
    ui = PREFECT_UI_URL.value()
    return f"{ui}/runs/flow-run/{flow_run_id}" if ui else ""
