"""What becomes of errors where steps ran side by side: one partner's trouble stops no other, yet the run shows it."""

from collections.abc import Sequence

from integrations.errors import Misconfigured


def raise_first(outcomes: Sequence[object]) -> None:
    """Raise the first error among outcomes, after all of them had their turn.

    A partner that refuses our credential fails no run: a person has been told of it, and doctor and console show it
    until it is mended.
    """
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Misconfigured):
            raise outcome
