"""How our accounts at partners stand, in the database: what one worker learns all the others heed.

Pauses and refusals count by the hub's clock, like the messages that wait for them. Turns count by the real one: a
partner does, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update

from integrations.rate import Rate
from models.base import insert_or_ignore
from models.partner_account import ACCOUNT
from models.reasons import Reason
from models.work import Work
from tasks.hub import current_rules, unit_of_work
from tasks.notices import notice
from tasks.reading import reading

ASK_AGAIN: Final = timedelta(minutes=5)
"""How long a partner that refused our credential is left alone before one call tries the same one again."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When a call may leave: after ``wait``, if the account is still paused only until ``paused_until`` then.

    ``refused``: not at all, for these words of the partner. ``tries_again``: it refused before, and this call finds out
    whether it still does.
    """

    wait: timedelta = timedelta()
    paused_until: datetime | None = None
    refused: str = ""
    tries_again: bool = False


def next_turn(
    account: str, mark: str, rate: Rate | None, patience: timedelta, heeded: datetime | None, trying: bool = False
) -> Turn:
    """Take a turn to call. One that is further away than ``patience`` is not taken: it is somebody else's.

    ``mark`` tells the settings in use from those that were refused; ``heeded`` is the pause that was waited for;
    ``trying``: an earlier call of the same operation was the one that tries the refused credential again.
    """
    if rate is None:  # most calls: nothing to write
        with reading() as work:
            row = _read(work, account)
        if row is None or (row.refused_at is None and not _pause(row, heeded, work.now)):
            return Turn()
    with unit_of_work("partners") as work:
        row = own_account(work, account)
        if row.refused_at is not None and row.refused_with == mark and not trying:
            if row.ask_again_at > work.now:
                return Turn(refused=row.refused_why)
            _set(work, row, ask_again_at=work.now + ASK_AGAIN)
        pause, real = _pause(row, heeded, work.now), datetime.now(UTC)
        wait = pause
        if rate is not None:
            booked = max(row.next_turn_at or real, real + pause)
            wait = max(pause, booked - rate.interval * (rate.burst - 1) - real)
            if wait <= patience:
                _set(work, row, next_turn_at=booked + rate.interval)
        return Turn(wait, row.paused_until, tries_again=row.refused_at is not None)


def paused_until(account: str) -> datetime | None:
    """Until when the partner asked not to be called, if it ever did."""
    with reading() as work:
        row = _read(work, account)
    return row.paused_until if row is not None else None


def is_refused(account: str) -> bool:
    """Whether the partner refuses the account's credential."""
    with reading() as work:
        row = _read(work, account)
    return row is not None and row.refused_at is not None


def slow_down(account: str, wait: timedelta) -> None:
    """The partner asked for patience: nobody calls this account for ``wait``."""
    with unit_of_work("partners") as work:
        row = own_account(work, account)
        until = work.now + wait
        if row.paused_until is None or row.paused_until < until:
            _set(work, row, paused_until=until)


def stop(account: str, connection: str, mark: str, why: str) -> None:
    """The partner refuses our credential: nobody calls it with that one again for a while, and a person hears once."""
    with unit_of_work("partners") as work:
        row = own_account(work, account)
        first = row.refused_at is None
        since = work.now if first else row.refused_at
        _set(
            work, row, refused_at=since, refused_why=why, refused_for=connection, refused_with=mark,
            ask_again_at=work.now + ASK_AGAIN, token="", token_until=None,
        )  # fmt: skip
        told = current_rules().failures.told
        if first and told:
            reason = Reason("partner-stopped", {"account": account, "message": why})
            key = f"partner-stopped:{account}:{work.now.isoformat()}"
            work.outbox.add([notice(told, key, "partner-stopped-title", (reason,), account=account)])


def go_on(account: str, connection: str, mark: str) -> None:
    """The partner accepts a credential again: the refused one, or another one of the connection that was refused."""
    with unit_of_work("partners") as work:
        same = or_(ACCOUNT.c.refused_for == connection, ACCOUNT.c.refused_with == mark)
        mended = update(ACCOUNT).where(*_mine(work, account), same)
        none = {"refused_at": None, "refused_why": "", "refused_for": "", "refused_with": "", "ask_again_at": None}
        work.session.execute(mended.values(**none))


@dataclass(frozen=True, slots=True)
class Stopped:
    """An account that a partner refuses, since when and in which words."""

    account: str
    since: datetime
    why: str


def stopped_accounts(work: Work) -> tuple[Stopped, ...]:
    """The accounts that partners refuse, the longest refused first."""
    mine = (ACCOUNT.c.company_id == work.company_id, ACCOUNT.c.refused_at.is_not(None))
    rows = work.rows(select(ACCOUNT).where(*mine).order_by(ACCOUNT.c.refused_at, ACCOUNT.c.account))
    return tuple(Stopped(row.account, row.refused_at, row.refused_why) for row in rows)


def resting_accounts(patience: timedelta) -> Mapping[str, str | None]:
    """The accounts that are not to be called now, each with the mark of the settings that were refused.

    ``None`` when it rests whatever its settings are: it is paused, or all turns within ``patience`` are taken.
    """
    with reading() as work:
        booked = datetime.now(UTC) + patience
        refused = ACCOUNT.c.ask_again_at > work.now
        paused = or_(ACCOUNT.c.paused_until > work.now, ACCOUNT.c.next_turn_at > booked)
        query = select(ACCOUNT.c.account, ACCOUNT.c.refused_with, refused.label("refused"), paused.label("paused"))
        rows = work.rows(query.where(ACCOUNT.c.company_id == work.company_id, or_(refused, paused)))
    return {row.account: None if row.paused else row.refused_with for row in rows}


def _mine(work: Work, account: str) -> tuple[Any, ...]:
    return ACCOUNT.c.company_id == work.company_id, ACCOUNT.c.account == account


def _read(work: Work, account: str) -> Any:
    return work.session.execute(select(ACCOUNT).where(*_mine(work, account))).first()


def own_account(work: Work, account: str) -> Any:
    """The account's row, made if it is missing, and locked until the transaction ends."""
    query = select(ACCOUNT).where(*_mine(work, account)).with_for_update()
    row = work.session.execute(query).first()
    if row is None:
        empty = dict.fromkeys(("refused_why", "refused_for", "refused_with", "token"), "")
        fresh = {"company_id": work.company_id, "account": account, **empty}
        work.session.execute(insert_or_ignore(work.session, ACCOUNT, ("company_id", "account")), fresh)
        row = work.session.execute(query).one()
    return row


def _set(work: Work, row: Any, **change: Any) -> None:
    work.session.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(**change))


def _pause(row: Any, heeded: datetime | None, now: datetime) -> timedelta:
    until: datetime | None = row.paused_until
    return max(timedelta(), until - now) if until is not None and until != heeded else timedelta()
