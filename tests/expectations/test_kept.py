"""What Great Expectations works out once in a validation is what it works out each time without us."""

from expectations.kept import configurations_kept
from expectations.rules import at_least, satisfies


def test_a_configuration_is_worked_out_once_and_only_within_the_block() -> None:
    rules = [at_least(1, "quantity", "quantity-not-positive"), satisfies("a == b", ["a", "b"], "line-amount-off", "")]
    as_they_come = [rule.configuration for rule in rules]
    with configurations_kept():
        kept = [rule.configuration for rule in rules]
        assert kept == as_they_come
        assert all(rule.configuration is one for rule, one in zip(rules, kept, strict=True))
    assert [rule.configuration for rule in rules] == as_they_come
    assert not any(rule.configuration is one for rule, one in zip(rules, kept, strict=True))
