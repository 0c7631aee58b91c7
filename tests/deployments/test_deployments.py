"""``prefect.yaml`` on a fresh server: everything deploys, schedules and events start runs, failures are told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from sqlalchemy import insert, select

from flows.reconcile_payments import newest_statement
from models.lifecycle import Route
from sandbox.bills import BillRow
from sandbox.money import fen
from sandbox.orders import make_orders
from sandbox.shop import notice
from settings import ROOT
from tasks.automations import NAME
from tasks.gates import GATE
from tasks.hub import unit_of_work
from tasks.reading import reading
from tasks.settle import MATCH
from tasks.stock_report import compared_stock
from tasks.story import Story, order_story
from tests.deployments.conftest import POOL, Machine, deploy, process, run_prefect
from tests.prefect_api import FINAL, until

pytestmark = pytest.mark.timeout(900)

STEPS = {
    "ingest-channels", "fulfil-orders", "relay-outbox", "track-shipments", "reconcile-payments", "check-gates",
    "compare-stock", "follow-erp", "collect-files", "collect-invoices", "tidy-up",
}  # fmt: skip
BY_HAND = {"import-files", "replay-run"}
WRITTEN = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
WITH_BOTH = [written["name"] for written in WRITTEN if "triggers" in written]
GATED = "广东省"
"""A region whose weather is watched."""
A_DAY = 86_400


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
    triggers = [deployment.get("triggers", []) for deployment in WRITTEN]
    assert names == sorted([NAME, *(trigger["name"] for some in triggers for trigger in some)])


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


@pytest.fixture(scope="module")
def all_started(machine: Machine) -> None:
    """Whatever starts a step has happened once: money before its order, a shop's notice, an order behind a gate whose
    alert is over, its shipment; and every schedule is short."""
    world, now = machine.sandbox.world, datetime.now(UTC)
    window = {"since": now - timedelta(minutes=5), "until": now}
    made = make_orders("shop", 1, catalogue=world.catalogue, dirty_share=0, seed=1, first_serial=10_000, **window)
    [order] = made.orders
    order["receiver"] |= {"province": GATED, "city": "深圳市", "district": "福田区"}
    number = str(order["order_no"])
    paid = BillRow("T-early", number, "杯子", now, fen(order["amount"]))
    world.make_bill(newest_statement(now), rows=[paid], from_orders=False)
    machine.set_interval("check-gates", A_DAY)  # its schedule would open the gate as well
    machine.set_interval("reconcile-payments", 20)
    until(has_money_without_order, "the money without an order", seconds=240)

    with unit_of_work("test") as work:
        closed = {"company_id": work.company_id, "kind": "weather", "region": GATED, "closed_at": work.now}
        work.session.execute(insert(GATE), {**closed, "reasons": [], "evidence": []})
    world.place_order("shop", order)
    push(machine, number)
    until(lambda: stands_at(number, "released"), "the order at the warehouse", seconds=240)
    httpx.post(f"{machine.sandbox.url}/_sandbox/warehouse/work", json={}, timeout=60).raise_for_status()
    said = notice("msg_notice", datetime.now(UTC))
    httpx.post(f"{machine.web}{said.path}", headers=said.headers, content=said.body).raise_for_status()
    for step in WITH_BOTH:
        machine.set_interval(step, 20)


def has_money_without_order() -> bool:
    with reading() as work:
        return bool(work.rows(select(MATCH.c.id).where(MATCH.c.outcome == "unknown-order")))


@pytest.mark.usefixtures("all_started")
@pytest.mark.parametrize("starts", ["AUTOMATION", "SCHEDULE"])
@pytest.mark.parametrize("step", WITH_BOTH)
def test_schedule_and_event_each_start_a_run_that_finishes(machine: Machine, step: str, starts: str) -> None:
    def completed() -> bool:
        return any(run["state"]["type"] == "COMPLETED" for run in machine.finished_runs(step, starts))

    until(completed, f"a run of {step}", seconds=240)
    if starts == "SCHEDULE":
        machine.set_interval(step, A_DAY)  # what was seen leaves the machine to the others


def test_what_a_lost_trigger_left_is_picked_up_by_the_schedule(machine: Machine) -> None:
    [trigger] = [a for a in machine.ask("/automations/filter") if a["name"] == "orders arrived → fulfil-orders"]
    machine.change(f"/automations/{trigger['id']}", enabled=False)
    try:
        until(lambda: not machine.active_runs("fulfil-orders"), "the end of what events had started", seconds=120)
        number = place_order(machine)
        push(machine, number)
        machine.set_interval("fulfil-orders", 15)
        story = until(lambda: stands_at(number, "reserved", "released"), "the order reserved", seconds=240)
    finally:
        machine.change(f"/automations/{trigger['id']}", enabled=True)
        machine.set_interval("fulfil-orders", A_DAY)
    reserved = next(event for event in story.events if event.to_status == "reserved")

    assert machine.started_by(reserved.flow_run_id) == "SCHEDULE"


def test_a_failing_run_is_told_to_people_once(machine: Machine) -> None:
    failing = machine.deployments()["import-files"]["id"]
    for _ in range(2):
        run = machine.ask(
            f"/deployments/{failing}/create_flow_run",
            parameters={"path": "/nowhere", "preset": "no-such-preset"},
            state={"type": "SCHEDULED"},
        )
        assert until(lambda run=run: ended_as(machine, run["id"]), "the failure", seconds=120) == "FAILED"  # type: ignore[misc]
    told = until(lambda: _told(machine) or None, "the message in the group", seconds=120)
    assert len(told) == 1
    assert "import-files" in told[0]
    assert "no-such-preset" in told[0]


def ended_as(machine: Machine, run_id: str) -> str | None:
    """The type of a run's final state."""
    [run] = machine.ask("/flow_runs/filter", flow_runs={"id": {"any_": [run_id]}})
    return str(run["state"]["type"]) if run["state"]["type"] in FINAL else None


