"""What the goods themselves ask for: customs papers, battery boxes, labels (B9)."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.lifecycle import HoldKind
from models.reasons import Reason
from policies.decision import Held
from policies.facts import OrderFacts, ProductFacts
from policies.rules import Products


@dataclass(frozen=True, slots=True)
class Handling:
    """How an order's goods must be handled: tags for the people who pack, and a hold while papers are owed."""

    held: Held | None = None
    tags: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


AS_USUAL = Handling()


def plan_handling(order: OrderFacts, products: Mapping[int, ProductFacts], rules: Products) -> Handling:
    """By the categories of everything in the order, components of kits included."""
    if not rules.any():
        return AS_USUAL
    of_order = sorted({products[product].category for line in order.lines for product, _ in line.needs})
    tags: list[str] = []
    reasons: list[Reason] = []
    papers: list[Reason] = []
    if order.country != rules.home_country:
        for category in of_order:
            grade = rules.customs.get(category)
            if grade is not None and grade >= rules.papers_from_grade:
                papers.append(Reason("customs-papers-owed", {"category": category, "grade": grade}))
    if papers:
        tags.append("customs-papers-owed")
    for tag, listed in (("un3481-box", rules.batteries), ("customs-label", rules.sensitive)):
        found = [category for category in of_order if category in listed]
        if found:
            tags.append(tag)
            reasons.append(Reason(tag, {"category": ", ".join(found)}))
    if not papers or HoldKind.CUSTOMS in order.answered or not rules.hold_for_papers:
        return Handling(None, tuple(tags), (*papers, *reasons))
    return Handling(Held(HoldKind.CUSTOMS, tuple(papers)), tuple(tags), tuple(reasons))
