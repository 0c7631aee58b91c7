"""A held order asks in Slack, and the button that somebody presses there answers it (B1, B6)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from life import Clock, place_good, rows, status_of
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from sandbox import credentials
from sandbox.slack import pressed
from settings import get_settings
from web.app import create_app

pytestmark = pytest.mark.usefixtures("prefect_api")

RULES = """
[[review]]
name = "large"
amount_over_minor = 1
approver = "vice-president"

[told]
vice-president = "slack"
"""


@pytest.fixture
def slack(hub: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The hub with Slack connected, where the vice-president is asked."""
    connected = get_settings().connections
    webhook = f"{hub.url}{credentials.SLACK_WEBHOOK_PATH}"
    secret = credentials.SLACK_SIGNING_SECRET
    added = f"""
[[notifier]]
code = "slack"
partner = "slack"
settings = {{ webhook = "{webhook}", signing_secret = "{secret}" }}
"""
    file = tmp_path / "connections.toml"
    file.write_text(connected.read_text(encoding="utf-8") + added, encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_CONNECTIONS", str(file))
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_RULES", str(rules))
    monkeypatch.setenv("ORDERSPINE_LOCALE", "en")
    get_settings.cache_clear()
    return hub


async def press(hub: Sandbox, question: dict[str, Any], verdict: str) -> int:
    """Somebody presses a button of the first message; the status of our answer to Slack."""
    address = f"{hub.url}/slack/services/actions/0"
    call = pressed(question, verdict, datetime.now(UTC), response_url=address)
    app = create_app()
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client,
    ):
        answer = await client.post(call.path, content=call.body, headers=dict(call.headers))
    return answer.status_code


@pytest.mark.parametrize(
    ("verdict", "becomes", "told"), [("yes", "released", "approved it"), ("no", "cancelled", "refused it")]
)
async def test_a_button_answers(slack: Sandbox, clock: Clock, verdict: str, becomes: str, told: str) -> None:
    slack.world.slack.messages.clear()
    [no] = place_good(slack, 1)
    await ingest_channels()
    await fulfil_orders()
    await relay_outbox()
    assert status_of(no) == "received"
    assert len(slack.world.slack.messages) == 1

    question = slack.world.slack.messages[0]
    assert await press(slack, question, verdict) == 200
    assert await press(slack, question, verdict) == 200
    await fulfil_orders()
    await relay_outbox()
    assert status_of(no) == becomes
    assert rows("SELECT question, verdict, by FROM answer") == [
        ("vice-president", verdict, "roadrunner U2CERLKJA (slack)")
    ]
    answer, of_the_second_press = slack.world.slack.messages
    assert told in str(answer["blocks"])
    assert "actions" not in {block["type"] for block in answer["blocks"]}, "nobody answers twice"
    assert "does not wait for" in str(of_the_second_press["blocks"])
