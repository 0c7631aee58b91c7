"""The report, on 80 columns."""

import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from benchmarks.faults.verdict import Verdict

SHOWN = 20
"""So many sentences of each kind of evil."""


def tell_where(orders: int, seed: int) -> None:
    """What is run, and where."""
    print(f"{orders:,} orders, seed {seed}; {os.cpu_count()} cores, {platform.system()} {platform.machine()}, ", end="")
    print(f"Python {platform.python_version()},")
    print(f"load {os.getloadavg()[0]:.1f}; flows under Prefect {version('prefect')} with its server; SQLite")
    print("shop, WeChat shop → Kingdee; Taobao → SAP; two warehouses; SF, J&T, YTO\n", flush=True)


def tell_faults(laid: Counter[str], requests: Sequence[Mapping[str, Any]]) -> None:
    """What was laid, and whom it struck."""
    struck: dict[str, Counter[str]] = {}
    for it in requests:
        if it["fault"]:
            struck.setdefault(it["fault"], Counter())[it["partner"]] += it["count"]
    print(f"{'fault':<16}{'laid':>6}{'struck':>8}  of it, by partner")
    for kind in sorted(laid):
        at = struck.get(kind, Counter())
        most = ", ".join(f"{partner} {times}" for partner, times in at.most_common(3))
        print(f"{kind:<16}{laid[kind]:>6,}{at.total():>8,}  {most}")
    calls = sum(it["count"] for it in requests)
    strikes = sum(at.total() for at in struck.values())
    print(f"{'':<16}{laid.total():>6,}{strikes:>8,}  of {calls:,} calls, {100 * strikes / calls:.0f}%\n")


def tell_end(verdict: Verdict, failed: Counter[str], seconds: Mapping[str, float]) -> None:
    """What was survived, how the orders stand, and the verdict."""
    print("survived")
    print(f"  {verdict.tried_again:,} messages needed more than one try, one of them {verdict.most_tries}")
    for flow, times in sorted(failed.items()):
        print(f"  {times:,} runs of {flow} failed, and the next one went on")
    print("had a part in it")
    for what, share in verdict.shares.items():
        print(f"  {what:<22}" + ", ".join(f"{code} {count:,}" for code, count in share.items()))
    print("\norders")
    for name, count in verdict.statuses.most_common():
        print(f"  {name:<40}{count:>7,}")
    print("with a person, by reason")
    for name, count in verdict.waits.most_common():
        print(f"  {name:<40}{count:>7,}")
    print("\nseconds: " + ", ".join(f"{name} {spent:,.0f}" for name, spent in seconds.items()))
    for name, found in (
        ("lost", verdict.lost),
        ("done twice", verdict.doubled),
        ("not of one mind", verdict.apart),
        ("books unsound", verdict.unsound),
        ("without a part", verdict.idle),
    ):
        print(f"{name:<20}{len(found):>5,}")
        for sentence in found[:SHOWN]:
            print(f"  {sentence}")
    print("NOT PROVEN" if verdict.bad else "PROVEN", flush=True)
