"""The example on the page about data quality runs."""

import re
from pathlib import Path

from expectations.apply import find_failures

PAGE = Path(__file__).parents[2] / "docs" / "data-quality.md"


def test_the_example_runs_as_printed() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(example, str(PAGE), "exec"), names)  # noqa: S102  (our own page)
    assert names["find_failures"] is find_failures
