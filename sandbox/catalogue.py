"""What the simulated shops sell: 200 products with Chinese titles, weights and prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

_ADJECTIVES = ("轻便", "加厚", "防滑", "便携", "静音", "大容量", "儿童", "商务", "复古", "户外")
_NOUNS: Mapping[str, tuple[int, int]] = {
    "保温杯": (420, 6900),
    "双肩包": (900, 15900),
    "台灯": (1300, 12900),
    "蓝牙耳机": (120, 19900),
    "充电宝": (350, 9900),
    "办公椅": (9500, 49900),
    "毛巾": (180, 1900),
    "炒锅": (2100, 17900),
    "瑜伽垫": (1600, 8900),
    "雨伞": (480, 4900),
    "运动鞋": (850, 26900),
    "羽绒服": (780, 59900),
    "键盘": (950, 22900),
    "加湿器": (1450, 13900),
    "收纳箱": (1900, 5900),
    "电热水壶": (1150, 11900),
    "枕头": (1050, 7900),
    "书架": (8800, 32900),
    "哑铃": (5000, 10900),
    "钢笔": (60, 8900),
}
"""Noun → usual weight in grams and price in fen."""


@dataclass(frozen=True)
class Product:
    sku: str
    title: str
    weight_grams: int
    price_fen: int


def make_catalogue(size: int = 200, seed: int = 1) -> list[Product]:
    """`size` products named `SKU-0001` and up; the same for the same seed."""
    rng = Random(seed)
    nouns = list(_NOUNS.items())
    products = []
    for number in range(size):
        noun, (grams, fen) = nouns[number % len(nouns)]
        adjective = _ADJECTIVES[(number // len(nouns)) % len(_ADJECTIVES)]
        products.append(
            Product(
                sku=f"SKU-{number + 1:04d}",
                title=f"{adjective}{noun}",
                weight_grams=round(grams * rng.uniform(0.8, 1.3)),
                price_fen=round(fen * rng.uniform(0.8, 1.3) / 10) * 10,
            )
        )
    return products
