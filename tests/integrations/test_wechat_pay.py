"""WeChat Pay: the vector, the independent package on both sides, and bills that contradict themselves."""

import gzip
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from bench import Bench
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, load_pem_public_key
from cryptography.x509 import CertificateBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID
from peers import peer
from samples import DAY, HOSTILE, NOON
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.utils import aes_decrypt, rsa_verify

from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.wechat_pay import authorization
from integrations.wechat_pay_bill import CannotOpen, Contradiction, open_bill, read_bill
from models.messages import RawMessage
from sandbox import credentials, wechat_pay
from sandbox.bills import BillRow
from sandbox.wechat_pay_bill import trade_bill

BILL = (
    "\ufeff`交易时间,`公众账号ID,`微信订单号,`商户订单号,`交易状态,`货币种类,`应结订单金额,`微信退款单号,`退款金额,"
    "`退款状态,`商品名称,`手续费,`费率备注\r\n"
    "`2026-05-04 10:00:00,`wx1,`T1,`SO-1,`SUCCESS,`CNY,`1010.00,`0,`0.00,`,`杯子, 大,`6.06000,`\r\n"
    "`2026-05-04 11:00:00,`wx1,`T1,`SO-1,`REFUND,`CNY,`0.00,`R1,`10.00,`SUCCESS,`杯子, 大,`-0.06000\r\n"
    "总交易单数,应结订单总金额,退款总金额,手续费总金额\r\n"
    "`2,`1010.00,`10.00,`6.00000\r\n"
)


def sdk(address: str) -> WeChatPay:
    """The package as a merchant's client of the sandbox."""
    client = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=credentials.WECHAT_MERCHANT_ID,
        private_key=credentials.WECHAT_MERCHANT_PRIVATE_KEY,
        cert_serial_no=credentials.WECHAT_MERCHANT_SERIAL,
        appid="wx0",
        apiv3_key=credentials.WECHAT_API_V3_KEY,
        public_key=credentials.WECHAT_PLATFORM_PUBLIC_KEY,
        public_key_id=credentials.WECHAT_PLATFORM_KEY_ID,
    )
    client._core._gate_way = address
    return client


@pytest.mark.proves("wechat_pay", "vector", "client")
def test_a_notification_is_opened_as_the_vector(bench: Bench) -> None:
    sealed = (
        "ShQcIS3IoTdnC1REo7HaOjpXyvepWqJUkvFvRHT0oFuaaztlRoG0kHkDhpgqTtoG95IHdyyQNBM0tqCifZbxGKngvjuUqOVrUiUon6ROJPnt1J9s"
        "JxsXWT5YsrZVdA=="
    )
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": "nonce1234567",
        "associated_data": "transaction",
        "ciphertext": sealed,
    }
    envelope = {"id": "EV-1", "create_time": "2026-05-04T12:00:00+08:00", "event_type": "TRANSACTION.SUCCESS"}
    body = json.dumps(envelope | {"resource": resource}).encode()
    now = datetime.now(UTC)
    headers = {name.lower(): value for name, value in wechat_pay._headers(body, now).items()}
    partner = bench.partner("wechat_pay")
    message = partner.receive_payment(headers, body, now)
    assert json.loads(message.body)["resource"] == {
        "out_trade_no": "SO2024010001",
        "trade_state": "SUCCESS",
        "amount": {"total": 100},
    }
    news = partner.read_payment(message)
    assert (news.order_no, news.amount.minor, news.happened_at) == ("SO2024010001", 100, NOON)


@pytest.mark.proves("wechat_pay", "wechatpayv3", "client")
def test_our_signature_is_verified_by_the_package() -> None:
    key: Any = load_pem_private_key(credentials.WECHAT_MERCHANT_PRIVATE_KEY.encode(), None)
    public = load_pem_public_key(credentials.WECHAT_MERCHANT_PUBLIC_KEY.encode())
    body = f'{{"name":"{HOSTILE}"}}'
    header = authorization(
        "POST",
        "/v3/x?a=1",
        body,
        merchant_id="1900000001",
        serial_no="1DDE",
        key=key,
        timestamp=1_700_000_000,
        nonce="n1",
    )
    scheme, _, rest = header.partition(" ")
    stated = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    assert {key: stated[key] for key in ("mchid", "serial_no", "timestamp", "nonce_str")} == {
        "mchid": "1900000001",
        "serial_no": "1DDE",
        "timestamp": "1700000000",
        "nonce_str": "n1",
    }
    # The package verifies `timestamp\nnonce\nbody\n`: method and path take the place of the first two.
    signed = f"1700000000\nn1\n{body}"
    assert rsa_verify("POST", "/v3/x?a=1", signed, stated["signature"], public)


@pytest.mark.proves("wechat_pay", "wechatpayv3", "sandbox")
def test_the_package_is_accepted_by_the_sandbox(bench: Bench) -> None:
    bench.world.make_bill(DAY, rows=[BillRow("T1", "SO-1", "杯子", NOON, 100)], from_orders=False)
    client = sdk(bench.address)
    code, told = client.trade_bill(DAY.isoformat())
    assert code == 200
    bill = json.loads(told)
    code, packed = client.download_bill(bill["download_url"])
    assert code == 200
    content = gzip.decompress(packed)
    assert bill["hash_value"] == hashlib.sha1(content).hexdigest()  # noqa: S324 - the protocol
    assert content == trade_bill(bench.world.bills.days[DAY])


