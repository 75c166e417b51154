"""What the difference of two company names says beyond its size: which characters differ, and how they sound.

People type by sound, so a wrong character mostly sounds like the right one. Two that sound otherwise are two names
rather than a slip; so are names that differ in a numeral or a direction, and two branches of one company.
"""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein

from haike.chinese.company import NormalName, normalise
from haike.chinese.pinyin import full_pinyin

TELLING = frozenset("一二三四五六七八九十百千0123456789东南西北中大小新老旧上下左右前后甲乙丙丁内外")
"""Characters that people set apart on purpose."""
TWO_BRANCHES = 0.8
ON_PURPOSE = 0.75
OTHER_SOUND = 0.85
SHORT_BRAND = 0.8
MANY_SOUNDS = 0.9
ONE_MISSING = 0.8
"""What is at least said of a name in which one character is missing, at the same place."""
SHORT = 2


def weigh(one: str, other: str, score: float) -> float:
    """The likeness of two names, with what differs taken into account."""
    a, b = normalise(one), normalise(other)
    if a.branch and b.branch and a.branch != b.branch:
        return score * TWO_BRANCHES
    if a.core == b.core:
        return score
    if sorted(a.core) == sorted(b.core):
        return score
    edits = Levenshtein.editops(a.core, b.core)
    replaced = [(a.core[each.src_pos], b.core[each.dest_pos]) for each in edits if each.tag == "replace"]
    if not replaced:
        return max(score, ONE_MISSING) if len(edits) == 1 and _one_missing(a, b) else score
    if all(TELLING.issuperset(pair) for pair in replaced):
        return score * ON_PURPOSE
    if full_pinyin(a.core) == full_pinyin(b.core):
        return score * MANY_SOUNDS if len(replaced) > 1 else score
    return score * OTHER_SOUND * (SHORT_BRAND if _brand_length(a.core, b.core) <= SHORT else 1)


def _one_missing(a: NormalName, b: NormalName) -> bool:
    """Whether a slip explains the character that one of them lacks: same place, and it is none people set apart by."""
    shorter, longer = sorted((a.core, b.core), key=len)
    lacking = next((char for char in longer if longer.count(char) > shorter.count(char)), "")
    same_line = a.trade_name != a.core and b.trade_name != b.core
    return bool(a.place) and a.place == b.place and lacking not in TELLING and same_line


def _brand_length(one: str, other: str) -> int:
    """How long the shorter name is without the end that both share."""
    shorter = min(len(one), len(other))
    shared = next((n for n in range(shorter) if one[-1 - n] != other[-1 - n]), shorter)
    return shorter - shared
