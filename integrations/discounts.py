"""What a line really costs once the discounts of its order are shared out, to the last minor unit."""

from collections.abc import Sequence


def spread(discount: int, amounts: Sequence[int]) -> list[int]:
    """Shares of a discount in proportion to the amounts (minor units); their sum is the discount.

    What rounding leaves over goes to the largest remainders, the first of equals; of nothing, nothing is shared.
    """
    total = sum(amounts)
    if total <= 0:
        return [0] * len(amounts)
    shares = [discount * amount // total for amount in amounts]
    remainders = sorted(range(len(amounts)), key=lambda place: -(discount * amounts[place] % total))
    for place in remainders[: discount - sum(shares)]:
        shares[place] += 1
    return shares


def price_paid(stated: int | None, quantity: int | None, amount: int | None) -> int | None:
    """The price of one piece, of a line that costs ``amount``: the stated one where they agree, else what was paid
    for a piece. The hub's lines are price times quantity, give or take a minor unit a piece."""
    if stated is None or amount is None or not quantity or stated * quantity == amount:
        return stated
    return amount // quantity
