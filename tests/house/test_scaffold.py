"""``orderspine new channel``: what it writes is clean, and the conformance suite says in words what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tracked import tracked_files

from settings import ROOT


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this checkout in which a channel was begun."""
    copy = tmp_path_factory.mktemp("checkout")
    for file in tracked_files():
        target = copy / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    begun = run(copy, "cli.main", "new", "channel", "corner_shop")
    assert "integrations/corner_shop.py" in begun.stdout, begun.stderr
    return copy


def run(checkout: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python module, run in that checkout and on its code."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "ORDERSPINE_LOCALE": "en", "COLUMNS": "200"}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  (our own code)


def test_what_is_written_is_clean(checkout: Path) -> None:
    for check in (("ruff", "check"), ("ruff", "format", "--check")):
        done = run(checkout, *check)
        assert done.returncode == 0, done.stdout
    done = run(checkout, "mypy", "integrations/corner_shop.py", "sandbox/corner_shop.py", "integrations/registry.py")
    assert done.returncode == 0, done.stdout


def test_the_suite_says_what_is_missing(checkout: Path) -> None:
    done = run(
        checkout,
        "pytest",
        "tests/integrations/test_conformance.py",
        "-k",
        "corner_shop",
        "-q",
        "-p",
        "no:cacheprovider",
    )
    told = [text for text in done.stdout.splitlines() if text.startswith("corner_shop is asked whether ")]
    assert (
        "corner_shop is asked whether pages lose and repeat nothing: pull_orders does not yet ask for the orders that"
        " changed in a window, page by page"
    ) in told
    assert "AssertionError: no recording of corner_shop" in done.stdout
    assert "KeyError" not in done.stdout


def test_a_name_that_is_taken_is_refused_and_nothing_is_changed(checkout: Path) -> None:
    before = (checkout / "integrations" / "registry.py").read_text(encoding="utf-8")
    done = run(checkout, "cli.main", "new", "channel", "taobao")
    assert (done.returncode, "taobao is taken" in done.stderr) == (2, True)
    assert (checkout / "integrations" / "registry.py").read_text(encoding="utf-8") == before
