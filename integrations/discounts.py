"""What a line really costs once the discounts of its order are shared out, to the last minor unit."""

from collections.abc import Sequence

from models.messages import ChannelLine


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


def unit_price(line: ChannelLine, less: int) -> int | None:
    """The price of one piece of a line that costs ``less`` than stated: the hub's lines are price times quantity,
    give or take a minor unit a piece."""
    if not less or not line.quantity or line.amount_minor is None:
        return line.price_minor
    return (line.amount_minor - less) // line.quantity
