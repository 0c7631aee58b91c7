"""Kingdee's ``ExecuteBillQuery``: fields of bills or of the stock as a two-dimensional array.

Filters are comparisons joined by `and`: `=`, `<>`, `<`, `<=`, `>`, `>=`, `in (...)`, `like '%x%'`. One row comes
per entry as soon as a field of an entry is asked for. An error is `[[{"Result": {"ResponseStatus": …}}]]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from sandbox.clock import BEIJING
from sandbox.erp import Document, Erp
from sandbox.kingdee_reply import failure, field_error

MAX_LIMIT = 2000
_ENTRIES = "FSaleOrderEntry"
_COMPARISON = re.compile(
    r"\s*(?P<field>[A-Za-z_][\w.]*)\s*"
    r"(?:(?P<op><>|<=|>=|=|<|>|\blike\b)\s*(?P<value>'(?:[^']|'')*'|-?\d+(?:\.\d+)?)"
    r"|\bin\s*\((?P<set>[^)]*)\))\s*(?:and\b|$)",
    re.IGNORECASE,
)
_HEAD_FIELDS = frozenset(
    [
        "FID",
        "FBillNo",
        "FDocumentStatus",
        "FDate",
        "FCreateDate",
        "FModifyDate",
        "FNote",
        "FLinkMan",
        "FLinkPhone",
        "FCancelStatus",
        "FCloseStatus",
        "FBillTypeID.FNumber",
        "FSaleOrgId.FNumber",
        "FCustId.FNumber",
        "FReceiveId.FNumber",
    ]
)
_ENTRY_FIELDS = frozenset(
    [
        "FSaleOrderEntry_FEntryID",
        "FSeq",
        "FMaterialId.FNumber",
        "FUnitID.FNumber",
        "FQty",
        "FPrice",
        "FTaxPrice",
        "FEntryTaxRate",
        "FDeliveryDate",
        "FStockOrgId.FNumber",
    ]
)
_STOCK_FIELDS = frozenset(["FID", "FMaterialId.FNumber", "FStockId.FNumber", "FBaseQty", "FBaseAVBQty"])
_LITERAL = re.compile(r"'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}

Row = Mapping[str, Any]
Test = Callable[[Row], bool]


class _QueryError(Exception):
    """Something in the query is wrong; the text is for the caller."""


def execute_bill_query(erp: Erp, query: Mapping[str, Any], stock_factor: float = 1.0) -> list[list[Any]]:
    """The rows asked for, or the error in its odd place."""
    try:
        return _execute(erp, query, stock_factor)
    except _QueryError as error:
        return [[failure([field_error("", str(error))])]]


def _execute(erp: Erp, query: Mapping[str, Any], stock_factor: float) -> list[list[Any]]:
    keys = [key.strip() for key in str(query.get("FieldKeys") or "").split(",") if key.strip()]
    if not keys:
        raise _QueryError("FieldKeys 不能为空")
    form = query.get("FormId")
    conditions = _conditions(str(query.get("FilterString") or ""))
    if form == "STK_Inventory":
        rows = _stock_rows(erp, stock_factor)
    else:
        numbered = [test for field, test in conditions if field == "FBillNo"]
        documents = (d for d in erp.of_form(str(form)) if all(test({"FBillNo": d.number}) for test in numbered))
        rows = _bill_rows(documents, with_entries=not _ENTRY_FIELDS.isdisjoint(keys))
    chosen = [row for row in rows if all(test(row) for _, test in conditions)]
    _sort(chosen, str(query.get("OrderString") or ""))
    limit = int(query.get("Limit") or MAX_LIMIT)
    if limit > MAX_LIMIT:
        raise _QueryError(f"Limit 不能大于 {MAX_LIMIT}")
    start = int(query.get("StartRow") or 0)
    if top := int(query.get("TopRowCount") or 0):
        chosen = chosen[:top]
    return [[_value(row, key) for key in keys] for row in chosen[start : start + limit]]


def _stock_rows(erp: Erp, factor: float) -> list[Row]:
    return [
        {
            "FID": f"{warehouse}/{sku}",
            "FMaterialId.FNumber": sku,
            "FStockId.FNumber": warehouse,
            "FBaseQty": round(quantity * factor),
            "FBaseAVBQty": round(quantity * factor),
        }
        for (warehouse, sku), quantity in erp.stock.items()
    ]


def _bill_rows(documents: Iterable[Document], *, with_entries: bool) -> list[Row]:
    rows: list[Row] = []
    for document in documents:
        head = {
            **_flat(document.model),
            "FID": document.id,
            "FBillNo": document.number,
            "FDocumentStatus": str(document.status),
            "FCancelStatus": "B" if document.cancelled else "A",
            "FCreateDate": _time(document.created_at),
            "FModifyDate": _time(document.modified_at),
        }
        entries = document.model.get(_ENTRIES) or []
        if with_entries:
            rows.extend(
                head | {f"{_ENTRIES}_FEntryID": document.id * 1000 + index, "FSeq": index} | _flat(entry)
                for index, entry in enumerate(entries, start=1)
            )
        else:
            rows.append(head)
    return rows


def _flat(model: Mapping[str, Any]) -> dict[str, Any]:
    """References become `FField.FNumber`; lists are left out."""
    flat: dict[str, Any] = {}
    for key, value in model.items():
        if isinstance(value, dict):
            flat.update(
                {f"{key}.{'FNumber' if inner.upper() == 'FNUMBER' else inner}": v for inner, v in value.items()}
            )
        elif not isinstance(value, list):
            flat[key] = value
    return flat


def _time(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M:%S")


def _value(row: Row, field: str) -> Any:
    """The value of a field; null if the form has it and this row does not. ``F_…`` are a company's own fields."""
    known = _STOCK_FIELDS if "FBaseQty" in row else _HEAD_FIELDS | _ENTRY_FIELDS
    if field not in row and field not in known and not field.startswith("F_"):
        raise _QueryError(f"字段 {field} 不存在")
    return row.get(field)


