"""What is never split, and how a balance takes over from its deposit (A10, B4)."""

import pytest
from little_batch import codes, decide, holds, order

from models.lifecycle import OrderKind
from policies.decision import Claim
from policies.rules import Reservation, Rules, Splitting

SPLITTING = Rules(splitting=Splitting(mode="main-first"))
TWO_KINDS = ((1, 5), (2, 5))


def test_an_order_is_split_where_a_deposit_or_one_that_is_fetched_waits_whole() -> None:
    short = {"p1w1": 5, "p2w1": 1, "p1w2": 0, "p2w2": 0}
    [split] = decide(order(1, *TWO_KINDS), rules=SPLITTING, **short)
    assert split.remainder
    for whole in (order(1, *TWO_KINDS, kind=OrderKind.DEPOSIT), order(1, *TWO_KINDS, only_at=(1,))):
        [decision] = decide(whole, rules=SPLITTING, **short)
        assert (holds(decision), decision.remainder, decision.allocations) == (["stock"], (), ())
        assert codes(decision.holds[0].reasons)[0] == "stock-short"


def test_a_deposit_claims_as_presale_and_its_balance_as_an_order_of_the_same_pieces() -> None:
    [deposit] = decide(order(1, (1, 5), kind=OrderKind.DEPOSIT), p1w1=5)
    assert (deposit.claim, deposit.allocations[0].quantity) == (Claim.PRESALE, 5)
    balance = order(2, (1, 5), gives_back=((11, 5),), completes_deposit=True)
    [decision] = decide(balance, p1w1=0)
    assert (decision.moves, decision.claim) == (True, Claim.ORDER)


@pytest.mark.parametrize("completes", [True, False])
def test_a_balance_that_is_not_paid_leaves_the_goods_with_its_deposit(completes: bool) -> None:
    rules = Rules(reservation=Reservation(unpaid_minutes=30))
    [decision] = decide(order(1, (1, 5), paid=False, completes_deposit=completes), rules=rules, p1w1=5)
    assert holds(decision) == ["payment"]
    assert bool(decision.allocations) is not completes
