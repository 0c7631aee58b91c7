"""What an undisturbed run and a killed one must agree on: all rows that matter, without ids, times and run names."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from life import codes, rows
from played import Sandbox

_QUERIES = {
    "orders": "SELECT channel_order_no, status, version, paid, amount_minor, reported_status, leased_by"
    " FROM sales_order",
    "lines": "SELECT o.channel_order_no, l.line_no, l.state, l.sku, l.quantity FROM order_line l"
    " JOIN sales_order o ON o.id = l.order_id",
    "versions": "SELECT o.channel_order_no, v.version FROM order_version v JOIN sales_order o ON o.id = v.order_id",
    "holds": "SELECT o.channel_order_no, h.kind, h.closed_at IS NULL FROM hold h"
    " JOIN sales_order o ON o.id = h.order_id",
    "reservations": "SELECT o.channel_order_no, r.stock_level_id, r.quantity, r.claim, r.state FROM reservation r"
    " JOIN sales_order o ON o.id = r.order_id",
    "stock": "SELECT product_id, warehouse_id, bucket, on_hand, reserved, preoccupied FROM stock_level",
    "movements": "SELECT stock_level_id, quantity, cause FROM stock_movement",
    "decisions": "SELECT o.channel_order_no, d.kind, d.policy_version FROM decision d"
    " JOIN sales_order o ON o.id = d.order_id",
    "inbox": "SELECT source, message_key, kind, state, leased_by FROM inbox WHERE kind = 'order'",
    "confirmations": "SELECT source, state, leased_by FROM inbox WHERE kind <> 'order'",
    "outbox": "SELECT o.channel_order_no, x.kind, x.connection, x.state, x.leased_by FROM outbox x"
    " LEFT JOIN sales_order o ON o.id = x.order_id WHERE x.kind <> 'erp-status'",
    "outbounds": "SELECT o.channel_order_no, b.warehouse_id, b.state, b.waybill_no IS NULL FROM outbound b"
    " JOIN sales_order o ON o.id = b.order_id",
    "parcels": "SELECT o.channel_order_no, p.carrier, p.delivered_at IS NULL, s.message_id IS NULL FROM parcel p"
    " JOIN sales_order o ON o.id = p.order_id JOIN shipment s ON s.id = p.shipment_id",
    "scans": "SELECT p.carrier, t.point_id IS NULL, t.state FROM tracking_event t JOIN parcel p ON p.id = t.parcel_id",
    "payments": "SELECT o.channel_order_no, p.reference, p.amount_minor FROM payment p"
    " JOIN sales_order o ON o.id = p.order_id",
    "statement lines": "SELECT provider, line_id, order_key, amount_minor FROM settlement_line",
    "matches": "SELECT o.channel_order_no, m.outcome, m.settled_minor FROM settlement_match m"
    " LEFT JOIN sales_order o ON o.id = m.order_id",
    "gates": "SELECT kind, region, opened_at IS NULL FROM gate",
    "products": "SELECT sku FROM product",
    "refs": "SELECT connection, kind FROM external_ref",
    "read": "SELECT code, read_until IS NULL FROM sales_channel",
}


_TOLD = "order-filled-in"


def state_of_the_hub(hub: Sandbox) -> Mapping[str, Counter[Any]]:
    """The rows of every table as multisets, and what the partners did by partner and kind."""
    found = {name: Counter(tuple(row) for row in rows(query)) for name, query in _QUERIES.items()}
    refused = rows("SELECT source, subject, subject_key, reasons FROM quarantine")
    found["quarantine"] = Counter((row.source, row.subject, row.subject_key, *codes(row.reasons)) for row in refused)
    events = rows(
        "SELECT o.channel_order_no, e.kind, e.from_status, e.to_status, e.actor, e.reasons FROM order_event e"
        " JOIN sales_order o ON o.id = e.order_id WHERE CAST(e.detail AS TEXT) NOT LIKE '%erp-status%'"
    )
    found["events"] = Counter((*tuple(row)[:5], *codes(row.reasons)) for row in events)
    found["effects"] = Counter(
        (done.partner, done.effect) for done in hub.world.ledger.effects() if done.effect != _TOLD
    )
    # How often the ERP heard of an order depends on when it could; what it heard last does not.
    found["told to the ERP"] = Counter(
        document.model.get("F_HUB_PROGRESS") for document in hub.world.erp.of_form("SAL_SaleOrder")
    )
    return found
