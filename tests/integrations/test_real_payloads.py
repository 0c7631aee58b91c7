"""Messages recorded from running businesses, where they are at hand: none of them is part of the project. Every file of
these folders says exactly what is written here, or is refused with exactly these words."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from capvalidator import check_schema
from recorded import (
    NOW,
    Refused,
    called,
    feed,
    index,
    legacy,
    merchant_bill,
    orders,
    pushed,
    said,
    statement,
    tracked,
    warned,
    wechat_bill,
)  # fmt: skip

from integrations.alipay_bill import Contradiction, read_bill
from models.messages import OutboundProgress, Place, Stage

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ORDERSPINE_SHARED", ROOT.parent / "shared")) / "data"
FOLDERS = ("alerts", "bills", "qimen", "tracks")

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="no recorded payloads here; set ORDERSPINE_SHARED to their folder"
)

CONFIRM, ENTRY, PROGRESS = "deliveryorder.confirm", "entryorder.confirm", "orderprocess.report"
NOWHERE = Place("", 0.0, 0.0)
LINES_OF_A_MERCHANT = [
    ("2019091622001458860515315453:", "service_1568601259302", "payment", 1, "02:55:23"),
    ("2019091622001458860515315453:re_test_1568602607356", "service_1568601259302", "refund", -1, "02:56:48"),
    ("2019091622001458860513822558:", "service_1568603173853", "payment", 1, "03:07:09"),
    ("2019091622001458860513822558:re_test_1568604414433", "service_1568603173853", "refund", -1, "03:26:55"),
    ("2019091622001458860516395930:", "service_1568613406000", "payment", 1, "05:57:52"),
    ("2019091622001458860516395930:re_test_1568614511552", "service_1568613406000", "refund", -1, "06:15:12"),
    ("2019091622001458860516993488:", "qd_201909161455139634Sjad2vy", "payment", 1, "06:57:19"),
    (
        "2019091622001458860516993488:re_20190916150216125q8Lmiodp",
        "qd_201909161455139634Sjad2vy",
        "refund",
        -1,
        "07:00:38",
    ),
    ("2019091622001465870515233238:", "20190916165659224L3VUQRL9", "payment", 1, "08:58:58"),
    ("2019091622001458860517860493:", "qd_201909161844073417CB0wPzR", "payment", 1, "10:43:34"),
]

QIMEN: dict[str, tuple[Any, ...]] = {
    "qimen/ariel_QimenDeliveryOrder.xml": (
        Refused("qimen: the confirmation contradicts itself: SAJH047: 2 shipped, but its batches sum up to 1"),
        called, CONFIRM,
    ),
    "qimen/ariel_QimenDeliveryOrderCross.xml": (
        ("T0202006289454070987:DO=T0202003126143599418 stock out confirm", NOW, True,
         [("SF214151283", "sf_express", {"FCBH001": 2}, 1_000)]),
        called, CONFIRM,
    ),
    "qimen/ariel_QimenEntryOrder.xml": (
        Refused("qimen: the report of stock contradicts itself: FBAV039: 90 received, but its batches sum up to 30000"),
        called, ENTRY,
    ),
    "qimen/deliveryorder.create_yunji_bonded_2020.xml": (
        Refused("qimen: callbacks of deliveryorder.create are not taken"), called, "deliveryorder.create",
    ),
    "qimen/orderprocess.report_xinyi_2017.xml": (
        OutboundProgress(
            "100042017101200005", Stage.AT_WORK, "ACCEPT", datetime(2017, 10, 12, 2, 13, 6, tzinfo=UTC),
            "保存退供单数据成功!",
        ),
        called, PROGRESS,
    ),
}  # fmt: skip

BILLS: dict[str, tuple[Any, ...]] = {
    "bills/LICENSE.double-entry-generator": (
        Refused("LICENSE.double-entry-generator is neither CSV nor .xlsx: save it as one of them."),
        statement, "jd-bill",
    ),
    "bills/alipay_merchant_detail_20190916.gbk.csv": (LINES_OF_A_MERCHANT, merchant_bill),
    "bills/alipay_merchant_detail_20190916.utf8.csv": (LINES_OF_A_MERCHANT, merchant_bill),
    "bills/alipay/example-alipay-records.csv": (
        {"out": (5, -21_164), "in": (3, 22_229_453), "refused": {
            "payment-direction-unknown 交易成功": 1, "payment-direction-unknown 交易关闭": 1,
         }, "lines": [
            ("202302xxxxxx0011000103xxxxxx", "20230xxxxxxx014741014xxxxxx", -4_974),
            ("2xxxxxxxxxxxxxxxx8", "20xxxxxxxxxxxxxxxx5", 1_603),
        ]},
        statement, "alipay-bill", 0, 2,
    ),
    # Its own head says 1,648.43 spent: these payments without their refunds and without 35.61 to be paid later.
    "bills/jd/example-jd-records.csv": (
        {"out": (18, -278_163), "in": (8, 109_759), "refused": {}, "lines": [
            ("JDX100000011234", "1000345234234223", -1_020),
            ("100000011234", "1000345234234223", 8_984),
            ("100000011234", "1000345234234223", -13_177),  # 131.77(已退款89.84)
            ("100000011234", "1000345234234223", -46_832),  # 468.32(已全额退款)
        ]},
        statement, "jd-bill", 0, 2, 3, 13,
    ),
    # Its own head says 1,175.68 spent, without 48.12 of credit paid back, and 209.73 received.
    "bills/mt/example-mt-records.csv": (
        {"out": (23, -122_380), "in": (6, 20_973), "refused": {}, "lines": [
            ("25022811100401670006000394166443", "0_2204430449361044", -2_117),
            ("2502270181541103443", "4981008581243837847AL7R600WKKG", 2_000),
        ]},
        statement, "meituan-bill", 0, 1,
    ),
    "bills/wechat/example-wechat-records.csv": (
        {"out": (9, -287_636), "in": (5, 2_849), "refused": {
            'row-malformed 2019-09-26 12:45:27,"商户消费","云膳过桥米线(传奇广场店': 1,
            "payment-direction-unknown /": 11,
            "line-number-repeated 4200002168202406076349888061-2024-06-07 ": 1,
         }, "lines": [("3985734", "129847129", 35), ("3985734", "", 2_300)]},
        statement, "wechat-bill", 0, 3,
    ),
    "bills/wechat/example-wechat-records.xlsx": (
        Refused(
            "example-wechat-records.xlsx has no column '商户单号' (it has Column1, Column2, Column3, Column4, Column5, "
            "Column6, Column7, Column8, Column9, Column10, Column11): rename the column, or correct the preset."
        ),
        statement, "wechat-bill",
    ),
    "bills/taobao_ExportOrderList_header_only.csv": (
        ({
            "orders.order_no": "订单编号", "orders.customer": "买家会员名", "orders.receiver": "收货人姓名",
            "orders.phone": "联系电话", "orders.street": "收货地址", "orders.amount": "总金额",
            "orders.freight": "买家应付邮费", "orders.placed_at": "订单创建时间", "orders.paid_at": "订单付款时间",
            "orders.status": "订单状态", "orders.remark": "买家留言", "lines.sku": "修改后的sku",
            "lines.title": "宝贝标题", "lines.quantity": "宝贝总数量", "lines.amount": "买家实际支付金额",
        }, ()),
        orders,
    ),
    "bills/wechat_merchant_ALL_header_only.csv": (
        Refused("its footer is not there: the file may have been cut off"), wechat_bill,
    ),
}  # fmt: skip

TRACKS: dict[str, tuple[Any, ...]] = {
    "tracks/ems_kuaidi100_2016-08-14_delivered.json": (
        [("unknown", "2016-08-14 09:10:25"), ("unknown", "2016-08-14 21:09:13"), ("unknown", "2016-08-15 01:27:16"),
         ("delivered", "2016-08-15 03:08:43")],
        tracked, "1097273463220",
    ),
    "tracks/zto_kuaidi100_2018-08-05_in_transit.json": (
        [("unknown", "2018-08-05 09:24:24"), ("unknown", "2018-08-05 10:02:06"), ("unknown", "2018-08-05 11:14:31"),
         ("unknown", "2018-08-05 11:18:37"), ("unknown", "2018-08-07 06:51:10"), ("in_transit", "2018-08-07 06:57:08")],
        tracked, "220192092873",
    ),
    "tracks/kuaidi100_error_201.json": ([], tracked, "1"),
    "tracks/yto_kuaidi100_push_2021-12-15.json": (
        ({"YT6186594166532"},
         [("picked_up", "1"), ("in_transit", "0"), ("in_transit", "1002"), ("in_transit", "1002")]),
        pushed,
    ),
}  # fmt: skip

FIRE = ("Fire", "blue", "2011-10-06 13:04")
ALERTS: dict[str, tuple[Any, ...]] = {
    "alerts/thunderstorm.cap": (
        ("Alert", 0, [("SEVERE THUNDERSTORM", "orange", "2003-06-17 23:00")], ("SEVERE THUNDERSTORM", "orange", False)),
        warned, Place("CA", 38.4, -120.0),
    ),
    "alerts/canada.cap": (
        ("Update", 2, [("thunderstorm", "blue", "2012-05-03 00:20"), ("orages", "blue", "2012-05-03 00:20")],
         ("thunderstorm", "blue", True)),
        warned, Place("ON", 42.1, -82.8),
    ),
    "alerts/australia.cap": (
        ("Alert", 0, [FIRE, FIRE], ("Fire", "blue", False)), warned, Place("NSW", -35.2, 147.1),
    ),
    "alerts/earthquake.cap": (
        ("Alert", 0, [("Earthquake", "unknown", "2010-09-02 05:09")], None), warned, Place("TO", -18.0, -174.0),
    ),
    "alerts/KAR0-0306112239-SW.cap": (
        ("Alert", 0, [("Child Abduction", "orange", "2003-06-13 05:39")], None), warned, Place("CA", 34.0, -118.0),
    ),
    "alerts/wcatwc-warning.cap": (
        ("Update", 1, [("Tsunami Warning", "red", "2011-09-02 12:36")], None), warned, Place("AK", 53.0, -170.0),
    ),
    "alerts/weather.cap": (
        ("Alert", 0, [("Flash Flood Watch", "orange", "2010-08-30 18:00")], None), warned, Place("MT", 46.6, -112.0),
    ),
    "alerts/invalid.cap": (Refused("scope: it is missing"), warned, NOWHERE),
    "alerts/canada_errors.cap": (Refused("references: a message of type Update names no alert"), warned, NOWHERE),
    "alerts/weather.atom": ((1, ["Flash Flood Watch"]), index),
    "alerts/no_id.atom": (Refused("its entry has neither a link nor an alert in it"), index),
    "alerts/weather_index.atom": (
        (2, "http://www.weather.gov/alerts-beta/"
            "wwacapget.php?x=CT20100831030400OKXAirQualityAlertOKX20100901031500CT"),
        index,
    ),
    "alerts/nws_atom_feed_example.xml": (
        (163, "https://alerts.weather.gov/cap/wwacapget.php?x=AK125AB652A170.HighWindWarning.125AB660BDF0AK."
              "AFGNPWNSB.e9d4afdcacb3b7015f58bccc1db60d46"),
        index,
    ),
    "alerts/nws_alerts_2017-12-05.json": (
        Refused("cap: the reply cannot be read: it is not XML, or was cut off"), feed,
    ),
    "alerts/qweather_warning_now_beijing_2021-10-09_oldschema.json": (
        (("10101010020211009154607668935939", "大风", "blue", "2021-10-10 07:40"), False, ()), legacy,
    ),
    "alerts/qweather_warning_now_shanghai_2023-04-03.json": (
        (("10102010020230403103000500681616", "大风", "blue", "2023-04-04 02:30"), False, ()), legacy,
    ),
}  # fmt: skip

FILES = QIMEN | BILLS | TRACKS | ALERTS


@pytest.mark.parametrize("name", FILES)
async def test_a_recorded_file_says_exactly_this_or_is_refused_with_exactly_these_words(name: str) -> None:
    expected, read, *how = FILES[name]
    found = await said(SHARED / name, read, *how)
    assert (found, type(found)) == (expected, type(expected))


def test_no_recorded_file_is_left_out() -> None:
    files = {str(file.relative_to(SHARED)) for folder in FOLDERS for file in (SHARED / folder).rglob("*")}
    assert files - {str(Path(name).parent) for name in FILES} == FILES.keys()


def test_a_merchant_bill_that_was_tampered_with_is_refused() -> None:
    bill = (SHARED / "bills" / "alipay_merchant_detail_20190916.utf8.csv").read_bytes()
    with pytest.raises(Contradiction, match=r"6 payments of 0\.07 CNY in its rows, 6 of 0\.06 CNY in its footer"):
        read_bill(bill.replace(b",0.01,0.01,", b",0.01,0.02,", 1))


def test_what_the_schema_of_oasis_refuses_is_refused() -> None:
    """Only the other way round is not asked: the schema allows an update that names no alert."""
    assert not check_schema((SHARED / "alerts" / "invalid.cap").read_bytes()).passed
    assert check_schema((SHARED / "alerts" / "canada.cap").read_bytes()).passed
