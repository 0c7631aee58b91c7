"""What became of every order: lost, done twice, of one mind or not, or with a person; and who had a part in it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from benchmarks.agreement import disagreements, systems_of
from benchmarks.control import World
from benchmarks.faults.connected import CHANNELS
from benchmarks.faults.shares import Shares, shares_of
from models.base import table_of
from models.company import SalesChannel
from models.event import broken_links
from models.lifecycle import Status
from models.order_book import HOLD, ORDER
from models.outbox import OUTBOX
from models.work import Work
from tasks.hub import unit_of_work

_CHANNEL = table_of(SalesChannel)
_ENDED = {Status.DELIVERED, Status.CANCELLED}
_TALK = {"dingtalk"}
"""A robot takes a message twice if its reply is lost; no fault is laid there, and people count as no system."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended. ``waits``: orders by the reason for which a person has them; each sentence names a single case."""

    orders: int
    statuses: Counter[str]
    waits: Counter[str]
    shares: Shares
    tried_again: int
    most_tries: int
    lost: Sequence[str]
    doubled: Sequence[str]
    apart: Sequence[str]
    unsound: Sequence[str]
    idle: Sequence[str]

    @property
    def bad(self) -> bool:
        """Whether anything is so that must not be."""
        return bool(self.lost or self.doubled or self.apart or self.unsound or self.idle)


def judge(world: World) -> Verdict:
    """Ask the partners and the books."""
    placed = {(channel, it["order_no"]) for channel in CHANNELS for it in world.state(channel)["orders"]}
    doubled = list(_doubled(world))
    apart = disagreements(systems_of(world.state))
    with unit_of_work("benchmark") as work:
        waits = _waits(work)
        rows = work.rows(
            select(ORDER.c.id, ORDER.c.status, ORDER.c.channel_order_no, _CHANNEL.c.code).join(
                _CHANNEL, _CHANNEL.c.id == ORDER.c.channel_id
            )
        )
        here = Counter((row.code, row.channel_order_no) for row in rows)
        doubled += [f"hub: {key} is {times} orders" for key, times in here.items() if times > 1]
        lost = [f"{key} never came" for key in sorted(placed - here.keys())]
        lost += [
            f"{row.channel_order_no} is {row.status}, and nobody has it"
            for row in rows
            if Status(row.status) not in _ENDED and row.id not in waits
        ]
        tries = [row.tries for row in work.rows(select(OUTBOX.c.tries))]
        shares = shares_of(work)
        return Verdict(
            orders=len(placed),
            statuses=Counter(row.status for row in rows),
            waits=Counter(reason for reasons in waits.values() for reason in sorted(set(reasons))),
            shares=shares,
            tried_again=sum(many > 1 for many in tries),
            most_tries=max(tries, default=0),
            lost=lost,
            doubled=doubled,
            apart=apart,
            unsound=[*map(str, broken_links(work.session)), *map(str, work.stock.balances_broken())],
            idle=[f"{what}: none for {code}" for what, share in shares.items() for code, n in share.items() if n == 0],
        )


def _doubled(world: World) -> Iterator[str]:
    """One effect per key; what an ERP is told of an order is another effect whenever it says something else."""
    done = Counter(
        (it["partner"], it["effect"], it["key"], json.dumps(it["content"].get("change", "")))
        for it in world.ledger()
        if it["partner"] not in _TALK
    )
    for (partner, effect, key, _), times in done.items():
        if times > 1:
            yield f"{partner}: {effect} {key}, {times} times"


def _waits(work: Work) -> dict[int, list[str]]:
    """Why a person has an order: its open holds, and messages that need somebody."""
    waits: dict[int, list[str]] = {}
    for row in work.rows(select(HOLD.c.order_id, HOLD.c.reasons).where(HOLD.c.closed_at.is_(None))):
        waits.setdefault(row.order_id, []).extend(reason["code"] for reason in row.reasons)
    query = select(OUTBOX.c.order_id, OUTBOX.c.kind, OUTBOX.c.connection, OUTBOX.c.why_person)
    for row in work.rows(query.where(OUTBOX.c.state == "person", OUTBOX.c.order_id.is_not(None))):
        waits.setdefault(row.order_id, []).append(f"{row.kind} to {row.connection}: {row.why_person}")
    return waits