def _told(machine: Machine) -> list[str]:
    sent = machine.sandbox.world.ledger.effects("dingtalk", "message")
    return [text for entry in sent if "import-files" in (text := str(entry.content))]


def test_a_report_of_a_run_that_did_not_fail_tells_nobody(machine: Machine) -> None:
    until(lambda: machine.finished_runs("relay-outbox", "SCHEDULE") or None, "a run", seconds=240)
    fine = next(r for r in machine.finished_runs("relay-outbox", "SCHEDULE") if r["state"]["type"] == "COMPLETED")
    for run_id in (fine["id"], "00000000-0000-0000-0000-000000000000"):
        answer = httpx.post(f"{machine.web}/notify/failure", json={"flow_run_id": run_id}, timeout=30)
        assert answer.json() == {"told": False}


def test_another_work_pool_needs_nothing_but_its_name(
    machine: Machine, environment: dict[str, str], tmp_path: Path
) -> None:
    written = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    assert written.count(f"name: {POOL}\n") == 2, "the project and the pool"
    elsewhere = tmp_path / "prefect.yaml"
    elsewhere.write_text(written.replace(f"&pool\n    name: {POOL}", "&pool\n    name: elsewhere"), encoding="utf-8")
    for command in (
        ["work-pool", "create", "elsewhere", "--type", "process"],
        ["--no-prompt", "deploy", "--name", "tidy-up", "--prefect-file", str(elsewhere)],
    ):
        done = run_prefect(environment, *command)
        assert done.returncode == 0, done.stdout + done.stderr
    deployment = machine.deployments()["tidy-up"]
    assert deployment["work_pool_name"] == "elsewhere"
    run = machine.ask(f"/deployments/{deployment['id']}/create_flow_run", state={"type": "SCHEDULED"})

    with process(environment, tmp_path / "worker.log", ["prefect", "worker", "start", "--pool", "elsewhere"]):
        state = until(lambda: ended_as(machine, run["id"]), "the end of the run", seconds=240)
    assert state == "COMPLETED", (tmp_path / "worker.log").read_text()
