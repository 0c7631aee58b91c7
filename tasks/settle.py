"""Providers' statements, and how they meet the orders (F1, F2)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from pandas import DataFrame
from sqlalchemy import and_, delete, func, select

from expectations.apply import find_failures
from expectations.settlements import settlement_lines
from models.base import insert_or_ignore, insert_or_replace, table_of
from models.event import Happened
from models.many import among
from models.messages import StatementLine
from models.money_flow import SettlementLine, SettlementMatch
from models.order_book import LINE, ORDER
from models.work import Work
from policies.rules import Rules
from policies.settlement import Account, Verdict, judge_account
from tasks.connections import partner
from tasks.hub import hub_task, once_a_run, tell, unit_of_work
from tasks.quarantine import Refusal, refuse

STATEMENT = table_of(SettlementLine)
MATCH = table_of(SettlementMatch)
_UNKNOWN_SUBJECT = STATEMENT.c.provider + ":" + STATEMENT.c.order_key
"""The subject of money whose order is unknown."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What statement lines brought: how many are new or refused, and how the orders that they touch now stand."""

    new_lines: int = 0
    refused: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)


@once_a_run
@hub_task
async def pull_statement(provider: str, day: date) -> list[StatementLine]:
    """One day's statement. Raises ``Unavailable`` while it is not ready, to be retried."""
    async with partner(provider) as client:
        lines: list[StatementLine] = await client.pull_statement(day)
        return lines


@hub_task
async def settle_statement(provider: str, lines: Sequence[StatementLine], rules: Rules) -> Settled:
    """Store statement lines and judge every order that they touch; lines that came before change nothing."""
    rows = [_row(provider, line) for line in lines]
    suite = settlement_lines(rules.quality.currencies)
    bad = find_failures(DataFrame(rows), suite)
    with unit_of_work() as work:
        refuse(
            work,
            [
                Refusal(provider, "statement", str(rows[n]["line_id"]) or f"row:{n}", _plain(rows[n]), reasons)
                for n, reasons in bad.items()
            ],
        )
        good = [{**row, "company_id": work.company_id} for n, row in enumerate(rows) if n not in bad]
        touched = _store(work, good) | _found_since(work)
        verdicts = judge_orders(work, touched, rules)
    outcomes: dict[str, int] = {}
    for verdict in verdicts:
        outcomes[verdict.outcome] = outcomes.get(verdict.outcome, 0) + 1
    tell("%s: %d lines, %d refused, orders: %s", provider, len(rows), len(bad), outcomes)
    return Settled(len(good), len(bad), outcomes)


