"""Whether the ERP, the warehouse and our own books tell the same stock: per SKU, and in all (D2).

What the ERP says is the hundred per cent; where it was not read, our books are. Shares are exact fractions: at a
tolerance of 5 %, 50 pieces of 1,000 are tolerated and 51 are not. Whoever answered without naming a SKU has none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from models.reasons import Fact, Reason
from policies.rules import StockComparison


class Book(StrEnum):
    """Whose figure it is."""

    OURS = "ours"
    WMS = "wms"
    ERP = "erp"


class Gap(StrEnum):
    """Why a book has no figure of a SKU."""

    ABSENT = "absent"
    REFUSED = "refused"
    UNREAD = "unread"
    UNCONNECTED = "unconnected"


class Outcome(StrEnum):
    """How the books of a SKU agree.

    ``unknown``: fewer than two figures can be trusted now, or those that can agree while another was refused.
    """

    EQUAL = "equal"
    TOLERATED = "tolerated"
    DIFFERS = "differs"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One SKU in one warehouse: what each book says, in pieces, those promised included, or why it says nothing."""

    warehouse: str
    sku: str
    books: Mapping[Book, int | Gap]

    def pieces(self, book: Book) -> int | None:
        """The figure to reckon with; ``None`` if there is none."""
        stated = self.books[book]
        if stated is Gap.ABSENT:
            return 0
        return None if isinstance(stated, Gap) else stated


@dataclass(frozen=True, slots=True)
class ShelfVerdict:
    """How the books of a shelf agree. ``difference`` is between the largest and the smallest figure; ``share`` is that
    of the hundred per cent, ``None`` where that is zero or the books cannot be compared."""

    shelf: Shelf
    outcome: Outcome
    difference: int
    share: Fraction | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """How far ERP and warehouse are apart over several SKUs: Σ |erp − wms| and Σ erp of those that both can state.

    ``complete`` is whether every system was read.
    """

    shelves: int
    erp: int
    wms: int
    difference: int
    complete: bool

    @property
    def share(self) -> Fraction | None:
        """The difference as a share of what the ERP says; ``None`` if there is one and the ERP says that there is
        nothing."""
        return share_of(self.difference, self.erp)


def judge_shelf(shelf: Shelf, rules: StockComparison) -> ShelfVerdict:
    """Compare the books of one shelf, and say why."""
    stated = {book: pieces for book in Book if (pieces := shelf.pieces(book)) is not None}
    silent = tuple(
        Reason(f"stock-{gap}-there", {"book": book.value})
        for book, gap in shelf.books.items()
        if gap in (Gap.REFUSED, Gap.UNREAD)
    )
    if len(stated) < 2:
        return ShelfVerdict(shelf, Outcome.UNKNOWN, 0, None, silent)
    difference = max(stated.values()) - min(stated.values())
    whole = stated.get(Book.ERP, stated.get(Book.OURS, 0))
    share = share_of(difference, whole)
    if difference == 0:
        outcome = Outcome.UNKNOWN if Gap.REFUSED in shelf.books.values() else Outcome.EQUAL
        return ShelfVerdict(shelf, outcome, 0, share, (Reason("stock-agrees"), *silent))
    figures: dict[str, Fact] = {book.value: stated.get(book, "") for book in Book}
    absent = [book for book, gap in shelf.books.items() if gap is Gap.ABSENT]
    if absent:
        reasons = tuple(Reason("stock-absent-there", {"book": book.value, "pieces": difference}) for book in absent)
        return ShelfVerdict(shelf, Outcome.MISSING, difference, share, (*reasons, *silent))
    if _exceeds(difference, whole, rules):
        return ShelfVerdict(shelf, Outcome.DIFFERS, difference, share, (Reason("stock-differs", figures), *silent))
    tolerated = Reason("stock-tolerated", {**figures, "share": percent(share)})
    return ShelfVerdict(shelf, Outcome.TOLERATED, difference, share, (tolerated, *silent))


def largest_first(verdicts: Sequence[ShelfVerdict]) -> list[ShelfVerdict]:
    """The verdicts on shelves that do not agree or cannot be compared, the largest difference first."""
    off = [verdict for verdict in verdicts if verdict.outcome is not Outcome.EQUAL]
    return sorted(off, key=lambda v: (-v.difference, v.shelf.warehouse, v.shelf.sku))


def measure(shelves: Sequence[Shelf]) -> Apart:
    """How far ERP and warehouse are apart over these shelves."""
    pairs = [
        (erp, wms)
        for shelf in shelves
        if (erp := shelf.pieces(Book.ERP)) is not None and (wms := shelf.pieces(Book.WMS)) is not None
    ]
    return Apart(
        shelves=len(pairs),
        erp=sum(erp for erp, _ in pairs),
        wms=sum(wms for _, wms in pairs),
        difference=sum(abs(erp - wms) for erp, wms in pairs),
        complete=all(gap is not Gap.UNREAD for shelf in shelves for gap in shelf.books.values()),
    )


def too_far_apart(apart: Apart, rules: StockComparison, before: bool) -> bool:
    """Whether ERP and warehouse are further apart than the rules allow.

    While a system cannot be read that is never over (``before``): no news is not good news.
    """
    return _exceeds(apart.difference, apart.erp, rules) or (before and not apart.complete)


def share_of(difference: int, whole: int) -> Fraction | None:
    """A difference as a share of the hundred per cent; ``None`` for any difference to nothing at all."""
    if whole == 0:
        return None if difference else Fraction(0)
    return Fraction(difference, whole)


def percent(share: Fraction | None) -> str:
    """A share in per cent with two decimals, rounded up so that no difference looks like none; ∞ if of nothing."""
    if share is None:
        return "∞"
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return f"{exact.quantize(Decimal('0.01'), ROUND_UP)} %"


def _exceeds(difference: int, whole: int, rules: StockComparison) -> bool:
    return difference > Fraction(rules.tolerance_share) * whole
