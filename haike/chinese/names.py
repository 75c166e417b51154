"""Names of people as they are written down: 王小明, 欧阳锋, 王总, 李经理, John Smith."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from haike.chinese import readings, surnames
from haike.chinese.pinyin import full_pinyin

# Forms of address that follow a surname or a full name.
_TITLES = """
董事长 副董事长 总经理 副总经理 总裁 副总裁 总监 副总监 总工程师 总工 副总 老总 经理 副经理 老板 老板娘 主任 副主任
主管 主席 书记 秘书 助理 会计 出纳 采购 科长 处长 部长 局长 厅长 市长 县长 区长 镇长 村长 院长 校长 园长 行长 厂长
店长 所长 站长 社长 组长 班长 队长 船长 会长 司长 工程师 高工 设计师 老师 教授 副教授 讲师 教练 导师 博士 医生 医师
大夫 护士 律师 法官 警官 师傅 顾问 代表 同志 先生 女士 小姐 太太 夫人 阿姨 叔叔 大哥 大姐 总 董 工 哥 姐 叔 姨 嫂 爷
局 处 科 院
""".split()
_TITLE = re.compile("(?:" + "|".join(sorted(_TITLES, key=len, reverse=True)) + ")$")
_LATIN_TITLE = re.compile(r"^(?:mr|mrs|ms|miss|dr|prof|sir|madam)\b\.?\s*", re.IGNORECASE)
_HEADS = frozenset({"董事长", "副董事长", "老板"})
"""Those who are called 总 too, though their title has not the word."""
_FAMILIAR = "小老阿大"
_BLANKS = re.compile(r"\s+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_HAN = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class PersonName(NamedTuple):
    """A name in its parts; what is not known is empty."""

    surname: str
    given: str
    title: str


@cache
def _spellings(group: tuple[str, ...]) -> frozenset[str]:
    """Surnames as pinyin, to tell "Wang Xiaoming" from "John Smith"."""
    return frozenset(full_pinyin(surname, person=True) for surname in group)


def _surname_length(name: str) -> int:
    """How many characters of a Chinese name are its surname; 0 when it does not begin with one."""
    for length in (4, 2):
        if len(name) >= length and name[:length] in readings.COMPOUND_SURNAMES:
            return length
    return 1 if name[:1] in surnames.SINGLE else 0


def _read_latin(text: str) -> PersonName:
    found = _LATIN_TITLE.match(text)
    title = found[0].strip() if found else ""
    text = text[found.end() :] if found else text
    if "," in text:
        surname, _, given = text.partition(",")
        return PersonName(surname.strip(), given.strip(), title)
    words = text.split()
    if len(words) < 2:
        # "Mr Smith" names the surname; a single name without form of address is mostly a given name.
        return PersonName(text, "", title) if title else PersonName("", text, "")
    first, last = words[0].lower().replace("-", ""), words[-1].lower()
    compound, single = _spellings(surnames.COMPOUND), _spellings(surnames.HUNDRED)
    if first in compound or (first in single and last not in single | compound):
        return PersonName(words[0], " ".join(words[1:]), title)
    return PersonName(words[-1], " ".join(words[:-1]), title)


def read_name(text: str) -> PersonName:
    """Surname, given name and form of address.

    王总 -> (王, , 总); 欧阳小明经理 -> (欧阳, 小明, 经理); 小李 -> (李, , 小); 阿依努尔·买买提 has no surname.
    """
    text = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    if _LATIN.search(text) and not _HAN.search(text):
        return _read_latin(text)
    if "·" in text or "•" in text:
        return PersonName("", text, "")
    name = text.replace(" ", "")
    if len(name) >= 2 and name[0] in _FAMILIAR and _surname_length(name[1:]) == len(name) - 1:
        return PersonName(name[1:], "", name[0])
    found = _TITLE.search(name)
    if found and found.start() > 0:
        before, title = name[: found.start()], found[0]
        length = _surname_length(before)
        # 建工 and 明哥 can be given names, so a title of one character counts only behind a bare surname.
        if length and (len(title) > 1 or title == "总" or length == len(before)):
            return PersonName(before[:length], before[length:], title)
    length = _surname_length(name)
    return PersonName(name[:length], name[length:], "")


def called(name: str, *posts: str) -> str:
    """How somebody of this name is addressed by his posts or forms of address: 王建国, 销售副总 -> 王副总、王总.

    Empty for names without a Chinese surname, and for posts that nobody is called by.
    """
    surname = read_name(name).surname
    if not surname or not _HAN.match(surname):
        return ""
    found: dict[str, None] = {}
    for post in posts:
        title = _TITLE.search(_BLANKS.sub("", unicodedata.normalize("NFKC", post)))
        if title:
            said = [title[0], title[0].removeprefix("副"), "总" if title[0] in _HEADS else ""]
            found.update((surname + one, None) for one in said if one)
    return "、".join(found)


def split_name(name: str) -> tuple[str, str]:
    """Surname and given name: 欧阳小明 -> (欧阳, 小明); the form of address of 王总 or 李经理 is left out."""
    found = read_name(name)
    return found.surname, found.given
