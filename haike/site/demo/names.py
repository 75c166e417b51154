"""Names of people: surnames as frequent as in China, given names that fit gender and year of birth."""

from dataclasses import dataclass

from haike.site.demo.chance import Chance, spread

# Shares in per mille of the population.
_SURNAMES = {
    "王": 71, "李": 70, "张": 67, "刘": 53, "陈": 46, "杨": 30, "赵": 27, "黄": 24, "周": 21, "吴": 20, "徐": 16,
    "孙": 15, "胡": 13, "朱": 12, "高": 12, "林": 11, "何": 11, "郭": 11, "马": 10, "罗": 10, "梁": 9, "宋": 8, "郑": 8,
    "谢": 8, "韩": 7, "唐": 7, "冯": 7, "于": 6, "董": 6, "萧": 2, "肖": 5, "程": 6, "曹": 6, "袁": 5, "邓": 5, "许": 5,
    "傅": 3, "沈": 5, "曾": 5, "彭": 5, "吕": 5, "苏": 5, "卢": 5, "蒋": 5, "蔡": 5, "贾": 4, "丁": 4, "魏": 4, "薛": 4,
    "叶": 4, "阎": 2, "闫": 3, "余": 4, "潘": 4, "杜": 4, "戴": 3, "夏": 4, "钟": 4, "汪": 4, "田": 4, "任": 4, "姜": 4,
    "范": 4, "方": 4, "石": 4, "姚": 3, "谭": 4, "廖": 3, "邹": 3, "熊": 3, "金": 4, "陆": 3, "郝": 3, "孔": 3, "白": 3,
    "崔": 3, "康": 2, "毛": 2, "邱": 3, "秦": 3, "江": 3, "史": 3, "顾": 2, "侯": 3, "邵": 2, "孟": 2, "龙": 2, "万": 2,
    "段": 2, "钱": 2, "汤": 2, "尹": 2, "黎": 2, "易": 2, "常": 2, "武": 2, "乔": 2, "贺": 2, "赖": 2, "龚": 2, "文": 2,
    "庞": 1, "樊": 1, "兰": 1, "殷": 1, "施": 2, "陶": 2, "洪": 2, "翟": 1, "安": 1, "颜": 1, "倪": 1, "严": 2, "牛": 1,
    "温": 2, "芦": 1, "季": 1, "俞": 1, "章": 1, "鲁": 1, "葛": 1, "伍": 1, "韦": 2, "申": 1, "尤": 1, "毕": 1, "聂": 1,
    "丛": 1, "焦": 1, "向": 1, "柳": 1, "邢": 1, "路": 1, "岳": 1, "齐": 1, "梅": 1, "莫": 2, "庄": 1, "辛": 1, "管": 1,
    "祝": 1, "左": 1, "涂": 1, "谷": 1, "祁": 1, "时": 1, "舒": 1, "耿": 1, "牟": 1, "卜": 1, "詹": 1, "关": 1, "苗": 1,
    "凌": 1, "费": 1, "纪": 1, "靳": 1, "盛": 1, "童": 1, "欧": 1, "甄": 1, "项": 1, "裴": 1, "霍": 1, "游": 1, "阮": 1,
    "柯": 1, "单": 0.6, "仇": 0.3, "区": 0.3, "解": 0.5, "查": 0.4, "朴": 0.5, "盖": 0.3, "华": 0.6, "宁": 0.5,
    "麦": 0.5, "冼": 0.4, "欧阳": 1, "上官": 0.3, "司马": 0.3, "诸葛": 0.2, "尉迟": 0.1, "司徒": 0.3, "皇甫": 0.2,
    "端木": 0.1, "夏侯": 0.1,
}  # fmt: skip
SURNAMES = spread(_SURNAMES, 6000)

