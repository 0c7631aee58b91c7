"""Kingdee K/3 WISE's K3API (partners.md §10): a token in the query, bills as pages, business errors inside HTTP 200.

    GET  /K3API/Token/Create                                      authorityCode
    POST /K3API/SO/{Save,Update,GetList,GetDetail,CheckBill,Delete}   Token; ``{"Data": …}``
    POST /K3API/ICInventory/GetList                               the site's own object for stock

An order is audited once (action 2) and taken back to saved (4) before it may be deleted; goods that were issued hold
it. After the audit only a head's own fields (``FHeadSelf…``) may change. An ``Update`` replaces the pages it is given:
the sources do not say, and a client that sends too little shall notice. Codes of refusals are the sandbox's own.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.credentials import KINGDEE_WISE_AUTHORITY, KINGDEE_WISE_CHECKER
from sandbox.erp import Document, DocumentStatus
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.faults import FaultKind
from sandbox.kingdee_wise_list import listed

if TYPE_CHECKING:
    from sandbox.world import World

FORM = "SO"
_VALIDITY_SECONDS = 3_600
_OWN_FIELD = "FHeadSelf"
_STATE_FIELDS = ("FInterID", "FCheckerID", "FCancellation", "FClosed", "FStockQty")
_REFERENCES = ("FCustID", "FCurrencyID")


def _said(code: int, message: str, data: object = None) -> Reply:
    return json_reply(
        {"StatusCode": code, "Message": message, "Data": data}, outcome="ok" if code == 200 else str(code)
    )


def _done(data: object = "") -> Reply:
    return _said(200, "Successful", data)


def _failed(message: str) -> Refused:
    return Refused(_said(500, message))


def _operation(call: Call) -> str:
    return call.path.removeprefix("/")


def _answer(world: World, call: Call) -> Reply:
    operation = _operation(call)
    if operation == "Token/Create":
        return _token(world, call)
    offered, valid = call.query.get("Token", ""), world.erp.tokens.get(KINGDEE_WISE_AUTHORITY, "")
    if not valid or not hmac.compare_digest(offered.encode(), valid.encode()):
        raise Refused(_token_ended(call))
    work = _WORK.get(operation)
    if work is None or call.method != "POST":
        return json_reply({"StatusCode": 404, "Message": "接口不存在", "Data": None}, status=404, outcome="404")
    try:
        content = call.json["Data"]
    except (ValueError, KeyError, TypeError) as error:
        raise _failed("请求报文格式错误") from error
    return work(world, call, content)


def _token(world: World, call: Call) -> Reply:
    if not hmac.compare_digest(call.query.get("authorityCode", "").encode(), KINGDEE_WISE_AUTHORITY.encode()):
        return _said(401, "授权码无效", {"Code": "N"})
    made = world.requests.total("kingdee_wise", "Token/Create") + 1
    token = f"D5CDFE391075ECFF{made:048X}"
    world.erp.tokens[KINGDEE_WISE_AUTHORITY] = token
    return _done({"Code": "Y", "Token": token, "Validity": _VALIDITY_SECONDS})


def _save(world: World, _: Call, content: Mapping[str, Any]) -> Reply:
    head, lines = _pages(content)
    number = str(head.get("FBillNo") or "")
    if (FORM, number) in world.erp.documents:
        raise _failed(f"单据编号 {number} 已经存在")
    now = world.clock.now()
    model = head | {"Page2": lines}
    document = Document(FORM, len(world.erp.documents) + 1, number, model, now, now)
    world.erp.add(document)
    world.ledger.record("kingdee_wise", "order-saved", number)
    return _done({"BillInterID": document.id, "BillNo": number})


def _pages(content: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Head and lines of a bill that is complete, without what K/3 itself says of it."""
    heads, lines = content.get("Page1") or [], content.get("Page2") or []
    if len(heads) != 1 or not lines or not heads[0].get("FBillNo"):
        raise _failed("单据头、单据编号和分录不能为空")
    missing = [name for name in _REFERENCES if not _number(heads[0].get(name))]
    if missing:
        raise _failed(f"{missing[0]} 不能为空")
    for line in lines:
        if not _number(line.get("FItemID")) or not _number(line.get("FUnitID")) or float(line.get("Fauxqty") or 0) <= 0:
            raise _failed("物料、单位和数量不能为空")
    return _kept(heads[0]), [_kept(line) for line in lines]


def _number(reference: object) -> str:
    return str(reference.get("FNumber") or "") if isinstance(reference, Mapping) else ""


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in row.items() if field not in _STATE_FIELDS}


