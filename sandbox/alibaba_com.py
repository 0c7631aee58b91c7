"""Alibaba.com behind TOP (partners.md §4).

    alibaba.seller.order.list            by change, or by creation
    alibaba.seller.order.get             one order
    alibaba.seller.order.logistics.get   its shipments
    alibaba.seller.order.shipping        ship

Lists stand in an object that names what is in them. What `shipping` answers is not in the source.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox import alibaba_com_desk as desk
from sandbox.credentials import ALIBABA_COM_APP_KEY, ALIBABA_COM_SECRET, ALIBABA_COM_TOKEN
from sandbox.top import App, invalid, refuse, required, top_partner

if TYPE_CHECKING:
    from sandbox.world import World


def _json(params: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        content = json.loads(required(params, name))
    except ValueError as error:
        raise invalid(name) from error
    if not isinstance(content, dict):
        raise invalid(name)
    return content


def _list(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    try:
        total, orders = desk.page_of_orders(world, _json(params, "param_trade_ecology_order_list_query"))
    except desk.Refusal as refusal:
        return {"result": {"success": False, "error_code": refusal.code, "error_message": refusal.message}}
    value = {"total_count": total, "order_list": {"trade_ecology_order": orders}}
    return {"result": {"success": True, "value": value}}


def _refusing(answer: Callable[[World, Mapping[str, str]], dict[str, Any]]) -> Any:
    def asked(world: World, params: Mapping[str, str]) -> dict[str, Any]:
        try:
            return answer(world, params)
        except desk.Refusal as refusal:
            raise refuse(15, "Remote service error", f"isv.{refusal.code}", refusal.message) from refusal

    return asked


@_refusing
def _get(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    order = desk.one_order(world, required(params, "e_trade_id"))
    return {"value": order | {"order_products": {"trade_ecology_order_product": order["order_products"]}}}


@_refusing
def _logistics(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    known = desk.shipments(world, required(params, "e_trade_id"))
    return {"value": known | {"shipping_order_list": {"shipping_order": known["shipping_order_list"]}}}


@_refusing
def _ship(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    return {"voucher_id": desk.ship(world, _json(params, "shipping_request"))}


ALIBABA_COM = top_partner(
    "alibaba_com",
    App(ALIBABA_COM_APP_KEY, ALIBABA_COM_SECRET, ALIBABA_COM_TOKEN),
    {
        "alibaba.seller.order.list": _list,
        "alibaba.seller.order.get": _get,
        "alibaba.seller.order.logistics.get": _logistics,
        "alibaba.seller.order.shipping": _ship,
    },
)
