"""Calling the command line as a user does, in this process."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import main
from models.database import open_engine
from settings import ROOT, get_settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]


@pytest.fixture
def orderspine(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Run ``orderspine …``; what a command sets in the environment of its process ends with the test."""
    before = dict(os.environ)

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["orderspine", *arguments])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    yield run
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation without anything: no database, nothing connected, presets of its own."""
    presets = tmp_path / "presets"
    presets.mkdir()
    for preset in (ROOT / "presets").glob("*.toml"):
        (presets / preset.name).write_text(preset.read_text(encoding="utf-8"), encoding="utf-8")
    for name, value in {
        "HOME": tmp_path / "home",
        "PRESETS": presets,
        "CONNECTIONS": tmp_path / "none.toml",
        "RULES": ROOT / "orderspine.toml",
        "DATABASE_URL": "",
        "LOCALE": "en",
    }.items():
        monkeypatch.setenv(f"ORDERSPINE_{name}", str(value))
    get_settings.cache_clear()
    yield tmp_path
    open_engine(get_settings().resolved_database_url()).dispose()
    get_settings.cache_clear()
