"""Names of companies: taken apart, brought to one form, and compared.

深圳市海客科技有限公司 and 海客科技（深圳）有限责任公司 are one name: core 海客科技, place 广东 深圳.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import OSA

from haike.chinese import places
from haike.chinese.pinyin import full_pinyin

SAME = 0.9
"""From this likeness on two names most probably belong to one company."""
SIMILAR = 0.7
"""From this likeness on a person should look at both."""

# Legal forms at the end of a name, longest first.
_FORMS = """
集团股份有限公司 集团有限责任公司 集团有限公司 集团总公司 集团公司 控股集团有限公司 控股集团 控股股份有限公司
控股有限公司 控股公司 投资有限合伙企业 股份有限公司 有限责任公司 有限公司 股份公司 总公司 分公司 子公司 公司 集团 控股
股份 有限合伙企业 普通合伙企业 合伙企业 有限合伙 普通合伙 特殊普通合伙 个人独资企业 个人独资 个体工商户 个体户 个体
农民专业合作社 专业合作社 股份合作社 合作社 联合社 家庭农场 民办非企业单位 总厂 分厂 厂 经营部 经销部 销售部 服务部
批发部 门市部 营业部 加工部 商行 商店 商铺 门店 总店 专卖店 旗舰店 专营店 连锁店 加盟店 便利店 店 工作室 加工厂
""".split()
_FORM = re.compile("(?:" + "|".join(sorted(_FORMS, key=len, reverse=True)) + ")$")
_LATIN_FORM = re.compile(
    r"(?:[\s,.]+|^)(?:company|co|corporation|corp|incorporated|inc|limited|ltd|llc|llp|plc|pte|pty|gmbh|ag|sa|srl|bv|nv|"
    r"kk|holdings?|group)\.?$"
)
# What follows the legal form of the head company.
_BRANCH = re.compile(
    "^(?P<head>.*?(?:公司|集团(?!股份|有限|公司|总公司)|银行(?!股份|有限|公司)|信用社|事务所|中心|[^分]厂))"
    "(?P<branch>.*?(?:分公司|分行|支行|分店|分厂|分部|分所|分社|分院|分中心|分理处|办事处|营业部|营业厅|营业所|代表处|"
    "联络处|经营部|门市部|事业部|项目部|旗舰店|专卖店|门店|店))$"
)
_BRACKETED = re.compile(r"\(([^()]*)\)")
_LONGEST = 200
_ROUND_BRACKETS = str.maketrans("[]【】〔〕〈〉<>{}", "()" * 6)
# Remarks that people write behind a name.
_REMARK = re.compile("原|曾用名|前身|已|暂停|停业|倒闭|注销|吊销|老客户|重复|作废|测试|不合作|勿|[新旧]$")
_BRANCH_ALONE = re.compile("..*(?:分公司|分店|门店|店|分部|分院|院区|校区|办事处|营业部|项目部)$")
_DROPPED = re.compile(
    r"[^0-9a-z\u00df-\u024f\u0370-\u04ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]+"
)

# Lines of business; what stands before them is the trade name (字号).
_TRADES = """
计算机 信息科技 信息技术 网络科技 网络技术 电子科技 电子商务 生物科技 生物医药 生物技术 智能科技 智能装备 智能制造
数字科技 数据科技 环保科技 新能源科技 医疗科技 教育科技 文化传媒 文化传播 广告传媒 建筑工程 装饰工程 机电设备 机械设备
自动化设备 医疗器械 供应链管理 企业管理 物业管理 投资管理 资产管理 管理咨询 进出口 国际贸易 国际物流 国际货运 货运代理
房地产开发 房地产 人力资源 新材料 新能源 零部件 科技 技术 网络 信息 软件 系统 集成 数据 数码 数字 智能 互联网 通信
通讯 电子 电器 电气 电力 电机 电缆 电池 电源 光电 光学 光电子 照明 半导体 贸易 商贸 工贸 经贸 外贸 实业 发展 开发 投资
国际 机械 设备 装备 制造 制品 工程 建筑 建设 建材 装饰 装修 设计 咨询 管理 服务 文化 传媒 传播 广告 策划 教育 培训
医疗 器械 医药 药业 制药 生物 化工 化学 材料 环保 环境 能源 物流 运输 货运 快递 仓储 供应链 食品 餐饮 酒店 宾馆 旅游
旅行社 服装 服饰 纺织 鞋业 皮具 家具 家居 家电 五金 塑胶 塑料 橡胶 模具 包装 印刷 纸业 玻璃 陶瓷 汽车 汽配 配件 农业
农产品 种业 牧业 水产 地产 物业 置业 金融 保险 银行 证券 基金 租赁 担保 自动化 机器人 百货 超市 商场 商城 珠宝 钢铁
金属 仪器 仪表 仪器仪表 啤酒 酒业 饮料 茶业 乳业 大学 学院 学校 中学 小学 幼儿园 医院 诊所 门诊 药店 大药房 研究院
研究所 设计院 中心 事务所 律师 会计师 产业 企业 创新 创意 工业 商业 事业 日化 化妆品 美容 健康 体育 娱乐 影视 航空
航运 船舶 港口 交通 铁路 路桥 市政 园林 水务 燃气 热力 矿业 石油 重工 股份 集团 控股 连锁 经营 销售 商务 加工 五金厂
用品 玩具 礼品 工艺品 家纺 眼镜 钟表 图书 出版 文具 办公
""".split()
_TRADE = re.compile("(?:" + "|".join(sorted(_TRADES, key=len, reverse=True)) + ")$")
_LATIN_TRADE = re.compile(
    "(?:technology|technologies|tech|trading|trade|electronics?|industrial|industry|industries|international|import|export|"
    "software|systems?|network|information|logistics|engineering|manufacturing|machinery|enterprises?|investment|development)$"
)

Reason = str | Promise


@dataclass(frozen=True, slots=True)
class NormalName:
    """A company's name in its parts; parts that the name does not have are empty.

    `core` is what tells it from others (海客科技), `place` its path from the province down (广东 深圳), `form` the
    legal form as written (有限公司), `branch` the branch of the company that `core` names (南山分公司).
    """

    core: str
    place: str
    form: str
    branch: str

    @property
    def key(self) -> str:
        """Equal for names that differ only in place, legal form, brackets, blanks, width or case."""
        return f"{self.core}@{self.branch}" if self.branch else self.core

    @property
    def trade_name(self) -> str:
        """The core without its line of business: 海客 of 海客科技. Of 上海银行 and 中国石油 it is the whole core."""
        short = _without_trade(self.core)
        return self.core if not short or places.whole_place(short) else short


def _without_trade(core: str) -> str:
    pattern = _LATIN_TRADE if core.isascii() else _TRADE
    while True:
        shorter = pattern.sub("", core)
        if shorter == core:
            return core
        core = shorter


def _take_brackets(name: str) -> tuple[str, tuple[str, ...], str]:
    """The name without its brackets, the place and the branch that stood in them."""
    place: tuple[str, ...] = ()
    branch = kept = ""
    at = 0
    for found in _BRACKETED.finditer(name):
        inside = found[1]
        kept += name[at : found.start()]
        at = found.end()
        whole = places.whole_place(inside)
        if whole:
            place = place or whole
        elif _FORM.fullmatch(inside):
            kept += inside
        elif _BRANCH_ALONE.match(inside):
            branch = inside
        elif not _REMARK.match(inside):
            kept += inside
    return kept + name[at:], place, branch


def _take_latin_form(name: str) -> tuple[str, str]:
    forms: list[str] = []
    while found := _LATIN_FORM.search(name):
        if not found.start():
            break
        forms.insert(0, found[0].strip(" ,."))
        name = name[: found.start()]
    return name, " ".join(forms)


def _take_form(name: str) -> tuple[str, str]:
    forms: list[str] = []
    while (found := _FORM.search(name)) and found.start():
        forms.insert(0, found[0])
        name = name[: found.start()]
    return name, "".join(forms)


def _take_place(name: str) -> tuple[str, tuple[str, ...]]:
    """The name without the place before it; a place that alone tells the company from others stays (上海银行)."""
    found = places.leading_place(name)
    rest = name[found.length :]
    if not found.path:
        return name, ()
    if len(_without_trade(rest)) < 2:
        return found.path[-1] + rest, found.path
    return rest, found.path


def _take_last_place(name: str) -> tuple[str, tuple[str, ...]]:
    """The name without a place behind its legal form (海客有限公司深圳)."""
    head, form, rest = name.rpartition("公司")
    place = places.whole_place(rest) if form and rest else ()
    return (head + form, place) if place else (name, ())


@lru_cache(maxsize=20_000)
def normalise(name: str) -> NormalName:
    """A company's name in its parts, brought to one form."""
    text = unicodedata.normalize("NFKC", name[:_LONGEST]).casefold().translate(_ROUND_BRACKETS)
    text, latin_form = _take_latin_form(text.strip())
    text = _tidy(text)
    whole = _DROPPED.sub("", text)
    text, inside, branch = _take_brackets(text)
    text, behind = _take_last_place(_DROPPED.sub("", text))
    parted = _BRANCH.match(text)
    if parted and parted["head"] not in ("公司", "集团", "中心"):
        text, branch = parted["head"], parted["branch"]
    text, form = _take_form(text)
    core, place = _take_place(text)
    inside = inside or behind
    if inside and not place and len(_without_trade(core)) < 2:
        # 科技(深圳)有限公司: without its place the name would say nothing.
        core = inside[-1] + core
    return NormalName(core or whole, " ".join(place or inside), form or latin_form, branch)


