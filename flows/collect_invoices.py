"""Hear what the tax office made of the invoices that were asked for (F4)."""

from flows.summary import publish
from tasks import collect_invoices as invoices
from tasks.hub import current_rules, hub_flow
from tasks.signals import MESSAGES_DUE, signal


@hub_flow
async def collect_invoices() -> list[invoices.InvoicesCollected]:
    """Ask about every invoice that is being issued; keep its file, or tell people why there is none."""
    rules = current_rules()
    done = [await invoices.collect_invoices(code, rules) for code in invoices.invoicers()]
    if any(each.failed or each.issued for each in done):
        signal(MESSAGES_DUE)
    await publish("collect-invoices", "What became of invoices", done)
    return done
