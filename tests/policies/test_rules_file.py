"""The rules file: read strictly, told apart by content, and wrong in one place at a time with the line named (I3)."""

import tomllib

import pytest

from policies.rules import Rules
from policies.rules_file import BadRules, parse_rules, schema
from settings import ROOT

FILE = (ROOT / "orderspine.toml").read_text(encoding="utf-8")


def test_the_shipped_rules_are_good_and_keep_the_defaults_where_they_are_silent() -> None:
    rules = parse_rules(FILE)
    assert rules.splitting == Rules().splitting
    assert [rule.name for rule in rules.review] == ["large order", "short lead time", "repeat customer"]


def test_the_version_follows_the_content_and_not_the_form() -> None:
    assert parse_rules("").version == Rules().version
    assert parse_rules("# a remark\n[promise]\ndays = 8\n").version == Rules().version
    assert parse_rules("[promise]\ndays = 9\n").version != Rules().version


def test_the_schema_beside_the_rules_is_current_and_the_rules_point_to_it() -> None:
    assert (ROOT / "orderspine.schema.json").read_text(encoding="utf-8") == schema()
    assert FILE.startswith("#:schema ./orderspine.schema.json\n")


WRONG = {
    "an unknown key": ("[credit]\n\nhold_hi_risk = true\n", 3, "credit.hold_hi_risk", "correct its name"),
    "an unknown table": ("[promise]\ndays = 8\n[promises]\ndays = 9\n", 3, "promises", "correct its name"),
    "a wrong type": ('[promise]\n# in days\ndays = "soon"\n', 3, "promise.days", "valid integer"),
    "an unlisted word": ('[reservation]\nfairness = "lottery"\n', 2, "reservation.fairness", "'first-come'"),
    "below zero": ("[routing.weights]\nregion = 1\ndays = -1\n", 3, "routing.weights.days", "greater than or equal"),
    "the second of several rules": (
        '[[review]]\nname = "a"\norders_over = 1\ntag = "x"\n\n[[review]]\nname = "b"\norders_over = 0\ntag = "x"\n',
        8, "review.2.orders_over", "greater than or equal to 1",
    ),
    "a rule that does nothing": ('[[review]]\nname = "a"\norders_over = 1\n', 1, "review.1", "approver, tag or tell"),
    "inside a list on several lines": (
        '[promise]\nlanes = [\n  { origin = "a", to = "b" },\n]\n', 2, "promise.lanes.1.days", "field required",
    ),
    "a rate of nothing": ("[currencies]\nrates = { USD = 0 }\n", 2, "currencies.rates.USD", "greater than 0"),
    "a rate of the base": ('[currencies]\nbase = "USD"\nrates = { USD = 7 }\n', 1, "currencies", "remove it"),
    "a quoted key": ('[routing.prefer]\n"广东省" = "SZ"\n', 2, "routing.prefer.广东省", "valid tuple"),
    "a phrase without a tag": ('[phrases]\n"gift" = ["gift"]\n"送礼" = []\n', 3, "phrases.送礼", "at least 1 item"),
    "a tag without a name": ('[phrases]\n"送礼" = [""]\n', 2, "phrases.送礼.1", "at least 1 character"),
    "an empty phrase": ('[phrases]\n"gift" = ["gift"]\n" " = ["x"]\n', 3, "phrases. ", "write the phrase"),
    "a phrase twice": ('[promise]\n[phrases]\n"Gift" = ["a"]\n"ｇift" = ["b"]\n', 2, "phrases", "“Gift” and “ｇift”"),
    "a dotted key": ("credit.due_days = -1\n", 1, "credit.due_days", "greater than or equal to 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_line_and_the_cure(case: str) -> None:
    text, line, rule, cure = WRONG[case]
    tomllib.loads(text)
    with pytest.raises(BadRules) as told:
        parse_rules(text)
    assert str(told.value).startswith(f"Line {line}: the rule {rule} cannot be used:")
    assert cure in str(told.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(BadRules) as told:
        parse_rules("[promise]\ndays = -1\n[relay]\ntries = 0\n")
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == ["Line 2", "Line 4"]


def test_broken_toml_is_told_with_its_line() -> None:
    with pytest.raises(BadRules, match=r"not valid TOML: .*line 2"):
        parse_rules("[promise]\ndays = \n")
