"""A table of customers, as a person states them in CSV or Excel: who it is, and the terms that have a column (B1)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrations.files.tables import numbered_rows
from messages import say_reason
from models.messages import RefusedRow
from models.money import AmountError, parse_minor
from policies.rules import Rules
from settings import get_settings

COLUMNS = ("customer", "name", "grade", "risk", "limit", "currency", "due_days")
_MOST_NAMED = 10
_LONGEST_TERM = 3_650


class CannotDefine(ValueError):
    """The table cannot be used; the message names the rows and the cure. Nothing is stored."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A row: whose terms, and those columns of the customer that it states."""

    code: str
    terms: Mapping[str, Any]


def read_customers(path: Path, rules: Rules, channels: Collection[str]) -> list[Stated]:
    """The rows of the table; what has no column is not stated, and an empty cell takes back what was stated before.

    Raises ``UnreadableFile``, and ``CannotDefine`` that names up to ten rows.
    """
    reader = _Reader(rules, channels)
    wrong: list[str] = []
    for line, row in numbered_rows(path, needed=[COLUMNS[:1]]):
        try:
            reader.read(row)
        except (ValueError, AmountError) as error:
            wrong.append(f"{path.name}, line {line}: {error}")
    if wrong:
        more = [f"… and {len(wrong) - _MOST_NAMED} lines more."] if len(wrong) > _MOST_NAMED else []
        raise CannotDefine("\n".join([*wrong[:_MOST_NAMED], *more]))
    return list(reader.stated.values())


class _Reader:
    def __init__(self, rules: Rules, channels: Collection[str]) -> None:
        self.stated: dict[str, Stated] = {}
        self._rules = rules
        self._channels = sorted(channels)
        given = (rules.reservation.grades, rules.credit.default_limit, *(rule.grades for rule in rules.review))
        self._grades = sorted({grade for some in given for grade in some})
        self._terms: Mapping[str, Callable[[Mapping[str, str]], Mapping[str, Any]]] = {
            "name": lambda row: {"name": row["name"]},
            "grade": self._grade,
            "risk": self._risk,
            "limit": self._limit,
            "due_days": self._due_days,
        }

    def read(self, row: Mapping[str, str] | RefusedRow) -> None:
        """Keep what a row states. Raises ``ValueError`` that says what is wrong with it."""
        if isinstance(row, RefusedRow):
            raise ValueError(" ".join(say_reason(reason, get_settings().locale) for reason in row.reasons))
        unknown = sorted(row.keys() - set(COLUMNS))
        if unknown:
            raise ValueError(f"there is no column {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
        cells = {name: cell.strip() for name, cell in row.items()}
        code = self._code(cells["customer"])
        terms = [read(cells) for column, read in self._terms.items() if column in cells]
        self.stated[code] = Stated(code, {name: value for some in terms for name, value in some.items()})

    def _code(self, cell: str) -> str:
        channel, _, number = cell.partition(":")
        if not number or channel not in self._channels:
            raise ValueError(
                f"{cell!r} must be a channel, a colon and its number of the customer, like shop:C-7; "
                f"there are the channels {', '.join(self._channels)}"
            )
        if cell in self.stated:
            raise ValueError(f"{cell} is stated twice: remove one of the lines")
        return cell

    def _grade(self, row: Mapping[str, str]) -> Mapping[str, Any]:
        if row["grade"] and row["grade"] not in self._grades:
            known = ", ".join(self._grades)
            raise ValueError(f"no rule knows the grade {row['grade']!r}: take {known}, or name it in orderspine.toml")
        return {"grade": row["grade"]}

    def _risk(self, row: Mapping[str, str]) -> Mapping[str, Any]:
        if row["risk"] not in ("", "normal", "high"):
            raise ValueError(f"the risk {row['risk']!r} must be normal or high")
        return {"risk": row["risk"] or "normal"}

    def _limit(self, row: Mapping[str, str]) -> Mapping[str, Any]:
        if not row["limit"]:
            return {"credit_limit_minor": None, "credit_currency": None}
        currency = row.get("currency") or self._rules.currencies.base
        if currency not in self._rules.quality.currencies:
            known = ", ".join(self._rules.quality.currencies)
            raise ValueError(f"the currency {currency!r} must be one of [quality] currencies: {known}")
        minor = parse_minor(row["limit"], currency)
        if minor < 0:
            raise ValueError(f"the limit {row['limit']!r} is below zero; empty it for the limit of the grade")
        return {"credit_limit_minor": minor, "credit_currency": currency}

    def _due_days(self, row: Mapping[str, str]) -> Mapping[str, Any]:
        cell = row["due_days"]
        if cell and not (cell.isascii() and cell.isdecimal() and int(cell) <= _LONGEST_TERM):
            raise ValueError(f"the due_days {cell!r} must be a whole number of days, or empty for those of the rules")
        return {"due_days": int(cell) if cell else None}
