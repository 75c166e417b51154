"""Chinese text to pinyin: for sorting, for search by syllables and by their initials.

pypinyin's own functions look every word up in a dictionary of phrases, which costs 50 MB and tens of microseconds a
name. Names need less: one reading per character, and the few words and surnames of `readings`.
"""

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from haike.chinese import readings

_PINYIN_SAFE = re.compile("[a-z0-9]+")


class _Table(dict[int, str]):
    """What `str.translate` puts for a character; characters outside the table are worked out once and kept."""

    def __init__(self, known: dict[int, str], *, separated: bool) -> None:
        super().__init__(known)
        self.separated = separated

    def __missing__(self, code: int) -> str:
        plain = "".join(_PINYIN_SAFE.findall(unicodedata.normalize("NFKD", chr(code)).lower()))
        if not plain and self.separated:
            # Scripts that have no pinyin keep an order of their own, behind z; everything else parts syllables.
            plain = f" ~{code:05x} " if chr(code).isalpha() else " "
        self[code] = plain
        return plain


class _Initials(_Table):
    """The first letters of the syllables in the other table: a second one of all characters would take megabytes."""

    def __init__(self, syllables: _Table) -> None:
        super().__init__({}, separated=False)
        self.syllables = syllables

    def __missing__(self, code: int) -> str:
        syllable = self.syllables.get(code, "")
        if syllable[:1] == " " and "a" <= syllable[1:2] <= "z":
            self[code] = syllable[1]
            return self[code]
        return super().__missing__(code)


class _Tables(NamedTuple):
    """The readings of all characters: as separated syllables, and as their first letters."""

    syllables: _Table
    initials: _Table
    words: re.Pattern[str]
    hints: frozenset[str]


def _toneless(marked: str) -> str:
    """The first reading of an entry of pypinyin's table: "cháng,zhǎng" becomes "chang"."""
    letters = unicodedata.normalize("NFD", marked.partition(",")[0]).replace("u\u0308", "v").replace("ê", "e")
    return "".join(char for char in letters if "a" <= char <= "z")


@cache
def _tables() -> _Tables:
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ImportError("pypinyin is not installed")
    # The package is not imported: that would load the dictionary of phrases.
    marked = json.loads((Path(package.origin).parent / "pinyin_dict.json").read_text(encoding="utf-8"))
    shared: dict[str, str] = {}
    syllables: dict[int, str] = {}
    for code, reading in marked.items():
        plain = _toneless(reading)
        if plain:
            syllables[int(code)] = shared.setdefault(plain, f" {plain} ")
    for char, plain in readings.CHARACTERS.items():
        syllables[ord(char)] = f" {plain} "
    hints = {
        char
        for word, spelled in readings.WORDS.items()
        for char, plain in zip(word, spelled.split(), strict=True)
        if syllables[ord(char)] != f" {plain} "
    }
    useful = [word for word in readings.WORDS if not hints.isdisjoint(word)]
    words = re.compile("|".join(sorted(useful, key=len, reverse=True)))
    table = _Table(syllables, separated=True)
    return _Tables(table, _Initials(table), words, frozenset(hints))


def _word_syllables(found: re.Match[str]) -> str:
    return f" {readings.WORDS[found[0]]} "


def _word_initials(found: re.Match[str]) -> str:
    return "".join(syllable[0] for syllable in readings.WORDS[found[0]].split())


def surname_reading(name: str) -> tuple[int, str]:
    """How many characters at the start of a person's name are a surname with a reading of its own, and the reading."""
    if name[:2] in readings.COMPOUND_SURNAMES:
        return 2, readings.COMPOUND_SURNAMES[name[:2]]
    if name[:1] in readings.SURNAMES:
        return 1, readings.SURNAMES[name[:1]]
    if name[:4] in readings.COMPOUND_SURNAMES:
        return 4, readings.COMPOUND_SURNAMES[name[:4]]
    return 0, ""


@lru_cache(maxsize=4_000)
def _spell(text: str, person: bool) -> str:
    """The text as lower-case ASCII, each Chinese character a syllable between blanks."""
    tables = _tables()
    text = unicodedata.normalize("NFKC", text)
    if person:
        length, reading = surname_reading(text.lstrip())
        if length:
            return f" {reading} {text.lstrip()[length:].translate(tables.syllables)}"
    elif not tables.hints.isdisjoint(text):
        text = tables.words.sub(_word_syllables, text)
    return text.translate(tables.syllables)


def syllables(text: str, *, person: bool = False) -> list[str]:
    """The syllables of a text; a run of Latin letters and digits counts as one."""
    return [part for part in _spell(text, person).split() if part[0] != "~"]


def full_pinyin(text: str, *, person: bool = False) -> str:
    """重庆海客科技 -> chongqinghaikekeji; Latin letters and digits are kept, in lower case."""
    spelled = _spell(text, person)
    return "".join(syllables(text, person=person)) if "~" in spelled else spelled.replace(" ", "")


def without_each(text: str) -> list[str]:
    """The full pinyin of the text without its first character, without its second and so on."""
    spelled = _spell(text, False)
    parts = spelled.split()
    known = unicodedata.is_normalized("NFKC", text) and _tables().hints.isdisjoint(text)
    if known and len(parts) == len(text) and "~" not in spelled:
        # Each character sounds as it does alone.
        return ["".join(parts[:place] + parts[place + 1 :]) for place in range(len(parts))]
    return [full_pinyin(text[:place] + text[place + 1 :]) for place in range(len(text))]


def initials(text: str, *, person: bool = False) -> str:
    """重庆海客科技 -> cqhkkj; Latin letters and digits are kept, in lower case."""
    tables = _tables()
    text = unicodedata.normalize("NFKC", text)
    if person:
        text = text.lstrip()
        length, reading = surname_reading(text)
        return "".join(part[0] for part in reading.split()) + text[length:].translate(tables.initials)
    if not tables.hints.isdisjoint(text):
        text = tables.words.sub(_word_initials, text)
    return text.translate(tables.initials)


def sort_key(text: str, *, person: bool = False) -> str:
    """ASCII text that sorts as a Chinese reader expects: "li" (李) before "li an" (里安) before "lian" (连)."""
    return " ".join(_spell(text, person).split())


def matches_initials(text: str, typed: str, *, person: bool = False) -> bool:
    """Whether what was typed spells a piece of the text, each syllable at least by its first letter.

    王小明 is found by wxm, xm, wangxm, wxiaoming and wangx, not by wm.
    """
    wanted = "".join(_PINYIN_SAFE.findall(typed.lower()))
    if not wanted:
        return False
    spelled = syllables(text, person=person)
    # The positions in `wanted` that can be reached at the end of each syllable; a piece may start at any syllable.
    reached: set[int] = set()
    for syllable in spelled:
        starts, reached = reached | {0}, set()
        for start in starts:
            for length in range(1, len(syllable) + 1):
                if wanted[start : start + length] != syllable[:length]:
                    break
                if start + length == len(wanted):
                    return True
                reached.add(start + length)
    return False
