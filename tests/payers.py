"""WeChat Pay as the provider that collects the money, for tests that let it call the hub."""

import json
from datetime import UTC, datetime

import pytest

from sandbox import credentials as known
from sandbox.bills import BillRow
from sandbox.wechat_pay import notification
from settings import get_settings
from tasks.connections import connections
from tasks.masters import prepare_database
from tasks.receive import Call, Reception

_CONNECTION = f"""
[[payments]]
code = "wx"
partner = "wechat_pay"
secret = "wx"
settings = {{ url = "URL", merchant_id = "{known.WECHAT_MERCHANT_ID}", serial_no = "{known.WECHAT_MERCHANT_SERIAL}", \
platform_keys = {{ {known.WECHAT_PLATFORM_KEY_ID} = '''{known.WECHAT_PLATFORM_PUBLIC_KEY}''' }} }}

"""
_KEYS = {"private_key": known.WECHAT_MERCHANT_PRIVATE_KEY, "api_v3_key": known.WECHAT_API_V3_KEY}


def connect_wechat_pay(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect the sandbox's WeChat Pay as ``wx``, in place of the other provider."""
    monkeypatch.setenv("ORDERSPINE_SECRET_WX", json.dumps(_KEYS))
    file = get_settings().connections
    before, others = file.read_text(encoding="utf-8").split("[[payments]]")
    after = others[others.index("[[invoices]]") :]
    file.write_text(before + _CONNECTION.replace("URL", url) + after, encoding="utf-8")
    prepare_database(connections())


async def tell(desk: Reception, told: BillRow) -> int:
    """WeChat calls; what it is answered."""
    message = notification(told, datetime.now(UTC))
    headers = {name.lower(): value for name, value in message.headers.items()}
    answer = await desk.take("wx", Call({}, headers, message.body))
    assert answer.event == "orderspine.orders.arrived"
    return answer.status
