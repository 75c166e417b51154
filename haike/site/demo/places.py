"""Addresses in real divisions of China: roads, numbers, buildings that sound right and stand for nobody."""

from dataclasses import dataclass
from functools import cache

from haike.chinese.divisions import CITY, DISTRICT, DivisionRow, read_divisions
from haike.site.demo.chance import Chance, spread

# Where companies are: places with many of them; every other city counts 1. The sample company sits in Shenzhen, so
# its own province weighs more than it would in a census.
_WEIGHTS = {
    "深圳": 170, "广州": 110, "东莞": 80, "佛山": 60, "惠州": 28, "中山": 28, "珠海": 20, "江门": 12, "汕头": 10,
    "肇庆": 6, "清远": 5, "湛江": 5, "揭阳": 5, "上海": 110, "苏州": 60, "杭州": 50, "宁波": 32, "南京": 30, "无锡": 26,
    "常州": 16, "嘉兴": 14, "绍兴": 12, "温州": 20, "金华": 16, "台州": 14, "南通": 14, "合肥": 16, "徐州": 7,
    "扬州": 8, "湖州": 8, "北京": 50, "天津": 18, "石家庄": 10, "保定": 7, "廊坊": 6, "唐山": 6, "济南": 14, "青岛": 20,
    "烟台": 9, "潍坊": 9, "临沂": 7, "郑州": 22, "洛阳": 6, "武汉": 30, "长沙": 22, "株洲": 5, "南昌": 11, "赣州": 6,
    "福州": 14, "厦门": 20, "泉州": 18, "漳州": 6, "成都": 40, "绵阳": 5, "重庆": 34, "西安": 20, "昆明": 11, "贵阳": 8,
    "南宁": 10, "柳州": 5, "海口": 6, "沈阳": 11, "大连": 12, "长春": 7, "哈尔滨": 8, "太原": 7, "兰州": 4,
    "乌鲁木齐": 4, "香港": 6, "澳门": 1, "台北": 1,
}  # fmt: skip
# Longitude and latitude of the middle of these cities, for the map.
_MIDDLES = {
    "深圳": (114.06, 22.55), "广州": (113.27, 23.13), "东莞": (113.75, 23.02), "佛山": (113.12, 23.02),
    "惠州": (114.42, 23.11), "中山": (113.38, 22.52), "珠海": (113.57, 22.27), "江门": (113.08, 22.58),
    "汕头": (116.68, 23.35), "肇庆": (112.46, 23.05), "清远": (113.05, 23.68), "湛江": (110.36, 21.27),
    "揭阳": (116.37, 23.55), "上海": (121.47, 31.23), "苏州": (120.58, 31.30), "杭州": (120.16, 30.27),
    "宁波": (121.55, 29.87), "南京": (118.80, 32.06), "无锡": (120.31, 31.49), "常州": (119.97, 31.81),
    "嘉兴": (120.76, 30.75), "绍兴": (120.58, 30.03), "温州": (120.70, 28.00), "金华": (119.65, 29.08),
    "台州": (121.42, 28.66), "南通": (120.89, 31.98), "合肥": (117.23, 31.82), "徐州": (117.28, 34.21),
    "扬州": (119.41, 32.39), "湖州": (120.09, 30.89), "北京": (116.41, 39.90), "天津": (117.20, 39.08),
    "石家庄": (114.51, 38.04), "保定": (115.46, 38.87), "廊坊": (116.68, 39.54), "唐山": (118.18, 39.63),
    "济南": (117.12, 36.65), "青岛": (120.38, 36.07), "烟台": (121.45, 37.46), "潍坊": (119.16, 36.71),
    "临沂": (118.36, 35.10), "郑州": (113.63, 34.75), "洛阳": (112.45, 34.62), "武汉": (114.31, 30.59),
    "长沙": (112.94, 28.23), "株洲": (113.13, 27.83), "南昌": (115.86, 28.68), "赣州": (114.94, 25.83),
    "福州": (119.30, 26.07), "厦门": (118.09, 24.48), "泉州": (118.68, 24.87), "漳州": (117.65, 24.51),
    "成都": (104.07, 30.57), "绵阳": (104.68, 31.47), "重庆": (106.55, 29.56), "西安": (108.94, 34.34),
    "昆明": (102.83, 24.88), "贵阳": (106.63, 26.65), "南宁": (108.37, 22.82), "柳州": (109.43, 24.33),
    "海口": (110.20, 20.04), "沈阳": (123.43, 41.81), "大连": (121.61, 38.91), "长春": (125.32, 43.82),
    "哈尔滨": (126.53, 45.80), "太原": (112.55, 37.87), "兰州": (103.83, 36.06), "乌鲁木齐": (87.62, 43.83),
    "香港": (114.17, 22.32), "澳门": (113.54, 22.19), "台北": (121.56, 25.04),
}  # fmt: skip
# Cities of the standard without districts below.
_TOWNS = {
    "东莞": "长安 虎门 厚街 塘厦 寮步 常平 大朗 凤岗 清溪 黄江 石排 茶山 横沥 桥头 企石 谢岗 樟木头 东坑 石碣 高埗",
    "中山": "小榄 古镇 坦洲 三乡 沙溪 横栏 东升 东凤 南头 黄圃 三角 民众 港口",
    "儋州": "那大 白马井 洋浦 木棠",
    "嘉峪关": "新城 峪泉 文殊",
}

