"""Partners that call us: verify, keep the message, answer in their own format (A4, C1, invariant 2)."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.exc import OperationalError

from integrations.errors import Forged, Misconfigured, PartnerError, Unavailable
from integrations.ports import AsksPeople, CallsForOrders, PushesOrders, PushesPayments, Tracker, Warehouse
from models.database import DatabaseNotReady
from models.event import Run
from models.lifecycle import Route
from models.messages import RawMessage
from models.work import begin_work
from settings import get_settings
from tasks.connections import Connection, Connections, connections, partner
from tasks.questions import take_answer
from tasks.signals import CONFIRMATIONS_ARRIVED, NEWS_WAITING, ORDERS_ARRIVED

_logger = logging.getLogger(__name__)

CLIENTS_LAST = 60.0
"""Seconds for which a client is kept: then the partner's credential is read anew, which may have been rotated."""


class UnknownCaller(LookupError):
    """No connected partner of that name calls us."""


@dataclass(frozen=True, slots=True)
class Call:
    """What came over HTTP; header names in lower case."""

    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller is told, and which event is due now that its message is kept (empty: none)."""

    status: int
    media_type: str
    body: bytes
    event: str = ""


@dataclass(slots=True)
class Reception:
    """Takes calls, and keeps the partners' clients open from one call to the next. Use it in one event loop."""

    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _clients: dict[str, Any] = field(default_factory=dict)
    _connected: Connections | None = None
    _opened: float = 0.0

    async def close(self) -> None:
        """Let the clients go."""
        self._clients.clear()
        await self._stack.aclose()

    async def take(self, code: str, call: Call) -> Answer:
        """Take the call of a connection, or of a partner by its name: then its first connection verifies.

        A message that came before is answered as if it were new and stored once. What is forged, stale or no order
        leaves nothing behind but a line in the log. Raises ``UnknownCaller``.
        """
        caller = _caller(code)
        try:
            client = await self._client(caller)
        except Misconfigured as error:
            _logger.error("webhook of %s cannot be checked: %s", caller.code, error)
            return _json(503, "not configured")
        for port, take in _TAKERS:
            if isinstance(client, port):
                return await take(client, caller.code, call)
        raise UnknownCaller(code)

    async def check(self, code: str, query: Mapping[str, str]) -> Answer:
        """Answer a channel that asks whether this address is ours. Raises ``UnknownCaller``."""
        caller = _caller(code)
        try:
            client = await self._client(caller)
            if not isinstance(client, CallsForOrders):
                raise UnknownCaller(code)
            return Answer(200, "text/plain", client.answer_check(query).encode())
        except PartnerError as refusal:
            _logger.warning("check of our address by %s refused: %s", caller.code, refusal)
            return _json(401 if isinstance(refusal, Forged) else 503, refusal.message)

    async def _client(self, caller: Connection) -> Any:
        now = time.monotonic()
        if self._connected is not connections() or now - self._opened > CLIENTS_LAST:  # changed, or perhaps rotated
            await self.close()
            self._connected, self._opened = connections(), now
        if caller.code not in self._clients:
            self._clients[caller.code] = await self._stack.enter_async_context(partner(caller.code))
        return self._clients[caller.code]


def _caller(code: str) -> Connection:
    connected = connections()
    callers: list[Connection] = [
        *connected.channel, *connected.warehouse, *connected.tracker, *connected.payments, *connected.notifier
    ]  # fmt: skip
    for connection in callers:
        if connection.code == code:
            return connection
    for connection in callers:
        if connection.partner == code:
            return connection
    raise UnknownCaller(code)


async def _take_order(channel: PushesOrders, code: str, call: Call) -> Answer:
    try:
        message = channel.receive(call.headers, call.body, datetime.now(UTC))
    except PartnerError as refusal:
        _logger.warning("webhook of %s refused: %s", code, refusal)
        return replace(_json(401 if isinstance(refusal, Forged) else 422, refusal.message), event=_instead(refusal))
    if message is None:
        return Answer(200, "application/json", b'{"accepted":true}', NEWS_WAITING)
    if not await asyncio.to_thread(_keep, "order", code, message):
        return _json(503, "try again later")
    return Answer(200, "application/json", b'{"accepted":true}', ORDERS_ARRIVED)


