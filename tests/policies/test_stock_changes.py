"""What becomes of a change that a warehouse reports: booked, known already, or a contradiction for a person."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.messages import ChangeCause, Condition, StockChange
from policies.stock_changes import Entry, OnRecord, judge_change

GAIN = StockChange(
    "WH1", "SKU-0001", 5, Condition.GOOD, ChangeCause.RECEIVED, "QT-1", "SC-1", datetime(2026, 5, 4, tzinfo=UTC), "ZP"
)
LOSS = replace(GAIN, quantity=-5)
DEFECTIVE = replace(GAIN, condition=Condition.DEFECTIVE, word="CC")


@pytest.mark.parametrize(
    ("change", "known", "entry"),
    [
        (GAIN, OnRecord(0), Entry.MOVED),
        (LOSS, OnRecord(5), Entry.MOVED),
        (DEFECTIVE, OnRecord(0), Entry.MOVED),
        (GAIN, OnRecord(0, told=5), Entry.NONE),
        (LOSS, OnRecord(0, confirmed=-5), Entry.NONE),
        (LOSS, OnRecord(0, confirmed=-7), Entry.NONE),
        (DEFECTIVE, OnRecord(0, confirmed=5), Entry.NONE),
        (GAIN, OnRecord(0, expected=5), Entry.ARRIVED),
        (GAIN, OnRecord(0, expected=2, told=5), Entry.NONE),
    ],
)
def test_what_fits_our_books_is_booked_once(change: StockChange, known: OnRecord, entry: Entry) -> None:
    assert judge_change(change, known) == (entry, None)


@pytest.mark.parametrize(
    ("change", "known", "code"),
    [
        (replace(GAIN, condition=Condition.UNCLEAR, word="ZT"), OnRecord(9), "stock-change-unclear"),
        (GAIN, OnRecord(9, confirmed=-5), "stock-change-contradicts"),
        (LOSS, OnRecord(9, confirmed=-4), "stock-change-contradicts"),
        (LOSS, OnRecord(9, confirmed=0), "stock-change-contradicts"),
        (LOSS, OnRecord(9, confirmed=5), "stock-change-contradicts"),
        (GAIN, OnRecord(9, told=4), "stock-change-differs"),
        (GAIN, OnRecord(9, otherwise=True), "stock-change-booked-otherwise"),
        (GAIN, OnRecord(9, expected=4), "stock-change-contradicts"),
        (LOSS, OnRecord(9, expected=4), "stock-change-contradicts"),
        (DEFECTIVE, OnRecord(9, expected=9), "stock-change-contradicts"),
        (LOSS, OnRecord(4), "stock-change-below-zero"),
    ],
)
def test_what_contradicts_our_books_is_for_a_person(change: StockChange, known: OnRecord, code: str) -> None:
    entry, trouble = judge_change(change, known)
    assert entry is Entry.NONE
    assert trouble
    assert trouble.code == code
    assert trouble.facts["document"] == "QT-1"
