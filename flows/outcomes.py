"""What becomes of errors where steps ran side by side: one partner's outage stops no other, yet the run shows it."""

from collections.abc import Sequence


def raise_first(outcomes: Sequence[object]) -> None:
    """Raise the first error among outcomes, after all of them had their turn."""
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
