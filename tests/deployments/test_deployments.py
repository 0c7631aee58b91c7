"""``prefect.yaml`` on a fresh server: everything deploys, schedules and events start runs, failures are told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml

from models.lifecycle import Route
from settings import ROOT
from tasks.automations import NAME
from tasks.stock_report import compared_stock
from tasks.story import Story, order_story
from tests.deployments.conftest import Machine, deploy
from tests.prefect_api import until

pytestmark = pytest.mark.timeout(900)

STEPS = {
    "ingest-channels", "fulfil-orders", "relay-outbox", "track-shipments", "reconcile-payments", "check-gates",
    "compare-stock", "follow-erp", "collect-files", "collect-invoices", "tidy-up",
}  # fmt: skip
BY_HAND = {"import-files", "replay-run"}


def place_order(machine: Machine) -> str:
    """A new order of the shop, which the hub has not heard of; the shop's number."""
    now = datetime.now(UTC)
    made = machine.sandbox.world.place_orders("shop", 1, since=now - timedelta(minutes=5), until=now)
    return str(made.orders[0]["order_no"])


def push(machine: Machine, number: str) -> None:
    """The shop's webhook for an order; it must be taken."""
    pushed = httpx.post(f"{machine.sandbox.url}/_sandbox/orders/shop/push", json={"order_nos": [number]}, timeout=60)
    assert [answer["status"] for answer in pushed.raise_for_status().json()["answers"]] == [200]


def stands_at(number: str, *statuses: str) -> Story | None:
    story = order_story(number)
    return story if story is not None and story.order.status in statuses else None


def test_everything_is_deployed_with_words_for_people(machine: Machine) -> None:
    deployed = machine.deployments()
    assert set(deployed) == STEPS | BY_HAND
    for name, deployment in deployed.items():
        assert len(deployment["description"].split()) > 12
        assert "orderspine" in deployment["tags"]
        if name != "replay-run":  # it only reads: two at once do not get in each other's way
            assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
        assert str(ROOT) not in str(deployment["pull_steps"])
        for field in deployment["parameter_openapi_schema"]["properties"].values():
            assert field["description"]
    assert [name for name, found in deployed.items() if not found["schedules"]] == sorted(BY_HAND)


def test_deploying_again_doubles_nothing(machine: Machine, environment: dict[str, str]) -> None:
    before = machine.deployments()
    again = deploy(environment)
    assert again.returncode == 0, again.stdout + again.stderr
    assert {name: found["id"] for name, found in machine.deployments().items()} == {
        name: found["id"] for name, found in before.items()
    }
    assert all(len(found["schedules"]) <= 1 for found in machine.deployments().values())
    names = sorted(automation["name"] for automation in machine.ask("/automations/filter"))
    triggers = [deployment.get("triggers", []) for deployment in _written()]
    assert names == sorted([NAME, *(trigger["name"] for some in triggers for trigger in some)])


def _written() -> list[dict[str, list[dict[str, str]]]]:
    return list(yaml.safe_load(Path(ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"])


def test_a_webhook_starts_a_run_that_takes_the_order_to_the_warehouse(machine: Machine) -> None:
    number = place_order(machine)
    push(machine, number)
    story = until(lambda: stands_at(number, "released"), "the order at the warehouse", seconds=180)
    assert story.versions[0].route == Route.WEBHOOK
    reserved = next(event for event in story.events if event.to_status == "reserved")

    def by_event() -> bool:
        runs = machine.finished_runs("fulfil-orders", "AUTOMATION")
        return (reserved.flow_run_id, "COMPLETED") in {(run["id"], run["state"]["type"]) for run in runs}

    until(by_event, "the end of its run")


def test_a_shipment_that_was_booked_starts_a_comparison_of_the_stock(machine: Machine) -> None:
    number = place_order(machine)
    push(machine, number)
    until(lambda: stands_at(number, "released"), "the order at the warehouse", seconds=180)
    httpx.post(f"{machine.sandbox.url}/_sandbox/warehouse/work", json={}, timeout=60).raise_for_status()
    until(lambda: stands_at(number, "shipped"), "the shipment booked", seconds=180)

    def compared() -> bool:
        runs = machine.finished_runs("compare-stock", "AUTOMATION")
        return any(run["state"]["type"] == "COMPLETED" for run in runs)

    until(compared, "the comparison", seconds=180)
    last = compared_stock()
    assert last is not None
    assert set(last.shelves) == {"equal"}


def test_a_schedule_starts_a_run_that_finishes(machine: Machine) -> None:
    def completed() -> bool:
        return any(run["state"]["type"] == "COMPLETED" for run in machine.finished_runs("relay-outbox", "SCHEDULE"))

    until(completed, "a scheduled relay", seconds=240)


def test_what_a_lost_trigger_left_is_picked_up_by_the_schedule(machine: Machine) -> None:
    [trigger] = [a for a in machine.ask("/automations/filter") if a["name"] == "orders arrived → fulfil-orders"]
    machine.change(f"/automations/{trigger['id']}", enabled=False)
    try:
        number = place_order(machine)
        push(machine, number)
        machine.set_interval("fulfil-orders", 15)
        story = until(lambda: stands_at(number, "reserved", "released"), "the order reserved", seconds=240)
    finally:
        machine.change(f"/automations/{trigger['id']}", enabled=True)
    reserved = next(event for event in story.events if event.to_status == "reserved")

    def by_schedule() -> bool:
        return reserved.flow_run_id in {run["id"] for run in machine.finished_runs("fulfil-orders", "SCHEDULE")}

    until(by_schedule, "the end of its run")


def test_a_failing_run_is_told_to_people_once(machine: Machine) -> None:
    failing = machine.deployments()["import-files"]["id"]
    for _ in range(2):
        run = machine.ask(
            f"/deployments/{failing}/create_flow_run",
            parameters={"path": "/nowhere", "preset": "no-such-preset"},
            state={"type": "SCHEDULED"},
        )
        until(lambda run=run: _is_failed(machine, run["id"]), "the failure", seconds=120)  # type: ignore[misc]
    told = until(lambda: _told(machine) or None, "the message in the group", seconds=120)
    assert len(told) == 1
    assert "import-files" in told[0]
    assert "no-such-preset" in told[0]


def _is_failed(machine: Machine, run_id: str) -> bool:
    [run] = machine.ask("/flow_runs/filter", flow_runs={"id": {"any_": [run_id]}})
    return bool(run["state"]["type"] == "FAILED")


def _told(machine: Machine) -> list[str]:
    sent = machine.sandbox.world.ledger.effects("dingtalk", "message")
    return [text for entry in sent if "import-files" in (text := str(entry.content))]


def test_a_report_of_a_run_that_did_not_fail_tells_nobody(machine: Machine) -> None:
    until(lambda: machine.finished_runs("relay-outbox", "SCHEDULE") or None, "a run", seconds=240)
    fine = next(r for r in machine.finished_runs("relay-outbox", "SCHEDULE") if r["state"]["type"] == "COMPLETED")
    for run_id in (fine["id"], "00000000-0000-0000-0000-000000000000"):
        answer = httpx.post(f"{machine.web}/notify/failure", json={"flow_run_id": run_id}, timeout=30)
        assert answer.json() == {"told": False}
