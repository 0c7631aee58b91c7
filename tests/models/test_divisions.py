"""What a division's code means, and the one name of a province."""

import pytest

from models.divisions import division, lies_in, region_of
from models.messages import Address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("广东省", "44"),
        ("广东", "44"),
        ("广东省深圳市", "44"),
        ("海南藏族自治州", ""),
        ("内蒙古自治区", "15"),
        ("440000", "44"),
        ("440300", "4403"),
        ("440305", "440305"),
        ("440305001000", "440305001"),
        ("44030000000000", "4403"),
        ("44", "44"),
        ("006037", ""),
        ("3537064", ""),
        ("990000", ""),
        ("Guangdong", "44"),
        ("", ""),
    ],
)
def test_the_digits_of_a_division_that_count(text: str, expected: str) -> None:
    assert division(text) == expected


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("广东省", "广东省"),
        ("广东", "广东省"),
        (" guangdong province", "广东省"),
        ("440000", "广东省"),
        ("440300", "广东省"),
        ("广西省", "广西壮族自治区"),
        ("新疆", "新疆维吾尔自治区"),
        ("重庆市万州区", "重庆市"),
        ("某地", "某地"),
        ("", ""),
    ],
)
def test_a_province_has_one_name(text: str, region: str) -> None:
    assert region_of(text) == region


def test_a_receiver_abroad_lives_in_no_province_of_ours() -> None:
    assert Address(province="44").region == "广东省"
    assert Address(country="FR", province="44").region == "44"


def test_a_place_lies_in_its_own_divisions_only() -> None:
    assert lies_in("440305", "44")
    assert lies_in("440305", "440305")
    assert not lies_in("44", "4403")
    assert not lies_in("440305", "4401")
    assert not lies_in("440305", "")
