"""What people write in remarks becomes tags: the phrase library of the rules (A7)."""

import pytest
from little_batch import batch, decide, order

from models.reasons import Reason
from policies.comparison import differences, stored
from policies.phrases import Phrases
from policies.reservation import plan_reservations
from policies.rules import Products, Rules

LIBRARY = {
    "先打包": ("pack-first",), "Pack  first": ("pack-first",), "好评卡": ("review-card",), "易碎": ("fragile",),
    "发票": ("invoice",), "不要发票": ("no-invoice",), "急": ("soon",), "加急": ("now", "red"), "red": ("red",),
}  # fmt: skip


@pytest.mark.parametrize(
    ("remark", "tags"),
    [
        ("", ()),
        ("放门卫处", ()),
        ("附好评卡，请先打包", ("review-card", "pack-first")),
        ("ＰＡＣＫ\n  ｆｉｒｓｔ please, 先打包", ("pack-first",)),
        ("加急", ("now", "red")),
        ("急, in RED", ("soon", "red")),
        ("请给我red的", ("red",)),
        ("Frederick's 2red4", ()),
        ("不要先打包；没加急", ()),
        ("勿 先打包", ()),
        ("Don’t pack first, no red", ()),
        ("without a red one", ()),
        ("no, pack first", ("pack-first",)),
        ("piano red", ("red",)),
        ("别易碎", ()),
        ("特别易碎", ("fragile",)),
        ("不要发票", ("no-invoice",)),
        ("开发票，不要易碎", ("invoice",)),
    ],
)
def test_the_longest_phrase_counts_in_any_width_and_case_as_a_whole_word_and_not_when_it_is_denied(
    remark: str, tags: tuple[str, ...]
) -> None:
    assert Phrases(LIBRARY).find(remark).tags == tags


def test_an_order_is_tagged_by_its_remark_and_its_goods_once_each_and_says_by_which_phrase() -> None:
    rules = Rules(phrases={"防火箱": ("un3481-box",), "送礼": ("gift",)}, products=Products(batteries=("battery",)))
    wanted = order(remark="送礼，防火箱")
    [served] = decide(wanted, rules=rules, categories={1: "battery"}, p1w1=1)
    [unpaid] = decide(order(remark="送礼", paid=False), rules=rules, p1w1=1)
    [short] = decide(order(remark="送礼"), rules=rules, p1w1=0)
    assert served.tags == ("gift", "un3481-box")
    assert served.reasons[-3:-1] == tuple(
        Reason("remark-says", {"phrase": phrase, "tag": tag})
        for phrase, tag in (("送礼", "gift"), ("防火箱", "un3481-box"))
    )
    assert (unpaid.tags, short.tags) == (("gift",), ("gift",))


def test_a_new_phrase_changes_the_tags_of_the_orders_whose_remark_holds_it_and_nothing_else() -> None:
    facts = batch([order(1, remark="送礼"), order(2, remark="门口"), order(3)], p1w1=3)
    before, after = (stored(plan_reservations(facts, Rules(phrases=p))) for p in ({}, {"送礼": ("gift",)}))
    assert [(d.order_id, d.changed) for d in differences(before, after)] == [(1, ("tags",))]