def _row(provider: str, line: StatementLine) -> dict[str, Any]:
    return {
        "provider": provider,
        "line_id": line.line_id,
        "trade_no": line.trade_no,
        "order_key": line.order_no,
        "kind": line.kind,
        "currency": line.amount.currency,
        "amount_minor": line.amount.minor,
        "fee_minor": line.fee.minor,
        "happened_at": line.happened_at,
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


def _store(work: Work, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Insert what is new; the order keys that it touches."""
    if not rows:
        return set()
    statement = insert_or_ignore(work.session, STATEMENT, ("company_id", "provider", "line_id"))
    return set(work.session.execute(statement.returning(STATEMENT.c.order_key), [*rows]).scalars())


def with_money_before(work: Work, order_keys: Collection[str]) -> int:
    """How many of these order numbers a statement named when no order had them, so that it is to be judged again."""
    query = (
        select(func.count(STATEMENT.c.order_key.distinct()))
        .join(MATCH, and_(MATCH.c.company_id == STATEMENT.c.company_id, MATCH.c.subject == _UNKNOWN_SUBJECT))
        .where(STATEMENT.c.company_id == work.company_id, among(STATEMENT.c.order_key, order_keys))
        .where(MATCH.c.outcome == "unknown-order")
    )
    return int(work.session.execute(query).scalar_one())


def _found_since(work: Work) -> set[str]:
    """Order keys of money that had no order when it was judged, and has one now."""
    query = (
        select(STATEMENT.c.order_key)
        .join(MATCH, and_(MATCH.c.company_id == STATEMENT.c.company_id, MATCH.c.subject == _UNKNOWN_SUBJECT))
        .join(ORDER, and_(ORDER.c.company_id == work.company_id, ORDER.c.channel_order_no == STATEMENT.c.order_key))
        .where(MATCH.c.company_id == work.company_id, MATCH.c.outcome == "unknown-order")
    )
    return set(work.session.execute(query).scalars())


def judge_orders(work: Work, order_keys: set[str], rules: Rules) -> list[Verdict]:
    """Judge the accounts of these order numbers anew and keep the outcome; each changed order gets an event."""
    verdicts = [judge_account(account, rules.settlement) for account in _accounts(work, order_keys)]
    subjects = [verdict.account.subject for verdict in verdicts]
    query = select(MATCH.c.subject, MATCH.c.outcome, MATCH.c.settled_minor)
    mine = query.where(MATCH.c.company_id == work.company_id, among(MATCH.c.subject, subjects))
    before = {row.subject: (row.outcome, row.settled_minor) for row in work.rows(mine)}
    changed = [v for v in verdicts if before.get(v.account.subject) != (v.outcome, v.account.settled_minor)]
    _forget_unknown(work, order_keys)
    _keep(work, changed)
    work.events.add(
        [
            Happened(v.account.order_id, "settled", work.now, reasons=v.reasons, detail={"outcome": v.outcome})
            for v in changed
            if v.account.order_id is not None
        ]
    )
    return verdicts


def _forget_unknown(work: Work, order_keys: set[str]) -> None:
    """Money whose order was unknown is judged anew under these keys; its old row would count it twice."""
    keys = select(_UNKNOWN_SUBJECT).where(among(STATEMENT.c.order_key, order_keys))
    mine = keys.where(STATEMENT.c.company_id == work.company_id)
    work.session.execute(delete(MATCH).where(MATCH.c.company_id == work.company_id, MATCH.c.subject.in_(mine)))


def _accounts(work: Work, order_keys: Collection[str]) -> Iterator[Account]:
    settled = (
        select(
            STATEMENT.c.order_key,
            func.min(STATEMENT.c.provider).label("provider"),
            func.min(STATEMENT.c.currency).label("currency"),
            func.sum(STATEMENT.c.amount_minor).label("settled"),
            func.count().label("lines"),
        )
        .where(STATEMENT.c.company_id == work.company_id, among(STATEMENT.c.order_key, order_keys))
        .group_by(STATEMENT.c.order_key)
        .subquery()
    )
    of_order = (LINE.c.order_id == ORDER.c.id, LINE.c.state != "dropped")
    goods = select(func.count()).select_from(LINE).where(*of_order).correlate(ORDER).scalar_subquery()
    same_number = (ORDER.c.channel_order_no == settled.c.order_key, ORDER.c.company_id == work.company_id)
    query = (
        select(settled, ORDER.c.id, ORDER.c.amount_minor, goods.label("goods"))
        .join(ORDER, and_(*same_number), isouter=True)
        .order_by(settled.c.order_key)
    )
    for _, rows in groupby(work.session.execute(query), key=attrgetter("order_key")):
        yield _account([*rows])


def _account(rows: Sequence[Any]) -> Account:
    """The account of an order number, with a row for each order that has it; one without any if none has."""
    row = rows[0]
    single = row.id is not None and len(rows) == 1
    return Account(
        subject=f"order:{row.id}" if single else f"{row.provider}:{row.order_key}",
        order_id=row.id if single else None,
        currency=row.currency,
        order_minor=row.amount_minor if single else 0,
        settled_minor=int(row.settled),
        goods_lines=int(row.goods),
        statement_lines=row.lines,
        orders=0 if row.id is None else len(rows),
    )


def _keep(work: Work, verdicts: Sequence[Verdict]) -> None:
    if not verdicts:
        return
    rows = [
        {
            "company_id": work.company_id,
            "subject": v.account.subject,
            "order_id": v.account.order_id,
            "outcome": v.outcome,
            "currency": v.account.currency,
            "order_minor": v.account.order_minor,
            "settled_minor": v.account.settled_minor,
            "lines": v.account.statement_lines,
            "policy_version": work.run.policy_version,
            "matched_at": work.now,
        }
        for v in verdicts
    ]
    statement = insert_or_replace(work.session, MATCH, ("company_id", "subject"), tuple(rows[0]))
    work.session.execute(statement, rows)
