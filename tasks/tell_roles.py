"""Telling each role of the rules what a batch of decisions has for it."""

from collections.abc import Sequence

from messages import say, say_reason
from models.order_number import order_number
from models.outbox import Owed
from models.reasons import Reason
from models.work import Work
from policies.decision import OrderDecision
from policies.rules import Rules
from settings import get_settings
from tasks.connections import connections

MOST_TOLD = 20
"""Orders that one notice names; the console has the others."""


def tell_roles(work: Work, decided: Sequence[OrderDecision], rules: Rules) -> None:
    """Tell each role of ``[told]`` what a batch of decisions has for it: one notice for all of its orders."""
    of_role: dict[str, list[tuple[int, Reason]]] = {}
    for decision in decided:
        for told in decision.tells:
            of_role.setdefault(told.role, []).append((decision.order_id, told.reason))
    locale = get_settings().locale
    connected = {notifier.code for notifier in connections().notifier}
    rows = []
    for role, news in sorted(of_role.items()):
        connection = rules.told.get(role)
        if connection not in connected:
            continue  # an import into a hub without partners tells nobody
        lines = [f"{order_number(order_id)}: {say_reason(reason, locale)}" for order_id, reason in news[:MOST_TOLD]]
        title = say("notice-decisions", locale, role=role, orders=len(news))
        key = f"notice:decided:{role}:{work.run.flow_run_id}:{news[0][0]}"
        payload = {"title": title, "text": "\n".join(lines)}
        rows.append({"kind": Owed.NOTICE, "connection": connection, "idempotency_key": key, "payload": payload})
    work.outbox.add(rows)
