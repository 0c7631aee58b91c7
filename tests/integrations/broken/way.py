"""How a partner that is broken on purpose is entered: what the suite must find wrong with it stands above its class."""

from collections.abc import Callable

from integrations.registry import PARTNERS

BROKEN: dict[type, frozenset[str]] = {}
"""Each class, with the checks that it must fail, those and no other."""

RECORDED = "recorded_replies_are_read_to_exact_values"
REFUSED = "a_refusal_in_the_partners_own_words_is_rejected_and_not_asked_again"
REPEATS = ("a_write_repeated_gives_the_first_result", "a_write_repeated_after_a_lost_reply_is_done_once")


def fails(*checks: str) -> Callable[[type], type]:
    """Enter a class. One without it is a part of another: faults of a partner that do not touch each other are looked
    for in one run."""

    def enter(maker: type) -> type:
        BROKEN[maker] = frozenset(checks)
        return maker

    return enter


def stands_for(maker: type) -> str:
    """The name of the partner that a broken class was made from."""
    return next(name for name, entry in PARTNERS.items() if issubclass(maker, entry.maker))