def _tidy(text: str) -> str:
    """The text without blanks and punctuation, its brackets kept."""
    return "".join(part if part in "()" else _DROPPED.sub("", part) for part in re.split("([()])", text))


def _distance(one: str, other: str) -> int:
    """How many characters must be changed, put in, left out or swapped with their neighbour."""
    return OSA.distance(one, other)


def _alike(one: str, other: str) -> float:
    return 1 - _distance(one, other) / max(len(one), len(other), 1)


def likeness(a: str, b: str) -> tuple[float, list[Reason]]:
    """How probably two names belong to one company, 0 to 1, and why in sentences for the user."""
    one, other = normalise(a), normalise(b)
    if not one.core or not other.core:
        return 0.0, []
    if one.core == other.core:
        return _same_core(a, b, one, other)
    return _other_core(one, other)


def _same_core(a: str, b: str, one: NormalName, other: NormalName) -> tuple[float, list[Reason]]:
    if a == b:
        return 1.0, [_("The same name.")]
    score = 1.0
    reasons: list[Reason] = []
    place_one, place_other = tuple(one.place.split()), tuple(other.place.split())
    if not places.compatible(place_one, place_other):
        score *= 0.75
        reasons.append(_("The same name in another place."))
    elif bool(place_one) != bool(place_other):
        score *= 0.97
        reasons.append(_("The same name; only one of them says the place."))
    if one.branch != other.branch:
        score *= 0.85
        reasons.append(
            _("Two branches of one company.") if one.branch and other.branch else _("One is a branch of the other.")
        )
    if one.form != other.form:
        score *= 0.97
        reasons.append(_("The same name with another legal form."))
    if not reasons:
        score = 0.99
        reasons.append(_("The same name, written with other brackets, blanks or order."))
    return round(score, 2), reasons


