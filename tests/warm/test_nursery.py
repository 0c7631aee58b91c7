"""The nursery without a server: what it refuses to be forked from, and which code its children see."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from warm.processes import Nursery, NurseryError
from warm.protocol import Fork, ForkRequests, encode
from warm.workspace import forget_shadowed_modules

UNFIT = {
    "threaded": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True, name='ticker').start()",
        "started threads (ticker)",
    ),
    "connected": ("import socket\nkept = socket.socket()", "left descriptors open"),
    "broken": ("raise RuntimeError('no licence')", "importing it raised RuntimeError: no licence"),
    "absent.*": (None, "No module named 'absent'"),
}


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory from which a nursery imports."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    """A nursery with nothing of its own preloaded."""
    nursery = Nursery("", on_death=lambda *_: None)
    await nursery.start()
    yield nursery
    await nursery.close()


@pytest.mark.parametrize("name", UNFIT)
async def test_what_must_not_be_forked_is_refused_and_the_module_to_blame_named(modules: Path, name: str) -> None:
    code, reason = UNFIT[name]
    if code is not None:
        (modules / f"{name}.py").write_text(code)
    nursery = Nursery(name, on_death=lambda *_: None)
    with pytest.raises(NurseryError) as refused:
        await nursery.start()
    assert reason in str(refused.value)
    assert not nursery.is_alive
    assert nursery.pid is not None
    assert not psutil.pid_exists(nursery.pid)


async def test_a_package_with_a_star_is_imported_with_all_its_modules(modules: Path) -> None:
    (modules / "steps").mkdir()
    (modules / "steps" / "first.py").write_text("import socket\nkept = socket.socket()")
    nursery = Nursery("steps.*", on_death=lambda *_: None)
    with pytest.raises(NurseryError, match="left descriptors open"):
        await nursery.start()


async def test_the_nursery_has_one_thread_and_is_told_to_send_no_telemetry(nursery: Nursery) -> None:
    process = psutil.Process(nursery.pid)
    assert process.num_threads() == 1
    environment = process.environ()
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["GX_ANALYTICS_ENABLED"] == environment["PREFECT_SERVER_ANALYTICS_ENABLED"].lower() == "false"


async def test_a_child_that_ends_at_once_is_reported_with_its_status(nursery: Nursery, tmp_path: Path) -> None:
    requests = [
        Fork(
            key=str(number),
            entry="hook",
            arguments=["crashed", str(tmp_path / "absent"), "-", "-"],
            environment=dict(os.environ),
            directory=str(tmp_path),
            stream_output=False,
        )
        for number in range(20)
    ]
    children = await asyncio.gather(*(nursery.fork(request) for request in requests))
    assert [await child.wait() for child in children] == [1] * 20
    assert not psutil.Process(nursery.pid).children()


def test_requests_are_put_together_from_any_pieces() -> None:
    request = Fork(key="k", entry="flow_run", arguments=["a\nb"], environment={"名": "值"}, directory="/")
    stream = encode(request) * 3
    for size in (1, 7, 1000):
        requests = ForkRequests()
        pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
        assert [found for piece in pieces for found in requests.feed(piece)] == [request] * 3


def test_code_that_a_workspace_brings_is_imported_anew_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version, home in (("old", tmp_path / "installed"), ("new", tmp_path / "workspace")):
        (home / "shop").mkdir(parents=True)
        (home / "shop" / "prices.py").write_text(f"version = {version!r}")
    (tmp_path / "workspace" / "psutil").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    import shop.prices  # type: ignore[import-not-found] # noqa: PLC0415 - it exists from the line above on

    assert shop.prices.version == "old"
    monkeypatch.syspath_prepend(str(tmp_path / "workspace"))
    forget_shadowed_modules(tmp_path / "workspace")
    assert "shop.prices" not in sys.modules
    assert sys.modules["psutil"] is psutil, "a folder that happens to have a package's name is no package"
    import shop.prices as reloaded  # noqa: PLC0415

    assert reloaded.version == "new"
