"""What customers owe for goods that left, and no longer owe for goods that came back: owed to the ERP (F3)."""

from typing import Any, cast

from sqlalchemy import select

from integrations.ports import BooksReceivables
from integrations.registry import PARTNERS
from models.base import table_of
from models.lifecycle import OrderKind
from models.order_book import ORDER
from models.order_number import order_id_of
from models.outbox import OUTBOX, Owed
from models.shipment import Outbound
from models.work import Work
from tasks.connections import connections

OUTBOUND = table_of(Outbound)


def voucher_number(outbound_no: str, reversal: int = 0) -> str:
    """Our number of the voucher of an outbound, or of the ``reversal``-th that takes from it."""
    return f"AR{outbound_no.removeprefix('OUT')}" + (f"-R{reversal}" if reversal else "")


def owe_receivable(work: Work, outbound: Any) -> None:
    """An outbound of a sale has left: its customer owes what was in it. ``outbound`` with ``kind`` and ``channel`` of
    its order. An ERP whose own invoices say what is owed is not told: see ``ErpConnection``."""
    erp = connections().erp_for(outbound.channel)
    wanted = any(keeper.code == erp and keeper.receivables for keeper in connections().erp)
    if wanted and outbound.kind == OrderKind.SALE:
        _owe(work, outbound, erp, f"receivable:{outbound.outbound_no}", {})


def owe_reversal(work: Work, reference: str, sku: str, quantity: int) -> None:
    """Pieces came back: what was owed for them is taken from it. Nothing follows if ``reference`` names no order of
    ours whose voucher was owed to the ERP."""
    order_id = order_id_of(reference)
    if order_id is None:
        return
    owed = (OUTBOX.c.company_id == work.company_id, OUTBOX.c.order_id == order_id, OUTBOX.c.kind == Owed.RECEIVABLE)
    columns = (OUTBOUND.c.id, OUTBOUND.c.order_id, OUTBOUND.c.outbound_no)
    query = (
        select(*columns)
        .join(ORDER, ORDER.c.id == OUTBOUND.c.order_id)
        .where(ORDER.c.id == order_id, ORDER.c.company_id == work.company_id, OUTBOUND.c.state == "shipped")
    )
    outbound = next(iter(work.rows(query.order_by(OUTBOUND.c.id.desc()).with_for_update())), None)
    keepers = list(work.session.execute(select(OUTBOX.c.connection).where(*owed).order_by(OUTBOX.c.id)).scalars())
    if outbound is None or not keepers:
        return
    payload = {"reversal": len(keepers), "sku": sku, "quantity": quantity}
    _owe(work, outbound, keepers[0], f"receivable:{outbound.outbound_no}:{len(keepers)}", payload)


def _owe(work: Work, outbound: Any, erp: str, key: str, payload: dict[str, Any]) -> None:
    if not erp or not _keeps_receivables(connections().named(erp).partner):
        return
    row = {
        "kind": Owed.RECEIVABLE, "order_id": outbound.order_id, "connection": erp, "idempotency_key": key,
        "payload": {"outbound_id": outbound.id, **payload},
    }  # fmt: skip
    work.outbox.add([row])


def _keeps_receivables(partner: str) -> bool:
    entry = PARTNERS.get(partner)
    return entry is not None and issubclass(cast(type, entry.maker), BooksReceivables)
