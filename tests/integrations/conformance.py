"""What every partner must do, asked in the words of its port only. Each check is one promise of design §5.

A check takes a bench and a partner's name, and fails by an assertion or by an error that is not the promised one.
"""

import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest
from bench import Bench
from loopback import closed_port
from peers import peer
from samples import CALLS, Call

from integrations.errors import Misconfigured, PartnerError, Rejected, Unavailable
from integrations.ports import (
    BooksReceivables,
    CallsForOrders,
    Carrier,
    Channel,
    Erp,
    HearsOfOrders,
    Invoicer,
    Notifier,
    PrintsLabels,
    PushesOrders,
    PushesPayments,
    ReportsStock,
    ShowsOrders,
    TakesOutboundsTogether,
    TakesReturns,
    TellsOfOrders,
    Tracker,
    TracksParcels,
    Warehouse,
)
from integrations.registry import PARTNERS, Partner
from sandbox.faults import FaultKind

ABILITIES = (
    PushesOrders,
    CallsForOrders,
    PushesPayments,
    TellsOfOrders,
    ShowsOrders,
    HearsOfOrders,
    BooksReceivables,
    TracksParcels,
    ReportsStock,
    TakesOutboundsTogether,
    TakesReturns,
    PrintsLabels,
)
"""What some partners of a port can do besides."""

