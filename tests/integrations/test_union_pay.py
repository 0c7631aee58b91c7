"""UnionPay: the digest vector, signatures by ``cryptography``, which certificates count, and lines that are refused."""

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from bench import Bench
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, load_pem_public_key
from cryptography.x509 import CertificateBuilder, Name, NameAttribute, load_pem_x509_certificate
from cryptography.x509.oid import NameOID
from samples import DAY, NOON

from integrations.errors import Misconfigured, Rejected
from integrations.union_pay import digest, fields, sign
from integrations.union_pay_file import WIDTHS, CannotOpen, Contradiction, open_file, read_file
from sandbox import credentials, union_pay
from sandbox.bills import BillRow
from sandbox.union_pay_file import packed_file

VECTOR = {
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
ROWS = (
    BillRow("412605041200000000001", "SO-1", "杯子", NOON, 12_345),
    BillRow(
        "412605041200000000001", "SO-1", "杯子", NOON + timedelta(minutes=1), -45, refund_no="412605041200000000002"
    ),
)
FILE = open_file(packed_file(DAY, ROWS))


@pytest.mark.proves("union_pay", "vector", "client")
def test_the_digest_is_the_vectors_and_empty_values_and_the_signature_are_left_out() -> None:
    params = VECTOR | {"reserved": "", "signature": "x"}
    assert digest(params) == "bab52cddd81e4dd7d81a58e57458fbcbaf2917d051e5484c0ad1cfef01f934b2"


def test_our_signature_is_over_the_text_of_the_hex_digest() -> None:
    key: Any = load_pem_private_key(credentials.UNIONPAY_MERCHANT_PRIVATE_KEY.encode(), None)
    public: Any = load_pem_public_key(credentials.UNIONPAY_MERCHANT_PUBLIC_KEY.encode())
    text = "&".join(f"{name}={value}" for name, value in sorted(VECTOR.items()))
    signed = hashlib.sha256(text.encode()).hexdigest().encode()
    public.verify(base64.b64decode(sign(VECTOR, key)), signed, PKCS1v15(), SHA256())


def test_the_layout_is_that_of_the_reference() -> None:
    assert (len(WIDTHS), sum(WIDTHS) + len(WIDTHS) - 1) == (42, len(FILE.splitlines()[0]))


def test_a_refund_stands_under_what_it_refunds() -> None:
    payment, refund = read_file(FILE, DAY)
    assert (payment.line_id, payment.trade_no, payment.order_no) == (ROWS[0].trade_no, ROWS[0].trade_no, "SO-1")
    assert (payment.amount.minor, payment.fee.minor, payment.happened_at) == (12_345, -74, NOON)
    assert (refund.line_id, refund.trade_no, refund.order_no) == (ROWS[1].refund_no, ROWS[0].trade_no, "SO-1")
    assert (refund.kind, refund.amount.minor) == ("refund", -45)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"000000012345", b"00000001234X", "line 1: '00000001234X' is not an amount in fen"),
        (b"0504120000", b"0504250000", "line 1: '0504250000' is not a time"),
        (b"D000000000074", b"X000000000074", "line 1: 'X000000000074' is neither a credit nor a debit"),
        (b"S30", b"S30 ", "line 2 is of another layout"),
        ("备注".encode("gbk"), b"\xff\xff\xff\xff", "line 1 is not GBK"),
        (FILE[300:], b"", "line 1 has 300 bytes"),
        (b" 01 01 000201", b" 99 01 000201", "line 1: txnType '99' is neither a purchase nor a refund"),
    ],
)
def test_a_line_that_cannot_be_read_refuses_the_file(old: bytes, new: bytes, words: str) -> None:
    assert old in FILE
    with pytest.raises(Contradiction, match=words):
        read_file(FILE.replace(old, new, 1), DAY)


@pytest.mark.parametrize(
    "content", ["", "AAAA", "no base64!", packed_file(DAY, ROWS)[:99]], ids=["empty", "no zip", "no base64", "cut off"]
)
def test_what_is_no_file_is_not_read(content: str) -> None:
    with pytest.raises(CannotOpen):
        open_file(content)


async def test_a_line_of_another_layout_is_for_a_person(bench: Bench) -> None:
    bench.world.make_bill(DAY, rows=[BillRow("1" * 30, "SO-1", "杯子", NOON, 100)], from_orders=False)
    with pytest.raises(Rejected, match="another layout"):
        await bench.partner("union_pay").pull_statement(DAY)


async def test_an_answer_that_unionpay_did_not_sign_is_not_believed(bench: Bench) -> None:
    reply = fields(union_pay._reply(VECTOR, "98").body.decode())
    stranger = _certificate("somebody else", issuer="Sandbox CA")
    impostor = _certificate("041@Z12@中国银联股份有限公司@00010000:SIGN", issuer="Sandbox CA")
    for changes in (
        {"respMsg": "tampered"},
        {"signature": "AAAA"},
        {"signature": "é"},
        {"signPubKeyCert": ""},
        {"signPubKeyCert": stranger},
        {"signPubKeyCert": impostor},
        {"signPubKeyCert": credentials.UNIONPAY_ISSUER},
    ):
        text = "&".join(f"{name}={value}" for name, value in (reply | changes).items())
        partner = bench.replying("union_pay", lambda _, text=text: httpx.Response(200, text=text))
        with pytest.raises(Misconfigured, match="not signed"):
            await partner.pull_statement(DAY)


def _certificate(name: str, issuer: str) -> str:
    """UnionPay's key under a name and an issuer's name, but signed by itself."""
    key: Any = load_pem_private_key(credentials.UNIONPAY_SIGN_PRIVATE_KEY.encode(), None)
    subject, by = (Name([NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, issuer))
    builder = CertificateBuilder().subject_name(subject).issuer_name(by).public_key(key.public_key()).serial_number(9)
    dates = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
    return dates.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


async def test_our_request_is_signed_as_unionpay_would_check_it(bench: Bench) -> None:
    sent: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(dict(httpx.QueryParams(request.content.decode())))
        return httpx.Response(200, content=union_pay._reply(sent[-1], "98").body)

    assert await bench.replying("union_pay", answer).pull_statement(date(2026, 5, 4)) == []
    (params,) = sent
    public: Any = load_pem_public_key(credentials.UNIONPAY_MERCHANT_PUBLIC_KEY.encode())
    text = "&".join(f"{name}={value}" for name, value in sorted(params.items()) if name != "signature")
    signed = hashlib.sha256(text.encode()).hexdigest().encode()
    public.verify(base64.b64decode(params["signature"]), signed, PKCS1v15(), SHA256())
    assert (params["settleDate"], params["txnType"], params["fileType"]) == ("0504", "76", "00")


def test_the_sandboxs_certificate_is_issued_by_its_issuer() -> None:
    certificate = load_pem_x509_certificate(credentials.UNIONPAY_SIGN_CERTIFICATE.encode())
    certificate.verify_directly_issued_by(load_pem_x509_certificate(credentials.UNIONPAY_ISSUER.encode()))
