"""What shops abroad call the carriers."""

from collections.abc import Mapping
from typing import Final

_ENGLISH: Final[Mapping[str, str]] = {"sf_express": "SF Express", "jtexpress": "J&T Express"}


def english_name(carrier: str) -> str:
    """The English name of a carrier's partner; another carrier's code as it is."""
    return _ENGLISH.get(carrier, carrier)
