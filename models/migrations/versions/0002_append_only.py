"""Order events are only ever added: the database refuses to change or remove one (invariant 3)."""

from alembic import op

revision = "0002"
down_revision = "0001"

_REFUSAL = "order events are append-only"


def upgrade() -> None:
    """Make the triggers, in the dialect at hand."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"""
            CREATE FUNCTION refuse_order_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$
            """
        )
        op.execute(
            """
            CREATE TRIGGER order_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_event
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_order_event_change()
            """
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""
            CREATE TRIGGER order_event_no_{verb.lower()} BEFORE {verb} ON order_event
            BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
            """
        )
