"""Faults on demand.

A fault is laid on a partner's operation, or on all that fit a pattern (`*`, `order*`), and strikes the next `times`
matching requests after the first `after` ones; `*` is also any partner. `drop_reply` and `malformed` do the work first,
the other kinds leave no effect.

A dropped reply starts an HTTP answer, then raises ``ReplyDropped``. uvicorn closes the connection: a client
on the network sees a broken reply; httpx's ASGI transport passes the exception on, an ``httpx.ReadError``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

import httpx

from sandbox.exchange import Call, Partner, Reply


class FaultKind(StrEnum):
    DELAY = "delay"
    DROP_REPLY = "drop_reply"
    REFUSE = "refuse"
    REJECT = "reject"
    STATUS_500 = "status_500"
    HTML_200 = "html_200"
    EMPTY_JSON = "empty_json"
    MALFORMED = "malformed"
    RATE_LIMIT = "rate_limit"
    EXPIRED_SESSION = "expired_session"
    WRONG_STOCK = "wrong_stock"
    STRAY_STOCK = "stray_stock"
    REPEAT = "repeat"
    REORDER = "reorder"


CALLBACK_KINDS = frozenset({FaultKind.REPEAT, FaultKind.REORDER})
"""These strike messages that a partner sends to the hub, the others strike requests of the hub."""


class ReplyDropped(httpx.ReadError):
    """The work was done; nobody is told."""


@dataclass
class Fault:
    """One order for trouble; `times` of ``None`` lasts until it is cleared."""

    partner: str
    operation: str
    kind: FaultKind
    times: int | None = 1
    after: int = 0
    seconds: float = 0.0
    """How long a `delay` lasts."""
    factor: float = 0.9
    """What a `wrong_stock` reply multiplies quantities by."""
    sku: str = ""
    """What a `stray_stock` reply of the WMS names besides, whatever was asked for."""

    def strikes(self) -> bool:
        """Count one matching request and say whether it is hit."""
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            if self.times <= 0:
                return False
            self.times -= 1
        return True


@dataclass
class Faults:
    """The faults that are laid at present."""

    laid: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.laid.append(fault)

    def clear(self) -> None:
        self.laid.clear()

    def on_request(self, partner: str, operation: str) -> Fault | None:
        """The fault that strikes this request of the hub, spent by asking."""
        return self._take(partner, operation, callbacks=False)

    def on_callback(self, partner: str, operation: str) -> Fault | None:
        """The fault that strikes this delivery to the hub, spent by asking."""
        return self._take(partner, operation, callbacks=True)

    def _take(self, partner: str, operation: str, *, callbacks: bool) -> Fault | None:
        for fault in self.laid:
            fits = fault.partner in ("*", partner) and fnmatchcase(operation, fault.operation)
            if fits and (fault.kind in CALLBACK_KINDS) == callbacks and fault.strikes():
                return fault
        return None


def answer_instead(fault: Fault | None, partner: Partner, call: Call) -> Reply | None:  # noqa: PLR0911 - one return per kind
    """The reply of a fault that keeps the work from being done; ``None`` if the work shall be done."""
    match fault.kind if fault else None:
        case FaultKind.REFUSE:
            return Reply(b"Service Unavailable", status=503, media_type="text/plain", outcome="503")
        case FaultKind.REJECT:
            return partner.rejected(call) if partner.rejected else None
        case FaultKind.STATUS_500:
            return Reply(b"Internal Server Error", status=500, media_type="text/plain", outcome="500")
        case FaultKind.HTML_200:
            page = "<!DOCTYPE html><html><title>系统维护</title><body>系统维护中，请稍后再试</body></html>"
            return Reply(page.encode(), media_type="text/html; charset=utf-8", outcome="html")
        case FaultKind.EMPTY_JSON:
            return Reply(b"{}", outcome="empty")
        case FaultKind.RATE_LIMIT:
            return partner.rate_limited(call)
        case FaultKind.EXPIRED_SESSION:
            return partner.session_expired(call)
        case _:
            return None
