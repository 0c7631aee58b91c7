"""The page of reasons says what the code gives."""

from settings import ROOT
from tests.messages.reasons_page import codes, page
from tests.messages.test_catalogue import STATED


def test_the_page_is_current() -> None:
    written = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m tests.messages.reasons_page > docs/reasons.md"


def test_no_reason_is_missing() -> None:
    assert {code for _, code, _ in STATED} <= codes()
