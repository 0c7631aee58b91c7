"""What a benchmark does to the simulated partners, and what it reads of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

PATIENCE = 600
"""Seconds that a call may take: a shift in the warehouse sends a confirmation for every parcel."""


class World:
    """The sandbox, over its control interface."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_sandbox", timeout=PATIENCE)

    def do(self, path: str, **body: Any) -> Any:
        """Have something happen."""
        return self._http.post(path, json=body).raise_for_status().json()

    def put(self, path: str, body: Any) -> None:
        """Set something."""
        self._http.put(path, json=body).raise_for_status()

    def end_faults(self) -> None:
        """Lift all faults."""
        self._http.delete("/faults").raise_for_status()

    def state(self, partner: str) -> Mapping[str, Any]:
        """What a partner keeps."""
        return dict(self._http.get(f"/state/{partner}").raise_for_status().json())

    def requests(self) -> list[dict[str, Any]]:
        """How often each kind of request, or of delivery to the hub, ended how."""
        return list(self._http.get("/requests").raise_for_status().json())

    def ledger(self, effect: str | None = None) -> list[dict[str, Any]]:
        """What was really done, oldest first; of one kind, or of all."""
        wanted = {} if effect is None else {"effect": effect}
        return list(self._http.get("/ledger", params=wanted).raise_for_status().json())

    def moments(self, effect: str) -> dict[str, datetime]:
        """When each thing of a kind was done, the last time."""
        return {it["key"]: datetime.fromisoformat(it["at"]) for it in self.ledger(effect)}
