"""Every partner, by being registered, is asked all that its port promises; see ``conformance*.py`` for what."""

import pytest
from bench import Bench
from suite import CHECKS, checks_for

from integrations.registry import PARTNERS

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.mark.parametrize(("name", "check"), [(name, check) for name in PARTNERS for check in checks_for(name)], ids=str)
async def test_partner(bench: Bench, name: str, check: str) -> None:
    try:
        await CHECKS[check].check(bench, name)
    except NotImplementedError as missing:
        pytest.fail(f"{name} is asked whether {check.replace('_', ' ')}: {missing}", pytrace=False)