_ROADS = (
    "人民 中山 解放 建设 和平 文化 新华 长江 黄河 胜利 友谊 光明 振兴 兴业 工业 科技 创业 创新 迎宾 滨河 滨江 湖滨 "
    "环城 北京 上海 南京 广州 朝阳 东风 红旗 富民 民生 金融 财富 学院 大学 育才 师范 体育 公园 花园 金山 银河 凤凰 "
    "龙腾 宝安 深南 科苑 高新 软件园 翠竹 梅林 石龙 玉泉 清泉 永安 长安 平安 泰安 吉祥 如意 幸福 康乐 前进 团结 劳动 "
    "五一 八一 青年 站前 火车站 机场 港口 航空 汽车城 商贸 商业 市场 物流 开发 开源 南环 北环 东环 西环 中心 锦绣 "
    "天河 天府 珠江 湘江 赣江 闽江 钱塘 太湖 洪湖 西湖 东湖 南湖 北湖 莲花 桂花 梧桐 银杏 香樟 紫荆 海棠 牡丹 松山 "
    "白云 黄山 泰山 华山 嵩山 衡山"
).split()
_ENDINGS = spread(
    {
        "路": 50, "大道": 14, "街": 14, "东路": 7, "西路": 7, "南路": 8, "北路": 8, "中路": 8, "一路": 4, "二路": 4,
        "三路": 2,
    },
    130,
)  # fmt: skip
_STREETS = tuple(road + ending for road in _ROADS for ending in _ENDINGS)
_BRANDS = (
    "华强 宝能 天安 金地 万达 时代 国际 中航 创智 汇通 恒丰 瑞丰 嘉华 富康 金源 银座 世纪 环球 长城 东方 南方 联合 "
    "汇金 富力 海岸 星河 绿地 鸿运 永利 新城 高新 同创 智汇 慧谷 和兴 兴隆 广源 大成 福源 顺景 金鹏 凯旋 维港 君安 "
    "信德 恒通"
).split()
_OFFICES = tuple(brand + kind for brand in _BRANDS for kind in "大厦 大厦 广场 中心 商务大厦 国际中心 写字楼".split())
_PARKS = tuple(
    brand + kind for brand in _BRANDS for kind in "工业园 工业园 工业区 科技园 产业园 创业园 电商园 物流园".split()
)
_MARKETS = tuple(brand + kind for brand in _BRANDS for kind in "五金市场 建材城 商贸城 批发市场 电子城 商业街".split())
_ESTATES = tuple(brand + kind for brand in _BRANDS for kind in "花园 苑 小区 名城 家园 公馆 新村".split())


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is, as far as divisions tell; `region` is the district's code, or the city's if it has none."""

    region: str
    province: str
    short_province: str
    city: str
    district: str
    short_city: str
    short_district: str
    area_code: str
    post_code: str
    town: str

    def full_address(self, address: str) -> str:
        """The address as on an envelope, from the province on."""
        return self.province + ("" if self.city == self.province else self.city) + self.district + address


def _spot(row: DivisionRow, city: DivisionRow, province: DivisionRow, town: str = "") -> Spot:
    return Spot(
        region=row.code,
        province=province.name,
        short_province=province.short_name,
        city=city.name,
        district="" if row is city else row.name,
        short_city=city.short_name,
        short_district=town or row.short_name,
        area_code=row.phone_area_code or "",
        post_code=row.post_code or city.post_code or province.post_code or "",
        town=f"{town}镇" if town else "",
    )


@cache
def spots() -> tuple[Spot, ...]:
    """Every district as often as its city weighs."""
    rows = {row.code: row for row in read_divisions()}
    below: dict[str, list[Spot]] = {}
    for row in rows.values():
        parent = rows.get(row.parent_code or "")
        if parent is None:
            continue
        province = rows.get(parent.parent_code or "") or parent
        if row.level == DISTRICT:
            below.setdefault(parent.code if parent.level == CITY else province.code + row.code, []).append(
                _spot(row, parent if parent.level == CITY else _city_of(row, province), province)
            )
        elif row.short_name in _TOWNS:
            below[row.code] = [_spot(row, row, province, town) for town in _TOWNS[row.short_name].split()]
        elif row.parent_code == "710000":
            below[row.code] = [_spot(row, row, province)]
    by_city: dict[str, list[Spot]] = {}
    for group in below.values():
        by_city.setdefault(group[0].short_city, []).extend(group)
    # A hundred entries for each unit of weight, so that a city's districts share its weight whatever their number.
    table: list[Spot] = []
    for city, group in by_city.items():
        share = max(1, round(100 * _WEIGHTS.get(city, 1) / len(group)))
        table += [spot for spot in group for _ in range(share)]
    return tuple(table)


def _city_of(row: DivisionRow, province: DivisionRow) -> DivisionRow:
    """Municipalities are their own city; a county-level city that the province governs is one too."""
    return province if province.phone_area_code else row


class Places:
    """Draws addresses."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._spots = spots()

    def spot(self) -> Spot:
        return self._spots[int(self._chance.random() * len(self._spots))]

    def address(self, spot: Spot, kind: str = "office") -> str:
        """What follows the district, where `kind` is office, factory, shop, home or public."""
        return spot.town + self._street(kind)

    def position(self, spot: Spot) -> tuple[float, float] | None:
        """Longitude and latitude within some ten kilometres of the city's middle; None for a city off the table."""
        middle = _MIDDLES.get(spot.short_city)
        if middle is None:
            return None
        random = self._chance.random
        # Islands and bays are close to some middles, so the spread is small.
        return (
            round(middle[0] + (random() + random() - 1) * 0.09, 6),
            round(middle[1] + (random() + random() - 1) * 0.07, 6),
        )

    def _street(self, kind: str) -> str:
        random = self._chance.random
        street = _STREETS[int(random() * len(_STREETS))]
        number = 1 + int(random() * random() * 900)
        if kind == "public":
            return f"{street}{number}号"
        if kind == "factory":
            park = _PARKS[int(random() * len(_PARKS))]
            if random() < 0.3:
                return f"{street}{number}号"
            return f"{street}{park}{1 + int(random() * 20)}栋{1 + int(random() * 6)}楼"
        if kind == "shop":
            if random() < 0.6:
                return f"{street}{number}号{1 + int(random() * 30)}号铺"
            market, block = _MARKETS[int(random() * len(_MARKETS))], "ABCDE"[int(random() * 5)]
            return f"{street}{market}{block}区{101 + int(random() * 280)}号"
        room = f"{1 + int(random() * 28)}{1 + int(random() * 16):02d}"
        if kind == "home":
            return f"{street}{_ESTATES[int(random() * len(_ESTATES))]}{1 + int(random() * 18)}栋{room}"
        office = _OFFICES[int(random() * len(_OFFICES))]
        block = "" if random() < 0.6 else f"{'ABC'[int(random() * 3)]}座"
        return f"{street}{number}号{office}{block}{room}室"
