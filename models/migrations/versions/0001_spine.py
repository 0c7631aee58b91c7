"""the spine: the tables an order needs for its whole life"""

import sqlalchemy as sa
from alembic import op

from models.base import Json, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:  # noqa: PLR0915  (one statement a table)
    """Make the change."""
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("code", name=op.f("uq_company_code")),
    )
    op.create_table(
        "policy_version",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("first_used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_version")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("risk", sa.String(), nullable=False),
        sa.Column("credit_limit_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("risk IN ('normal', 'high')", name=op.f("ck_customer_risk")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_customer_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_customer_company_id_code")),
    )
    op.create_table(
        "decision_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("flow_run_id", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_decision_batch_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_batch")),
    )
    with op.batch_alter_table("decision_batch", schema=None) as batch_op:
        batch_op.create_index("ix_decision_batch_decided_at", ["decided_at"], unique=False)
        batch_op.create_index("ix_decision_batch_flow_run_id", ["flow_run_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("stays", sa.Boolean(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_delivery_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "company_id", "source", "document_id", name=op.f("uq_delivery_company_id_source_document_id")
        ),
    )
    op.create_table(
        "external_ref",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("our_no", sa.String(), nullable=False),
        sa.Column("their_no", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_external_ref_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_ref")),
        sa.UniqueConstraint(
            "company_id", "connection", "kind", "our_no", name=op.f("uq_external_ref_company_id_connection_kind_our_no")
        ),
        sa.UniqueConstraint(
            "company_id",
            "connection",
            "kind",
            "their_no",
            name=op.f("uq_external_ref_company_id_connection_kind_their_no"),
        ),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("read_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_feed_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("company_id", "connection", name=op.f("uq_feed_company_id_connection")),
    )
    op.create_table(
        "gate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("opened_by", sa.String(), nullable=True),
        sa.Column("opened_why", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('weather')", name=op.f("ck_gate_kind")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_gate_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
    )
    with op.batch_alter_table("gate", schema=None) as batch_op:
        batch_op.create_index(
            "uq_gate_closed",
            ["company_id", "kind", "region"],
            unique=True,
            sqlite_where=sa.text("opened_at IS NULL"),
            postgresql_where=sa.text("opened_at IS NULL"),
        )

    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("handled_at", UtcDateTime(), nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.CheckConstraint("route IN ('poll', 'webhook', 'file', 'hand')", name=op.f("ck_inbox_route")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'refused')", name=op.f("ck_inbox_state")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_inbox_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("company_id", "source", "message_key", name=op.f("uq_inbox_company_id_source_message_key")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_waiting",
            ["company_id", "kind", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "kept_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'person', 'done')", name=op.f("ck_kept_file_state")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_kept_file_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
        sa.UniqueConstraint("company_id", "sha256", name=op.f("uq_kept_file_company_id_sha256")),
    )
    op.create_table(
        "partner_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("next_turn_at", UtcDateTime(), nullable=True),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.Column("refused_why", sa.String(), nullable=False),
        sa.Column("refused_for", sa.String(), nullable=False),
        sa.Column("refused_with", sa.String(), nullable=False),
        sa.Column("ask_again_at", UtcDateTime(), nullable=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("token_until", UtcDateTime(), nullable=True),
        sa.Column("token_leased_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_partner_account_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_account")),
        sa.UniqueConstraint("company_id", "account", name=op.f("uq_partner_account_company_id_account")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_product_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("company_id", "sku", name=op.f("uq_product_company_id_sku")),
    )
    op.create_table(
        "sales_channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("fulfilment", sa.String(), nullable=False),
        sa.Column("read_until", UtcDateTime(), nullable=True),
        sa.CheckConstraint("fulfilment IN ('hub', 'reported')", name=op.f("ck_sales_channel_fulfilment")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_sales_channel_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_channel")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_sales_channel_company_id_code")),
    )
    op.create_table(
        "settlement_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("trade_no", sa.String(), nullable=False),
        sa.Column("order_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_settlement_line_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_line")),
        sa.UniqueConstraint(
            "company_id", "provider", "line_id", name=op.f("uq_settlement_line_company_id_provider_line_id")
        ),
    )
    with op.batch_alter_table("settlement_line", schema=None) as batch_op:
        batch_op.create_index("ix_settlement_line_order_key", ["company_id", "order_key"], unique=False)

    op.create_table(
        "signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_signal_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint("company_id", "event", name=op.f("uq_signal_company_id_event")),
    )
    op.create_table(
        "warehouse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("orders_a_day", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_warehouse_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_warehouse_company_id_code")),
    )
    op.create_table(
        "arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("announced_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('expected', 'arrived', 'cancelled')", name=op.f("ck_arrival_state")),
        sa.CheckConstraint("arrived >= 0 AND arrived <= quantity", name=op.f("ck_arrival_arrived_within")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_arrival_quantity_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_arrival_company_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_arrival_product_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_arrival_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint(
            "company_id", "reference", "product_id", name=op.f("uq_arrival_company_id_reference_product_id")
        ),
    )
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.create_index(
            "ix_arrival_expected",
            ["product_id", "expected_on"],
            unique=False,
            sqlite_where=sa.text("state = 'expected'"),
            postgresql_where=sa.text("state = 'expected'"),
        )

    op.create_table(
        "kit_component",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kit_id", sa.Integer(), nullable=False),
        sa.Column("component_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("kit_id <> component_id", name=op.f("ck_kit_component_not_of_itself")),
        sa.CheckConstraint("units > 0", name=op.f("ck_kit_component_units_positive")),
        sa.ForeignKeyConstraint(["component_id"], ["product.id"], name=op.f("fk_kit_component_component_id")),
        sa.ForeignKeyConstraint(["kit_id"], ["product.id"], name=op.f("fk_kit_component_kit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_component")),
        sa.UniqueConstraint("kit_id", "component_id", name=op.f("uq_kit_component_kit_id_component_id")),
    )
    op.create_table(
        "product_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("units > 0", name=op.f("ck_product_unit_units_positive")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_unit_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_unit")),
        sa.UniqueConstraint("product_id", "unit", name=op.f("uq_product_unit_product_id_unit")),
    )
    op.create_table(
        "sales_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("channel_order_no", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("freight_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("promised_by", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("receiver", Json, nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("appointment_at", UtcDateTime(), nullable=True),
        sa.Column("pickup_id", sa.Integer(), nullable=True),
        sa.Column("destination_id", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("deposit_no", sa.String(), nullable=False),
        sa.Column("deposit_id", sa.Integer(), nullable=True),
        sa.Column("reported_status", sa.String(), nullable=True),
        sa.Column("reported", Json, nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('sale', 'credit', 'transfer', 'exchange', 'deposit')", name=op.f("ck_sales_order_kind")
        ),
        sa.CheckConstraint(
            "status IN ('received', 'confirmed', 'reserved', 'released', 'picked', 'shipped', 'delivered', 'completed', 'cancelled', 'returned')",
            name=op.f("ck_sales_order_status"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_sales_order_version_from_one")),
        sa.ForeignKeyConstraint(["channel_id"], ["sales_channel.id"], name=op.f("fk_sales_order_channel_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_sales_order_company_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_sales_order_customer_id")),
        sa.ForeignKeyConstraint(["deposit_id"], ["sales_order.id"], name=op.f("fk_sales_order_deposit_id")),
        sa.ForeignKeyConstraint(["destination_id"], ["warehouse.id"], name=op.f("fk_sales_order_destination_id")),
        sa.ForeignKeyConstraint(["pickup_id"], ["warehouse.id"], name=op.f("fk_sales_order_pickup_id")),
        sa.ForeignKeyConstraint(["source_id"], ["warehouse.id"], name=op.f("fk_sales_order_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("channel_id", "channel_order_no", name=op.f("uq_sales_order_channel_id_channel_order_no")),
    )
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.create_index("ix_sales_order_channel_order_no", ["company_id", "channel_order_no"], unique=False)
        batch_op.create_index("ix_sales_order_customer_id", ["customer_id"], unique=False)
        batch_op.create_index(
            "ix_sales_order_to_decide",
            ["company_id", sa.literal_column("urgent DESC"), "placed_at", "id"],
            unique=False,
            sqlite_where=sa.text("status IN ('received', 'confirmed')"),
            postgresql_where=sa.text("status IN ('received', 'confirmed')"),
        )
        batch_op.create_index(
            "ix_sales_order_to_follow",
            ["company_id", "id"],
            unique=False,
            sqlite_where=sa.text("reported_status IS NOT NULL"),
            postgresql_where=sa.text("reported_status IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_sales_order_unbound_balance",
            ["company_id", "id"],
            unique=False,
            sqlite_where=sa.text("deposit_no <> '' AND deposit_id IS NULL"),
            postgresql_where=sa.text("deposit_no <> '' AND deposit_id IS NULL"),
        )

    op.create_table(
        "stock_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("preoccupied", sa.Integer(), nullable=False),
        sa.Column("safety", sa.Integer(), nullable=False),
        sa.CheckConstraint("bucket IN ('sellable', 'quarantine', 'in_transit')", name=op.f("ck_stock_level_bucket")),
        sa.CheckConstraint(
            "reserved >= 0 AND preoccupied >= 0 AND reserved + preoccupied <= on_hand",
            name=op.f("ck_stock_level_never_oversold"),
        ),
        sa.CheckConstraint("safety >= 0", name=op.f("ck_stock_level_safety_not_negative")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_stock_level_company_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_stock_level_product_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_level_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_level")),
        sa.UniqueConstraint(
            "product_id", "warehouse_id", "bucket", name=op.f("uq_stock_level_product_id_warehouse_id_bucket")
        ),
    )
    with op.batch_alter_table("stock_level", schema=None) as batch_op:
        batch_op.create_index("ix_stock_level_company_id", ["company_id"], unique=False)

    op.create_table(
        "stock_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("locked", sa.BigInteger(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("available >= 0 AND locked >= 0", name=op.f("ck_stock_snapshot_not_negative")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_stock_snapshot_company_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_stock_snapshot_product_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_snapshot_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_snapshot")),
        sa.UniqueConstraint(
            "company_id",
            "system",
            "warehouse_id",
            "product_id",
            name=op.f("uq_stock_snapshot_company_id_system_warehouse_id_product_id"),
        ),
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("verdict IN ('yes', 'no')", name=op.f("ck_answer_verdict")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_answer_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("order_id", "version", "question", name=op.f("uq_answer_order_id_version_question")),
    )
    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("scope", Json, nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=True),
        sa.Column("content", Json, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("impact", Json, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("made_version", sa.Integer(), nullable=True),
        sa.Column("outcome", Json, nullable=False),
        sa.CheckConstraint(
            "(state = 'effective') = (made_version IS NOT NULL)",
            name=op.f("ck_change_request_effective_makes_a_version"),
        ),
        sa.CheckConstraint(
            "(state IN ('proposed', 'approved')) = (closed_at IS NULL)",
            name=op.f("ck_change_request_closed_at_the_end"),
        ),
        sa.CheckConstraint("size IN ('minor', 'major')", name=op.f("ck_change_request_size")),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'refused', 'effective', 'overtaken')",
            name=op.f("ck_change_request_state"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_change_request_company_id")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_change_request_inbox_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_change_request_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.create_index("ix_change_request_order_id", ["order_id"], unique=False)
        batch_op.create_index(
            "uq_change_request_under_way",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("facts", Json, nullable=True),
        sa.Column("facts_hash", sa.String(), nullable=False),
        sa.Column("result", Json, nullable=False),
        sa.Column("flow_run_id", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["decision_batch.id"], name=op.f("fk_decision_batch_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_decision_company_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_decision_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_batch_id", ["batch_id"], unique=False)
        batch_op.create_index("ix_decision_order_id", ["order_id"], unique=False)
        batch_op.create_index(
            "ix_decision_subject",
            ["company_id", "subject", "id"],
            unique=False,
            sqlite_where=sa.text("order_id IS NULL"),
            postgresql_where=sa.text("order_id IS NULL"),
        )

    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('payment', 'data', 'credit', 'risk', 'approval', 'stock', 'customs')", name=op.f("ck_hold_kind")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_hold_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("ix_hold_order_id", ["order_id"], unique=False)
        batch_op.create_index(
            "uq_hold_open",
            ["order_id", "kind"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("request_no", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("buyer", sa.String(), nullable=False),
        sa.Column("tax_no", sa.String(), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("invoice_no", sa.String(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.CheckConstraint("state IN ('asked', 'issuing', 'issued', 'failed')", name=op.f("ck_invoice_state")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_invoice_company_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_invoice_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("company_id", "request_no", name=op.f("uq_invoice_company_id_request_no")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(
            "uq_invoice_open",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'failed'"),
            postgresql_where=sa.text("state <> 'failed'"),
        )

    op.create_table(
        "order_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line_no", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("freight_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('goods', 'charge')", name=op.f("ck_order_line_kind")),
        sa.CheckConstraint("state <> 'good' OR quantity > 0", name=op.f("ck_order_line_good_lines_have_quantity")),
        sa.CheckConstraint("state IN ('good', 'refused', 'dropped')", name=op.f("ck_order_line_state")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_order_line_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "line_no", name=op.f("uq_order_line_order_id_line_no")),
    )
    op.create_table(
        "outbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("outbound_no", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("waybill_no", sa.String(), nullable=True),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'accepted', 'shipped', 'cancelled')", name=op.f("ck_outbound_state")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_outbound_order_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_outbound_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound")),
        sa.UniqueConstraint("outbound_no", name=op.f("uq_outbound_outbound_no")),
    )
    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbound_not_gone",
            ["order_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('planned', 'accepted')"),
            postgresql_where=sa.text("state IN ('planned', 'accepted')"),
        )
        batch_op.create_index("ix_outbound_order_id", ["order_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("outcome_unknown", sa.Boolean(), nullable=False),
        sa.Column("why_person", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('waybill', 'outbound', 'cancel-outbound', 'cancel-waybill', 'return-order', 'erp-order', 'erp-status', 'cancel-erp-order', 'receivable', 'channel-shipment', 'customer-message', 'subscription', 'invoice', 'notice')",
            name=op.f("ck_outbox_kind"),
        ),
        sa.CheckConstraint("state IN ('due', 'sent', 'person', 'withdrawn')", name=op.f("ck_outbox_state")),
        sa.CheckConstraint("why_person IN ('rejected', 'too-many-tries')", name=op.f("ck_outbox_why_person")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_outbox_company_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_outbox_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("company_id", "idempotency_key", name=op.f("uq_outbox_company_id_idempotency_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_due",
            ["company_id", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'due'"),
            postgresql_where=sa.text("state = 'due'"),
        )
        batch_op.create_index("ix_outbox_order_id", ["order_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("order_key", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_payment_company_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_payment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("order_id", "reference", name=op.f("uq_payment_order_id_reference")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_payment_stray",
            ["company_id", "order_key"],
            unique=False,
            sqlite_where=sa.text("order_id IS NULL"),
            postgresql_where=sa.text("order_id IS NULL"),
        )
        batch_op.create_index(
            "uq_payment_told",
            ["company_id", "provider", "reference"],
            unique=True,
            sqlite_where=sa.text("provider <> ''"),
            postgresql_where=sa.text("provider <> ''"),
        )

    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_key", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("inbox_id", sa.Integer(), nullable=True),
        sa.Column("content", Json, nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=False),
        sa.Column("mended_at", UtcDateTime(), nullable=True),
        sa.Column("mended_by", sa.String(), nullable=True),
        sa.Column("mended_content", Json, nullable=True),
        sa.CheckConstraint("state IN ('open', 'mended', 'dismissed')", name=op.f("ck_quarantine_state")),
        sa.CheckConstraint(
            "subject IN ('order', 'line', 'row', 'file', 'message', 'stock', 'statement')",
            name=op.f("ck_quarantine_subject"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_quarantine_company_id")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_quarantine_inbox_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_quarantine_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint(
            "company_id",
            "source",
            "subject",
            "subject_key",
            name=op.f("uq_quarantine_company_id_source_subject_subject_key"),
        ),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index("ix_quarantine_order_id", ["order_id"], unique=False)

    op.create_table(
        "settlement_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("order_minor", sa.BigInteger(), nullable=False),
        sa.Column("settled_minor", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("matched_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('equal', 'rounding', 'off', 'no-items', 'unpaid', 'unknown-order', 'ambiguous')",
            name=op.f("ck_settlement_match_outcome"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_settlement_match_company_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_settlement_match_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_match")),
        sa.UniqueConstraint("company_id", "subject", name=op.f("uq_settlement_match_company_id_subject")),
    )
    op.create_table(
        "stock_movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stock_level_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('opening', 'received', 'shipped', 'found', 'counted', 'announced', 'arrived', 'transferred', 'returned', 'cleared', 'scrapped', 'adjusted', 'lost')",
            name=op.f("ck_stock_movement_cause"),
        ),
        sa.ForeignKeyConstraint(["stock_level_id"], ["stock_level.id"], name=op.f("fk_stock_movement_stock_level_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
        sa.UniqueConstraint(
            "stock_level_id", "cause", "reference", name=op.f("uq_stock_movement_stock_level_id_cause_reference")
        ),
    )
    op.create_table(
        "change_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("verdict IN ('yes', 'no')", name=op.f("ck_change_approval_verdict")),
        sa.CheckConstraint(
            "(verdict IS NULL) = (answered_at IS NULL)", name=op.f("ck_change_approval_answered_with_a_verdict")
        ),
        sa.ForeignKeyConstraint(["change_id"], ["change_request.id"], name=op.f("fk_change_approval_change_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_approval")),
        sa.UniqueConstraint("change_id", "approver", name=op.f("uq_change_approval_change_id_approver")),
    )
    op.create_table(
        "customer_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("return_no", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("outbound_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("waybill_no", sa.String(), nullable=False),
        sa.Column("announced_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("arrived >= 0 AND arrived <= quantity", name=op.f("ck_customer_return_arrived_within")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_customer_return_quantity_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_customer_return_company_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_customer_return_order_id")),
        sa.ForeignKeyConstraint(["outbound_id"], ["outbound.id"], name=op.f("fk_customer_return_outbound_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_customer_return_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_return")),
        sa.UniqueConstraint("return_no", name=op.f("uq_customer_return_return_no")),
    )
    with op.batch_alter_table("customer_return", schema=None) as batch_op:
        batch_op.create_index("ix_customer_return_order_id", ["order_id"], unique=False)

    op.create_table(
        "order_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_status", sa.String(), nullable=True),
        sa.Column("to_status", sa.String(), nullable=True),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("detail", Json, nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("flow_run_id", sa.String(), nullable=True),
        sa.Column("task_run_id", sa.String(), nullable=True),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("inputs_hash", sa.String(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('received', 'changed', 'moved', 'held', 'unheld', 'line-refused', 'line-mended', 'sent', 'tracked', 'noticed', 'settled', 'answered', 'expired', 'split', 'stock-lost', 'change-asked', 'change-closed', 'promised')",
            name=op.f("ck_order_event_kind"),
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_order_event_decision_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_event_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
        sa.UniqueConstraint("order_id", "seq", name=op.f("uq_order_event_order_id_seq")),
    )
    op.create_table(
        "order_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=True),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.Column("content", Json, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["change_request.id"], name=op.f("fk_order_version_change_id")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_order_version_inbox_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_version_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_version")),
        sa.UniqueConstraint("order_id", "version", name=op.f("uq_order_version_order_id_version")),
    )
    op.create_table(
        "outbound_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbound_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("shipped", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_outbound_line_quantity_positive")),
        sa.CheckConstraint("shipped >= 0", name=op.f("ck_outbound_line_shipped_not_negative")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_outbound_line_order_line_id")),
        sa.ForeignKeyConstraint(["outbound_id"], ["outbound.id"], name=op.f("fk_outbound_line_outbound_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_outbound_line_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_line")),
        sa.UniqueConstraint(
            "outbound_id",
            "order_line_id",
            "product_id",
            name=op.f("uq_outbound_line_outbound_id_order_line_id_product_id"),
        ),
    )
    op.create_table(
        "reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("stock_level_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_reservation_ended_when_closed")),
        sa.CheckConstraint("claim IN ('order', 'presale')", name=op.f("ck_reservation_claim")),
        sa.CheckConstraint("state IN ('open', 'consumed', 'released', 'expired')", name=op.f("ck_reservation_state")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservation_quantity_positive")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_reservation_order_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_reservation_order_line_id")),
        sa.ForeignKeyConstraint(["stock_level_id"], ["stock_level.id"], name=op.f("fk_reservation_stock_level_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reservation_expires_at",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open' AND expires_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'open' AND expires_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_reservation_open",
            ["stock_level_id", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_reservation_order_id", ["order_id"], unique=False)

    op.create_table(
        "shipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbound_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("shipped_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["outbound_id"], ["outbound.id"], name=op.f("fk_shipment_outbound_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("outbound_id", "message_id", name=op.f("uq_shipment_outbound_id_message_id")),
    )
    op.create_table(
        "parcel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("waybill_no", sa.String(), nullable=False),
        sa.Column("contents", Json, nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=True),
        sa.Column("shipped_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("next_look_at", UtcDateTime(), nullable=True),
        sa.Column("subscribed_at", UtcDateTime(), nullable=True),
        sa.Column("late_noticed_at", UtcDateTime(), nullable=True),
        sa.Column("customs_noticed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_parcel_order_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_parcel_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sa.UniqueConstraint("carrier", "waybill_no", name=op.f("uq_parcel_carrier_waybill_no")),
    )
    with op.batch_alter_table("parcel", schema=None) as batch_op:
        batch_op.create_index(
            "ix_parcel_on_the_way",
            ["next_look_at"],
            unique=False,
            sqlite_where=sa.text("next_look_at IS NOT NULL"),
            postgresql_where=sa.text("next_look_at IS NOT NULL"),
        )
        batch_op.create_index("ix_parcel_order_id", ["order_id"], unique=False)

    op.create_table(
        "tracking_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_tracking_event_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_event")),
        sa.UniqueConstraint("parcel_id", "point_id", name=op.f("uq_tracking_event_parcel_id_point_id")),
    )
