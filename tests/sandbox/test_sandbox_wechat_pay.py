"""WeChat Pay: what is wrong with a request has its code; replies are signed. The package `wechatpayv3` as its client is
in `tests/integrations/test_wechat_pay.py`."""

import time
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from sandbox import credentials
from sandbox.bills import BillRow
from sandbox.world import World

DAY = date(2026, 1, 1)
ROW = BillRow("T1", "SO-1", "杯子", datetime(2026, 1, 1, tzinfo=UTC), 100)
BILL = "/v3/bill/tradebill?bill_date=2026-01-01&bill_type=ALL"


async def ask(client: httpx.AsyncClient, path: str, **changes: Any) -> httpx.Response:
    """Signed by `cryptography` over the documented text."""
    stamp = str(changes.get("timestamp", int(time.time())))
    text = f"GET\n{changes.get('signed_path', path)}\n{stamp}\nn1\n\n"
    key: Any = load_pem_private_key(credentials.WECHAT_MERCHANT_PRIVATE_KEY.encode(), None)
    signature = b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    stated = {
        "mchid": changes.get("mchid", credentials.WECHAT_MERCHANT_ID),
        "nonce_str": "n1",
        "signature": changes.get("signature", signature),
        "timestamp": stamp,
        "serial_no": changes.get("serial_no", credentials.WECHAT_MERCHANT_SERIAL),
    }
    fields = ",".join(f'{name}="{value}"' for name, value in stated.items())
    return await client.get(path, headers={"Authorization": f"WECHATPAY2-SHA256-RSA2048 {fields}"})


async def test_the_answer_is_signed_and_the_file_is_fetched_once_told(client: httpx.AsyncClient, world: World) -> None:
    world.make_bill(DAY, rows=[ROW], from_orders=False)
    reply = await ask(client, BILL)
    stamp, nonce = reply.headers["Wechatpay-Timestamp"], reply.headers["Wechatpay-Nonce"]
    public: Any = load_pem_public_key(credentials.WECHAT_PLATFORM_PUBLIC_KEY.encode())
    text = f"{stamp}\n{nonce}\n{reply.text}\n"
    public.verify(b64decode(reply.headers["Wechatpay-Signature"]), text.encode(), PKCS1v15(), SHA256())
    path = reply.json()["download_url"].removeprefix("http://sandbox")
    lines = (await ask(client, path)).content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("`2026-01-01 08:00:00,`")
    assert lines[-1] == "`1,`1.00,`0.00,`0.00,`0.01000,`1.00,`0.00"


@pytest.mark.parametrize(
    ("path", "changes", "status", "code"),
    [
        (BILL, {"mchid": "1"}, 401, "SIGN_ERROR"),
        (BILL, {"serial_no": "1"}, 401, "SIGN_ERROR"),
        (BILL, {"signature": "AAAA"}, 401, "SIGN_ERROR"),
        (BILL, {"signed_path": "/v3/bill/tradebill"}, 401, "SIGN_ERROR"),
        (BILL, {"timestamp": 1_700_000_000}, 401, "SIGN_ERROR"),
        (BILL, {}, 400, "STATEMENT_CREATING"),
        (BILL.replace("2026-01-01", "2026-01-02"), {}, 400, "NO_STATEMENT_EXIST"),
        (BILL.replace("2026-01-01", "today"), {}, 400, "PARAM_ERROR"),
        ("/v3/billdownload/file?token=x", {}, 400, "INVALID_REQUEST"),
        ("/v3/nothing", {}, 404, "RESOURCE_NOT_EXISTS"),
    ],
)
async def test_what_is_wrong_has_its_code(
    client: httpx.AsyncClient, world: World, path: str, changes: dict[str, Any], status: int, code: str
) -> None:
    world.make_bill(date(2026, 1, 2), from_orders=False)
    reply = await ask(client, path, **changes)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
