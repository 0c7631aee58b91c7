"""How tests have several processes call a partner."""

from collections.abc import Callable

CallTogether = Callable[[str, int, int], list[tuple[int, int]]]
"""Connection, processes, notices of each → for each process: how many were taken, how many refused our credential."""