def _other_core(one: NormalName, other: NormalName) -> tuple[float, list[Reason]]:
    shorter, longer = sorted((one.core, other.core), key=len)
    trade_one, trade_other = one.trade_name, other.trade_name
    found: list[tuple[float, Reason]] = []
    if len(shorter) > 1:
        if trade_one == trade_other:
            short = shorter == trade_one
            found.append(
                (0.85, _("One name is the short form of the other."))
                if short
                else (0.72, _("The same trade name with another line of business."))
            )
        elif shorter in longer:
            found.append((max(0.7, 0.9 * len(shorter) / len(longer)), _("One name is contained in the other.")))
        elif sorted(shorter) == sorted(longer):
            found.append((0.8, _("The same characters in another order.")))
        if full_pinyin(shorter) == full_pinyin(longer):
            found.append((0.9 if len(shorter) == len(longer) else 0.75, _("The names sound the same.")))
    alike = 0.7 * _alike(trade_one, trade_other) + 0.3 * _alike(one.core, other.core)
    if not found and alike >= 0.5:
        count = _distance(one.core, other.core)
        found.append(
            (alike, _("One character differs."))
            if count == 1
            else (alike, _("%(count)s characters differ.") % {"count": count})
        )
    if not found:
        return round(alike * 0.8, 2), []
    found.sort(key=lambda reason: -reason[0])
    score = found[0][0]
    reasons = [sentence for _score, sentence in found]
    if not places.compatible(tuple(one.place.split()), tuple(other.place.split())):
        score *= 0.85
        reasons.append(_("The places differ."))
    return round(score, 2), reasons
