"""The best that anybody could do with the day, found by a solver that sees all orders at once."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog  # type: ignore[import-untyped]  # it ships no types
from scipy.sparse import coo_array, vstack  # type: ignore[import-untyped]  # it ships no types

from benchmarks.brunel.route import Assigned, Costs
from benchmarks.brunel.workbook import Day


def optimum(day: Day, costs: Costs, among: Collection[int] | None = None) -> Assigned:
    """As many orders as possible, of all or of those ``among`` which to choose, and these as cheaply as possible.

    Two linear programs of the transport problem, whose corners are whole numbers: first the most orders, then the
    least cost for so many. Raises ``RuntimeError`` if the solver (HiGHS) finds no optimum.
    """
    pairs = [
        (n, code, cents) for n, plants in costs.items() for code, cents in plants.items() if among is None or n in among
    ]
    place = {plant.code: row for row, plant in enumerate(day.plants)}
    column, ones = np.arange(len(pairs)), np.ones(len(pairs))
    once = coo_array((ones, ([n for n, _, _ in pairs], column)), shape=(len(day.orders), len(pairs)))
    within = coo_array((ones, ([place[code] for _, code, _ in pairs], column)), shape=(len(day.plants), len(pairs)))
    at_most = [*[1] * len(day.orders), *(plant.orders_a_day for plant in day.plants)]
    shipped = round(_solved(-ones, vstack([once, within]), at_most).sum())
    so_many = coo_array((-ones, (np.zeros(len(pairs), dtype=int), column)), shape=(1, len(pairs)))
    cents = np.array([cents for _, _, cents in pairs], dtype=float)
    share = _solved(cents, vstack([once, within, so_many]), [*at_most, -shipped])
    chosen = [pair for pair, part in zip(pairs, share, strict=True) if part > 0.5]
    if len(chosen) != shipped:
        raise RuntimeError(f"the solver split orders: {len(chosen)} of {shipped} are whole")
    return Assigned({n: code for n, code, _ in chosen}, sum(cents for _, _, cents in chosen))


def _solved(objective: NDArray[np.float64], matrix: coo_array, at_most: list[int]) -> NDArray[np.float64]:
    """The shares, each from none to one, that make the objective least."""
    found = linprog(objective, A_ub=matrix, b_ub=at_most, bounds=(0, 1), method="highs-ds")
    if not found.success:
        raise RuntimeError(found.message)
    return np.asarray(found.x)