def _update(world: World, call: Call, content: Mapping[str, Any]) -> Reply:
    document = _named(world, call.json)
    head, lines = _pages(content)
    changed = {field for field, value in head.items() if document.model.get(field) != value}
    changed |= {field for field in document.model if field not in head and field != "Page2"}
    audited = document.status is DocumentStatus.AUDITED
    if audited and (lines != document.model["Page2"] or any(not field.startswith(_OWN_FIELD) for field in changed)):
        raise _failed(f"单据 {document.number} 已审核，不能修改")
    document.model.clear()
    document.model.update(head, Page2=lines)
    world.ledger.record("kingdee_wise", "order-updated", document.number)
    return _done({"BillInterID": document.id, "BillNo": document.number})


def _check_bill(world: World, _: Call, content: Mapping[str, Any]) -> Reply:
    document = _named(world, content)
    if content.get("FChecker") != KINGDEE_WISE_CHECKER:
        raise _failed("审核人没有审核权限")
    match str(content.get("FCheckDirection")), document.status:
        case "2", DocumentStatus.CREATED:
            document.status = DocumentStatus.AUDITED
            world.ledger.record("kingdee_wise", "order-audited", document.number)
        case "4", DocumentStatus.AUDITED:
            if world.erp.is_issued(document.number):
                raise _failed(f"单据 {document.number} 已被关联，不能反审核")
            document.status = DocumentStatus.CREATED
            world.ledger.record("kingdee_wise", "order-taken-back", document.number)
        case _:
            raise _failed(f"单据 {document.number} 的状态不允许此审核动作")
    return _done()


def _delete(world: World, _: Call, content: Mapping[str, Any]) -> Reply:
    document = _named(world, content)
    if document.status is not DocumentStatus.CREATED:
        raise _failed(f"单据 {document.number} 已审核，不能删除")
    world.erp.remove(document)
    world.ledger.record("kingdee_wise", "order-deleted", document.number)
    return _done()


def _detail(world: World, _: Call, content: Mapping[str, Any]) -> Reply:
    document = _named(world, content)
    issued = world.erp.is_issued(document.number)
    lines = [
        {**line, "FStockQty": str(line["Fauxqty"]) if issued else "0.0000000000"} for line in document.model["Page2"]
    ]
    head = {field: value for field, value in document.model.items() if field != "Page2"}
    checker = KINGDEE_WISE_CHECKER if document.status is DocumentStatus.AUDITED else ""
    state = {
        "FInterID": document.id,
        "FCheckerID": {"FNumber": checker, "FName": checker},
        "FCancellation": "1" if document.cancelled else "0",
        "FClosed": "0",
    }
    return _done({"Page1": [head | state], "Page2": lines})


def _named(world: World, content: Mapping[str, Any]) -> Document:
    document = world.erp.documents.get((FORM, str(content.get("FBillNo"))))
    if document is None:
        raise _failed("单据不存在")
    return document


def _orders(world: World, _: Call, content: Mapping[str, Any]) -> Reply:
    rows = [{"FBillNo": document.number} for document in world.erp.of_form(FORM)]
    return _done(listed(rows, content, _failed))


def _stock(world: World, call: Call, content: Mapping[str, Any]) -> Reply:
    rows = [
        {
            "FItemID": {"FNumber": sku, "FName": sku},
            "FStockID": {"FNumber": warehouse, "FName": warehouse},
            "FQty": f"{round(quantity * call.stock_factor)}.0000000000",
        }
        for (warehouse, sku), quantity in world.erp.stock.items()
    ]
    return _done(listed(rows, content, _failed))


_WORK: Mapping[str, Callable[[World, Call, Mapping[str, Any]], Reply]] = {
    "SO/Save": _save,
    "SO/Update": _update,
    "SO/GetList": _orders,
    "SO/GetDetail": _detail,
    "SO/CheckBill": _check_bill,
    "SO/Delete": _delete,
    "ICInventory/GetList": _stock,
}


def _throttled(_: Call) -> Reply:
    return json_reply({"StatusCode": 429, "Message": "请求过于频繁"}, status=429, outcome="429", Retry_After="1")


def _token_ended(_: Call) -> Reply:
    return _said(401, "Token无效或已过期")


def _rejected(_: Call) -> Reply:
    return _said(500, "客户已禁用")


KINGDEE_WISE = Partner(
    "kingdee_wise",
    "/K3API",
    _operation,
    _answer,
    _throttled,
    _token_ended,
    _rejected,
    plays={FaultKind.WRONG_STOCK: ("ICInventory/GetList",)},
)
