"""Whether the books of the stock agree: each outcome, each edge, in whole pieces and exact fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest

from policies.rules import StockComparison
from policies.rules_file import parse_rules
from policies.stock_comparison import (
    Apart,
    Book,
    Gap,
    Outcome,
    Shelf,
    judge_shelf,
    largest_first,
    measure,
    percent,
    too_far_apart,
)

RULES = StockComparison(tolerance_share=Decimal("0.05"))
ABSENT, REFUSED, UNREAD, UNCONNECTED = Gap.ABSENT, Gap.REFUSED, Gap.UNREAD, Gap.UNCONNECTED


def shelf(ours: int | Gap, wms: int | Gap, erp: int | Gap, sku: str = "SKU-1") -> Shelf:
    return Shelf("SZ-01", sku, {Book.OURS: ours, Book.WMS: wms, Book.ERP: erp})


def apart(erp: int, wms: int, *, complete: bool = True) -> Apart:
    return Apart(1, erp, wms, abs(erp - wms), complete)


@pytest.mark.parametrize(
    ("books", "outcome", "codes"),
    [
        ((7, 7, 7), Outcome.EQUAL, ["stock-agrees"]),
        ((0, 0, 0), Outcome.EQUAL, ["stock-agrees"]),
        ((0, ABSENT, ABSENT), Outcome.EQUAL, ["stock-agrees"]),
        ((1_000, 950, 1_000), Outcome.TOLERATED, ["stock-tolerated"]),
        ((1_000, 949, 1_000), Outcome.DIFFERS, ["stock-differs"]),
        ((949, 1_000, 1_000), Outcome.DIFFERS, ["stock-differs"]),
        ((1, 0, 0), Outcome.DIFFERS, ["stock-differs"]),
        ((9, 9, ABSENT), Outcome.MISSING, ["stock-absent-there"]),
        ((9, ABSENT, ABSENT), Outcome.MISSING, ["stock-absent-there", "stock-absent-there"]),
        ((ABSENT, 9, 9), Outcome.MISSING, ["stock-absent-there"]),
        ((9, 9, UNREAD), Outcome.EQUAL, ["stock-agrees", "stock-unread-there"]),
        ((9, REFUSED, 9), Outcome.UNKNOWN, ["stock-agrees", "stock-refused-there"]),
        ((9, REFUSED, 5), Outcome.DIFFERS, ["stock-differs", "stock-refused-there"]),
        ((9, 9, UNCONNECTED), Outcome.EQUAL, ["stock-agrees"]),
        ((9, UNREAD, UNREAD), Outcome.UNKNOWN, ["stock-unread-there", "stock-unread-there"]),
        ((9, REFUSED, UNCONNECTED), Outcome.UNKNOWN, ["stock-refused-there"]),
    ],
)
def test_each_shelf_has_one_outcome_with_its_reasons(
    books: tuple[int | Gap, int | Gap, int | Gap], outcome: Outcome, codes: list[str]
) -> None:
    verdict = judge_shelf(shelf(*books), RULES)
    assert (verdict.outcome, [reason.code for reason in verdict.reasons]) == (outcome, codes)


def test_a_share_is_exact_and_of_what_the_erp_says_or_else_of_our_books() -> None:
    assert judge_shelf(shelf(900, 1_000, 1_100), RULES).share == Fraction(200, 1_100)
    assert judge_shelf(shelf(3, 4, UNREAD), RULES).share == Fraction(1, 3)
    assert judge_shelf(shelf(0, 4, 0), RULES).share is None


def test_what_a_reason_says_of_a_book_without_a_figure_is_empty() -> None:
    [reason, _] = judge_shelf(shelf(9, REFUSED, 5), RULES).reasons
    assert reason.facts == {"ours": 9, "wms": "", "erp": 5}


class TestInAll:
    @pytest.mark.parametrize(
        ("erp", "wms", "far"),
        [
            (1_000, 951, False), (1_000, 950, False), (1_000, 949, True),
            (1_000, 1_049, False), (1_000, 1_050, False), (1_000, 1_051, True),
            (10**12, 95 * 10**10, False), (10**12, 95 * 10**10 - 1, True),
            (0, 0, False), (0, 1, True),
        ],
    )  # fmt: skip
    def test_the_tolerated_share_itself_is_tolerated_and_one_piece_more_is_not(
        self, erp: int, wms: int, far: bool
    ) -> None:
        assert too_far_apart(apart(erp, wms), RULES, before=False) is far

    def test_differences_of_different_skus_do_not_cancel_out(self) -> None:
        measured = measure([shelf(50, 40, 50), shelf(50, 60, 50), shelf(0, 5, UNREAD), shelf(0, ABSENT, 4)])
        assert measured == Apart(3, erp=104, wms=100, difference=24, complete=False)
        assert measured.share == Fraction(24, 104)

    def test_without_a_partner_no_news_is_not_good_news(self) -> None:
        near, blind = apart(1_000, 1_000), apart(1_000, 1_000, complete=False)
        assert not too_far_apart(near, RULES, before=True)
        assert too_far_apart(blind, RULES, before=True)
        assert not too_far_apart(blind, RULES, before=False)

    def test_a_refused_figure_takes_part_in_no_sum_and_keeps_nothing_waiting(self) -> None:
        assert measure([shelf(9, REFUSED, 9)]) == Apart(0, 0, 0, 0, complete=True)


def test_the_largest_difference_comes_first_and_what_is_equal_not_at_all() -> None:
    verdicts = [
        judge_shelf(books, RULES)
        for books in (shelf(5, 5, 5, "A"), shelf(5, 4, 5, "B"), shelf(5, 0, 5, "C"), shelf(5, UNREAD, UNREAD, "D"))
    ]
    assert [verdict.shelf.sku for verdict in largest_first(verdicts)] == ["C", "B", "D"]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Fraction(0), "0.00 %"), (Fraction(51, 1_000), "5.10 %"), (Fraction(1, 10**9), "0.01 %"),
        (Fraction(50_000_001, 10**9), "5.01 %"), (Fraction(3), "300.00 %"), (None, "∞"),
    ],
)  # fmt: skip
def test_a_share_is_rounded_so_that_no_difference_looks_like_none(share: Fraction | None, words: str) -> None:
    assert percent(share) == words


def test_the_tolerance_of_the_file_is_the_number_that_is_written_there() -> None:
    rules = parse_rules("[stock_comparison]\ntolerance_share = 0.05\n").stock_comparison
    assert Fraction(rules.tolerance_share) == Fraction(1, 20)