# Whole given names in use, then first and second characters that combine. Three generations.
_GIVEN: dict[tuple[str, int], tuple[str, str, str]] = {
    ("male", 0): (
        "建国 建华 建军 国强 国庆 志强 志明 志刚 卫东 卫国 永强 永明 德明 德华 文斌 文华 明辉 金生 金龙 福生 春生 "
        "宝林 玉林 树林 大勇 爱民 爱国 红卫 跃进 援朝 长江 长青 学军 学文 立新 立军 新民 少华 家明 世杰 伟 强 军 勇 "
        "平 刚 斌 波 辉 华 明 林 涛 东 峰",
        "建国志文德永金福春宝玉树学立新少家世光兴启", "华军强明国平生林民刚庆忠良辉荣祥成才义友山",
    ),
    ("male", 1): (
        "伟 强 磊 军 洋 勇 杰 涛 超 明 刚 平 辉 鹏 飞 波 斌 宇 浩 凯 健 俊 帆 帅 旭 亮 峰 龙 阳 林 志强 建华 俊杰 "
        "志伟 建军 海涛 晓东 晓明 文杰 文强 伟强 国栋 少华 海波 海龙 海军 云飞 建平 建波 永刚 家豪 锦华 伟明 伟杰 "
        "耀华 晓峰 振宇 志鹏 志勇 建新 春雷 向阳 卫平 小军 小龙",
        "志建俊海晓文伟国少云永家锦耀振春向卫小德宏立泽", "强华杰军涛明东峰波龙飞平刚豪宇鹏勇新辉亮林斌",
    ),
    ("male", 2): (
        "浩 宇 杰 俊 鑫 磊 博 超 凯 翔 睿 帆 晨 毅 阳 昊 天 子轩 浩然 子豪 宇航 俊豪 俊杰 博文 嘉豪 梓豪 天宇 文博 "
        "泽宇 嘉伟 志豪 家乐 明轩 一鸣 思远 子涵 浩宇 瑞霖 皓轩 嘉诚 致远 鸿飞 昊天 宇轩 立诚 彦霖 景行 雨泽 书豪 "
        "晓宇 逸飞 晨曦",
        "子浩宇俊博嘉梓天文泽志家明思瑞皓致鸿昊立彦景雨书逸晨", "轩然豪航杰文宇博伟乐远涵霖诚飞天行泽曦阳辰睿铭",
    ),
    ("female", 0): (
        "秀英 桂英 秀兰 玉兰 桂兰 秀珍 玉珍 凤英 玉英 淑珍 淑英 春梅 桂芳 秀芳 丽华 丽娟 玉梅 惠芳 惠珍 素芬 美玲 "
        "美华 建英 红梅 爱华 爱玲 金凤 月英 彩霞 国英 玉华 芳 敏 静 丽 娟 霞 萍 红 玲 芬 燕 梅 兰 英",
        "秀桂玉凤淑春丽惠素美建红爱金月彩国雪", "英兰珍芳梅华娟芬玲霞琴萍凤云莲香",
    ),
    ("female", 1): (
        "芳 静 敏 丽 娟 艳 娜 霞 燕 玲 丹 萍 红 雪 婷 慧 莉 颖 洁 倩 琳 蕾 薇 琴 晶 丽娟 丽华 海燕 晓燕 晓红 春燕 "
        "雪梅 红霞 小红 文静 丽萍 秀丽 玉婷 美玲 慧敏 晓丽 婷婷 艳红 艳丽 海霞 丽丽 佳慧 少芬 燕玲 洁仪 丽珊 淑仪 "
        "嘉敏 秋菊 晓霞 立娟 云霞 彩虹",
        "丽海晓春雪红小文秀玉美慧艳佳少淑嘉秋云立燕洁", "娟华燕红梅霞静萍丽婷玲敏仪珊芬云琴芳君英",
    ),
    ("female", 2): (
        "婷 雪 欣 悦 琪 雯 瑶 倩 颖 璐 妍 蕊 彤 梦 萱 佳 诗雨 欣怡 子涵 雨欣 梓涵 佳怡 思琪 雨婷 梦洁 梦瑶 嘉怡 雅婷 "
        "可欣 晓彤 若曦 诗涵 雨桐 紫涵 心怡 梦琪 静怡 思雨 佳琪 雨晴 语嫣 艺涵 依诺 慧琳 咏琪 乐瑶 芷晴 婉婷 书瑶 "
        "一诺",
        "诗欣子雨梓佳思梦嘉雅可晓若紫心静语艺依慧咏乐芷婉书", "雨怡涵欣琪婷洁瑶彤曦桐晴嫣诺琳萱妍雯宁然",
    ),
}  # fmt: skip


def _givens(whole: str, first: str, second: str) -> tuple[str, ...]:
    """Half of the table are names in use, half free combinations."""
    known = whole.split()
    made = [a + b for a in first for b in second if a != b]
    return (*known * max(1, len(made) // len(known)), *made)


_TABLES = {key: _givens(*texts) for key, texts in _GIVEN.items()}


@dataclass(slots=True)
class Person:
    """A made-up person; `gender` is a code of the pick-list."""

    name: str
    surname: str
    gender: str
    born: int


class People:
    """Draws people of working age."""

    def __init__(self, chance: Chance, year: int) -> None:
        self._chance = chance
        self._year = year

    def draw(self, *, male: float = 0.6) -> Person:
        chance = self._chance
        gender = "male" if chance.random() < male else "female"
        # Two draws make the middle years of a working life the most frequent: 22 to 64.
        born = self._year - 22 - int((chance.random() + chance.random()) * 21)
        generation = 0 if born < 1972 else 1 if born < 1990 else 2
        surname = chance.pick(SURNAMES)
        return Person(surname + chance.pick(_TABLES[gender, generation]), surname, gender, born)
