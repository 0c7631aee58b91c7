"""Administrative divisions of China: their codes (GB/T 2260, and the town and village codes that lengthen them), and
the one name by which we know a province, however a channel, a file or a person writes it. No I/O."""

import re
from typing import Final

_PROVINCES: Final = {
    "11": ("北京市", "Beijing"), "12": ("天津市", "Tianjin"), "13": ("河北省", "Hebei"), "14": ("山西省", "Shanxi"),
    "15": ("内蒙古自治区", "Inner Mongolia", "Nei Mongol"),
    "21": ("辽宁省", "Liaoning"), "22": ("吉林省", "Jilin"), "23": ("黑龙江省", "Heilongjiang"),
    "31": ("上海市", "Shanghai"), "32": ("江苏省", "Jiangsu"), "33": ("浙江省", "Zhejiang"), "34": ("安徽省", "Anhui"),
    "35": ("福建省", "Fujian"), "36": ("江西省", "Jiangxi"), "37": ("山东省", "Shandong"),
    "41": ("河南省", "Henan"), "42": ("湖北省", "Hubei"), "43": ("湖南省", "Hunan"), "44": ("广东省", "Guangdong"),
    "45": ("广西壮族自治区", "Guangxi"), "46": ("海南省", "Hainan"),
    "50": ("重庆市", "Chongqing"), "51": ("四川省", "Sichuan"), "52": ("贵州省", "Guizhou"), "53": ("云南省", "Yunnan"),
    "54": ("西藏自治区", "Tibet", "Xizang"),
    "61": ("陕西省", "Shaanxi"), "62": ("甘肃省", "Gansu"), "63": ("青海省", "Qinghai"),
    "64": ("宁夏回族自治区", "Ningxia"), "65": ("新疆维吾尔自治区", "Xinjiang"),
    "71": ("台湾省", "Taiwan"), "81": ("香港特别行政区", "Hong Kong"), "82": ("澳门特别行政区", "Macao", "Macau"),
}  # fmt: skip
"""By code: the full name, and those in Latin letters, as Shopify and Alibaba.com write them."""

_KIND: Final = re.compile(r"(省|市|(壮族|回族|维吾尔族?)?自治区|特别行政区|\s+(province|municipality|sheng|shi))$")
"""What a name says of the kind of province; left out as often as not, and sometimes wrong (广西省)."""

_CODE: Final = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}|\d{14}")
_LEVELS: Final = re.compile(r"(\d{2})(\d{2})?(\d{2})?(\d{3})?(\d{3})?(\d{2})?")
"""Province, city, county, town, village, and what some warning centres append."""


def _bare(name: str) -> str:
    return _KIND.sub("", name.strip().casefold())


_CODES: Final = {_bare(name): code for code, names in _PROVINCES.items() for name in names}


def division(text: str) -> str:
    """The significant digits of a division code or of a province's name; ``""`` for anything else.

    ``440300`` and ``440300000000`` are both ``4403``, Shenzhen; ``广东省``, ``广东`` and ``Guangdong`` are ``44``, and
    so is a longer text that begins with the full name. ``海南藏族自治州`` is not Hainan: it lies in Qinghai.
    """
    text = text.strip()
    if code := _CODES.get(_bare(text)):
        return code
    for code, (full, *_) in _PROVINCES.items():
        if text.startswith(full):
            return code
    if not _CODE.fullmatch(text) or text[:2] not in _PROVINCES:
        return ""
    found = _LEVELS.fullmatch(text)
    levels = [level for level in found.groups() if level] if found else []
    while levels and not levels[-1].strip("0"):
        levels.pop()
    return "".join(levels)


def region_of(text: str) -> str:
    """The full name of the province that a text means, by a name or by the code of a division in it; a text that is
    neither, as it is. Gates, lanes and warehouses of a region are found by it (invariant 6)."""
    code = division(text)[:2]
    return _PROVINCES[code][0] if code else text


def lies_in(place: str, area: str) -> bool:
    """Whether a division is all within another: Nanshan lies in Shenzhen, Guangdong does not. Significant digits."""
    return bool(area) and place.startswith(area)
