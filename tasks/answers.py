"""What people say to an order that waits for them: yes lets it go on, no calls it off (B1, B6)."""

from dataclasses import dataclass

from sqlalchemy import select

from models.base import insert_or_replace, table_of
from models.event import Happened
from models.lifecycle import HoldKind, Status, Step
from models.order import Answer
from models.order_book import HOLD, ORDER
from models.order_number import order_id_of
from models.reasons import Reason
from models.work import Work
from policies.lifecycle import plan_move
from tasks.call_off import close_cancelled
from tasks.hub import unit_of_work

ANSWER = table_of(Answer)
ASKED_BY_KIND = (HoldKind.RISK, HoldKind.CREDIT, HoldKind.CUSTOMS, HoldKind.DATA)
"""Holds that ask under the name of their kind."""


class NothingAsked(ValueError):
    """There is no such order, or it does not wait for this answer; the message says what it waits for."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Which questions of the order are still open: approvers and kinds of hold."""

    order_id: int
    still_asked: tuple[str, ...]


def open_questions(work: Work, order_id: int) -> dict[str, HoldKind]:
    """What people are asked about an order now: an approver's name or a kind of hold, and the hold that it opens."""
    query = select(HOLD.c.kind, HOLD.c.reasons).where(HOLD.c.order_id == order_id, HOLD.c.closed_at.is_(None))
    answered = answered_of(work, order_id)
    asked: dict[str, HoldKind] = {}
    for kind, reasons in work.rows(query):
        approvers = [r["facts"]["approver"] for r in reasons if r["code"] == "approval-needed"]
        if kind in ASKED_BY_KIND or (kind == HoldKind.APPROVAL and not approvers):
            asked[kind] = HoldKind(kind)
        asked.update((approver, HoldKind(kind)) for approver in approvers if approver not in answered)
    return asked


def answered_of(work: Work, order_id: int) -> frozenset[str]:
    """The questions that people answered with yes for the version of the order that stands."""
    query = select(ANSWER.c.question).join(ORDER, ORDER.c.id == ANSWER.c.order_id)
    yes = (ANSWER.c.order_id == order_id, ANSWER.c.version == ORDER.c.version, ANSWER.c.verdict == "yes")
    return frozenset(work.session.execute(query.where(*yes)).scalars())


def answer(number: str, question: str, verdict: str, by: str, why: str = "") -> Answered:
    """Record what ``by`` says (``yes`` or ``no``) to a question about an order.

    With the last open question of a hold answered the hold closes, and the order is decided again. A no cancels the
    order. Raises ``NothingAsked``.
    """
    order_id = order_id_of(number)
    with unit_of_work(by) as work:
        query = select(ORDER).where(ORDER.c.id == order_id, ORDER.c.company_id == work.company_id)
        order = next(iter(work.rows(query.with_for_update())), None)
        if order is None:
            raise NothingAsked(f"There is no order {number}.")
        asked = open_questions(work, order.id)
        if question not in asked:
            waits = ", ".join(sorted(asked)) or "nobody"
            raise NothingAsked(f"{number} does not wait for {question!r}; it waits for: {waits}.")
        row = {
            "order_id": order.id, "version": order.version, "question": question, "verdict": verdict, "by": by,
            "why": why, "answered_at": work.now,
        }  # fmt: skip
        work.session.execute(
            insert_or_replace(work.session, ANSWER, ("order_id", "version", "question"), tuple(row)), [row]
        )
        said = (Reason("approved-by" if verdict == "yes" else "vetoed-by", {"person": by}),)
        detail = {"question": question, "why": why}
        work.events.add([Happened(order.id, "answered", work.now, reasons=said, detail=detail)])
        if verdict == "no":
            _call_off(work, order.id, Status(order.status), said)
            return Answered(order.id, ())
        hold = asked.pop(question)
        if hold not in asked.values():
            work.orders.unhold([order.id], hold, by, said)
        return Answered(order.id, tuple(sorted(asked)))


def _call_off(work: Work, order_id: int, status: Status, said: tuple[Reason, ...]) -> None:
    work.orders.advance([plan_move(order_id, status, [Step(Status.CANCELLED, work.now, said)])])
    close_cancelled(work, [order_id])
