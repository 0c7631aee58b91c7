"""Which carrier takes a parcel when the first one will not (C2), and which ERP keeps an order."""

import json

import pytest
from erp_tables import WiseTables, erp_tables, need_odbc, settings_of
from life import (
    Clock,
    assert_books_are_sound,
    codes,
    column,
    effects,
    keeps_the_orders,
    place_good,
    rows,
    ship,
    status_of,
)
from played import Sandbox

from flows.follow_erp import follow_erp
from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.lifecycle import HoldKind
from models.order_number import order_number
from sandbox import credentials as known
from sandbox.faults import Fault, FaultKind
from settings import get_settings
from tasks.connections import BadConnections, connections
from tasks.hub import unit_of_work

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

BOOK = "EXP_RECE_CREATE_ORDER"


def also_connected(section: str) -> None:
    """Add a section to what is connected."""
    file = get_settings().connections
    file.write_text(file.read_text(encoding="utf-8") + section, encoding="utf-8")


@pytest.fixture
def j_and_t_too(hub: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """J&T stands behind SF."""
    settings = (
        f'url = "{hub.url}/jt/webopenplatformapi/api", api_account = "{known.JT_API_ACCOUNT}", '
        f'customer_code = "{known.JT_CUSTOMER_CODE}"'
    )
    also_connected(f'\n[[carrier]]\ncode = "JT"\npartner = "jtexpress"\nsettings = {{ {settings} }}\nsecret = "jt"\n')
    secret = {"private_key": known.JT_PRIVATE_KEY, "password": known.JT_PASSWORD}
    monkeypatch.setenv("ORDERSPINE_SECRET_JT", json.dumps(secret))


@pytest.fixture
def cainiao_too(hub: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind them Cainiao gives the waybills, of YTO, and Kuaidi100 follows the parcels."""
    settings = (
        f'url = "{hub.url}/cainiao/router/rest", app_key = "{known.CAINIAO_APP_KEY}", '
        f'cp_code = "{known.CAINIAO_COMPANY}", user_id = {known.CAINIAO_USER_ID}, template_url = "http://template"'
    )
    also_connected(
        '\n[[carrier]]\ncode = "CN"\npartner = "cainiao"\ncarried_by = "yto"\ntracked_by = "K"\n'
        f'settings = {{ {settings} }}\nsecret = "cn"\n'
    )
    tracker = f'url = "{hub.url}/kuaidi100", customer = "{known.KUAIDI100_CUSTOMER}"'
    also_connected(f'\n[[tracker]]\ncode = "K"\npartner = "kuaidi100"\nsettings = {{ {tracker} }}\nsecret = "k"\n')
    secrets = {"secret": known.CAINIAO_APP_SECRET, "session": known.CAINIAO_SESSION}
    monkeypatch.setenv("ORDERSPINE_SECRET_CN", json.dumps(secrets))
    keys = {"key": known.KUAIDI100_KEY, "salt": known.KUAIDI100_SALT}
    monkeypatch.setenv("ORDERSPINE_SECRET_K", json.dumps(keys))


@pytest.fixture
def only_cainiao(cainiao_too: None) -> None:
    """SF is not connected."""
    file = get_settings().connections
    before, _, after = file.read_text(encoding="utf-8").partition("[[carrier]]")
    file.write_text(before + after[after.index("[[") :], encoding="utf-8")


@pytest.mark.usefixtures("only_cainiao")
async def test_a_waybill_of_cainiaos_is_followed_at_the_express_company(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    await relay_for_hours(clock)
    [outbound] = hub.world.warehouse.open_outbounds()
    assert effects(hub)["cainiao", "waybill-issued", outbound.code] == 1
    assert outbound.logistics_code == "YTO"

    await ship(hub)
    await track_shipments()
    clock.advance(hours=31)
    hub.world.work_at_carrier()
    await track_shipments()

    assert status_of(number) == "delivered"
    assert [tuple(row) for row in rows("SELECT carrier, waybill_no FROM parcel")] == [("CN", outbound.express_code)]
    [told] = column("SELECT payload FROM outbox WHERE kind = 'channel-shipment'")
    assert (json.loads(told) if isinstance(told, str) else told)["carrier"] == "yto"
    assert_books_are_sound()


@pytest.fixture
def u8_in_place_of_kingdee(hub: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """U8 keeps the orders; nobody there writes delivery notes but we."""
    settings = (
        f'url = "{hub.url}/u8", from_account = "{known.U8_FROM_ACCOUNT}", to_account = "{known.U8_TO_ACCOUNT}", '
        f'app_key = "{known.U8_APP_KEY}", department = "05", delivery_notes = true, wait = 0.01'
    )
    keeps_the_orders("u8_openapi", settings)
    monkeypatch.setenv("ORDERSPINE_SECRET_ERP", json.dumps({"app_secret": known.U8_APP_SECRET}))


@pytest.mark.usefixtures("u8_in_place_of_kingdee")
async def test_an_erp_that_says_nothing_by_itself_is_asked_and_what_a_person_decided_stands(
    hub: Sandbox, clock: Clock
) -> None:
    place_good(hub, 2)
    await ingest_channels(["shop"])
    await fulfil_orders()
    await relay_for_hours(clock, 1)
    gone, here = hub.world.erp.of_form("saleorder")
    await ship(hub, codes=[gone.number.replace("SO", "OUT")])
    await track_shipments()
    await relay_for_hours(clock, 1)
    [note] = hub.world.erp.of_form("consignment")
    assert (note.number, {line["socode"] for line in note.model["entry"]}) == (
        gone.number.replace("SO", "OUT"),
        {gone.number},
    )
    gone.cancelled = here.cancelled = True

    for _ in range(2):
        await follow_erp()
    held = "SELECT order_id, reasons FROM hold WHERE closed_at IS NULL"
    [(order_id, reasons)] = map(tuple, rows(held))
    assert codes(reasons) == ["closed-in-the-erp"]
    assert column("SELECT status FROM sales_order WHERE id = :id", id=order_id) == ["released"]

    with unit_of_work("test") as work:
        work.orders.unhold([order_id], HoldKind.DATA, "bob")
    await follow_erp()
    assert rows(held) == [], "it goes out though it is closed there, as bob wants it"


async def test_the_books_are_asked_where_the_erp_says_nothing(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, postgres: str
) -> None:
    need_odbc()
    keeps_the_orders("kingdee_wise", f'url = "{hub.url}/K3API", checker = "{known.KINGDEE_WISE_CHECKER}", unit = "PCS"')
    monkeypatch.setenv("ORDERSPINE_SECRET_ERP", json.dumps({"authority_code": known.KINGDEE_WISE_AUTHORITY}))
    place_good(hub, 2)
    await ingest_channels(["shop"])
    await fulfil_orders()
    await relay_for_hours(clock, 1)
    stays, void = sorted(order.number for order in hub.world.erp.of_form("SO"))
    with erp_tables(WiseTables, postgres) as tables:
        books = settings_of(tables.address)
        monkeypatch.setenv("ORDERSPINE_SECRET_BOOKS", json.dumps({"password": books.pop("password")}))
        options = ", ".join(f"{name} = {json.dumps(value)}" for name, value in books.items())
        about = f'partner = "kingdee_wise_database"\nsettings = {{ {options} }}\nsecret = "books"'
        also_connected(f'\n[[books]]\ncode = "wise"\n{about}\n')
        for number in (stays, void, "SO4711"):
            tables.add_order(number, "demo")
        tables.call_off(void)
        tables.call_off("SO4711")
        await follow_erp()
    [(order_id, reasons)] = map(tuple, rows("SELECT order_id, reasons FROM hold WHERE closed_at IS NULL"))
    assert (order_number(order_id), codes(reasons)) == (void, ["closed-in-the-erp"])


async def reserved(hub: Sandbox) -> str:
    """Carrier and ERP are owed their messages; the order's number in the shop."""
    [number] = place_good(hub, 1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    assert status_of(number) == "reserved"
    return number


async def relay_for_hours(clock: Clock, hours: int = 5) -> None:
    """What is put off becomes due, again and again."""
    for _ in range(hours):
        await relay_outbox()
        clock.advance(hours=1)


@pytest.mark.usefixtures("j_and_t_too")
@pytest.mark.parametrize(
    ("kind", "times", "issued_in_vain"),
    [(FaultKind.REJECT, 1, 0), (FaultKind.REFUSE, None, 0), (FaultKind.MALFORMED, 3, 1)],
    ids=["refuses", "cannot be reached", "answers rubbish after the work"],
)
async def test_the_next_carrier_takes_what_the_first_will_not(
    hub: Sandbox, clock: Clock, kind: FaultKind, times: int | None, issued_in_vain: int
) -> None:
    number = await reserved(hub)
    hub.world.add_fault(Fault("sf", BOOK, kind, times=times))
    if issued_in_vain:  # nor does it tell what it has issued, until it is too late
        hub.world.add_fault(Fault("sf", "EXP_RECE_SEARCH_ORDER_RESP", kind, times=2))

    await relay_for_hours(clock)
    hub.world.clear_faults()
    await relay_for_hours(clock)

    assert status_of(number) == "released"
    [outbound] = hub.world.warehouse.open_outbounds()
    assert outbound.express_code.startswith("JT")
    done = {effect: times for effect, times in effects(hub).items() if effect[0] in ("sf", "jt")}
    assert done.pop(("jt", "waybill-issued", outbound.code)) == 1
    assert {effect for _, effect, _ in done} == ({"waybill-issued", "waybill-cancelled"} if issued_in_vain else set())
    assert column("SELECT carrier FROM outbound") == ["JT"]
    assert set(column("SELECT state FROM outbox WHERE kind <> 'notice'")) <= {"sent", "withdrawn"}
    [reasons] = [r for r in column("SELECT reasons FROM order_event WHERE kind = 'noticed'") if r]
    assert codes(reasons)[0] == "carrier-passed-over"

    await ship(hub)
    await track_shipments()
    assert status_of(number) == "shipped"
    assert [tuple(parcel) for parcel in rows("SELECT carrier FROM parcel")] == [("JT",)]
    assert_books_are_sound()


@pytest.mark.usefixtures("j_and_t_too", "cainiao_too")
async def test_carriers_are_asked_in_their_order_until_one_takes_it(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    hub.world.add_fault(Fault("sf", BOOK, FaultKind.REJECT))
    hub.world.add_fault(Fault("jt", "order/addOrder", FaultKind.REJECT))

    await relay_for_hours(clock)

    assert status_of(number) == "released"
    [outbound] = hub.world.warehouse.open_outbounds()
    issued = {effect[0]: times for effect, times in effects(hub).items() if effect[1] == "waybill-issued"}
    assert (issued, outbound.logistics_code) == ({"cainiao": 1}, "YTO")
    assert column("SELECT carrier FROM outbound") == ["CN"]
    noticed = column("SELECT reasons FROM order_event WHERE kind = 'noticed' ORDER BY id")
    assert [codes(reasons)[0] for reasons in noticed if reasons] == ["carrier-passed-over"] * 2
    assert_books_are_sound()


@pytest.mark.usefixtures("j_and_t_too")
async def test_an_order_that_no_carrier_takes_is_for_a_person(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    hub.world.add_fault(Fault("sf", BOOK, FaultKind.REJECT))
    hub.world.add_fault(Fault("jt", "*", FaultKind.REFUSE, times=None))

    await relay_for_hours(clock, 12)

    assert status_of(number) == "confirmed"
    assert column("SELECT connection FROM outbox WHERE state = 'person'") == ["JT"]
    assert column("SELECT kind FROM hold WHERE closed_at IS NULL") == ["data"]
    assert_books_are_sound()


async def test_a_channel_names_the_erp_that_keeps_its_orders(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = get_settings().connections
    text = file.read_text(encoding="utf-8")
    again = text[text.index("[[erp]]") : text.index("[[payments]]")].replace('code = "kingdee"', 'code = "second"')
    named = text.replace('partner = "shop"\n', 'partner = "shop"\nerp = "second"\n', 1)
    file.write_text(named + "\n" + again, encoding="utf-8")
    await reserved(hub)
    hub.world.place_orders("taobao", 3, since=clock.now, until=clock.advance(minutes=9))
    await ingest_channels(["taobao"])
    await fulfil_orders()

    kept = rows(
        "SELECT DISTINCT c.code, b.connection FROM outbox b JOIN sales_order o ON o.id = b.order_id"
        " JOIN sales_channel c ON c.id = o.channel_id WHERE b.kind = 'erp-order' ORDER BY c.code"
    )
    assert [tuple(row) for row in kept] == [("shop", "second"), ("taobao", "kingdee")]

    file.write_text(named, encoding="utf-8")
    with pytest.raises(BadConnections, match="no such"):
        connections()
