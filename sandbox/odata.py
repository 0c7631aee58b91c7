"""The parts of OData V2 that SAP's Gateway speaks: `$filter`, pages, entities and errors in JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Any
from urllib.parse import urlencode

from sandbox.exchange import Reply, json_reply

Json = dict[str, Any]
Test = Callable[[Mapping[str, Any]], bool]

PAGE = 100
"""How many rows a page has at most, whatever `$top` asks for."""

_TOKEN = re.compile(
    r"\s*(?:(?P<bracket>[()])|(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<time>datetime(?:offset)?'[^']*')|(?P<word>[A-Za-z_]\w*))"
)
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le}


def parse_filter(text: str) -> Test:
    """A test of a row: comparisons, `and`, `or`, brackets. Raises ``ValueError``."""
    tokens, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"Invalid token at position {position} of $filter")
        tokens.append(match[0].strip())
        position = match.end()
    test, rest = _either(tokens)
    if rest:
        raise ValueError(f"Unexpected {rest[0]} in $filter")
    return test


def _either(tokens: Sequence[str]) -> tuple[Test, Sequence[str]]:
    first, rest = _both(tokens)
    if rest[:1] != ["or"]:
        return first, rest
    second, rest = _either(rest[1:])
    return (lambda row: first(row) or second(row)), rest


def _both(tokens: Sequence[str]) -> tuple[Test, Sequence[str]]:
    first, rest = _one(tokens)
    if rest[:1] != ["and"]:
        return first, rest
    second, rest = _both(rest[1:])
    return (lambda row: first(row) and second(row)), rest


def _one(tokens: Sequence[str]) -> tuple[Test, Sequence[str]]:
    if tokens[:1] == ["("]:
        inner, rest = _either(tokens[1:])
        if rest[:1] != [")"]:
            raise ValueError("A bracket of $filter is not closed")
        return inner, rest[1:]
    if len(tokens) < 3 or tokens[1] not in _OPERATORS:
        raise ValueError("A comparison of $filter is not complete")
    field, operator, literal = tokens[:3]
    compare, value = _OPERATORS[operator], literal_of(literal)
    if literal.startswith("datetime"):
        moment = datetime.fromisoformat(value)
        return (lambda row: compare(_moment(row, field), moment)), tokens[3:]
    return (lambda row: compare(_property(row, field), value)), tokens[3:]


def _moment(row: Mapping[str, Any], name: str) -> datetime:
    written = _property(row, name)
    return datetime.fromtimestamp(int(written.removeprefix("/Date(").partition("+")[0]) / 1000, UTC)


def _property(row: Mapping[str, Any], name: str) -> str:
    if name not in row:
        raise ValueError(f"Property {name} is unknown")
    return str(row[name])


def literal_of(written: str) -> str:
    """What stands in a quoted literal."""
    return written.partition("'")[2][:-1].replace("''", "'") if "'" in written else written


def page_of(rows: Sequence[Json], query: Mapping[str, str], address: str) -> Json:
    """The `d` of a list. Raises ``ValueError`` for a `$skip` or `$top` that is no number."""
    if field := query.get("$orderby"):
        rows = sorted(rows, key=lambda row: _property(row, field))
    skip = int(query.get("$skiptoken") or query.get("$skip") or 0)
    wanted = rows[skip : skip + int(query.get("$top") or len(rows))]
    shown: Json = {"results": wanted[:PAGE]}
    if query.get("$inlinecount") == "allpages":
        shown["__count"] = str(len(rows))
    if len(wanted) > PAGE:
        kept = {name: value for name, value in query.items() if name != "$skip"}
        shown["__next"] = f"{address}?{urlencode(kept | {'$skiptoken': skip + PAGE})}"
    return shown


def error(status: int, code: str, message: str, **headers: str) -> Reply:
    """An error as the Gateway writes it."""
    told = {
        "code": code,
        "message": {"lang": "en", "value": message},
        "innererror": {"transactionid": "0123456789ABCDEF", "errordetails": []},
    }
    return json_reply({"error": told}, status=status, outcome=code, **headers)
