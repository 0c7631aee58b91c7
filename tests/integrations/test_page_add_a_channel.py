"""The channel of ``docs/add-a-channel.md``, taken from the page, keeps every promise of a channel."""

import re
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from bench import Bench
from suite import CHECKS

from integrations import registry
from integrations.ports import Channel, PushesOrders
from integrations.registry import PartnerEntry
from settings import ROOT

PAGE = ROOT / "docs" / "add-a-channel.md"
BLOCK = re.compile(r"^```python run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OTHERS_PAYLOADS = "recorded_replies_are_read_to_exact_values"  # those are recorded from the registered shop
ASKED = [
    title
    for title, asked in CHECKS.items()
    if title != OTHERS_PAYLOADS and PushesOrders not in asked.ports and asked.concerns(Channel, object)
]

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The page's code as the module that it tells to save."""
    file: Path = tmp_path_factory.mktemp("page") / "corner.py"
    file.write_text("\n".join(BLOCK.findall(PAGE.read_text(encoding="utf-8"))), encoding="utf-8")
    spec = spec_from_file_location("corner", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["corner"] = module  # pydantic looks annotations up there
    spec.loader.exec_module(module)
    yield module
    del sys.modules["corner"]


@pytest.mark.parametrize("check", ASKED)
async def test_the_channel_of_the_page(
    bench: Bench, page: ModuleType, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    """Corner speaks the protocol of the simulated shop, and takes its place in the registry."""
    corner = PartnerEntry(Channel, page.CornerSettings, page.Corner, "Corner shop")
    monkeypatch.setitem(registry.PARTNERS, "shop", corner)
    await CHECKS[check].check(bench, "shop")


def test_enough_is_asked() -> None:
    assert {"pages_lose_and_repeat_nothing", "a_window_is_half_open", "no_secret_is_shown"} <= set(ASKED)
