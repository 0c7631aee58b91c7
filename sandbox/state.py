"""A look into what each partner keeps, as plain values for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sandbox.channel import Channel
from sandbox.chat import ChatRoom
from sandbox.world import World

PARTNERS_WITH_STATE = (
    "shop",
    "taobao",
    "jd",
    "wechat_shop",
    "alibaba_1688",
    "alibaba_com",
    "shopify",
    "woocommerce",
    "dingtalk_approval",
    "feishu_approval",
    "qimen",
    "cainiao_link",
    "sf",
    "jt",
    "cainiao",
    "kuaidi100",
    "kingdee",
    "kingdee_wise",
    "sap",
    "u8",
    "alipay",
    "wechat_pay",
    "union_pay",
    "nuonuo",
    "qweather",
    "cap",
    "dingtalk",
    "slack",
    "wecom",
    "feishu",
    "wechat_account",
)


def state_of(world: World, partner: str) -> dict[str, Any]:  # noqa: PLR0911 - one return per partner
    """The state of one of ``PARTNERS_WITH_STATE``. Raises ``KeyError`` for another name."""
    match partner:
        case (
            "shop"
            | "taobao"
            | "jd"
            | "wechat_shop"
            | "alibaba_1688"
            | "alibaba_com"
            | "shopify"
            | "woocommerce"
            | "dingtalk_approval"
            | "feishu_approval"
        ):
            return _channel(world.channels[partner])
        case "qimen" | "cainiao_link":
            return {
                "stock": [
                    {"warehouse": warehouse, "sku": sku, **asdict(row)}
                    for (warehouse, sku), row in world.warehouse.stock.items()
                ],
                "outbounds": [asdict(outbound) for outbound in world.warehouse.outbounds.values()],
                "undelivered": [outbound.code for outbound in world.warehouse.undelivered],
                "returns": [asdict(back) for back in world.warehouse.returns.values()],
                "stock_changes": [asdict(notice) for notice in world.warehouse.notices],
            }
        case "sf" | "jt" | "cainiao":
            return {"waybills": [asdict(waybill) for waybill in world.carriers[partner].waybills.values()]}
        case "kuaidi100":
            return {"subscriptions": sorted(world.subscriptions)}
        case "kingdee" | "kingdee_wise" | "sap" | "u8":
            return {
                "documents": [asdict(document) for document in world.erp.documents.values()],
                "stock": [
                    {"warehouse": warehouse, "sku": sku, "quantity": quantity}
                    for (warehouse, sku), quantity in world.erp.stock.items()
                ],
            }
        case "alipay" | "wechat_pay" | "union_pay":
            return {"bills": {day.isoformat(): [asdict(r) for r in rows] for day, rows in world.bills.days.items()}}
        case "nuonuo":
            return {"invoices": [asdict(invoice) for invoice in world.tax_office.invoices.values()]}
        case "qweather" | "cap":
            return {"alerts": [asdict(alert) for alert in world.weather.alerts.values()]}
        case "dingtalk" | "slack" | "wecom" | "feishu" | "wechat_account":
            room: ChatRoom = getattr(world, partner)
            return {"messages": room.messages}
    raise KeyError(partner)


def _channel(channel: Channel) -> dict[str, Any]:
    return {
        "orders": list(channel.book),
        "shipments": [asdict(shipment) for shipment in channel.shipments.values()],
        "statuses": [asdict(status) for status in channel.statuses],
    }