def test_the_package_opens_the_sandboxs_notification(bench: Bench) -> None:
    message = wechat_pay.notification(BillRow("T1", "SO-1", "杯子", NOON, 100), datetime.now(UTC))
    told = sdk(bench.address).callback(dict(message.headers), message.body)
    assert told["resource"]["out_trade_no"] == "SO-1"
    sealed = json.loads(message.body)["resource"]
    opened = aes_decrypt(
        sealed["nonce"], sealed["ciphertext"], sealed["associated_data"], credentials.WECHAT_API_V3_KEY
    )
    assert json.loads(opened)["amount"]["total"] == 100


async def test_an_answer_or_a_file_that_is_not_wechats_is_not_believed(bench: Bench) -> None:
    bench.world.make_bill(DAY, rows=[BillRow("T1", "SO-1", "杯子", NOON, 100)], from_orders=False)

    def tampering(old: bytes, new: bytes) -> httpx.AsyncClient:
        async def tamper(response: httpx.Response) -> None:
            response._content = (await response.aread()).replace(old, new, 1)

        return httpx.AsyncClient(event_hooks={"response": [tamper]})

    async with tampering(b"http", b"htt\\u0070") as http:
        with pytest.raises(Misconfigured, match="the signature does not fit"):
            await bench.partner("wechat_pay", http=http).pull_statement(DAY)
    real = gzip.compress(trade_bill(bench.world.bills.days[DAY]), mtime=0)
    async with tampering(real, gzip.compress(b"another file")) as http:
        with pytest.raises(Unavailable, match="stated hash"):
            await bench.partner("wechat_pay", http=http).pull_statement(DAY)


def test_a_notification_of_an_unknown_kind_goes_to_a_person(bench: Bench) -> None:
    partner = bench.partner("wechat_pay")
    with pytest.raises(Rejected, match=r"the unknown kind COUPON\.USE"):
        partner.read_payment(RawMessage("EV-1", '{"event_type":"COUPON.USE","resource":{}}', NOON))
    message = '{"event_type":"REFUND.SUCCESS","resource":{"out_trade_no":"SO-1"}}'
    with pytest.raises(Rejected, match="no usable amount"):
        partner.read_payment(RawMessage("EV-1", message, NOON))


def test_a_platform_certificate_is_as_good_as_its_key(bench: Bench) -> None:
    key: Any = load_pem_private_key(credentials.WECHAT_PLATFORM_PRIVATE_KEY.encode(), None)
    name = Name([NameAttribute(NameOID.COMMON_NAME, "platform")])
    builder = CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(77)
    certificate = builder.not_valid_before(NOON).not_valid_after(NOON + timedelta(days=1)).sign(key, SHA256())
    pem = certificate.public_bytes(Encoding.PEM).decode()
    settings = peer("wechat_pay").settings(bench.address) | {"platform_keys": {"4D": pem}}
    now = datetime.now(UTC)
    told = wechat_pay.notification(BillRow("T1", "SO-1", "杯子", NOON, 100), now)
    headers = {name.lower(): value for name, value in told.headers.items()} | {"wechatpay-serial": "4D"}
    assert bench.partner("wechat_pay", settings=settings).receive_payment(headers, told.body, now).key


def test_columns_are_found_by_name_with_a_backtick_or_without() -> None:
    payment, refund = read_bill(BILL.encode())
    assert (payment.line_id, payment.order_no, payment.title) == ("T1:", "SO-1", "杯子, 大")
    assert (payment.amount.minor, payment.fee.minor) == (101_000, -606)
    assert payment.happened_at == datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
    assert (refund.line_id, refund.kind, refund.amount.minor, refund.fee.minor) == ("T1:R1", "refund", -1_000, 6)
    assert read_bill(BILL.replace("`", "", 13).encode())[0] == payment
    failed = BILL.replace("`10.00,`SUCCESS", "`10.00,`FAIL")
    assert read_bill(failed.encode())[1].amount.minor == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("`2,`1010.00", "`3,`1010.00", "总交易单数: 2 in its rows, 3 in its footer"),
        ("`2,`1010.00", "`2,`1010.01", "应结订单总金额: 101000 in its rows, 101001 in its footer"),
        ("`10.00,`6.00000", "`10.01,`6.00000", "退款总金额: 1000 in its rows, 1001"),
        ("`10.00,`6.00000", "`10.00,`6.01000", "手续费总金额: 600 in its rows, 601"),
        ("总交易单数,", "别的,", "may have been cut off"),
        ("`1010.00,`0,", "`1e3,`0,", "row 1: '1e3' is not an amount"),
        ("2026-05-04 10:00:00", "yesterday", "row 1: 'yesterday' is not a time"),
        ("`REFUND", "`USERPAYING", "row 2: USERPAYING is neither a payment nor a refund"),
        ("手续费,`费率备注", "费,`费率备注", "no column 手续费"),
        ("`T1,`SO-1,`SUCCESS", "`T1,`SO-1,`x,`SUCCESS", "row 1 has 14 cells, its header 13"),
        ("`2,`1010.00", "`two,`1010.00", "how many rows"),
    ],
)
def test_a_bill_that_contradicts_itself_is_refused_with_both_sides(old: str, new: str, words: str) -> None:
    assert old in BILL
    with pytest.raises(Contradiction, match=words):
        read_bill(BILL.replace(old, new).encode())


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff", b"a,b\n1,2\n", gzip.compress(b"x" * 99, mtime=0)[:30]])
def test_what_is_no_bill_is_not_read(content: bytes) -> None:
    with pytest.raises(CannotOpen):
        read_bill(open_bill(content))
