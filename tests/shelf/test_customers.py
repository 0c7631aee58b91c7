"""Terms that people state decide what waits, and what waits for them goes on when they allow it (B1, B2)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from ledger import assert_it_adds_up
from shop_floor import Floor, holds, rows, status

from messages import say_reason
from models.order_number import order_id_of
from settings import get_settings
from tasks.customers.define import Defined, define
from tasks.customers.look import customer_story, customers
from tasks.story import order_story

ONE = "SKU-0001"
OPEN_TAKES = "SELECT id FROM reservation WHERE order_id = :id AND state = 'open'"
UNPAID = {"status": "unpaid", "paid_at": None}


def buyer(number: str, **more: str) -> dict[str, str]:
    """A customer as the shop states it."""
    return {"id": number, "name": "李雷", **more}


def csv(tmp_path: Path, *lines: str) -> Path:
    """A table of customers."""
    file = tmp_path / "customers.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def xlsx(tmp_path: Path, *table: Sequence[object]) -> Path:
    """The same in Excel."""
    book = openpyxl.Workbook()
    for row in table:
        book.worksheets[0].append(list(row))
    book.save(tmp_path / "customers.xlsx")
    return tmp_path / "customers.xlsx"


def why(number: str) -> list[str]:
    """Why an order is held, in words."""
    story = order_story(number)
    assert story is not None
    return [say_reason(reason, "en") for hold in story.open_holds for reason in hold.reasons]


def test_a_limit_and_a_risk_hold_orders_until_other_terms_are_stated(floor: Floor, tmp_path: Path) -> None:
    met_first = floor.order({ONE: 1}, customer=buyer("C-2"))
    first = csv(tmp_path, "customer,name,risk,limit", "shop:C-1,大客户,normal,15.00", "shop:C-2,,high,")
    assert (define(first, "ann"), define(first, "bob")) == (Defined(1, 1, 0), Defined(0, 0, 2))

    on_account, too_much = (floor.order({ONE: 10}, customer=buyer("C-1"), **UNPAID) for _ in range(2))
    risky = floor.order({ONE: 1}, customer=buyer("C-2"))
    assert [status(number) for number in (met_first, on_account)] == ["reserved", "reserved"]
    assert {number: holds(number) for number in (too_much, risky)} == {too_much: ["credit"], risky: ["risk"]}
    assert why(too_much) == ["With this order the customer owes 20.00 CNY, above the credit limit of 15.00 CNY."]
    assert why(risky) == ["The customer is marked as high risk."]
    [shown, _], count = customers(limit=20)
    assert (shown.code, shown.name, str(shown.limit), list(map(str, shown.owed)), shown.held, count) == (
        "shop:C-1", "大客户", "15.00 CNY", ["10.00 CNY"], 1, 2,
    )  # fmt: skip

    better = xlsx(tmp_path, ("customer", "risk", "limit"), ("shop:C-1", None, 20), ("shop:C-2", "normal", None))
    assert define(better, "bob") == Defined(0, 2, 0)
    floor.fulfil()
    assert [status(number) for number in (too_much, risky)] == ["reserved", "reserved"]
    story = customer_story("shop:C-1")
    assert story is not None
    assert [(change.by, dict(change.terms).get("credit_limit_minor")) for change in story.changes] == [
        ("ann", [None, 1_500]),
        ("bob", [1_500, 2_000]),
    ]
    assert_it_adds_up()


def test_who_is_given_credit_need_not_pay_first_and_has_days_of_their_own(floor: Floor, tmp_path: Path) -> None:
    unpaid = floor.order({ONE: 1}, customer=buyer("C-1"), **UNPAID)
    assert holds(unpaid) == ["payment"]
    define(csv(tmp_path, "customer,grade,due_days", "shop:C-1,A,5"), "ann")
    floor.fulfil()
    assert status(unpaid) == "reserved"

    floor.pass_time(days=6)
    assert holds(floor.order({ONE: 1}, customer=buyer("C-1"), **UNPAID)) == ["credit"]
    define(csv(tmp_path, "customer,due_days", "shop:C-1,"), "ann")  # as long as the rules say, again
    floor.fulfil()
    assert holds(floor.order({ONE: 1}, customer=buyer("C-1"), **UNPAID)) == []


def cancelled(floor: Floor, number: str) -> None:
    """The shop says that the first order is off."""
    floor.say_again(number, status="cancelled")


def expired(floor: Floor, number: str) -> None:
    """Nobody pays in time."""
    floor.pass_time(minutes=25)


@pytest.mark.parametrize(
    ("rules", "kind", "ends"),
    [
        ("[credit]\ndefault_limit = {{ A = {limit} }}", "credit", cancelled),
        ("[reservation]\nunpaid_minutes = 30\ncustomer_cap = {cap}", "stock", cancelled),
        ("[reservation]\nunpaid_minutes = 30\ncustomer_cap = {cap}", "stock", expired),
    ],
)
def test_credit_and_cap_that_come_free_let_the_next_order_go_on(
    floor: Floor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rules: str,
    kind: str,
    ends: Callable[[Floor, str], None],
) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(rules.format(limit=500, cap=5), encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_RULES", str(file))
    get_settings.cache_clear()
    terms: Mapping[str, object] = {"customer": buyer("C-1", grade="A"), **UNPAID}
    first = floor.state({ONE: 5}, **terms)
    floor.fulfil()
    floor.pass_time(minutes=10)
    waits = floor.order({ONE: 3}, **terms)
    another = floor.order({ONE: 3}, **terms)
    assert all(kind in holds(number) for number in (waits, another))
    before = len(rows("SELECT id FROM order_event"))
    floor.fulfil()
    assert len(rows("SELECT id FROM order_event")) == before, "nothing came free"

    ends(floor, first)
    floor.fulfil()
    floor.fulfil()  # what the channel said in a run is looked at by the next
    taken = [len(rows(OPEN_TAKES, id=order_id_of(number))) for number in (waits, another)]
    assert taken == [1, 0], "what came free is enough for one of them"
    assert_it_adds_up()
