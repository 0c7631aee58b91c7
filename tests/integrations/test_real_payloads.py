"""Messages recorded from running businesses, where they are at hand: none of them is part of the project."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench import Bench
from capvalidator import check_schema

from integrations.alipay_bill import CannotOpen, Contradiction, read_bill
from integrations.cap import alert_in, entries, link_of
from integrations.cap_alerts import CannotRead, alert_at, read_alert
from integrations.errors import Rejected
from integrations.markup import read_xml
from integrations.qweather_alerts import Legacy, legacy_alerts
from models.messages import OutboundProgress, Place, RawMessage, Stage

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ORDERSPINE_SHARED", ROOT.parent / "shared")) / "data"
NOW = datetime(2026, 5, 4, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="no recorded payloads here; set ORDERSPINE_SHARED to their folder"
)


@pytest.fixture
def qimen() -> Any:
    return Bench("http://127.0.0.1:1", None, httpx.AsyncClient(), str).partner("qimen")  # type: ignore[arg-type]  # no peer is asked


def recorded(name: str) -> str:
    return (SHARED / "qimen" / name).read_text(encoding="utf-8")


def test_a_confirmation_with_a_comment_before_its_declaration(qimen: Any) -> None:
    confirmed = qimen.read_confirmation(RawMessage("key", recorded("ariel_QimenDeliveryOrderCross.xml"), NOW))
    assert confirmed.outbound_no == "T0202006289454070987"
    assert confirmed.message_id == "T0202006289454070987:DO=T0202003126143599418 stock out confirm"
    assert confirmed.confirmed_at == NOW
    assert confirmed.final
    (parcel,) = confirmed.parcels
    assert (parcel.waybill_no, parcel.carrier, dict(parcel.contents), parcel.weight_grams) == (
        "SF214151283",
        "sf_express",
        {"FCBH001": 2},
        1_000,
    )


def test_a_confirmation_whose_batches_do_not_sum_up_goes_to_a_person(qimen: Any) -> None:
    with pytest.raises(Rejected, match="SAJH047: 2 shipped, but its batches sum up to 1"):
        qimen.read_confirmation(RawMessage("key", recorded("ariel_QimenDeliveryOrder.xml"), NOW))


@pytest.mark.parametrize(
    "name",
    ["ariel_QimenEntryOrder.xml", "deliveryorder.create_yunji_bonded_2020.xml"],
)
def test_messages_of_another_kind_are_rejected(qimen: Any, name: str) -> None:
    assert len(read_xml(recorded(name).encode()))
    with pytest.raises(Rejected):
        qimen.read_confirmation(RawMessage("key", recorded(name), NOW))


def test_a_report_of_progress_says_how_far_the_warehouse_is(qimen: Any) -> None:
    read = qimen.read_confirmation(RawMessage("key", recorded("orderprocess.report_xinyi_2017.xml"), NOW))
    at = datetime(2017, 10, 12, 2, 13, 6, tzinfo=UTC)
    assert read == OutboundProgress("100042017101200005", Stage.AT_WORK, "ACCEPT", at, "保存退供单数据成功!")


@pytest.mark.parametrize("encoding", ["gbk", "utf8"])
def test_a_merchant_bill_agrees_with_its_footer(encoding: str) -> None:
    lines = read_bill((SHARED / "bills" / f"alipay_merchant_detail_20190916.{encoding}.csv").read_bytes())
    assert Counter(line.kind for line in lines) == {"payment": 6, "refund": 4}
    assert sum(line.amount.minor for line in lines) == 2
    assert len({line.line_id for line in lines}) == 10
    assert len({line.trade_no for line in lines}) == 6
    refund = lines[1]
    assert refund.line_id == "2019091622001458860515315453:re_test_1568602607356"
    assert refund.order_no == "service_1568601259302"
    assert (refund.amount.minor, refund.fee.minor) == (-1, 0)
    assert refund.happened_at == datetime(2019, 9, 16, 2, 56, 48, tzinfo=UTC)


def test_a_merchant_bill_that_was_tampered_with_is_refused() -> None:
    bill = (SHARED / "bills" / "alipay_merchant_detail_20190916.utf8.csv").read_bytes()
    with pytest.raises(Contradiction, match=r"6 payments of 0\.07 CNY in its rows, 6 of 0\.06 CNY in its footer"):
        read_bill(bill.replace(b",0.01,0.01,", b",0.01,0.02,", 1))


@pytest.mark.parametrize("name", ["alipay/example-alipay-records.csv", "taobao_ExportOrderList_header_only.csv"])
def test_another_bill_is_not_taken_for_a_merchant_bill(name: str) -> None:
    with pytest.raises(CannotOpen):
        read_bill((SHARED / "bills" / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "alert_id", "expires_at"),
    [
        ("beijing_2021-10-09_oldschema", "10101010020211009154607668935939", datetime(2021, 10, 10, 7, 40, tzinfo=UTC)),
        ("shanghai_2023-04-03", "10102010020230403103000500681616", datetime(2023, 4, 4, 2, 30, tzinfo=UTC)),
    ],
)
def test_alerts_of_both_legacy_generations(name: str, alert_id: str, expires_at: datetime) -> None:
    body = (SHARED / "alerts" / f"qweather_warning_now_{name}.json").read_bytes()
    (alert,) = legacy_alerts(Legacy.model_validate_json(body), "somewhere")
    assert (alert.alert_id, alert.event, alert.level, alert.expires_at) == (alert_id, "大风", "blue", expires_at)
    assert not alert.cancelled
    assert alert.supersedes == ()


def cap(name: str) -> Any:
    return read_xml((SHARED / "alerts" / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [
        (
            "thunderstorm.cap",
            Place("CA", 38.4, -120.0),
            ("SEVERE THUNDERSTORM", "orange", datetime(2003, 6, 17, 23, tzinfo=UTC), False, 0),
        ),
        (
            "canada.cap",
            Place("ON", 42.1, -82.8),
            ("thunderstorm", "blue", datetime(2012, 5, 3, 0, 20, tzinfo=UTC), True, 2),
        ),
        (
            "australia.cap",
            Place("NSW", -35.2, 147.1),
            ("Fire", "blue", datetime(2011, 10, 6, 13, 4, tzinfo=UTC), False, 0),
        ),
        ("earthquake.cap", Place("TO", -18.0, -174.0), None),
        ("KAR0-0306112239-SW.cap", Place("CA", 34.0, -118.0), None),
    ],
)
def test_cap_alerts_of_five_authorities(name: str, place: Place, expected: tuple[Any, ...] | None) -> None:
    alert = alert_at(read_alert(cap(name)), place, "", "en")
    found = alert and (alert.event, alert.level, alert.expires_at, alert.cancelled, len(alert.supersedes))
    assert found == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("invalid.cap", "scope: it is missing"),
        ("canada_errors.cap", "references: a message of type Update names no alert"),
    ],
)
def test_a_broken_cap_alert_is_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read_alert(cap(name))
    assert str(caught.value) == reason


def test_what_the_schema_of_oasis_refuses_is_refused() -> None:
    """Only the other way round is not asked: the schema allows an update that names no alert."""
    assert not check_schema((SHARED / "alerts" / "invalid.cap").read_bytes()).passed
    assert check_schema((SHARED / "alerts" / "canada.cap").read_bytes()).passed


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("weather_index.atom", 2, "wwacapget.php?x=CT20100831030400OKXAirQualityAlertOKX20100901031500CT"),
        ("nws_atom_feed_example.xml", 163, "x=AK125AB652A170.HighWindWarning.125AB660BDF0AK.AFGNPWNSB"),
    ],
)
def test_cap_indexes_lead_to_their_alerts(name: str, count: int, first: str) -> None:
    found = entries(cap(name))
    links = [link_of(each) for each in found]
    assert (len(links), len(set(links))) == (count, count)
    assert first in links[0]


def test_an_index_may_bring_its_alerts_along_or_lead_nowhere() -> None:
    (inside,) = map(alert_in, entries(cap("weather.atom")))
    assert inside is not None
    assert [info.event for info in read_alert(inside).infos] == ["Flash Flood Watch"]
    (nowhere,) = entries(cap("no_id.atom"))
    assert alert_in(nowhere) is None
    with pytest.raises(CannotRead, match="its entry has neither a link nor an alert in it"):
        link_of(nowhere)


@pytest.fixture
def kuaidi100() -> Any:
    return Bench("http://127.0.0.1:1", None, httpx.AsyncClient(), str).partner("kuaidi100")  # type: ignore[arg-type]  # no peer is asked


async def test_recorded_histories_of_kuaidi100(bench: Bench, kuaidi100: Any) -> None:
    push = (SHARED / "tracks" / "yto_kuaidi100_push_2021-12-15.json").read_text(encoding="utf-8")
    points = kuaidi100.read_tracking(RawMessage("key", push, NOW))
    assert [(point.state, point.code) for point in points] == [
        ("picked_up", "1"),
        ("in_transit", "0"),
        ("in_transit", "1002"),
        ("in_transit", "1002"),
    ]
    assert points[0].happened_at == datetime(2021, 12, 15, 9, 10, 9, tzinfo=UTC)
    assert {point.waybill_no for point in points} == {"YT6186594166532"}
    for name, last, count in (
        ("ems_kuaidi100_2016-08-14_delivered.json", ["delivered"], 4),
        ("zto_kuaidi100_2018-08-05_in_transit.json", ["in_transit"], 6),
        ("kuaidi100_error_201.json", [], 0),
    ):
        reply = (SHARED / "tracks" / name).read_text(encoding="utf-8")
        partner = bench.replying("kuaidi100", lambda _, reply=reply: httpx.Response(200, text=reply))
        history = await partner.track_for("EMS", ["1"])
        assert len(history) == count
        assert [point.state for point in history][-1:] == last
