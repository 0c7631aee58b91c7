"""What K3API's ``GetList`` answers: the rows that fit an equality, page by page, with the fields asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.exchange import Refused

_EQUALITY = re.compile(r"\[(?P<field>\w+)\]='(?P<value>(?:[^']|'')*)'", re.DOTALL)


def listed(
    rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any], failed: Callable[[str], Refused]
) -> dict[str, Any]:
    """The ``Data`` of the reply; ``failed`` makes the refusal of a filter that cannot be read."""
    condition = str(asked.get("Filter") or "")
    if condition:
        match = _EQUALITY.fullmatch(condition)
        if match is None:
            raise failed(f"过滤条件错误：{condition}")
        value = match["value"].replace("''", "'")
        rows = [row for row in rows if row.get(match["field"]) == value]
    if limit := int(asked.get("Top") or 0):
        rows = rows[:limit]
    size, page = int(asked["PageSize"]), int(asked["PageIndex"])
    fields = str(asked["Fields"]).split(",")
    shown = [{field: row.get(field) for field in fields} for row in rows[(page - 1) * size : page * size]]
    return {"RowCount": len(rows), "DATA": shown}
