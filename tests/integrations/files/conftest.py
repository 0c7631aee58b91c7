"""Presets of the repository, and a way to write small files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from integrations.files.channel import FileChannel
from integrations.files.preset import load_preset

ROOT = Path(__file__).parents[3]
PRESETS = ROOT / "presets"


@pytest.fixture
def plain() -> FileChannel:
    return FileChannel(load_preset(PRESETS / "plain.toml"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def _write(content: str | bytes, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write
