"""Published test vectors and independent SDKs agree with our signatures."""

import base64
import json
import sys
from datetime import UTC, datetime
from importlib.metadata import distribution
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import jwt
import pytest
from aop.api.base import BaseApi
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from dingtalkchatbot.chatbot import DingtalkChatbot
from feishu_notify.transport import sign as feishu_sign
from k3cloud_webapi_sdk.core.webapi_client import WebApiClient
from k3cloud_webapi_sdk.model.identity import Identify
from pydantic import SecretStr
from samples import HOSTILE
from standardwebhooks import Webhook
from top.api.base import sign as sdk_sign

from integrations import (
    alibaba_1688,
    alipay,
    dingtalk,
    feishu,
    iop,
    jd,
    jtexpress,
    kingdee_sign,
    kuaidi100,
    qimen,
    qweather,
    sf_express,
    shop,
    top,
)
from sandbox import credentials

TOP_EXAMPLE = {
    "app_key": "12345678",
    "fields": "num_iid,title,nick,price,num",
    "format": "json",
    "method": "taobao.item.seller.get",
    "num_iid": "11223344",
    "session": "test",
    "sign_method": "md5",
    "timestamp": "2016-01-01 12:00:00",
    "v": "2.0",
}


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("md5", "66987CB115214E59E6EC978214934FB8"),
        ("hmac", "D56D7858309C31B6251083A874D48273"),
        ("hmac-sha256", "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8"),
    ],
)
@pytest.mark.proves("taobao", "vector", "client")
@pytest.mark.proves("cainiao", "vector", "client")
@pytest.mark.proves("alibaba_com", "vector", "client")
def test_top_signs_as_the_official_example(method: top.SignMethod, expected: str) -> None:
    assert top.sign(TOP_EXAMPLE | {"sign_method": method}, "helloworld", method) == expected


@pytest.mark.proves("taobao", "taobao-openapi", "client")
@pytest.mark.proves("cainiao", "taobao-openapi", "client")
@pytest.mark.proves("alibaba_com", "taobao-openapi", "client")
def test_top_signs_as_the_sdk() -> None:
    params = TOP_EXAMPLE | {"memo": HOSTILE, "empty": ""}
    present = {name: value for name, value in params.items() if value}
    assert top.sign(params, "helloworld", "md5") == sdk_sign("helloworld", present)


JOS_EXAMPLE = {
    "method": "jingdong.pop.order.enSearch",
    "app_key": "12345678",
    "access_token": "test",
    "timestamp": "2024-01-02 03:04:05",
    "v": "2.0",
    "format": "json",
    "360buy_param_json": (
        '{"order_state":"WAIT_SELLER_STOCK_OUT","optional_fields":"orderId","page":"1","page_size":"100"}'
    ),
}
JOS_VECTORS = [
    (JOS_EXAMPLE, "D466CC239B02032314B0D5A5C494BFC9"),
    (JOS_EXAMPLE | {"360buy_param_json": '{"remark":"中文备注"}'}, "060F68523D02DD97D0ADCDDF20580064"),
]


@pytest.mark.parametrize(("params", "expected"), JOS_VECTORS)
@pytest.mark.proves("jd", "vector", "client")
def test_jd_signs_as_the_vectors(params: dict[str, str], expected: str) -> None:
    assert jd.sign(params | {"sign": "is not signed"}, "helloworld") == expected


@pytest.mark.proves("alibaba_1688", "vector", "client")
@pytest.mark.proves("alibaba_1688", "open-1688", "client")
def test_1688_signs_as_the_official_example_and_the_sdk() -> None:
    path = "param2/1/system/currentTime/1000000"
    assert alibaba_1688.sign(path, {"b": "2", "a": "1"}, "test123") == "33E54F4F7B989E3E0E912D3FBD2F1A03CA7CCE88"
    orders = "param2/1/com.alibaba.trade/alibaba.trade.getSellerOrderList/1000000"
    asked = {"access_token": "tok", "page": "1", "pageSize": "20", "modifyStartTime": "20240101000000000+0800"}
    assert alibaba_1688.sign(orders, asked, "test123") == "314322958228A9B4F00B74A14581FC7CF335250B"
    said = asked | {"memo": HOSTILE}
    theirs = BaseApi.sign(None, orders, said, "test123")
    assert alibaba_1688.sign(orders, said | {"_aop_signature": "not signed"}, "test123") == theirs


@pytest.mark.proves("alibaba_com", "vector", "client")
def test_alibaba_coms_new_gateway_signs_as_the_official_example() -> None:
    asked = {
        "timestamp": "1517820392000",
        "app_key": "123456",
        "sign_method": "sha256",
        "access_token": "test",
        "order_id": "1234",
    }
    signed = iop.sign("/order/get", asked | {"sign": "is not signed"}, "helloworld")
    assert signed == "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A"


