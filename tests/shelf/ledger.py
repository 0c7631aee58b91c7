"""What is never to be found in the books, asked of the database itself."""

from shop_floor import rows

from tasks.reading import reading

_NEVER = {
    "a level holds less than is promised of it": "SELECT id FROM stock_level"
    " WHERE reserved < 0 OR preoccupied < 0 OR reserved + preoccupied > on_hand",
    "what is on its way is not what is expected": "SELECT l.id FROM stock_level l WHERE l.bucket = 'in_transit'"
    " AND l.on_hand <> (SELECT coalesce(sum(a.quantity - a.arrived), 0) FROM arrival a WHERE a.state = 'expected'"
    " AND a.product_id = l.product_id AND a.warehouse_id = l.warehouse_id)",
    "something that is not for sale is promised": "SELECT r.id FROM reservation r"
    " JOIN stock_level l ON l.id = r.stock_level_id WHERE l.bucket <> 'sellable'",
    "a reservation has ended without an end, or not ended with one": "SELECT id FROM reservation"
    " WHERE (state = 'open') <> (ended_at IS NULL)",
    "a line is promised twice of one level": "SELECT order_line_id FROM reservation WHERE state IN ('open', 'consumed')"
    " GROUP BY order_line_id, stock_level_id HAVING count(*) > 1",
    "a consumed reservation has not left, or has left twice": "SELECT r.id FROM reservation r"
    " WHERE r.state = 'consumed'"
    " AND (SELECT count(*) FROM stock_movement m WHERE m.stock_level_id = r.stock_level_id AND m.cause = 'shipped'"
    " AND m.reference = 'line:' || r.order_line_id AND m.quantity = -r.quantity) <> 1",
    "an order that is over holds something": "SELECT o.id FROM sales_order o WHERE o.status IN"
    " ('shipped', 'delivered', 'completed', 'cancelled', 'returned')"
    " AND EXISTS (SELECT 1 FROM reservation r WHERE r.order_id = o.id AND r.state = 'open')",
    "an order is reserved and holds nothing": "SELECT o.id FROM sales_order o"
    " WHERE o.status IN ('reserved', 'released')"
    " AND NOT EXISTS (SELECT 1 FROM reservation r WHERE r.order_id = o.id AND r.state = 'open')",
    "an undecided order holds stock for ever": "SELECT o.id FROM sales_order o JOIN reservation r ON r.order_id = o.id"
    " WHERE o.status IN ('received', 'confirmed') AND r.state = 'open' AND r.expires_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM change_request c WHERE c.order_id = o.id AND c.state = 'effective')",
    "an order holds goods that its lines do not want": "SELECT r.order_id FROM reservation r"
    " JOIN stock_level s ON s.id = r.stock_level_id JOIN order_line l ON l.id = r.order_line_id"
    " LEFT JOIN kit_component k ON k.kit_id = l.product_id AND k.component_id = s.product_id"
    " LEFT JOIN product_unit u ON u.product_id = l.product_id AND u.unit = l.unit WHERE r.state = 'open'"
    " AND r.quantity > CASE WHEN l.state <> 'good' OR s.product_id <> coalesce(k.component_id, l.product_id) THEN 0"
    " ELSE l.quantity * coalesce(u.units, 1) * coalesce(k.units, 1) END",
    "a deposit claims as an order, or an order as a deposit": "SELECT o.id FROM sales_order o"
    " JOIN reservation r ON r.order_id = o.id WHERE (o.kind = 'deposit') <> (r.claim = 'presale')",
    "a deposit holds stock beside its balance": "SELECT d.id FROM sales_order d"
    " JOIN sales_order b ON b.deposit_id = d.id"
    " JOIN reservation rd ON rd.order_id = d.id AND rd.state = 'open'"
    " JOIN reservation rb ON rb.order_id = b.id AND rb.state IN ('open', 'consumed')",
    "somebody has an order in hand": "SELECT id FROM sales_order WHERE leased_by IS NOT NULL",
    "an order goes with less than its lines want": "SELECT l.id FROM order_line l"
    " JOIN sales_order o ON o.id = l.order_id WHERE o.status IN ('reserved', 'released', 'picked')"
    " AND l.state = 'good' AND l.kind = 'goods' AND l.unit = ''"
    " AND l.quantity * coalesce((SELECT sum(k.units) FROM kit_component k WHERE k.kit_id = l.product_id), 1)"
    " > (SELECT coalesce(sum(r.quantity), 0) FROM reservation r WHERE r.order_line_id = l.id AND r.state = 'open')",
    "a warehouse is asked for other goods than the order holds": "SELECT b.id FROM outbound b"
    " WHERE b.state IN ('planned', 'accepted')"
    " AND (SELECT coalesce(sum(l.quantity), 0) FROM outbound_line l WHERE l.outbound_id = b.id)"
    " <> (SELECT coalesce(sum(r.quantity), 0) FROM reservation r WHERE r.order_id = b.order_id AND r.state = 'open')",
    "an order is to leave twice": "SELECT order_id FROM outbound WHERE state IN ('planned', 'accepted', 'shipped')"
    " GROUP BY order_id HAVING count(*) > 1",
    "a change is asked of an order that is cancelled": "SELECT c.id FROM change_request c"
    " JOIN sales_order o ON o.id = c.order_id WHERE o.status = 'cancelled' AND c.closed_at IS NULL",
    "a change waits for a warehouse that nobody asks": "SELECT c.id FROM change_request c WHERE c.state = 'approved'"
    " AND NOT EXISTS (SELECT 1 FROM outbox m WHERE m.order_id = c.order_id AND m.kind = 'cancel-outbound'"
    " AND m.state = 'due')",
    "an order stands in a version that nobody made": "SELECT o.id FROM sales_order o WHERE o.version > 1"
    " AND NOT EXISTS (SELECT 1 FROM order_version v WHERE v.order_id = o.id AND v.version = o.version)",
}


def assert_it_adds_up() -> None:
    """Every invariant of stock, asked of the ledger."""
    with reading() as work:
        assert work.stock.balances_broken() == []
    for what, query in _NEVER.items():
        assert rows(query) == [], what
