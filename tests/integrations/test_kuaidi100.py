"""Kuaidi100: a subscription that it gives up is told from a repeat of the same words."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
from peers import peer
from samples import NOON

from integrations.errors import Rejected
from integrations.kuaidi100 import Kuaidi100, Kuaidi100Settings, push_sign
from models.messages import RawMessage
from sandbox.credentials import KUAIDI100_SALT

ABORT = {"status": "abort", "message": "3天查询无记录", "lastResult": {"nu": "ZT1", "state": "0", "data": []}}


def signed(content: object) -> bytes:
    param = json.dumps(content, ensure_ascii=False)
    return urlencode({"param": param, "sign": push_sign(param, KUAIDI100_SALT)}).encode()


@pytest.mark.parametrize(
    ("changes", "given_up"),
    [
        ({}, ["ZT1"]),
        ({"lastResult": None}, []),
        ({"status": "shutdown"}, []),
        ({"status": "polling"}, []),
    ],
)
def test_only_an_abort_that_names_its_parcel_gives_it_up(changes: dict[str, object], given_up: list[str]) -> None:
    settings = Kuaidi100Settings.model_validate(peer("kuaidi100").settings("http://127.0.0.1"))
    partner = Kuaidi100(settings, httpx.AsyncClient(), clock=lambda: NOON)
    message = partner.receive_tracking(signed(ABORT | changes))
    assert partner.given_up(message) == given_up
    assert partner.read_tracking(message) == []
    with pytest.raises(Rejected):
        partner.given_up(RawMessage("key", "{}", NOON))


def test_the_same_words_on_another_day_are_another_message() -> None:
    now = NOON
    settings = Kuaidi100Settings.model_validate(peer("kuaidi100").settings("http://127.0.0.1"))
    partner = Kuaidi100(settings, httpx.AsyncClient(), clock=lambda: now)
    first = partner.receive_tracking(signed(ABORT))
    now += timedelta(hours=1)
    assert partner.receive_tracking(signed(ABORT)).key == first.key
    now += timedelta(days=3)
    assert partner.receive_tracking(signed(ABORT)).key != first.key