Check = Callable[[Bench, str], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """A check, and the ports whose partners are asked."""

    check: Check
    ports: tuple[type, ...]

    def concerns(self, port: type[Partner], maker: Any) -> bool:
        by_ability = any(ability in self.ports and issubclass(maker, ability) for ability in ABILITIES)
        return not self.ports or port in self.ports or by_ability


CHECKS: dict[str, Asked] = {}


def of(*ports: type) -> Callable[[Check], Check]:
    """Register a check for partners of these ports; for all if none is given."""

    def register(check: Check) -> Check:
        CHECKS[check.__name__] = Asked(check, ports)
        return check

    return register


def calls(name: str) -> tuple[Call, ...]:
    """What a partner is asked: the calls of its port that it has."""
    entry = PARTNERS[name]
    return tuple(call for call in CALLS[entry.port] if hasattr(entry.maker, call.method))


def checks_for(name: str) -> list[str]:
    entry = PARTNERS[name]
    return [
        title
        for title, asked in CHECKS.items()
        if asked.concerns(entry.port, entry.maker) and (asked.ports or peer(name).obeys)
    ]


async def failed_checks(bench: Bench, name: str, maker: type) -> dict[str, BaseException]:
    """What the suite finds wrong with ``maker`` in place of a registered partner's class, by the check that failed."""
    bench.makers[name] = maker
    failed: dict[str, BaseException] = {}
    for title in checks_for(name):
        bench.world.reset()
        try:
            await CHECKS[title].check(bench, name)
        except (Exception, pytest.fail.Exception) as error:
            failed[title] = error
    return failed


async def failure(bench: Bench, name: str, call: Call, kind: FaultKind) -> PartnerError:
    """The error of ``call`` when every request meets this fault."""
    bench.world.reset()
    arguments = await call.prepare(bench, name)
    bench.fault(name, kind, method=call.method)
    with pytest.raises(PartnerError) as caught:
        await call.run(bench.partner(name), arguments)
    return caught.value


@of()
async def a_page_an_empty_or_a_cut_body_is_an_outage(bench: Bench, name: str) -> None:
    for call in calls(name):
        for kind in (FaultKind.HTML_200, FaultKind.EMPTY_JSON, FaultKind.MALFORMED):
            error = await failure(bench, name, call, kind)
            assert isinstance(error, Unavailable), (call.method, kind, error)
            assert error.outcome_unknown == call.writes, (call.method, kind)


@of()
async def an_outage_is_for_later(bench: Bench, name: str) -> None:
    for call in calls(name):
        for kind, unknown in ((FaultKind.STATUS_500, call.writes), (FaultKind.REFUSE, False)):
            error = await failure(bench, name, call, kind)
            assert isinstance(error, Unavailable), (call.method, kind, error)
            assert error.outcome_unknown == unknown, (call.method, kind)


@of()
async def nobody_listening_is_an_outage_with_nothing_done(bench: Bench, name: str) -> None:
    for call in (call for call in calls(name) if not call.told_where):
        bench.world.reset()
        arguments = await call.prepare(bench, name)
        with pytest.raises(Unavailable) as caught:
            await call.run(bench.partner(name, address=closed_port()), arguments)
        assert not caught.value.outcome_unknown, call.method


@of()
async def too_many_requests_is_for_later_with_nothing_done(bench: Bench, name: str) -> None:
    error = await failure(bench, name, calls(name)[0], FaultKind.RATE_LIMIT)
    assert isinstance(error, Unavailable), error
    assert not error.outcome_unknown


@of()
async def an_expired_session_stops_the_partner(bench: Bench, name: str) -> None:
    for call in calls(name):
        error = await failure(bench, name, call, FaultKind.EXPIRED_SESSION)
        assert isinstance(error, Misconfigured), (call.method, error)


@of()
async def a_refusal_in_the_partners_own_words_is_rejected_and_not_asked_again(bench: Bench, name: str) -> None:
    for call in calls(name):
        bench.world.reset()
        arguments = await call.prepare(bench, name)
        bench.fault(name, FaultKind.REJECT, times=1, method=call.method)
        with pytest.raises(Rejected):
            await call.run(bench.partner(name), arguments)
        refused = bench.effects(name)
        await call.run(bench.partner(name), arguments)
        assert not call.writes or len(bench.effects(name)) > len(refused), f"{call.method} was asked again and done"


@of()
async def a_refusal_by_status_is_classed(bench: Bench, name: str) -> None:
    for status, expected in ((401, Misconfigured), (403, Misconfigured), (422, Rejected)):
        for call in calls(name):
            bench.world.reset()
            arguments = await call.prepare(bench, name)
            partner = bench.replying(name, lambda _, status=status: httpx.Response(status, text="no"))
            with pytest.raises(PartnerError) as caught:
                await call.run(partner, arguments)
            assert type(caught.value) is expected, (call.method, status, caught.value)


@of()
async def no_secret_is_shown(bench: Bench, name: str) -> None:
    shown: list[str] = []
    distinctive = bench.distinctive(name)
    settings = PARTNERS[name].settings.model_validate(distinctive)
    recorder = _Recorder()
    root = logging.getLogger()
    level = root.level
    root.addHandler(recorder)
    root.setLevel(logging.DEBUG)
    try:
        for call in calls(name):
            bench.world.reset()
            arguments = await call.prepare(bench, name)
            for status in (200, 400, 401, 422, 500):
                partner = bench.replying(name, lambda request, status=status: _echo(request, status), distinctive)
                with pytest.raises(PartnerError) as caught:
                    await call.run(partner, arguments)
                shown += [repr(partner), repr(caught.value), "".join(traceback.format_exception(caught.value))]
    finally:
        root.setLevel(level)
        root.removeHandler(recorder)
    shown += [repr(settings), str(settings), *recorder.lines]
    for secret in settings.secrets():
        leaks = [text for text in shown if secret in text or secret.encode().hex() in text]
        assert not leaks, leaks[0][:200].replace(secret, "<the secret>")


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _echo(request: httpx.Request, status: int) -> httpx.Response:
    """A careless partner quotes the whole request."""
    said = f"{request.url}\n{request.headers.raw!r}\n{unquote_plus(request.content.decode())}"
    return httpx.Response(status, text=f"cannot handle {unquote_plus(said)}")


@of()
async def a_lost_reply_to_a_question_is_asked_again(bench: Bench, name: str) -> None:
    for call in (call for call in calls(name) if not call.writes):
        bench.world.reset()
        arguments = await call.prepare(bench, name)
        undisturbed = await call.run(bench.partner(name), arguments)
        bench.fault(name, FaultKind.DROP_REPLY, times=1)
        assert await call.run(bench.partner(name), arguments) == undisturbed, call.method


@of(Channel, Warehouse, Carrier, Tracker, Erp, Invoicer, Notifier)
async def a_lost_reply_to_a_write_says_so_and_is_not_sent_again(bench: Bench, name: str) -> None:
    for call in (call for call in calls(name) if call.writes):
        bench.world.reset()
        await call.run(bench.partner(name), await call.prepare(bench, name))
        undisturbed = bench.effects(name)
        error = await failure(bench, name, call, FaultKind.DROP_REPLY)
        assert isinstance(error, Unavailable), (call.method, error)
        assert error.outcome_unknown, call.method
        effects = bench.effects(name)
        assert effects == undisturbed[: len(effects)], call.method


@of(Channel, Warehouse, Carrier, Tracker, Erp, Invoicer)
async def a_write_repeated_after_a_lost_reply_is_done_once(bench: Bench, name: str) -> None:
    for call in (call for call in calls(name) if call.writes):
        bench.world.reset()
        arguments = await call.prepare(bench, name)
        expected = await call.run(bench.partner(name), arguments)
        undisturbed = bench.effects(name)
        for requests_before in range(20):
            bench.world.reset()
            arguments = await call.prepare(bench, name)
            bench.fault(name, FaultKind.DROP_REPLY, times=1)
            bench.world.faults.laid[0].after = requests_before
            try:
                await call.run(bench.partner(name), arguments)
            except Unavailable:
                assert await call.run(bench.partner(name), arguments) == expected, (call.method, requests_before)
            assert bench.effects(name) == undisturbed, (call.method, requests_before)
            if bench.world.faults.laid[0].times:
                break  # the call makes fewer requests than that: every one of them has been cut off
        else:
            pytest.fail("a call of twenty requests")


@of(Channel, Warehouse, Carrier, Tracker, Erp, Invoicer)
async def a_write_repeated_gives_the_first_result(bench: Bench, name: str) -> None:
    for call in (call for call in calls(name) if call.writes):
        bench.world.reset()
        arguments = await call.prepare(bench, name)
        first = await call.run(bench.partner(name), arguments)
        effects = bench.effects(name)
        assert await call.run(bench.partner(name), arguments) == first, call.method
        assert bench.effects(name) == effects, call.method


@of(Warehouse, Carrier, Erp, Invoicer)
async def what_was_done_before_the_reply_was_lost_is_found(bench: Bench, name: str) -> None:
    write, find = calls(name)[0], next(call for call in calls(name) if call.method.startswith("find_"))
    bench.world.reset()
    key = await find.prepare(bench, name)
    assert await find.run(bench.partner(name), key) is None
    bench.fault(name, FaultKind.DROP_REPLY, times=1, method=write.method)
    with pytest.raises(Unavailable):
        await write.run(bench.partner(name), await write.prepare(bench, name))
    assert await find.run(bench.partner(name), key) is not None
