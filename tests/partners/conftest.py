"""A hub that is connected to two notifiers more, by which many processes can speak at once."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from played import Sandbox
from together import CallTogether

from sandbox import credentials
from settings import ROOT, get_settings

MORE = """
[[notifier]]
code = "slack"
partner = "slack"
secret = "slack"
rate = {{ calls = {calls}, seconds = 4 }}

[[notifier]]
code = "followers"
partner = "wechat_account"
secret = "account"
settings = {{ url = "{url}/wechat_account", app_id = "{app}", template_id = "{template}", recipients = ["{openid}"] }}
"""


def connect(hub: Sandbox, calls: int) -> None:
    """Connect Slack, which may be called that often in four seconds, and the official account."""
    more = MORE.format(
        url=hub.url, calls=calls, app=credentials.WECHAT_APP_ID, template=credentials.WECHAT_TEMPLATE_ID,
        openid=credentials.WECHAT_FOLLOWERS[0],
    )  # fmt: skip
    file = Path(os.environ["ORDERSPINE_CONNECTIONS"])
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")


@pytest.fixture
def notifiers(hub: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The hub with Slack and the official account, whose limits it keeps."""
    monkeypatch.setenv("ORDERSPINE_SECRET_SLACK", json.dumps({"webhook": hub.url + credentials.SLACK_WEBHOOK_PATH}))
    monkeypatch.setenv("ORDERSPINE_SECRET_ACCOUNT", json.dumps({"app_secret": credentials.WECHAT_APP_SECRET}))
    connect(hub, calls=20)
    assert get_settings().connections.is_file()
    return hub


@pytest.fixture(scope="session")
def _callers() -> Iterator[subprocess.Popen[str]]:
    script = Path(__file__).parent / "callers.py"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(  # noqa: S603  (our own script)
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        yield running
        assert running.stdin is not None
        running.stdin.close()


@pytest.fixture
def call_together(_callers: subprocess.Popen[str]) -> CallTogether:
    """Have ``processes`` send ``notices`` each by a connection, all starting together; for each process how many were
    taken, and how many were not because our credential is refused."""

    def call(connection: str, processes: int, notices: int) -> list[tuple[int, int]]:
        order: dict[str, Any] = {"connection": connection, "processes": processes, "notices": notices}
        order["environment"] = {name: value for name, value in os.environ.items() if name.startswith("ORDERSPINE_")}
        assert _callers.stdin is not None
        assert _callers.stdout is not None
        _callers.stdin.write(json.dumps(order) + "\n")
        _callers.stdin.flush()
        return [(taken, refused) for taken, refused in json.loads(_callers.stdout.readline())]

    return call
