"""``orderspine stock``: a person announces, books in, counts, sells, and reads where everything is."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("hub")

SKU = "SKU-0001"
AT = ("--warehouse", "SZ-01")


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_a_day_at_the_warehouse(orderspine):
    assert "1,050 can be promised" in orderspine(
        "stock", "announce", SKU, "50", *AT, "--on", "2099-03-08", "--reference", "PO-1"
    ).out.replace("\n", " ")
    part = ("--sku", SKU, "--quantity", "20", "--note", "DN-1")
    assert "20 pieces are booked in, 30 are still expected" in orderspine("stock", "arrive", "PO-1", *part).out
    assert "30 pieces" in orderspine("stock", "call-off", "PO-1").out
    assert orderspine("stock", "return", SKU, "3", *AT, "--reference", "R-1").code == 0
    assert orderspine("stock", "clear", SKU, "1", *AT, "--reference", "I-1").code == 0
    assert orderspine("stock", "scrap", SKU, "1", *AT, "--reference", "I-2").code == 0
    assert orderspine("stock", "safety", SKU, "10", *AT).code == 0
    sold = orderspine("stock", "sell", f"{SKU}=2@19.90", *AT, "--reference", "R-7")
    assert (sold.code, sold.out.split()[0][:2]) == (0, "SO")
    assert "booked already" in orderspine("stock", "sell", f"{SKU}=2@19.90", *AT, "--reference", "R-7").out
    counted = orderspine("stock", "count", SKU, "1000", *AT, "--reference", "C-1")
    assert "1,019 before, 1,000 now" in counted.out
    answer = orderspine("stock", "show", SKU, "--json")
    places = {place["warehouse"]: place for place in json.loads(answer.out)["places"]}
    shelf = places["SZ-01"]
    assert (shelf["on_hand"], shelf["safety"], shelf["available"], shelf["quarantine"]) == (1_000, 10, 990, 1)


def test_what_is_shown_fits_80_columns(orderspine):
    orderspine("stock", "announce", SKU, "50", *AT, "--on", "2099-03-08", "--reference", "PO-2026-000001")
    orderspine("stock", "transfer", SKU, "5", "--from", "SZ-01", "--to", "SH-01", "--reference", "T-1")
    shown = orderspine("stock", "show", SKU)
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 80
    assert all(word in shown.out for word in ("SZ-01", "SH-01", "ATP", "2099-03-08", "PO-2026-000001"))


def test_a_transfer_that_has_not_left_is_called_off_with_its_reason(orderspine):
    ordered = orderspine("stock", "transfer", SKU, "5", "--from", "SZ-01", "--to", "SH-01", "--reference", "T-1")
    number = ordered.out.split(":")[0]
    refused = orderspine("stock", "call-off", number)
    assert (refused.code, "--why" in refused.err) == (2, True)
    assert "5 pieces" in orderspine("stock", "call-off", number, "--why", "ordered twice", "--by", "ann").out
    shown = orderspine("order", "show", number).out.replace("\n", " ")
    assert "ann has called it off: ordered twice" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("stock", "show", "NONE"), "no product NONE"),
        (("stock", "arrive", "PO-9"), "Nothing is expected"),
        (("stock", "arrive", "PO-9", "--quantity", "3"), "--note"),
        (("stock", "sell", "SKU-0001", *AT, "--reference", "R-1"), "SKU=PIECES@PRICE"),
        (("stock", "sell", "SKU-0001=2000@1.00", *AT, "--reference", "R-1"), "has 1,000 of SKU-0001"),
        (("stock", "clear", SKU, "1", *AT, "--reference", "I-1"), "Only 0"),
        (("stock", "count", SKU, "1", "--warehouse", "MARS"), "SH-01, SZ-01"),
        (("stock", "define", "none.csv"), "cannot be read"),
        (("order", "pick-up", "SO0000000009"), "no order"),
        (("order", "exchange", "SO0000000009", SKU, "--why", "broken"), "no order"),
        (("order", "return", "SO0000000009", SKU, "--why", "broken"), "no order"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_said_with_the_cure(orderspine, command, says):
    answer = orderspine(*command)
    assert (answer.code, says in answer.err.replace("\n", " ")) == (2, True), answer
