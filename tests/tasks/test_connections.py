"""Who is asked about a parcel: its carrier, the tracker that follows it, or, for one not connected, the first one."""

import pytest
from pydantic import ValidationError

from tasks.connections import (
    BadConnections,
    CarrierConnection,
    Connection,
    Connections,
    ErpConnection,
    TrackerConnection,
)

SF = CarrierConnection(code="SF", partner="sf_express")
JT = CarrierConnection(code="JT", partner="jtexpress", tracked_by="k100")
YTO = CarrierConnection(code="CN", partner="cainiao", tracked_by="k100", carried_by="yto")
K100 = TrackerConnection(code="k100", partner="kuaidi100")


def test_a_carrier_tracks_its_own_unless_it_is_told_otherwise() -> None:
    connected = Connections(carrier=[SF, JT], tracker=[K100])
    assert connected.tracker_of("SF") == (SF, "sf_express")
    assert connected.tracker_of("JT") == (K100, "jtexpress")
    assert connected.tracker_of("zto") == (K100, "zto")


def test_a_parcel_with_a_waybill_of_cainiaos_is_the_express_companys() -> None:
    connected = Connections(carrier=[SF, YTO], tracker=[K100])
    assert connected.tracker_of("CN") == (K100, "yto")
    assert connected.carrier_of("SF", "yto") == "CN"
    assert (connected.carried_by("CN"), connected.carried_by("SF")) == ("yto", "sf_express")


def test_a_tracker_tells_by_itself_of_what_it_follows_if_it_knows_where_to() -> None:
    telling = K100.model_copy(update={"settings": {"callback": "http://127.0.0.1/webhooks/k100"}})
    connected = Connections(carrier=[SF, JT], tracker=[telling, TrackerConnection(code="other", partner="kuaidi100")])
    assert [connected.teller_of(carrier) for carrier in ("SF", "JT", "zto")] == ["", "k100", "k100"]
    assert Connections(carrier=[SF, JT], tracker=[K100]).teller_of("JT") == ""
    assert Connections(carrier=[SF]).teller_of("zto") == ""


def test_a_carrier_that_does_not_tell_where_its_parcels_are_needs_a_tracker() -> None:
    with pytest.raises(ValidationError, match="cainiao does not tell where its parcels are"):
        CarrierConnection(code="CN", partner="cainiao")


def test_nobody_tracks_for_a_carrier_that_is_not_connected_without_a_tracker() -> None:
    with pytest.raises(BadConnections, match="zto"):
        Connections(carrier=[SF]).tracker_of("zto")


@pytest.mark.parametrize(
    ("told", "with_tracker", "without"),
    [
        ("sf_express", "SF", "SF"),
        ("jtexpress", "JT", "JT"),
        ("zto", "zto", "SF"),
        ("other", "SF", "SF"),
        ("", "SF", "SF"),
    ],
)
def test_a_parcel_is_the_carriers_that_the_warehouse_used(told: str, with_tracker: str, without: str) -> None:
    assert Connections(carrier=[SF, JT], tracker=[K100]).carrier_of("SF", told) == with_tracker
    assert Connections(carrier=[SF, JT]).carrier_of("SF", told) == without


def test_stock_is_read_from_the_books_if_there_are_any_and_else_from_the_first_erp() -> None:
    erp, second = ErpConnection(code="k3", partner="kingdee_cloud"), ErpConnection(code="u8", partner="u8_openapi")
    books = Connection(code="u8db", partner="u8_database")
    assert Connections(erp=[erp, second]).stock_book == "k3"
    assert Connections(erp=[erp], books=[books]).stock_book == "u8db"
    assert Connections().stock_book is None
    assert Connections(erp=[erp], books=[books]).named("u8db") == books
