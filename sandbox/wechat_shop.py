"""A WeChat shop: orders, refunds, shipping (partners.md §5).

    POST /wechat_shop/cgi-bin/stable_token                          JSON; the same token while it lasts
    POST /wechat_shop/channels/ec/order/list/get                    ids by creation or change, at most 7 days
    POST /wechat_shop/channels/ec/order/get                         one order
    POST /wechat_shop/channels/ec/order/delivery/send               a parcel; one that is there already is refused
    POST /wechat_shop/channels/ec/aftersale/getaftersalelist        ids by creation or change, at most 24 hours
    POST /wechat_shop/channels/ec/aftersale/getaftersaleorder       one refund

Errors are `errcode` inside HTTP 200. Windows count whole seconds and include both ends; a page goes on where the last
one ended, for the same window and filters. The codes of an unknown order, an unknown refund and a refused parcel are
invented: the source gives none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sandbox.app_token import errcode
from sandbox.channel import Shipment
from sandbox.credentials import WECHAT_SHOP_APP_ID, WECHAT_SHOP_SECRET
from sandbox.exchange import Call, Partner, Refused, Reply
from sandbox.order_book import Position
from sandbox.wechat_shop_order import order_of, refund_of, refunds_of

if TYPE_CHECKING:
    from sandbox.world import World

MAX_PAGE_SIZE = 100
REFUNDS_PER_PAGE = 2
_PREFIX = "/channels/ec/"


def _operation(call: Call) -> str:
    return "token" if call.path.startswith("/cgi-bin/") else call.path.removeprefix(_PREFIX)


def _answer(world: World, call: Call) -> Reply:
    asked = _object(call)
    if call.path == "/cgi-bin/stable_token":
        renew = asked.get("force_refresh") is True
        return world.wechat_shop.give(asked, WECHAT_SHOP_APP_ID, WECHAT_SHOP_SECRET, renew=renew)
    operation = _OPERATIONS.get(_operation(call))
    if operation is None or call.method != "POST":
        return errcode(43002, "require POST method")
    if not (token := call.query.get("access_token")):
        return errcode(41001, "access_token missing")
    if token != world.wechat_shop.token:
        return _token_expired(call)
    return errcode(0, "ok", **operation(world, asked))


def _object(call: Call) -> dict[str, Any]:
    try:
        content = call.json
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Refused(errcode(47001, "data format error"))
    return content


def _refuse(code: int, message: str) -> Refused:
    return Refused(errcode(code, message))


def _window(start: object, end: object, most: timedelta) -> tuple[datetime, datetime]:
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= end - start <= most.total_seconds():
        raise _refuse(31042, "time range is wrong or too wide")
    return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)


def _page(keys: Sequence[Position], asked: Mapping[str, Any], size: int) -> tuple[list[str], bool, str]:
    """Ids on the page that ``next_key`` of the same question asks for, whether more follow, and their key."""
    question = sha256(repr(sorted((k, v) for k, v in asked.items() if k != "next_key")).encode()).hexdigest()[:8]
    last: Position | None = None
    if key := str(asked.get("next_key") or ""):
        first, _, rest = key.partition(" ")
        if first != question:
            raise _refuse(606006, "the parameters differ from those of the last page")
        at, _, number = rest.partition(" ")
        last = (datetime.fromisoformat(at), number)
    following = [each for each in keys if last is None or each > last]
    page = following[:size]
    more = len(following) > size
    return [number for _, number in page], more, f"{question} {page[-1][0].isoformat()} {page[-1][1]}" if page else ""


def _list(world: World, asked: Mapping[str, Any]) -> dict[str, Any]:
    size = asked.get("page_size")
    if not isinstance(size, int) or not 1 <= size <= MAX_PAGE_SIZE:
        raise _refuse(606001, "page_size is 1 to 100")
    book = world.channels["wechat_shop"].book
    ranges = {"update_time_range": book.updated_between, "create_time_range": book.created_between}
    given = [(between, asked[name]) for name, between in ranges.items() if isinstance(asked.get(name), dict)]
    if len(given) != 1:
        raise _refuse(606001, "one time range is needed")
    between, span = given[0]
    start, end = _window(span.get("start_time"), span.get("end_time"), timedelta(days=7))
    numbers, more, key = _page(between(start, end), asked, size)
    return {"order_id_list": numbers, "has_more": more, "next_key": key}


def _get(world: World, asked: Mapping[str, Any]) -> dict[str, Any]:
    channel = world.channels["wechat_shop"]
    order = channel.book.get(str(asked.get("order_id")))
    if order is None:
        raise _refuse(10020050, "order not exist")
    sent = [shipment for shipment in channel.shipments.values() if shipment.order_no == order["order_no"]]
    return {"order": order_of(order, sent)}


def _send(world: World, asked: Mapping[str, Any]) -> dict[str, Any]:
    channel, number = world.channels["wechat_shop"], str(asked.get("order_id"))
    order = channel.book.get(number)
    if order is None:
        raise _refuse(10020050, "order not exist")
    if order["status"] != "paid":
        raise _refuse(10020052, "order status does not allow delivery")
    parcels = asked.get("delivery_list")
    if not isinstance(parcels, list) or not parcels or not all(_is_parcel(parcel) for parcel in parcels):
        raise _refuse(47003, "argument invalid! delivery_list")
    now = world.clock.now()
    for parcel in parcels:
        channel.ship(Shipment(number, parcel["waybill_id"], parcel["delivery_id"], now.isoformat()))
        contents = {"waybill_no": parcel["waybill_id"], "products": parcel["product_infos"]}
        world.ledger.record("wechat_shop", "shipped", number, **contents)
    channel.book.change(number, {"status": "shipped"}, now)
    return {}


def _is_parcel(parcel: Any) -> bool:
    named = isinstance(parcel, dict) and parcel.get("waybill_id") and parcel.get("delivery_id")
    return bool(named and parcel.get("deliver_type") == 1 and parcel.get("product_infos"))


def _refunds(world: World, asked: Mapping[str, Any]) -> dict[str, Any]:
    start, end = _window(asked.get("begin_update_time"), asked.get("end_update_time"), timedelta(hours=24))
    changed = sorted(
        (datetime.fromtimestamp(refund["update_time"], UTC), refund["after_sale_order_id"])
        for order in world.channels["wechat_shop"].book
        for refund in refunds_of(order)
    )
    inside = [each for each in changed if start <= each[0] <= end]
    numbers, more, key = _page(inside, asked, REFUNDS_PER_PAGE)
    return {"after_sale_order_id_list": numbers, "has_more": more, "next_key": key}


def _refund(world: World, asked: Mapping[str, Any]) -> dict[str, Any]:
    found = refund_of(world.channels["wechat_shop"].book, str(asked.get("after_sale_order_id")))
    if found is None:
        raise _refuse(10020060, "after sale order not exist")
    return {"after_sale_order": found}


_OPERATIONS: Mapping[str, Callable[[World, Mapping[str, Any]], dict[str, Any]]] = {
    "order/list/get": _list,
    "order/get": _get,
    "order/delivery/send": _send,
    "aftersale/getaftersalelist": _refunds,
    "aftersale/getaftersaleorder": _refund,
}


def _throttled(_: Call) -> Reply:
    return errcode(45011, "api minute-quota reach limit, must slower, retry next minute")


def _token_expired(_: Call) -> Reply:
    return errcode(42001, "access_token expired")


def _rejected(_: Call) -> Reply:
    return errcode(47003, "argument invalid!")


WECHAT_SHOP = Partner("wechat_shop", "/wechat_shop", _operation, _answer, _throttled, _token_expired, _rejected)
