"""A hub whose clock can be moved, and nothing on the way: no partner is called here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from played import Sandbox
from shop_floor import Floor

from settings import get_settings


@pytest.fixture
def floor(hub: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    """What people do in warehouses and stores; every SKU has 1,000 pieces in SZ-01 and in SH-01."""
    monkeypatch.setenv("ORDERSPINE_CLOCK_FILE", str(tmp_path / "now"))
    moving = Floor(tmp_path / "now")
    get_settings.cache_clear()
    yield moving
    get_settings.cache_clear()
