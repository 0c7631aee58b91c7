"""A partner's limit holds across processes: nobody is refused, everything arrives."""

import os
from pathlib import Path

from played import Sandbox
from together import CallTogether

from sandbox.quotas import Quota


def refusals(hub: Sandbox) -> int:
    """How often Slack said that it was called too often."""
    return sum(n for kind, n in hub.world.requests.counts().items() if kind.partner == "slack" and kind.outcome != "ok")


def texts(hub: Sandbox) -> int:
    """How many different messages Slack has."""
    return len({str(message) for message in hub.world.slack.messages})


def test_several_processes_keep_within_the_limit(notifiers: Sandbox, call_together: CallTogether) -> None:
    notifiers.world.quotas["slack"] = Quota(20, 4)
    assert call_together("slack", 3, 12) == [(12, 0)] * 3
    assert refusals(notifiers) <= 1, "one that a busy machine delivered too late"
    assert texts(notifiers) == 36


def test_when_others_used_the_limit_up_one_refusal_slows_all_processes_down(
    notifiers: Sandbox, call_together: CallTogether
) -> None:
    quota = notifiers.world.quotas["slack"] = Quota(20, 4)
    while quota.take():
        pass
    assert call_together("slack", 3, 5) == [(5, 0)] * 3
    assert refusals(notifiers) <= 3, "nobody is refused twice"
    assert texts(notifiers) == 15


def test_without_turns_the_partner_does_refuse_calls(notifiers: Sandbox, call_together: CallTogether) -> None:
    """The twin: with a limit that is none, the same processes are refused again and again."""
    file = Path(os.environ["ORDERSPINE_CONNECTIONS"])
    file.write_text(file.read_text(encoding="utf-8").replace("calls = 20,", "calls = 100000,"), encoding="utf-8")
    notifiers.world.quotas["slack"] = Quota(20, 4)
    call_together("slack", 3, 12)
    assert refusals(notifiers) > 3
    assert texts(notifiers) == 36, "and still nothing is lost"
