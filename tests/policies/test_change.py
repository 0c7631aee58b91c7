"""What a change amounts to: differences, size, and what it means, decided on plain values (B8)."""

from dataclasses import replace
from datetime import date

import pytest

from models.content import LineContent, OrderContent
from models.lifecycle import LineKind, Status
from models.messages import Address
from policies.change import AskedOutbound, ChangeFacts, Shelf, Size, Way, approvers_of, classify, compare, plan_change
from policies.rules import Changes

LINE = LineContent("1", "SKU-1", 5, 1_000, 5_000)
BEFORE = OrderContent("CNY", 6_000, 1_000, None, False, "", Address(name="王芳", phone="1", street="A"), (LINE,))
RULES = Changes()


def of_quantity(quantity: int, amount_minor: int | None = None) -> OrderContent:
    """The order with another quantity, paid by the piece."""
    line = replace(LINE, quantity=quantity, amount_minor=quantity * 1_000)
    total = 1_000 + line.amount_minor if amount_minor is None else amount_minor
    return replace(BEFORE, lines=(line,), amount_minor=total)


def test_what_is_the_same_has_no_difference_and_is_stored_and_read_back() -> None:
    assert compare(BEFORE, BEFORE) == ()
    dated = replace(BEFORE, promised_on=date(2026, 3, 31), urgent=True)
    assert OrderContent.from_json(dated.to_json()) == dated


def test_differences_name_the_field_as_people_write_it() -> None:
    second = LineContent("2", "SKU-2", 1, 500, 500)
    after = replace(of_quantity(3), receiver=replace(BEFORE.receiver, phone="2"))
    after = replace(after, lines=(*after.lines, second))
    told = {d.field: (d.before, d.after) for d in compare(BEFORE, after)}
    assert told["receiver.phone"] == ("1", "2")
    assert told["line.1.quantity"] == ("5", "3")
    assert told["line.2"] == ("", "1 × SKU-2")
    assert "line.1.discount" not in told


@pytest.mark.parametrize(
    ("after", "size"),
    [
        (replace(BEFORE, remark="x"), Size.MINOR),
        (replace(BEFORE, receiver=replace(BEFORE.receiver, phone="2")), Size.MINOR),
        (replace(BEFORE, receiver=replace(BEFORE.receiver, street="B")), Size.MAJOR),
        (of_quantity(4), Size.MINOR),
        (of_quantity(6), Size.MAJOR),
        (of_quantity(4, 5_001), Size.MAJOR),
        (replace(BEFORE, lines=(LINE, replace(LINE, line_no="2"))), Size.MAJOR),
        (replace(BEFORE, lines=(replace(LINE, sku="SKU-2"),)), Size.MAJOR),
        (replace(BEFORE, lines=(replace(LINE, amount_minor=4_000),), amount_minor=5_000), Size.MAJOR),
        (replace(BEFORE, amount_minor=5_999), Size.MAJOR),
        (replace(BEFORE, promised_on=date(2026, 3, 31)), Size.MAJOR),
        (replace(BEFORE, currency="USD"), Size.MAJOR),
    ],
)
def test_what_is_minor_by_the_usual_rules(after: OrderContent, size: Size) -> None:
    assert classify(BEFORE, after, RULES)[0] is size


def test_rules_move_the_border_and_name_the_approvers() -> None:
    strict = Changes(minor_fields=(), fewer_is_minor=False, minor_amount_minor=0)
    lax = Changes(minor_amount_minor=10, minor_fields=("receiver.street",))
    assert classify(BEFORE, of_quantity(4), strict)[0] is Size.MAJOR
    assert classify(BEFORE, replace(BEFORE, amount_minor=6_010), lax)[0] is Size.MINOR
    assert classify(BEFORE, replace(BEFORE, amount_minor=6_011), lax)[0] is Size.MAJOR
    assert classify(BEFORE, replace(BEFORE, receiver=replace(BEFORE.receiver, street="B")), lax)[0] is Size.MINOR
    assert approvers_of(Size.MINOR, RULES) == ("customer-service",)
    assert approvers_of(Size.MAJOR, RULES) == ("customer-service", "operations")


@pytest.mark.parametrize("status", Status)
def test_only_what_nobody_has_picked_can_be_changed(status: Status) -> None:
    plan = plan_change(ChangeFacts(status, BEFORE, of_quantity(4)))
    possible = status in (Status.RECEIVED, Status.CONFIRMED, Status.RESERVED, Status.RELEASED)
    assert plan.way is (Way.AT_ONCE if possible else Way.NOT_POSSIBLE)
    assert plan.reasons


@pytest.mark.parametrize(
    ("held", "wanted", "free", "code"),
    [
        (5, 3, 0, "change-gives-back"),
        (5, 6, 1, "change-needs-there"),
        (5, 6, 0, "change-needs-short"),
        (5, 5, 0, None),
    ],
)
def test_the_stock_that_it_means_is_said_before_anybody_agrees(
    held: int, wanted: int, free: int, code: str | None
) -> None:
    shelf = Shelf("SKU-1", "SZ-01", held, wanted, free)
    plan = plan_change(ChangeFacts(Status.RESERVED, BEFORE, of_quantity(wanted or 1), (shelf,)))
    told = {reason.code for reason in plan.reasons}
    assert told & {"change-gives-back", "change-needs-there", "change-needs-short"} == ({code} if code else set())


def test_a_warehouse_that_may_have_it_is_asked_to_stop_and_a_waybill_goes_back() -> None:
    asked = AskedOutbound("OUT1", "SZ-01", True, "SF1")
    plan = plan_change(ChangeFacts(Status.RELEASED, BEFORE, of_quantity(3), outbounds=(asked,)))
    assert (plan.way, plan.replans) == (Way.INTERCEPT, True)
    assert {"change-stops-outbound", "change-waybill-back"} <= {reason.code for reason in plan.reasons}


def test_what_no_partner_was_told_stops_nobody() -> None:
    asked = AskedOutbound("OUT1", "SZ-01", True, "SF1")
    later = replace(BEFORE, promised_on=date(2026, 3, 31))
    plan = plan_change(ChangeFacts(Status.RELEASED, BEFORE, later, outbounds=(asked,)))
    assert (plan.way, plan.replans) == (Way.AT_ONCE, False)


def test_an_order_in_parts_or_without_goods_is_not_changed() -> None:
    in_parts = plan_change(ChangeFacts(Status.RESERVED, BEFORE, of_quantity(3), in_parts=True))
    charge = replace(BEFORE, lines=(replace(LINE, kind=LineKind.CHARGE),))
    empty = plan_change(ChangeFacts(Status.RESERVED, BEFORE, charge))
    assert [plan.way for plan in (in_parts, empty)] == [Way.NOT_POSSIBLE] * 2
    assert [plan.reasons[-1].code for plan in (in_parts, empty)] == ["change-of-parts", "change-leaves-nothing"]
