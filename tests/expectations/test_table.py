"""The rules in the documentation are the rules in the code, and each can be said to a person."""

from pathlib import Path

import pytest
from great_expectations.expectations.expectation import Expectation

from expectations.table import every_suite, rules_table
from messages import LOCALES, say

PAGE = Path(__file__).parents[2] / "docs" / "data-quality.md"
RULES = [rule for suite in every_suite() for rule in suite.expectations]


def test_the_page_lists_every_rule() -> None:
    assert rules_table() in PAGE.read_text(encoding="utf-8"), "run: python -m expectations.table"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.meta['code']}-{rule.meta['column']}")
def test_every_rule_has_a_sentence_with_the_facts_that_it_gives(rule: Expectation, locale: str) -> None:
    assert rule.meta is not None
    assert say(rule.meta["code"], locale, column="", **dict.fromkeys(rule.meta["says"], "x"))
