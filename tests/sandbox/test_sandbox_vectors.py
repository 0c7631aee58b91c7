"""The published vectors of partners.md, each against the sandbox's own signing code."""

import hashlib
from base64 import b64encode
from urllib.parse import quote_plus

import pytest

from sandbox import credentials, dingtalk, feishu, jt, kingdee_sign, kuaidi100, qimen_sign, sf, top

TOP = {
    "app_key": "12345678",
    "fields": "num_iid,title,nick,price,num",
    "format": "json",
    "method": "taobao.item.seller.get",
    "num_iid": "11223344",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "v": "2.0",
}
QIMEN_BODY = (
    '<?xml version="1.0" encoding="utf-8"?><request><deliveryOrder><deliveryOrderCode>TB1234'
    "</deliveryOrderCode><orderType>JYCK</orderType></deliveryOrder></request>"
)
JT_KEY = "0258d71b55fc45e3ad7a7f38bf4b201a"
KINGDEE_PATH = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.ExecuteBillQuery.common.kdsvc"


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("md5", "66987CB115214E59E6EC978214934FB8"),
        ("hmac", "D56D7858309C31B6251083A874D48273"),
        ("hmac-sha256", "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8"),
    ],
)
def test_top(method: str, expected: str) -> None:
    assert top.sign(TOP | {"sign_method": method, "sign": "ignored"}, "helloworld") == expected


def test_qimen() -> None:
    params = {
        "method": "taobao.qimen.deliveryorder.create",
        "timestamp": "2024-01-02 03:04:05",
        "format": "xml",
        "app_key": "12345678",
        "v": "2.0",
        "sign_method": "md5",
        "customerId": "stub-cust-code",
    }
    assert qimen_sign.sign(params, QIMEN_BODY, "test") == "D7A47703E46B7F8E601EF25258165712"


@pytest.mark.parametrize(
    ("text", "timestamp", "checkword", "expected"),
    [
        (
            '{"language":"zh-CN","orderId":"QIAO-20200618-004"}',
            "12312334453453",
            "fjcg5PGKaNpPSHFAZ4QsCOkV71R3zVci",
            "IIKJtuLVzoFTu4kHI8M8vA==",
        ),
        (
            '{"language":"zh-CN","orderId":"SO-2024-0001"}',
            "1700000000",
            "testcheckword",
            "9uGnISg0vxkpPCdCgXct9g==",
        ),
        (
            '{"language":"zh-CN","orderId":"订单 *~1"}',
            "1700000000",
            "testcheckword",
            "xj1TGV4mkhfnYFQW2L9psw==",
        ),
    ],
)
def test_sf(text: str, timestamp: str, checkword: str, expected: str) -> None:
    assert sf.digest(text, timestamp, checkword) == expected


def test_sf_differs_from_pythons_own_encoder_where_java_does() -> None:
    text = '{"language":"zh-CN","orderId":"订单 *~1"}1700000000testcheckword'
    python = b64encode(hashlib.md5(quote_plus(text).encode()).digest()).decode()  # noqa: S324 - the protocol
    assert python == "QWopEML4IwG7EXBwrt6s4w=="


def test_kingdee() -> None:
    app_id, secret = credentials.KINGDEE_APP_ID, credentials.KINGDEE_APP_SECRET
    assert kingdee_sign.client_secret(app_id) == "31ecfd13effe724e7e78fc17f8f94b66"
    assert kingdee_sign.request_signature(app_id, KINGDEE_PATH, "1700000000", "1700000000") == (
        "ZTJhY2RiZTYxNmFhZDMxN2MyZmU2ZTMxN2I0ZmFjZGE2ZGVlMTgyNTM4YzdkOTNlYzFlNzhmZGU1M2E4YTRmNg=="
    )
    assert kingdee_sign.account_signature(app_id, secret, "5db25ac8d2b819,webapi,2052,") == (
        "YmZkZTM2MmU5YzJjYjc5NTg5Y2NiNzViMDA3ZGUzZWViNjcxNGZjMjJhZTg1ZTY2ODJjNzQ1ODY5YWFkZGI5OQ=="
    )
    parts = ["5db25ac8d2b819", "webapi", app_id, secret, "1700000000"]
    assert kingdee_sign.login_signature(parts) == ("91020350abf9d30f0d7316b6db1c5a14eba2bde38b42cc8e8ca8b10aa0ef783d")


def test_dingtalk() -> None:
    signature = dingtalk.signature("1700000000000", "SECthis is secret")
    assert quote_plus(signature) == "Rtm2YK4Eu5oP8gxZgn2C87ziY6Py5sJyH4pcuwAafMU%3D"


def test_feishu() -> None:
    assert feishu.signature("1599360473", "demo") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


def test_jtexpress() -> None:
    assert jt.order_digest("J0086474299", "H5CD3zE6", JT_KEY) == "qonqb4O1eNr6VCWS07Ieeg=="
    assert jt.header_digest('{"txlogisticId":"SO2024010001"}', JT_KEY) == "8jphnVDEV8mo9+P3U0Ksyw=="


def test_kuaidi100() -> None:
    query = '{"com":"yuantong","num":"YT9693083639795","phone":""}'
    push = (
        '{"status":"polling","message":"","lastResult":{"message":"ok","state":"0","status":"200","ischeck":"0",'
        '"com":"yuantong","nu":"YT9693083639795","data":[]}}'
    )
    assert kuaidi100.query_sign(query, "testkey", "testcustomer") == "74DED0B10582B6C04DD5EA231D1CB7C4"
    assert kuaidi100.push_sign(push, "saltsalt") == "750AD7EF13683960E50E3A4CC1F65BD3"
