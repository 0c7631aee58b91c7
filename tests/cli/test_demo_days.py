"""A step of the demo that does not complete is shown, and remembered for the exit code."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from cli import demo_days


async def test_a_step_that_does_not_complete_is_shown_and_remembered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ends: dict[str, State] = {"check-gates/check-gates": Completed(), "relay-outbox/relay-outbox": Failed()}

    async def run_deployment(name: str, **_: Any) -> SimpleNamespace:
        return SimpleNamespace(state=ends[name])

    monkeypatch.setattr(demo_days, "arun_deployment", run_deployment)
    async with httpx.AsyncClient() as world:
        days = demo_days.Days(world, tmp_path)
        await days.run("check-gates", "relay-outbox")

    assert days.failed == ["relay-outbox (Failed)"]
    shown = capsys.readouterr().out
    assert "check-gates          ✓" in shown
    assert "relay-outbox         ✗" in shown