@pytest.mark.proves("qimen", "vector", "client")
def test_qimen_signs_parameters_and_body() -> None:
    params = {
        "method": "taobao.qimen.deliveryorder.create",
        "timestamp": "2024-01-02 03:04:05",
        "format": "xml",
        "app_key": "12345678",
        "v": "2.0",
        "sign_method": "md5",
        "customerId": "stub-cust-code",
        "sign": "is not signed",
    }
    body = (
        '<?xml version="1.0" encoding="utf-8"?><request><deliveryOrder><deliveryOrderCode>TB1234</deliveryOrderCode>'
        "<orderType>JYCK</orderType></deliveryOrder></request>"
    )
    assert qimen.sign(params, body.encode(), "test") == "D7A47703E46B7F8E601EF25258165712"


@pytest.mark.parametrize(
    ("body", "timestamp", "checkword", "expected"),
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
@pytest.mark.proves("sf_express", "vector", "client")
def test_sf_digests_as_java_does(body: str, timestamp: str, checkword: str, expected: str) -> None:
    assert sf_express.digest(body, timestamp, checkword) == expected


@pytest.mark.proves("sf_express", "karrio.sf-express", "client")
def test_sf_digests_as_karrio(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only karrio's file for SF is loaded: its package wants the libraries of a dozen other carriers."""
    for name, members in (
        ("karrio.core", {"Settings": object}),
        ("karrio.core.utils", {"DP": SimpleNamespace(jsonify=dict)}),
    ):
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "karrio", ModuleType("karrio"))
    path = distribution("karrio.sf-express").locate_file("karrio/providers/sf_express/utils.py")
    spec = spec_from_file_location("karrio_sf", str(path))
    assert spec is not None
    assert spec.loader is not None
    karrio_sf = module_from_spec(spec)
    spec.loader.exec_module(karrio_sf)
    karrio = karrio_sf.Settings()
    karrio.partner_id, karrio.check_word = "SANDBOX", "testcheckword"
    sent = karrio.parse('{"orderId":"订单 1"}', "EXP_RECE_CREATE_ORDER")
    assert sent["msgDigest"] == sf_express.digest(sent["msgData"], sent["timestamp"], "testcheckword")


@pytest.mark.proves("jtexpress", "vector", "client")
def test_jtexpress_digests_as_the_test_account() -> None:
    key = "0258d71b55fc45e3ad7a7f38bf4b201a"
    assert jtexpress.hidden("H5CD3zE6") == "6A272C3DD1F3CD2F92BF567C37040910"
    assert jtexpress.customer_digest("J0086474299", "H5CD3zE6", key) == "qonqb4O1eNr6VCWS07Ieeg=="
    assert jtexpress.digest('{"txlogisticId":"SO2024010001"}', key) == "8jphnVDEV8mo9+P3U0Ksyw=="


@pytest.mark.proves("kuaidi100", "vector", "client")
def test_kuaidi100_signs_as_the_vectors() -> None:
    query = '{"com":"yuantong","num":"YT9693083639795","phone":""}'
    push = (
        '{"status":"polling","message":"","lastResult":{"message":"ok","state":"0","status":"200","ischeck":"0",'
        '"com":"yuantong","nu":"YT9693083639795","data":[]}}'
    )
    assert kuaidi100.query_sign(query, "testkey", "testcustomer") == "74DED0B10582B6C04DD5EA231D1CB7C4"
    assert kuaidi100.push_sign(push, "saltsalt") == "750AD7EF13683960E50E3A4CC1F65BD3"


KINGDEE_PATH = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.ExecuteBillQuery.common.kdsvc"
ACCOUNT = kingdee_sign.Account(
    credentials.KINGDEE_ACCOUNT_ID,
    credentials.KINGDEE_USER,
    credentials.KINGDEE_APP_ID,
    SecretStr(credentials.KINGDEE_APP_SECRET),
    2052,
)


@pytest.mark.proves("kingdee_cloud", "vector", "client")
def test_kingdee_signs_as_the_vector() -> None:
    headers = kingdee_sign.headers(ACCOUNT, KINGDEE_PATH, 1_700_000_000)
    hidden = credentials.KINGDEE_APP_ID.partition("_")[2]
    assert kingdee_sign.client_secret(hidden) == "31ecfd13effe724e7e78fc17f8f94b66"
    assert headers["X-Kd-Appdata"] == "NWRiMjVhYzhkMmI4MTksd2ViYXBpLDIwNTIs"
    assert headers["X-Api-Signature"] == (
        "ZTJhY2RiZTYxNmFhZDMxN2MyZmU2ZTMxN2I0ZmFjZGE2ZGVlMTgyNTM4YzdkOTNlYzFlNzhmZGU1M2E4YTRmNg=="
    )
    assert headers["X-Kd-Signature"] == (
        "YmZkZTM2MmU5YzJjYjc5NTg5Y2NiNzViMDA3ZGUzZWViNjcxNGZjMjJhZTg1ZTY2ODJjNzQ1ODY5YWFkZGI5OQ=="
    )


@pytest.mark.proves("kingdee_cloud", "kingdee.cdp.webapi.sdk", "client")
def test_kingdee_signs_as_the_sdk() -> None:
    client = WebApiClient()
    client.identify = Identify(
        "",
        credentials.KINGDEE_ACCOUNT_ID,
        credentials.KINGDEE_USER,
        credentials.KINGDEE_APP_ID,
        credentials.KINGDEE_APP_SECRET,
        "",
        2052,
        "",
    )
    theirs = client.BuildHeader("http://127.0.0.1:8080" + KINGDEE_PATH)
    ours = kingdee_sign.headers(ACCOUNT, KINGDEE_PATH, int(theirs["x-api-timestamp"]))
    assert {
        name.lower(): theirs_value for name, theirs_value in theirs.items() if name.lower() in map(str.lower, ours)
    } == {name.lower(): value for name, value in ours.items()}


@pytest.mark.proves("dingtalk", "vector", "client")
@pytest.mark.proves("dingtalk", "DingtalkChatbot", "client")
def test_dingtalk_signs_as_the_vector_and_the_sdk() -> None:
    secret = "SECthis is secret"
    signature = quote(dingtalk.sign(1_700_000_000_000, secret), safe="")
    assert signature == "Rtm2YK4Eu5oP8gxZgn2C87ziY6Py5sJyH4pcuwAafMU%3D"
    with patch("time.time", return_value=1_700_000_000):
        robot = DingtalkChatbot("https://oapi.dingtalk.com/robot/send?access_token=t", secret)
    assert f"sign={signature}" in robot.webhook


@pytest.mark.proves("feishu", "vector", "client")
@pytest.mark.proves("feishu", "leap-feishu-webhook-notify", "client")
def test_feishu_signs_as_the_vector_and_the_package() -> None:
    assert feishu.sign(1_599_360_473, "demo") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="
    assert feishu.sign(1_700_000_000, HOSTILE) == feishu_sign(HOSTILE, "1700000000")


@pytest.mark.proves("qweather", "vector", "client")
def test_qweather_signs_as_the_vector() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    assert qweather.token("KID0000001", "PROJECT01", key, 1_700_000_000) == (
        "eyJhbGciOiJFZERTQSIsImtpZCI6IktJRDAwMDAwMDEifQ."
        "eyJzdWIiOiJQUk9KRUNUMDEiLCJpYXQiOjE2OTk5OTk5NzAsImV4cCI6MTcwMDAwMDg3MH0."
        "VVkvbXu7enop4PY0jR1Q49t7JqNF3CJTZq9SiXueYkltZBKntoHNAEEYK2HE31rLgnMYiDM1QWfF5smPLgYnAw"
    )


@pytest.mark.proves("qweather", "PyJWT", "client")
def test_qweather_is_verified_by_pyjwt() -> None:
    public_pem = (
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n"
        "-----END PUBLIC KEY-----\n"
    )
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    now = int(datetime.now(UTC).timestamp())
    claims = jwt.decode(qweather.token("KID", "PROJECT", key, now), public_pem, algorithms=["EdDSA"])
    assert claims == {"sub": "PROJECT", "iat": now - 30, "exp": now + 870}


def test_alipay_signs_the_documented_text() -> None:
    params = {
        "version": "1.0",
        "app_id": "2021",
        "biz_content": '{"bill_type":"trade","bill_date":"2024-01-01"}',
        "charset": "utf-8",
        "format": "JSON",
        "method": "alipay.data.dataservice.bill.downloadurl.query",
        "sign_type": "RSA2",
        "timestamp": "2024-01-02 03:04:05",
        "app_auth_token": "",
        "sign": "is not signed",
    }
    text = (
        'app_id=2021&biz_content={"bill_type":"trade","bill_date":"2024-01-01"}&charset=utf-8&format=JSON'
        "&method=alipay.data.dataservice.bill.downloadurl.query&sign_type=RSA2"
        "&timestamp=2024-01-02 03:04:05&version=1.0"
    )
    key: Any = load_pem_private_key(credentials.ALIPAY_APP_PRIVATE_KEY.encode(), None)
    public: Any = load_pem_public_key(credentials.ALIPAY_APP_PUBLIC_KEY.encode())
    public.verify(base64.b64decode(alipay.sign(params, key)), text.encode(), PKCS1v15(), SHA256())


def test_alipay_finds_the_text_that_was_signed() -> None:
    node = '{"code":"10000", "msg":"a \\"quoted\\" } brace","n":{"x":1}}'
    assert alipay.raw_node('{"sign":"s", "the_response" : ' + node + ',"alipay_cert_sn":"1"}', "the_response") == node
    assert alipay.raw_node(json.dumps({"other": 1}), "the_response") == ""


@pytest.mark.proves("shop", "standardwebhooks", "client")
def test_the_shop_signs_as_standard_webhooks() -> None:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    body = f'{{"type":"order.updated","data":{json.dumps(HOSTILE, ensure_ascii=False)}}}'
    content = f"msg_1.{int(at.timestamp())}.{body}".encode()
    expected = Webhook(credentials.SHOP_SECRET).sign("msg_1", at, body)
    assert shop.signature(SecretStr(credentials.SHOP_SECRET), content) == expected
