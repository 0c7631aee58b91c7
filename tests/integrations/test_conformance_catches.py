"""The conformance suite is itself tested: each partner in ``broken/`` fails exactly the checks that say why."""

from importlib import import_module
from pkgutil import iter_modules

import broken
import pytest
from bench import Bench
from broken.way import BROKEN, stands_for
from suite import CHECKS, failed_checks

for module in iter_modules(broken.__path__, "broken."):
    import_module(module.name)

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.mark.parametrize(("maker", "expected"), BROKEN.items(), ids=[maker.__name__ for maker in BROKEN])
async def test_a_broken_partner_is_caught(bench: Bench, maker: type, expected: frozenset[str]) -> None:
    failed = await failed_checks(bench, stands_for(maker), maker)
    assert failed.keys() == expected, failed


def test_every_check_catches_somebody() -> None:
    assert CHECKS.keys() == frozenset().union(*BROKEN.values())
