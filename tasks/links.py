"""What this process knows of the Prefect server: whether there is one, how to name its runs, where its UI is."""

from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL


def has_server() -> bool:
    """Whether a server is configured. Without one Prefect would start a temporary server for the first event."""
    return PREFECT_API_URL.value() is not None


def short_run(flow_run_id: str) -> str:
    """The beginning of a run's id that tells it from others: its time to the millisecond, and a bit of chance. The
    first eight characters alone are the same for a minute."""
    return flow_run_id[:18]


def run_url(flow_run_id: str) -> str:
    """Where a flow run is shown; empty when this process knows no Prefect server."""
    ui = PREFECT_UI_URL.value()
    return f"{ui}/runs/flow-run/{flow_run_id}" if ui else ""
