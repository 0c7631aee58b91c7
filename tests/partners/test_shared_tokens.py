"""An access token is asked for once, however many processes need it, and stands nowhere in the clear."""

import json

import pytest
from played import Sandbox
from sqlalchemy import text
from together import CallTogether

from integrations.errors import Misconfigured
from models.messages import Notice
from tasks.connections import partner
from tasks.hub import unit_of_work

NOTICE = Notice("title", "text", "key")


def asked(hub: Sandbox) -> int:
    """How often a token was asked for."""
    return hub.world.requests.total("wechat_account", "token")


def kept() -> str:
    """The token as the database has it."""
    with unit_of_work("test") as work:
        return str(work.session.execute(text("SELECT token FROM partner_account WHERE token <> ''")).scalar_one())


def test_processes_that_start_together_ask_once(notifiers: Sandbox, call_together: CallTogether) -> None:
    assert call_together("followers", 3, 4) == [(4, 0)] * 3
    assert asked(notifiers) == 1
    assert len(notifiers.world.wechat_account.messages) == 12


def test_one_that_ends_while_they_work_is_asked_for_once_more(notifiers: Sandbox, call_together: CallTogether) -> None:
    call_together("followers", 1, 1)
    notifiers.world.wechat_account.expire_token()
    assert call_together("followers", 3, 4) == [(4, 0)] * 3
    assert asked(notifiers) == 2
    assert len({str(message) for message in notifiers.world.wechat_account.messages}) == 12


def test_a_refused_secret_is_tried_once_by_all_processes_together(
    notifiers: Sandbox, call_together: CallTogether, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERSPINE_SECRET_ACCOUNT", json.dumps({"app_secret": "rotated away"}))
    assert call_together("followers", 3, 2) == [(0, 2)] * 3
    assert asked(notifiers) == 1


async def test_the_token_is_encrypted_with_the_credential_it_was_given_for(
    notifiers: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with partner("followers") as account:
        await account.notify(NOTICE)
    assert notifiers.world.wechat_account.token not in kept()
    monkeypatch.setenv("ORDERSPINE_SECRET_ACCOUNT", json.dumps({"app_secret": "another"}))
    async with partner("followers") as account:
        with pytest.raises(Misconfigured):
            await account.notify(NOTICE)
    assert asked(notifiers) == 2, "whoever has another credential cannot read it"
