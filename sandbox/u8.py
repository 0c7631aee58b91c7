"""Yonyou U8's OpenAPI (partners.md §11): everything in the query, writes by trade id, results to be looked up.

    GET  /u8/system/token                       from_account, app_key, app_secret
    GET  /u8/system/tradeid                     … token
    GET  /u8/system/result                      tradeid, where the reply to a write points
    GET  /u8/api/saleorderlist/batch_get        code_begin, code_end, page_index, rows_per_page
    GET  /u8/api/saleorder/get                  id
    GET  /u8/api/consignmentlist/batch_get      code_begin, code_end
    GET  /u8/api/currentstock/batch_get         whcode_begin, whcode_end
    GET  /u8/api/oughtreceivelist/batch_get     code_begin, code_end
    POST /u8/api/saleorder/{add,verify,close}   … tradeid; the same one gives the first result
    POST /u8/api/{consignment,oughtreceive}/{add,verify}    … tradeid

An order is verified once and closed only when verified; a number that is taken is refused. Error codes are the
sandbox's own: the sources name none.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.credentials import U8_APP_KEY, U8_APP_SECRET, U8_FROM_ACCOUNT, U8_TO_ACCOUNT
from sandbox.erp import Document, DocumentStatus
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.faults import FaultKind
from sandbox.u8_deliveries import add_delivery, deliveries_between, verify_delivery
from sandbox.u8_desk import done, refused
from sandbox.u8_receivables import add_receivable, receivables_between, verify_receivable

if TYPE_CHECKING:
    from sandbox.world import World

FORM = "saleorder"
_MAX_ROWS = 1000
_STATES = {DocumentStatus.CREATED: "Opening", DocumentStatus.AUDITED: "Approved"}


def _said(code: str, message: str = "", **more: Any) -> Reply:
    return json_reply({"errcode": code, "errmsg": message, **more}, outcome="ok" if code == "0" else code)


def _failed(code: str, message: str) -> Refused:
    return Refused(_said(code, message))


def _operation(call: Call) -> str:
    return call.path.removeprefix("/").removeprefix("api/")


def _answer(world: World, call: Call) -> Reply:
    operation = _operation(call)
    if operation == "system/result":
        try:
            return json_reply(world.u8.result_of(call.query.get("tradeid", "")))
        except KeyError as error:
            raise _failed("10004", "tradeid 不存在") from error
    _check_application(call)
    if operation == "system/token":
        return _token(world, call)
    _check_token(world, call)
    if operation == "system/tradeid":
        return _said("0", trade={"id": world.u8.new_trade()})
    return _business(world, call, operation)


def _check_application(call: Call) -> None:
    if (call.query.get("from_account"), call.query.get("app_key")) != (U8_FROM_ACCOUNT, U8_APP_KEY):
        raise _failed("10003", "app_key 无效或未授权")


def _check_token(world: World, call: Call) -> None:
    offered = call.query.get("token", "")
    if not world.u8.token or not hmac.compare_digest(offered.encode(), world.u8.token.encode()):
        raise Refused(_token_expired(call))


def _business(world: World, call: Call, operation: str) -> Reply:
    if call.query.get("to_account") != U8_TO_ACCOUNT:
        raise _failed("10003", "to_account 未授权")
    if call.method == "GET" and operation in _READS:
        return _READS[operation](world, call)
    if call.method == "POST" and operation in _WRITES:
        return _written(world, call, _WRITES[operation])
    return json_reply({"errcode": "404", "errmsg": "接口不存在"}, status=404, outcome="404")


def _token(world: World, call: Call) -> Reply:
    if not hmac.compare_digest(call.query.get("app_secret", "").encode(), U8_APP_SECRET.encode()):
        raise _failed("10003", "app_secret 错误")
    return _said("0", token={"appKey": U8_APP_KEY, "expiresIn": "7200", "id": world.u8.new_token()})


def _page(call: Call, name: str, rows: list[dict[str, Any]]) -> Reply:
    size = int(call.query.get("rows_per_page") or 10)
    index = int(call.query.get("page_index") or 1)
    if size > _MAX_ROWS:
        raise _failed("10005", f"rows_per_page 不能大于 {_MAX_ROWS}")
    told: dict[str, Any] = {
        "page_index": str(index),
        "rows_per_page": str(size),
        "row_count": str(len(rows)),
        "page_count": str(-(-len(rows) // size)),
        name: rows[(index - 1) * size : index * size],
    }
    return _said("0", **told)


def _orders(world: World, call: Call) -> Reply:
    first, last = call.query.get("code_begin", ""), call.query.get("code_end") or "\uffff"
    found = [document for document in world.erp.of_form(FORM) if first <= document.number <= last]
    return _page(call, "saleorderlist", [_row(world, document) for document in found])


def _row(world: World, document: Document) -> dict[str, Any]:
    model = document.model
    return {
        "code": document.number,
        "date": model["date"],
        "custcode": model["custcode"],
        "deptcode": model["deptcode"],
        "state": _STATES[document.status],
        "verifier": "demo" if document.status is DocumentStatus.AUDITED else "",
        "define10": model.get("define10", ""),
        "closer": "demo" if document.cancelled else "",
        "fhstatus": "2" if world.erp.is_issued(document.number) else "0",
    }


def _whole_order(world: World, call: Call) -> Reply:
    document = world.erp.documents.get((FORM, call.query.get("id", "")))
    if document is None:
        raise _failed("20001", "单据不存在")
    return _said("0", saleorder={**_row(world, document), "entry": document.model["entry"]})


def _deliveries(world: World, call: Call) -> Reply:
    first, last = call.query.get("code_begin", ""), call.query.get("code_end") or "\uffff"
    return _page(call, "consignmentlist", deliveries_between(world, first, last))


def _stock(world: World, call: Call) -> Reply:
    first, last = call.query.get("whcode_begin", ""), call.query.get("whcode_end") or "\uffff"
    rows = [
        {
            "whcode": warehouse,
            "invcode": sku,
            "qty": str(round(quantity * call.stock_factor)),
            "availqty": str(round(quantity * call.stock_factor)),
        }
        for (warehouse, sku), quantity in world.erp.stock.items()
        if first <= warehouse <= last
    ]
    return _page(call, "currentstock", rows)


def _receivables(world: World, call: Call) -> Reply:
    first, last = call.query.get("code_begin", ""), call.query.get("code_end") or "\uffff"
    return _page(call, "oughtreceivelist", receivables_between(world, first, last))


_READS: Mapping[str, Callable[[World, Call], Reply]] = {
    "saleorderlist/batch_get": _orders,
    "saleorder/get": _whole_order,
    "consignmentlist/batch_get": _deliveries,
    "currentstock/batch_get": _stock,
    "oughtreceivelist/batch_get": _receivables,
}


def _written(world: World, call: Call, work: Callable[[World, Mapping[str, Any]], dict[str, Any]]) -> Reply:
    """Take a write in. A trade id that was used gives the first result again."""
    trade = call.query.get("tradeid", "")
    if trade not in world.u8.trades:
        raise _failed("10004", "tradeid 无效")
    try:
        content = call.json[_operation(call).partition("/")[0]]
    except (ValueError, KeyError, TypeError) as error:
        raise _failed("10006", "请求报文格式错误") from error
    if trade not in world.u8.results:
        world.u8.results[trade] = work(world, content)
    return _said("0", tradeid=trade, url=f"{call.base_url}/u8/system/result?tradeid={trade}")


def _add(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    missing = [name for name in ("code", "businesstype", "typecode", "custcode", "deptcode") if not content.get(name)]
    entries = content.get("entry") or []
    if missing or not entries:
        return refused(f"{missing[0] if missing else 'entry'} 不能为空")
    if any(float(entry.get("quantity") or 0) <= 0 or not entry.get("inventorycode") for entry in entries):
        return refused("存货编码和数量不能为空")
    number = content["code"]
    if (FORM, number) in world.erp.documents:
        return refused(f"单据号 {number} 重复，请重新输入")
    now = world.clock.now()
    world.erp.add(Document(FORM, len(world.erp.documents) + 1, number, dict(content), now, now))
    world.ledger.record("u8", "order-added", number)
    return done(id=number)


def _verify(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    document = _named(world, content)
    if document is None or document.status is not DocumentStatus.CREATED:
        return refused("单据不存在或已经审核")
    document.status = DocumentStatus.AUDITED
    world.ledger.record("u8", "order-verified", document.number)
    return done()


def _close(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    document = _named(world, content)
    if document is None or document.status is not DocumentStatus.AUDITED or document.cancelled:
        return refused("单据不存在、未审核或已经关闭，不能关闭")
    document.cancelled = True
    world.ledger.record("u8", "order-closed", document.number)
    return done()


def _named(world: World, content: Mapping[str, Any]) -> Document | None:
    return world.erp.documents.get((FORM, str(content.get("voucher_code"))))


_WRITES: Mapping[str, Callable[[World, Mapping[str, Any]], dict[str, Any]]] = {
    "saleorder/add": _add,
    "saleorder/verify": _verify,
    "saleorder/close": _close,
    "consignment/add": add_delivery,
    "consignment/verify": verify_delivery,
    "oughtreceive/add": add_receivable,
    "oughtreceive/verify": verify_receivable,
}


def _throttled(_: Call) -> Reply:
    return json_reply({"errcode": "10002", "errmsg": "调用过于频繁"}, status=429, outcome="429", Retry_After="1")


def _token_expired(_: Call) -> Reply:
    return _said("10007", "token 不存在或已过期")


def _rejected(_: Call) -> Reply:
    return _said("20001", "客户已停用")


U8 = Partner(
    "u8",
    "/u8",
    _operation,
    _answer,
    _throttled,
    _token_expired,
    _rejected,
    plays={FaultKind.WRONG_STOCK: ("currentstock/batch_get",)},
)
