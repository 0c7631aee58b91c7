"""``orderspine stock compare``: what a user sees of the last comparison, and what a script reads."""

import asyncio
import json

import pytest
from played import Sandbox

from flows.compare_stock import compare_stock
from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("prefect_api")


@pytest.fixture(autouse=True)
def english_within_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERSPINE_LOCALE", "en")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.usefixtures("hub")
def test_before_the_first_comparison_it_says_how_to_start_one(orderspine: Command) -> None:
    answer = orderspine("stock", "compare")
    assert (answer.code, answer.out) == (2, "")
    assert "compare-stock" in answer.err


def test_it_shows_what_differs_within_80_columns(orderspine: Command, hub: Sandbox) -> None:
    hub.world.set_stock("wms", "SZ-01", "SKU-0007", 900)
    hub.world.set_stock("erp", "SH-01", "SKU-0008", 990)
    del hub.world.erp.stock["SH-01", "SKU-0009"]
    asyncio.run(compare_stock())

    answer = orderspine("stock", "compare")
    assert answer.code == 0, answer.err
    assert max(map(len, answer.out.splitlines())) <= 80
    found = {line.split()[1]: line.split() for line in answer.out.splitlines() if line.startswith(("SZ-01", "SH-01"))}
    assert found["SKU-0007"][2:] == ["1,000", "900", "1,000", "10.00", "%", "different"]
    assert found["SKU-0008"][-1] == "tolerated"
    assert found["SKU-0009"][4:6] == ["0", "∞"]
    assert "2 more" in orderspine("stock", "compare", "--limit", "1").out

    told = json.loads(orderspine("stock", "compare", "--json").out)
    assert told["shelves"] == {"equal": 397, "differs": 1, "tolerated": 1, "missing": 1}
    assert [line["sku"] for line in told["differences"]] == ["SKU-0009", "SKU-0007", "SKU-0008"]
    assert (told["difference"], told["erp"], told["too_far_since"]) == (1_110, 398_990, None)


def test_books_that_are_too_far_apart_are_answer_no(orderspine: Command, hub: Sandbox) -> None:
    for product in hub.world.catalogue:
        hub.world.set_stock("erp", "SZ-01", product.sku, 500)
    asyncio.run(compare_stock())
    for arguments in ([], ["--json"]):
        answer = orderspine("stock", "compare", *arguments)
        assert answer.code == 1
        assert "5.00 %" in answer.err