async def _take_call(channel: CallsForOrders, code: str, call: Call) -> Answer:
    try:
        message = await channel.hear(call.query, call.headers, call.body)
    except PartnerError as refusal:
        _logger.warning("call of %s refused: %s", code, refusal)
        return Answer(*channel.answer_call(call.body, refusal), _instead(refusal))
    if message is None:
        return Answer(*channel.answer_call(call.body, None))
    if not await asyncio.to_thread(_keep, "order", code, message):
        return _json(503, "try again later")
    return Answer(*channel.answer_call(call.body, None), ORDERS_ARRIVED)


def _instead(refusal: PartnerError) -> str:
    """A genuine call of a channel that cannot be taken says that there is news all the same: the channel is read."""
    return "" if isinstance(refusal, Forged | Misconfigured) else NEWS_WAITING


async def _take_confirmation(warehouse: Warehouse, code: str, call: Call) -> Answer:
    try:
        message = warehouse.receive_callback(call.query, call.headers, call.body, datetime.now(UTC))
    except PartnerError as refusal:
        _logger.warning("callback of %s refused: %s", code, refusal)
        return Answer(200, *warehouse.answer_callback(refusal))
    if not await asyncio.to_thread(_keep, "outbound-confirmation", code, message):
        return _json(503, "try again later")
    return Answer(200, *warehouse.answer_callback(None), CONFIRMATIONS_ARRIVED)


async def _take_tracking(tracker: Tracker, code: str, call: Call) -> Answer:
    try:
        message = tracker.receive_tracking(call.body)
    except PartnerError as refusal:
        _logger.warning("push of %s refused: %s", code, refusal)
        return Answer(200, *tracker.answer_tracking(refusal))
    if not await asyncio.to_thread(_keep, "track", code, message):
        return _json(503, "try again later")
    # The flow that books confirmations follows parcels too.
    return Answer(200, *tracker.answer_tracking(None), CONFIRMATIONS_ARRIVED)


async def _take_payment(provider: PushesPayments, code: str, call: Call) -> Answer:
    try:
        message = provider.receive_payment(call.headers, call.body, datetime.now(UTC))
    except PartnerError as refusal:
        _logger.warning("notification of %s refused: %s", code, refusal)
        return Answer(*provider.answer_payment(refusal))
    if not await asyncio.to_thread(_keep, "payment", code, message):
        return Answer(*provider.answer_payment(Unavailable(code, "try again later")))
    # The flow that decides orders books what was paid for them first.
    return Answer(*provider.answer_payment(None), ORDERS_ARRIVED)


async def _take_answer(notifier: AsksPeople, code: str, call: Call) -> Answer:
    try:
        said = notifier.receive_answer(call.headers, call.body, datetime.now(UTC))
    except PartnerError as refusal:
        _logger.warning("answer by %s refused: %s", code, refusal)
        return _json(401 if isinstance(refusal, Forged) else 422, refusal.message)
    try:
        await asyncio.to_thread(take_answer, code, said)
    except (DatabaseNotReady, OperationalError) as error:
        _logger.error("answer by %s cannot be kept: %s", code, error)
        return _json(503, "try again later")
    # The order is decided again, and what became of the answer is told.
    return Answer(200, "text/plain", b"", ORDERS_ARRIVED)


def _keep(kind: str, source: str, message: RawMessage) -> bool:
    """Commit the message to the inbox; ``False`` when the database cannot, so that the partner sends it again."""
    settings = get_settings()
    row = {
        "kind": kind, "source": source, "message_key": message.key, "route": Route.WEBHOOK, "body": message.body,
        "occurred_at": message.occurred_at,
    }  # fmt: skip
    try:
        with begin_work(settings.resolved_database_url(), settings.company, Run("webhook"), settings.now()) as work:
            work.inbox.put([row])
    except (DatabaseNotReady, OperationalError) as error:
        _logger.error("webhook of %s cannot be kept: %s", source, error)
        return False
    return True


def _json(status: int, error: str) -> Answer:
    return Answer(status, "application/json", json.dumps({"accepted": False, "error": error}).encode())


_TAKERS: Final[tuple[tuple[Any, Callable[[Any, str, Call], Awaitable[Answer]]], ...]] = (
    (PushesOrders, _take_order),
    (CallsForOrders, _take_call),
    (Warehouse, _take_confirmation),
    (Tracker, _take_tracking),
    (PushesPayments, _take_payment),
    (AsksPeople, _take_answer),
)
"""Who calls us, and what takes the call."""
