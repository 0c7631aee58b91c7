"""Changes as people write them: ``line.1.quantity=3``, ``receiver.phone=…``, read onto the content of an order."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from models.content import LineContent, OrderContent

ORDER_FIELDS = ("remark", "promised_on", "urgent", "amount_minor", "freight_minor")
RECEIVER_FIELDS = ("name", "phone", "country", "province", "city", "district", "street")
LINE_FIELDS = ("sku", "quantity", "unit", "price_minor", "amount_minor", "title")
_NUMBERS = {"quantity", "price_minor", "amount_minor", "freight_minor"}


class CannotChange(ValueError):
    """The change cannot be asked for, or not be answered; the message says why."""


def changed(before: OrderContent, settings: Mapping[str, str]) -> OrderContent:
    """``before`` with these fields changed. A quantity of 0 takes a line away; a line number that the order does not
    have is a new line. Unless amounts are given, they follow quantity and price. Raises ``CannotChange``.
    """
    lines = {line.line_no: line for line in before.lines}
    own: dict[str, Any] = {}
    receiver: dict[str, str] = {}
    of_lines: dict[str, dict[str, Any]] = {}
    for field, text in settings.items():
        group, _, name = field.partition(".")
        number, _, of_line = name.rpartition(".")
        if group == "receiver" and name in RECEIVER_FIELDS:
            receiver[name] = text
        elif group == "line" and number and of_line in LINE_FIELDS:
            of_lines.setdefault(number, {})[of_line] = _value(field, of_line, text)
        elif field in ORDER_FIELDS:
            own[field] = _value(field, field, text)
        else:
            raise CannotChange(f"{field!r} cannot be changed; these can: {_all_fields()}.")
    for number, values in of_lines.items():
        lines[number] = _line(number, lines.get(number), values)
    kept = tuple(line for line in lines.values() if line.quantity > 0)
    if not kept:
        raise CannotChange("No line would be left; cancel the order instead.")
    after = replace(before, receiver=replace(before.receiver, **receiver), lines=kept, **own)
    if "amount_minor" in own:
        return after
    more = sum(line.amount_minor for line in kept) - sum(line.amount_minor for line in before.lines)
    return replace(after, amount_minor=before.amount_minor + more + after.freight_minor - before.freight_minor)


def _line(number: str, old: LineContent | None, values: Mapping[str, Any]) -> LineContent:
    if old is None:
        missing = {"sku", "quantity", "price_minor"} - values.keys()
        if missing:
            wanted = ", ".join(f"line.{number}.{name}" for name in sorted(missing))
            raise CannotChange(f"The order has no line {number}; a new one needs {wanted} as well.")
        old = LineContent(number, str(values["sku"]), 0, 0, 0)
    line = replace(old, **values)
    if {"quantity", "price_minor"} & values.keys() and "amount_minor" not in values:
        line = replace(line, amount_minor=line.quantity * line.price_minor)
    return line


def _value(field: str, name: str, text: str) -> Any:
    if name in _NUMBERS:
        if not text.isdecimal():
            raise CannotChange(f"{field} must be a whole number (amounts in cents), not {text!r}.")
        return int(text)
    if name == "urgent":
        if text not in ("yes", "no"):
            raise CannotChange(f"{field} must be yes or no, not {text!r}.")
        return text == "yes"
    if name == "promised_on":
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as error:
            raise CannotChange(f"{field} must be a date like 2026-03-31, not {text!r}.") from error
    return text


def _all_fields() -> str:
    receiver = (f"receiver.{name}" for name in RECEIVER_FIELDS)
    line = (f"line.N.{name}" for name in LINE_FIELDS)
    return ", ".join([*ORDER_FIELDS, *receiver, *line])