def _conditions(text: str) -> list[tuple[str, Test]]:
    """(field, test) for each comparison."""
    conditions, position = [], 0
    while position < len(text.rstrip()):
        match = _COMPARISON.match(text, position)
        if match is None:
            raise _QueryError(f"过滤条件无法解析: {text[position:]}")
        conditions.append((match["field"], _test(match)))
        position = match.end()
    return conditions


def _test(match: re.Match[str]) -> Test:
    field = match["field"]
    values = [_normal(field, literal) for literal in _literals(match["set"] or match["value"])]
    operator = (match["op"] or "in").lower()
    if operator == "in":
        return lambda row: _comparable(row, field) in values
    if operator == "like":
        pattern = re.compile(".*".join(map(re.escape, values[0].split("%"))))
        return lambda row: pattern.fullmatch(_comparable(row, field)) is not None
    compare = _OPERATORS[operator]
    if match["value"].startswith("'"):
        return lambda row: compare(_comparable(row, field), values[0])
    number = float(values[0])
    return lambda row: _value(row, field) is not None and compare(float(_value(row, field)), number)


def _literals(text: str) -> Sequence[str]:
    return [quoted.replace("''", "'") or number for quoted, number in _LITERAL.findall(text)]


def _comparable(row: Row, field: str) -> str:
    value = _value(row, field)
    return "" if value is None else _normal(field, str(value))


def _normal(field: str, text: str) -> str:
    """Times are compared as text, with a blank for the `T` that some callers write."""
    return text.replace("T", " ") if "Date" in field else text


def _sort(rows: list[Row], order: str) -> None:
    for part in reversed([part.split() for part in order.split(",") if part.strip()]):
        field = part[0]
        descending = len(part) > 1 and part[1].lower() == "desc"
        rows.sort(key=lambda row: str(_value(row, field) or ""), reverse=descending)
