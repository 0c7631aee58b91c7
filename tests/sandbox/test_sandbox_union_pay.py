"""UnionPay: signed by ``cryptography``, the file comes back; what is wrong has its code; the reply is signed too."""

import hashlib
import zlib
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from sandbox import credentials, union_pay
from sandbox.bills import BillRow
from sandbox.world import World

DAY = date(2026, 1, 19)
PARAMS = {
    "accessType": "0",
    "bizType": "000000",
    "certId": "68759663125",
    "encoding": "UTF-8",
    "fileType": "00",
    "merId": "777290058110048",
    "settleDate": "0119",
    "signMethod": "01",
    "txnSubType": "01",
    "txnTime": "20240119120000",
    "txnType": "76",
    "version": "5.1.0",
}


def hex_digest(params: dict[str, str]) -> bytes:
    text = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
    return hashlib.sha256(text.encode()).hexdigest().encode()


async def ask(client: httpx.AsyncClient, **changes: str) -> dict[str, str]:
    params = PARAMS | changes
    key: Any = load_pem_private_key(credentials.UNIONPAY_MERCHANT_PRIVATE_KEY.encode(), None)
    signature = b64encode(key.sign(hex_digest(params), PKCS1v15(), SHA256())).decode()
    reply = await client.post("/unionpay/", data={"signature": signature} | params)
    return dict(pair.split("=", 1) for pair in reply.text.split("&"))


def test_the_digest_is_the_vectors() -> None:
    assert union_pay.digest(PARAMS) == "bab52cddd81e4dd7d81a58e57458fbcbaf2917d051e5484c0ad1cfef01f934b2"


async def test_the_file_comes_packed_and_signed(client: httpx.AsyncClient, world: World) -> None:
    row = BillRow("412601191200000000001", "SO-1", "杯子", datetime(2026, 1, 19, 4, tzinfo=UTC), 12_345)
    world.make_bill(DAY, rows=[row], from_orders=False)
    reply = await ask(client)
    assert reply["respCode"] == "00"
    signature = b64decode(reply.pop("signature"))
    public: Any = load_pem_x509_certificate(reply["signPubKeyCert"].encode()).public_key()
    public.verify(signature, hex_digest(reply), PKCS1v15(), SHA256())
    with ZipFile(BytesIO(zlib.decompress(b64decode(reply["fileContent"])))) as archive:
        assert archive.namelist() == ["INN26011988ZME_777290058110048", "INN26011988ZM_777290058110048"]
        line = archive.read("INN26011988ZM_777290058110048")
    assert line.startswith(b"S22 00010000    00010000    000001 0119120000 ")
    assert b" 000000012345 5311 07 412601191200000000001    SO-1 " in line


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "98"),
        ({"signature": "AAAA"}, "11"),
        ({"certId": "1"}, "11"),
        ({"merId": "1"}, "31"),
        ({"version": "5.0.0"}, "10"),
        ({"settleDate": ""}, "13"),
    ],
)
async def test_what_is_wrong_has_its_code(client: httpx.AsyncClient, changes: dict[str, str], code: str) -> None:
    assert (await ask(client, **changes))["respCode"] == code
