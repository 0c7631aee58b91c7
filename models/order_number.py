"""The hub's own number of an order, and the row behind one (A4)."""


def order_number(order_id: int) -> str:
    """The hub's own order number (A4): ``SO`` and ten digits, from the row's id."""
    return f"SO{order_id:010d}"


def order_id_of(number: str) -> int | None:
    """The row id behind one of our order numbers, or ``None`` when it is not one of ours."""
    digits = number.strip().upper().removeprefix("SO")
    return int(digits) if number.strip().upper().startswith("SO") and digits.isdecimal() else None
