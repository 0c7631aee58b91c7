"""Administrative division codes of China (GB/T 2260, and the town and village codes that lengthen them). No I/O."""

import re
from typing import Final

_PROVINCES: Final = {
    "北京": "11", "天津": "12", "河北": "13", "山西": "14", "内蒙古": "15",
    "辽宁": "21", "吉林": "22", "黑龙江": "23",
    "上海": "31", "江苏": "32", "浙江": "33", "安徽": "34", "福建": "35", "江西": "36", "山东": "37",
    "河南": "41", "湖北": "42", "湖南": "43", "广东": "44", "广西": "45", "海南": "46",
    "重庆": "50", "四川": "51", "贵州": "52", "云南": "53", "西藏": "54",
    "陕西": "61", "甘肃": "62", "青海": "63", "宁夏": "64", "新疆": "65",
    "台湾": "71", "香港": "81", "澳门": "82",
}  # fmt: skip
_CODE: Final = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}|\d{14}")
_LEVELS: Final = re.compile(r"(\d{2})(\d{2})?(\d{2})?(\d{3})?(\d{3})?(\d{2})?")
"""Province, city, county, town, village, and what some warning centres append."""


def division(text: str) -> str:
    """The significant digits of a division code or of a province's name; ``""`` for anything else.

    ``440300`` and ``440300000000`` are both ``4403``, Shenzhen; ``广东省`` is ``44``.
    """
    for name, code in _PROVINCES.items():
        if text.startswith(name):
            return code
    if not _CODE.fullmatch(text) or text[:2] not in _PROVINCES.values():
        return ""
    found = _LEVELS.fullmatch(text)
    levels = [level for level in found.groups() if level] if found else []
    while levels and not levels[-1].strip("0"):
        levels.pop()
    return "".join(levels)


def lies_in(place: str, area: str) -> bool:
    """Whether a division is all within another: Nanshan lies in Shenzhen, Guangdong does not. Significant digits."""
    return bool(area) and place.startswith(area)
