"""What held orders ask people, sent where they can answer it, and the answers that come back from there (B1, B6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from messages import say, say_reason
from models.messages import PersonAnswer
from models.order_number import order_number
from models.outbox import Owed
from models.reasons import Reason
from models.work import Work
from policies.decision import Held, OrderDecision
from policies.rules import Rules
from settings import get_settings
from tasks.answers import ASKED_BY_KIND, NothingAsked, answer
from tasks.connections import connections
from tasks.hub import unit_of_work


def ask_people(work: Work, orders: Mapping[int, Any], decided: Sequence[OrderDecision], rules: Rules) -> None:
    """Ask whoever ``[told]`` names for a question: an approver, or a kind of hold. One notice a question, once for each
    version of an order; ``orders`` are the rows of those decided."""
    connected = {notifier.code for notifier in connections().notifier}
    rows = []
    for decision in decided:
        for held in decision.holds:
            for question in _questions(held):
                connection = rules.told.get(question)
                if connection in connected:
                    version = orders[decision.order_id].version
                    key = f"notice:question:{decision.order_id}:{version}:{question}"
                    payload = _question(order_number(decision.order_id), question, held.reasons)
                    rows.append(
                        {"kind": Owed.NOTICE, "connection": connection, "idempotency_key": key, "payload": payload}
                    )
    work.outbox.add(rows)


def take_answer(connection: str, said: PersonAnswer) -> None:
    """Record what somebody answered by a button, and owe those who were asked what became of it.

    The question gives way to what became of it. An answer to what is not asked any more changes nothing: that is said
    too, and leaves what stands there.
    """
    locale, number = get_settings().locale, said.order_no
    by = f"{said.person} ({connection})"
    try:
        done = answer(number, said.question, said.verdict, by, say("answered-by-button", locale))
    except NothingAsked as error:
        text = str(error)
        replaces = ""
    else:
        replaces = said.replaces
        outcome = "question-refused" if said.verdict == "no" else "question-approved"
        text = say(outcome, locale, question=said.question, person=said.person)
        if done.still_asked:
            text += "\n" + say("question-still-waits", locale, questions=", ".join(done.still_asked))
    key = f"notice:answered:{number}:{said.question}:{said.key}"
    payload = {"title": say("question-answered-title", locale, order=number), "text": text, "replaces": replaces}
    with unit_of_work(by) as work:
        work.outbox.add([{"kind": Owed.NOTICE, "connection": connection, "idempotency_key": key, "payload": payload}])


def _questions(held: Held) -> list[str]:
    if held.kind in ASKED_BY_KIND:
        return [held.kind.value]
    return [str(reason.facts["approver"]) for reason in held.reasons if reason.code == "approval-needed"]


def _question(number: str, question: str, reasons: Sequence[Reason]) -> dict[str, Any]:
    locale = get_settings().locale
    how = say("question-how", locale, order=number, question=question)
    return {
        "title": say("question-title", locale, order=number, question=question),
        "text": "\n".join([*(say_reason(reason, locale) for reason in reasons), how]),
        "ask": {
            "order_no": number,
            "question": question,
            "yes": say("question-yes", locale),
            "no": say("question-no", locale),
        },
    }
