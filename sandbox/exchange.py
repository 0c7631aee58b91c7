"""One request to a partner and its reply, free of any web framework."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from sandbox.faults import FaultKind
    from sandbox.world import World


@dataclass(frozen=True)
class Call:
    """What arrived. `target` is path and query as sent, `path` starts below the partner."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base_url: str = "http://sandbox"
    stock_factor: float = 1.0
    """What a `wrong_stock` fault multiplies the stock told to the caller by."""
    stray_sku: str = ""
    """What a `stray_stock` fault adds to the stock told to the caller."""

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of an urlencoded body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @cached_property
    def json(self) -> Any:
        """The parsed JSON body. Raises ``ValueError`` if it is none."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What goes back. `outcome` is for the request log: `ok` or the partner's own code."""

    body: bytes
    status: int = 200
    media_type: str = "application/json"
    outcome: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The partner will not do it; carries the partner's own error reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.outcome)
        self.reply = reply


def json_reply(content: Any, *, status: int = 200, outcome: str = "ok", **headers: str) -> Reply:
    """`content` as compact UTF-8 JSON; `headers` are written with `_` for `-`."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(body, status=status, outcome=outcome, headers=named)


def rest_error(status: int, code: str, message: str, **headers: str) -> Reply:
    """The error body of the sandbox's REST partners that prescribe none."""
    return json_reply(
        {"error": {"code": code, "message": message}}, status=status, outcome=f"{status} {code}", **headers
    )


@dataclass(frozen=True)
class Partner:
    """One simulated partner: where it lives, how to name and answer a request, its words for three troubles.

    ``rejected`` is a refusal of this one request that no repeat will change.
    """

    name: str
    mount: str
    """The path under which the sandbox serves it."""
    operation: Callable[[Call], str]
    answer: Callable[[World, Call], Reply]
    rate_limited: Callable[[Call], Reply]
    session_expired: Callable[[Call], Reply]
    rejected: Callable[[Call], Reply]
    plays: Mapping[FaultKind, Collection[str]] = field(default_factory=dict)
    """Which of the faults that not every partner can play this one plays, and at which operations."""
