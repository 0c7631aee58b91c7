"""The check code says which outbound it is, and when it was mistyped."""

import string

import pytest

from models.check_code import Mistyped, check_code, code_in, outbound_of_code, with_code


@pytest.mark.parametrize("outbound_no", ["OUT0000000001", "OUT0000000042-2", "OUT0000000042-36", "OUT12345678901"])
def test_a_code_leads_back_to_its_outbound(outbound_no: str) -> None:
    code = check_code(outbound_no)
    for typed in (code, f" {code.lower()} ", f"{code[:2]}-{code[2:7]} {code[7:]}"):
        assert outbound_of_code(typed) == outbound_no
    assert code_in(with_code(code, "请轻放 CC")) == code


def test_every_wrong_character_shows() -> None:
    code = check_code("OUT0000004711-2")
    for place in range(2, len(code)):
        for wrong in set(string.ascii_uppercase + string.digits) - {code[place]}:
            with pytest.raises(Mistyped):
                outbound_of_code(code[:place] + wrong + code[place + 1 :])


def test_nearly_every_swapped_pair_shows() -> None:
    """ISO 7064's hybrid systems miss one swap in a few hundred, by design."""
    missed = tried = 0
    for number in range(1, 2_000):
        code = check_code(f"OUT{number * 7_919:010d}")
        for place in range(2, len(code) - 1):
            one, other = code[place : place + 2]
            tried += one != other
            missed += one != other and is_taken(code[:place] + other + one + code[place + 2 :])
    assert missed / tried < 0.01


def is_taken(code: str) -> bool:
    try:
        return outbound_of_code(code) is not None
    except Mistyped:
        return False


@pytest.mark.parametrize("other", ["", "SO0000000001", "SF1300000000007", "CC", "CC12", "王伟"])
def test_other_numbers_are_no_codes(other: str) -> None:
    assert outbound_of_code(other) is None
    assert code_in(other) == ""


def test_an_outbound_of_a_later_attempt_has_another_code() -> None:
    assert len({check_code("OUT0000000001"), check_code("OUT0000000001-2"), check_code("OUT00000000012")}) == 3
