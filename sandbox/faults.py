"""Faults on demand.

A fault is laid on a partner's operation, or on all that fit a pattern (`*`, `order*`), and strikes the next `times`
matching requests after the first `after` ones; `*` is also any partner. `drop_reply` and `malformed` do the work first,
the other kinds leave no effect. A fault that nobody plays where it is laid is refused, and one that is laid passes by
whatever it could do nothing to.

A dropped reply starts an HTTP answer, then raises ``ReplyDropped``. uvicorn closes the connection: a client
on the network sees a broken reply; httpx's ASGI transport passes the exception on, an ``httpx.ReadError``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
RARE_KINDS = CALLBACK_KINDS | {FaultKind.WRONG_STOCK, FaultKind.STRAY_STOCK}
"""A partner that plays these says so; the others are played by every partner, at whatever it is asked for."""

Repertoire = Mapping[FaultKind, Collection[str]]
"""The faults that somebody plays, each with the operations at which; `*` is any."""


def repertoire_of(partner: Partner) -> Repertoire:
    """What a partner of the sandbox plays."""
    return {**dict.fromkeys(set(FaultKind) - RARE_KINDS, ("*",)), **partner.plays}


class ReplyDropped(httpx.ReadError):
    """The work was done; nobody is told."""


@dataclass
class Fault:
    """One order for trouble; `times` of ``None`` lasts until it is cleared. Raises ``ValueError`` if it is none."""

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

    def __post_init__(self) -> None:
        effect = {
            FaultKind.DELAY: (self.seconds > 0, "seconds above 0"),
            FaultKind.WRONG_STOCK: (self.factor != 1, "a factor other than 1"),
            FaultKind.STRAY_STOCK: (bool(self.sku), "a sku"),
        }
        has_it, wanted = effect.get(self.kind, (True, ""))
        if not has_it:
            raise ValueError(f"{self.kind} needs {wanted}")
        if self.times is not None and self.times < 1:
            raise ValueError("times is 1 or more")

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
    """The faults that are laid at present, and who plays which."""

    players: Mapping[str, Repertoire]
    laid: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Raises ``ValueError`` if nobody at whom it is laid plays it at such an operation."""
        able = {name: plays[fault.kind] for name, plays in self.players.items() if fault.kind in plays}
        if not any(fault.partner in ("*", name) and _meet(fault.operation, at) for name, at in able.items()):
            who = "; ".join(f"{name} at {', '.join(at)}" for name, at in able.items())
            raise ValueError(f"{fault.partner} does not play {fault.kind} at {fault.operation}; who does: {who}")
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
            played_at = self.players.get(partner, {}).get(fault.kind, ())
            plays = (fault.kind in CALLBACK_KINDS) == callbacks and ("*" in played_at or operation in played_at)
            if fits and plays and fault.strikes():
                return fault
        return None


def _meet(pattern: str, operations: Collection[str]) -> bool:
    return "*" in operations or any(fnmatchcase(operation, pattern) for operation in operations)


def answer_instead(fault: Fault | None, partner: Partner, call: Call) -> Reply | None:  # noqa: PLR0911 - one return per kind
    """The reply of a fault that keeps the work from being done; ``None`` if the work shall be done."""
    match fault.kind if fault else None:
        case FaultKind.REFUSE:
            return Reply(b"Service Unavailable", status=503, media_type="text/plain", outcome="503")
        case FaultKind.REJECT:
            return partner.rejected(call)
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
