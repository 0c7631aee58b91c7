"""Who buys, and where they live: invented people at invented addresses in real cities."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from random import Random

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹"
_GIVEN = (
    "伟",
    "芳",
    "秀英",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "超",
    "明",
    "霞",
)
_STREETS = (
    "人民路",
    "中山路",
    "解放大道",
    "建设街",
    "和平路",
    "滨江大道",
    "文化路",
    "科技园路",
    "长江路",
    "朝阳街",
)
_GRADES = "AABBBBCCCD"


@dataclass(frozen=True)
class Place:
    """A district of a city, with the city's position in degrees."""

    province: str
    city: str
    district: str
    latitude: float
    longitude: float


PLACES = (
    Place("广东省", "深圳市", "南山区", 22.54, 114.06),
    Place("广东省", "广州市", "天河区", 23.13, 113.26),
    Place("广东省", "东莞市", "南城街道", 23.02, 113.75),
    Place("浙江省", "杭州市", "西湖区", 30.27, 120.16),
    Place("浙江省", "宁波市", "鄞州区", 29.87, 121.55),
    Place("江苏省", "南京市", "鼓楼区", 32.06, 118.80),
    Place("江苏省", "苏州市", "吴中区", 31.30, 120.58),
    Place("上海市", "上海市", "浦东新区", 31.23, 121.47),
    Place("北京市", "北京市", "朝阳区", 39.90, 116.41),
    Place("天津市", "天津市", "和平区", 39.13, 117.20),
    Place("四川省", "成都市", "武侯区", 30.57, 104.07),
    Place("重庆市", "重庆市", "渝北区", 29.56, 106.55),
    Place("湖北省", "武汉市", "洪山区", 30.59, 114.31),
    Place("湖南省", "长沙市", "岳麓区", 28.23, 112.94),
    Place("河南省", "郑州市", "金水区", 34.75, 113.63),
    Place("山东省", "青岛市", "市南区", 36.07, 120.38),
    Place("山东省", "济南市", "历下区", 36.65, 117.12),
    Place("陕西省", "西安市", "雁塔区", 34.34, 108.94),
    Place("辽宁省", "沈阳市", "沈河区", 41.81, 123.43),
    Place("福建省", "厦门市", "思明区", 24.48, 118.09),
    Place("安徽省", "合肥市", "蜀山区", 31.82, 117.23),
    Place("云南省", "昆明市", "五华区", 25.04, 102.71),
    Place("黑龙江省", "哈尔滨市", "南岗区", 45.80, 126.53),
    Place("新疆维吾尔自治区", "乌鲁木齐市", "天山区", 43.83, 87.62),
)


@dataclass(frozen=True)
class Person:
    """A customer who receives the goods at home."""

    customer_id: str
    name: str
    grade: str
    phone: str
    place: Place
    address: str


def make_people(count: int, seed: int) -> list[Person]:
    """`count` people, the same for the same seed."""
    rng = Random(seed)
    people = []
    for number in range(count):
        place = rng.choice(PLACES)
        people.append(
            Person(
                customer_id=f"C{number + 1:06d}",
                name=rng.choice(_SURNAMES) + rng.choice(_GIVEN),
                grade=rng.choice(_GRADES),
                phone=f"1{rng.choice('3578')}{rng.randrange(10**9):09d}",
                place=place,
                address=_address(rng),
            )
        )
    return people


def _address(rng: Random) -> str:
    house, building, room = rng.randrange(1, 900), rng.randrange(1, 30), rng.randrange(101, 2500)
    return f"{rng.choice(_STREETS)}{house}号{building}栋{room}室"


def nearest_place(latitude: float, longitude: float) -> Place:
    """The known city closest to a position in degrees."""
    return min(PLACES, key=lambda place: hypot(place.latitude - latitude, place.longitude - longitude))
